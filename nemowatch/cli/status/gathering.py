"""What a command reports: the daemon's part when it runs, the journal's part always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.reporting.overview import Overview, Published

#: Jobs of each kind that are read: more than a screen holds is only counted.
MOST_JOBS = 200


def overview(setting: CommandContext) -> Overview:
    """Everything that is reported."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.reporting.json_records import read_answer

    said = ask_if_running(setting, "status")
    published = _without_daemon(setting) if said is None else read_answer(said)
    return _gather(setting, published, MOST_JOBS)


def record(setting: CommandContext) -> dict[str, Any]:
    """What `status --json` prints."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.reporting.json_records import status_record

    said = ask_if_running(setting, "status")
    if said is not None:
        found: dict[str, Any] = said["status"]
        return found
    return status_record(_gather(setting, _without_daemon(setting), 0))


def _gather(setting: CommandContext, published: Published, limit: int) -> Overview:
    from nemowatch.cli.connection import read_journal
    from nemowatch.reporting.overview import Overview, gather

    return read_journal(
        setting,
        lambda conn: gather(conn, published, limit=limit),
        lambda: Overview(published),
    )


def _without_daemon(setting: CommandContext) -> Published:
    """What is published while no daemon runs."""
    from nemowatch import __version__
    from nemowatch.reporting.overview import NOT_RUNNING, InboxStatus, Published

    daemon = {"pid": None, "state": NOT_RUNNING, "since": None, "version": __version__}
    inboxes = []
    for watch in setting.config.watch:
        inboxes.append(InboxStatus(watch.name, str(watch.root or watch.inbox), NOT_RUNNING))
    return Published(daemon, tuple(inboxes))
