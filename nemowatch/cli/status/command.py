"""`nemowatch status`: how everything stands, once or refreshed. Gathers; `statusview` says it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import options

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.cli.status.view import View
    from nemowatch.journal.jobs import ListedJob

#: Seconds between two looks of --watch: progress bars move, and the daemon is asked seldom enough
#: not to notice.
REFRESH = 1.0
#: Jobs in work that are read: more than a screen holds is only counted.
MOST_JOBS = 200

WatchOption = Annotated[bool, typer.Option("--watch", help="Keep showing it, until Ctrl-C.")]


def status(
    as_json: options.Json = False, watch: WatchOption = False, config: options.Config = None
) -> None:
    """Say how everything stands, and what needs a person."""
    from nemowatch.cli.context import find_setting
    from nemowatch.cli.output import print_json
    from nemowatch.errors import UsageError

    setting = find_setting(config)
    if as_json and watch:
        raise UsageError(
            "--json and --watch do not go together.",
            cure="Call status --json as often as you like.",
        )
    if as_json:
        print_json(gather(setting, jobs=False).status)
    elif watch:
        _keep_showing(setting)
    else:
        _show_once(setting)


def gather(setting: CommandContext, *, jobs: bool = True) -> View:
    """Everything the status can say: from the daemon when it runs, from the journal otherwise."""
    from nemowatch.cli.connection import ask_if_running, read_journal
    from nemowatch.cli.status.view import View

    answer = ask_if_running(setting, "status")
    if answer is None:
        answer = read_journal(
            setting, lambda conn: _offline(conn, setting), lambda: _before_start(setting)
        )
    in_work = read_journal(setting, _jobs, _no_jobs) if jobs else _no_jobs()
    problems = answer.get("problems", [])
    return View(
        answer["status"],
        answer["more"],
        answer["waiting"],
        answer["progress"],
        *in_work,
        setting.option,
        problems,
    )


def _offline(conn: sqlite3.Connection, setting: CommandContext) -> dict[str, Any]:
    from nemowatch.reporting import overview

    record = overview.status(conn, _no_daemon(), _no_watches(setting))
    return {"status": record, "more": overview.more(conn), "waiting": [], "progress": []}


def _before_start(setting: CommandContext) -> dict[str, Any]:
    """The same answer while there is no journal yet."""
    record = {
        "daemon": _no_daemon(),
        "watches": [
            {"root": w.root, "mode": w.mode, "state": w.state, "reason": w.reason}
            for w in _no_watches(setting)
        ],
        "counts": {},
        "credits": {
            "available": None,
            "frozen": None,
            "total": None,
            "anonymous": None,
            "held": False,
        },
        "attention": [],
    }
    more = {
        "paused": False,
        "holds": [],
        "held": {},
        "batches": [],
        "credits_at": "",
        "user_id": "",
    }
    return {"status": record, "more": more, "waiting": [], "progress": []}


def _no_daemon() -> dict[str, Any]:
    from nemowatch import __version__

    return {"pid": None, "state": "not running", "since": None, "version": __version__}


def _no_watches(setting: CommandContext) -> list[Any]:
    from nemowatch.reporting.overview import WatchState

    return [WatchState(str(w.root or w.inbox), "", "not running") for w in setting.config.watch]


def _no_jobs() -> tuple[list[ListedJob], list[ListedJob]]:
    return [], []


def _jobs(conn: sqlite3.Connection) -> tuple[list[ListedJob], list[ListedJob]]:
    """Jobs that have not ended, and the latest that have failed."""
    from nemowatch.journal import jobs
    from nemowatch.model import State

    failed = [
        row for state in (State.FAILED, State.REJECTED) for row in jobs.listed(conn, state=state)
    ]
    return jobs.unfinished(conn, MOST_JOBS), failed


def _show_once(setting: CommandContext) -> None:
    from nemowatch.cli.output import console
    from nemowatch.cli.status.view import draw

    target = console()
    width = min(target.width, 120)
    with target.capture() as capture:
        target.print(draw(gather(setting), width))
    print(*(line.rstrip() for line in capture.get().splitlines()), sep="\n")


def _keep_showing(setting: CommandContext) -> None:
    import time

    from rich.live import Live

    from nemowatch.cli.output import console
    from nemowatch.cli.status.view import draw

    target = console()
    if not target.is_terminal:
        from nemowatch.errors import UsageError

        raise UsageError(
            "--watch needs a terminal.", cure="In a pipe, call nemowatch status again and again."
        )
    with Live(console=target, screen=True, auto_refresh=False) as live:
        while True:
            live.update(draw(gather(setting), target.width, rows=target.height), refresh=True)
            time.sleep(REFRESH)
