"""`nemowatch credits`: the balance, and what was spent on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import formatting, options
from nemowatch.journal import account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.spend import Drop, Paid

By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="day",
        help="Also what was spent, by day.",
        show_default=False,
    ),
]


def credits(by: By = "", as_json: options.Json = False, config: options.Config = None) -> None:
    """Show the balance, and what was spent by day."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.context import find_setting
    from nemowatch.cli.output import print_json
    from nemowatch.errors import UsageError
    from nemowatch.journal import spend

    if by not in ("", "day"):
        raise UsageError(f"Credits cannot be summed by {by!r}.", cure="Use --by day.")
    setting = find_setting(config)
    record = balance(setting)
    if by:
        record["days"] = read_journal(
            setting,
            lambda conn: by_day(spend.paid_calls(conn), spend.drops(conn)),
            list[dict[str, Any]],
        )
    if as_json:
        print_json(record)
    else:
        _print(record)


def balance(setting: CommandContext) -> dict[str, Any]:
    """The balance now, or, when the cloud does not answer, the one seen last and why.

    {available, frozen, total, anonymous, registration, at, problem}; `at` is None for a fresh
    answer.
    """
    from nemowatch.cli.cloud import ask_cloud, ask_daemon
    from nemowatch.cli.connection import read_journal
    from nemowatch.clock import iso
    from nemowatch.errors import NemowatchError

    try:
        if (known := ask_daemon(setting)) is not None:
            return {
                "available": known.credits.available,
                "frozen": known.credits.frozen,
                "total": known.credits.total,
                "anonymous": False,
                "registration": "",
                "ends_at": 0,
                "at": known.at,
                "problem": "As the daemon saw it last:",
            }
        answer = ask_cloud(setting)
    except NemowatchError as exc:
        seen = read_journal(setting, account.credits_seen, dict[str, Any])
        if seen.get("available") is None:
            exc.cure = exc.cure or "nemowatch check says more."
            raise
        return {
            **{key: seen[key] for key in ("available", "frozen", "total", "anonymous")},
            "registration": _link(seen["user_id"]) if seen["anonymous"] else "",
            "ends_at": seen["expires_at"],
            "at": iso(seen["at"]),
            "problem": f"{exc.text} {exc.cure}".strip(),
        }
    found, owner = answer
    return {
        "available": found.available,
        "frozen": found.frozen,
        "total": found.total,
        "anonymous": owner.anonymous,
        "registration": owner.registration_link,
        "ends_at": owner.expires_at,
        "at": None,
        "problem": "",
    }


def _link(user_id: str) -> str:
    from nemowatch.remote.interface import Account

    return Account(anonymous=True, user_id=user_id).registration_link


def by_day(calls: Iterable[Paid], drops: Iterable[Drop]) -> list[dict[str, Any]]:
    """[{day, credits, turns, unknown}] in order; `unknown` counts turns around which no balance
    could be read."""
    days: dict[str, dict[str, Any]] = {}

    def sums(at: int) -> dict[str, Any]:
        day = formatting.local_day(at)
        return days.setdefault(day, {"day": day, "credits": 0.0, "turns": 0, "unknown": 0})

    for call in calls:
        sums(call.opened_at)["turns"] += 1
        sums(call.opened_at)["unknown"] += not call.known
    for drop in drops:
        sums(drop.at)["credits"] += drop.credits
    return [days[day] for day in sorted(days)]


def _print(record: dict[str, Any]) -> None:
    from nemowatch.cli.output import print_table, say
    from nemowatch.reporting import words

    if record["problem"]:
        say(record["problem"])
        say(f"Seen last, {formatting.local_time(record['at'])}:")
    say(f"available  {formatting.credits(record['available'])}")
    say(f"frozen     {formatting.credits(record['frozen'])}")
    say(f"total      {formatting.credits(record['total'])}")
    if record["anonymous"]:
        for line in words.anonymous(record["registration"], record["ends_at"]).splitlines():
            say(line)
    if "days" not in record:
        return
    print()
    rows = list(map(_row, record["days"]))
    if rows:
        print_table(("DAY", "CREDITS", "TURNS", "COST UNKNOWN"), rows, right=(1, 2, 3))
    else:
        say("Nothing was spent yet.")


def _row(day: dict[str, Any]) -> tuple[str, str, str, str]:
    spent = formatting.credits(day["credits"])
    return day["day"], spent, str(day["turns"]), str(day["unknown"] or "")
