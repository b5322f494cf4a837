"""`nemowatch credits`: the balance, and what was spent on which day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import formatting, options
from nemowatch.journal import account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemowatch.cli.context import CommandContext
    from nemowatch.errors import NemowatchError
    from nemowatch.journal.spend import BalanceFall, Paid

By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="day",
        help="Also what was spent, by day.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class BalanceReport:
    """The credits of the account, as the command's JSON has them."""

    available: float
    frozen: float
    total: float
    anonymous: bool = False
    registration: str = ""  #: where an anonymous account can be registered
    ends_at: int = 0  #: UTC ms; 0: not known, or never
    at: str | None = None  #: ISO 8601; None: the cloud has just said so
    problem: str = ""  #: why the cloud could not be asked


def credits(by: By = "", as_json: options.Json = False, config: options.Config = None) -> None:
    """Show the balance, and what was spent by day."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import print_json
    from nemowatch.errors import UsageError
    from nemowatch.journal import spend

    if by not in ("", "day"):
        raise UsageError(f"Credits cannot be summed by {by!r}.", cure="Use --by day.")
    context = find_context(config)
    record = asdict(balance(context))
    if by:
        record["days"] = read_journal(
            context,
            lambda conn: by_day(spend.paid_calls(conn), spend.drops(conn)),
            list[dict[str, Any]],
        )
    if as_json:
        print_json(record)
    else:
        _print(record)


def balance(context: CommandContext) -> BalanceReport:
    """The balance as the daemon or the cloud says it or, if neither does, the last known one.

    Raises NemowatchError when there is none.
    """
    from nemowatch.errors import NemowatchError

    try:
        return _from_daemon(context) or _from_cloud(context)
    except NemowatchError as exc:
        return _seen_last(context, exc)


def _from_daemon(context: CommandContext) -> BalanceReport | None:
    """The balance that the running daemon has last seen, if only it has the token."""
    from nemowatch.cli.cloud import ask_daemon

    known = ask_daemon(context)
    if known is None:
        return None
    found = known.credits
    return BalanceReport(found.available, found.frozen, found.total, at=known.at)


def _from_cloud(context: CommandContext) -> BalanceReport:
    from nemowatch.cli.cloud import ask_cloud

    found, owner = ask_cloud(context)
    return BalanceReport(
        found.available,
        found.frozen,
        found.total,
        owner.anonymous,
        owner.registration_link,
        owner.expires_at,
    )


def _seen_last(context: CommandContext, error: NemowatchError) -> BalanceReport:
    """The balance that the journal knows. Raises `error` when it knows none."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.clock import iso
    from nemowatch.remote.interface import Account

    seen = read_journal(context, account.credits_seen, dict[str, Any])
    if seen.get("available") is None:
        error.cure = error.cure or "nemowatch check says more."
        raise error
    return BalanceReport(
        seen["available"],
        seen["frozen"],
        seen["total"],
        seen["anonymous"],
        Account(seen["anonymous"], seen["user_id"]).registration_link,
        seen["expires_at"],
        iso(seen["at"]),
        f"{error.text} {error.cure}".strip(),
    )


def by_day(calls: Iterable[Paid], drops: Iterable[BalanceFall]) -> list[dict[str, Any]]:
    """[{day, credits, turns, unknown}] in order; `unknown` counts turns before or after which no
    balance could be read."""
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
    from nemowatch.reporting import account_words

    if record["problem"]:
        say(record["problem"])
    if record["at"]:
        say(f"Last seen, {formatting.local_time(record['at'])}:")
    say(f"available  {formatting.credits(record['available'])}")
    say(f"frozen     {formatting.credits(record['frozen'])}")
    say(f"total      {formatting.credits(record['total'])}")
    if record["anonymous"]:
        for line in account_words.anonymous(record["registration"], record["ends_at"]).splitlines():
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
