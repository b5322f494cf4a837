"""Gathers what a command reports: from the daemon if it runs, and always from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.reporting.overview import DaemonSnapshot, Overview

#: The most jobs of each kind that are read; any others are only counted.
MOST_JOBS = 200


def overview(context: CommandContext) -> Overview:
    """Everything that is reported, as an `Overview`."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.reporting.json_records import read_answer

    said = ask_if_running(context, "status")
    snapshot = _without_daemon(context) if said is None else read_answer(said)
    return _gather(context, snapshot, MOST_JOBS)


def record(context: CommandContext) -> dict[str, Any]:
    """What `status --json` prints."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.reporting.json_records import status_record

    said = ask_if_running(context, "status")
    if said is not None:
        found: dict[str, Any] = said["status"]
        return found
    return status_record(_gather(context, _without_daemon(context), 0))


def _gather(context: CommandContext, snapshot: DaemonSnapshot, limit: int) -> Overview:
    from nemowatch.cli.connection import read_journal
    from nemowatch.reporting.overview import Overview
    from nemowatch.reporting.overview_reading import gather

    return read_journal(
        context,
        lambda conn: gather(conn, snapshot, limit=limit),
        lambda: Overview(snapshot),
    )


def _without_daemon(context: CommandContext) -> DaemonSnapshot:
    """The snapshot while no daemon runs."""
    from nemowatch import __version__
    from nemowatch.reporting.overview import NOT_RUNNING, DaemonSnapshot, InboxStatus

    daemon = {"pid": None, "state": NOT_RUNNING, "since": None, "version": __version__}
    inboxes = []
    for watch in context.config.watch:
        inboxes.append(InboxStatus(watch.name, str(watch.workspace), NOT_RUNNING))
    return DaemonSnapshot(daemon, tuple(inboxes))
