"""Collects what only a running daemon knows: the state of its inboxes, what scans have found, and
what is being transferred. It reads neither disk nor journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from nemowatch.clock import Clock
from nemowatch.config.display_paths import in_inbox
from nemowatch.config.schema import Config
from nemowatch.errors import show_path
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import (
    MAY_STAY,
    FileProblem,
    FolderProblem,
    ProblemList,
    Refused,
)
from nemowatch.journal.database import Journal
from nemowatch.remote.connection_state import READY, ConnectionState
from nemowatch.remote.interface import Account
from nemowatch.reporting.overall_progress import Lanes
from nemowatch.reporting.overview import (
    DaemonSnapshot,
    InboxStatus,
    PauseFile,
    Settling,
    Transfer,
    Trouble,
)
from nemowatch.stages.live_progress import Board

#: The account, if none is given.
NOBODY = Account(anonymous=False)
NO_LANES = Lanes()


class Findings(Protocol):
    """What scans have found that people should know about."""

    problems: dict[str, ProblemList]  #: what is wrong now, by inbox
    #: files that cannot be moved although they are done with, by inbox and source
    unmoved: Mapping[str, Mapping[int, FileProblem]]

    @property
    def refused(self) -> Sequence[Refused]:
        """Files in failed/ that never became jobs, latest first."""
        raise NotImplementedError


def take_snapshot(
    inboxes: Sequence[Inbox],
    findings: Findings,
    board: Board,
    journal: Journal,
    *,
    limit: int,
    daemon: Mapping[str, Any] = MappingProxyType({}),
    account: Account = NOBODY,
    connection: ConnectionState = READY,
    lanes: Lanes = NO_LANES,
) -> DaemonSnapshot:
    """The state of these inboxes now, with up to `limit` files of each kind. On the loop only, to
    which inboxes belong."""
    return DaemonSnapshot(
        daemon,
        inboxes=tuple(map(_inbox, inboxes)),
        settling=tuple(_settling(inboxes, limit)),
        settling_count=sum(inbox.settling for inbox in inboxes),
        pauses=tuple(_pauses(inboxes)),
        troubles=tuple(_troubles(inboxes, findings))[:limit],
        transfers=_transfers(board, journal.clock),
        journal_path=show_path(journal.path),
        journal_full_at=journal.full_at or 0,
        registration=account.registration_link,
        account_ends_at=account.expires_at,
        connection=connection,
        lanes=lanes,
    )


def lanes(config: Config) -> Lanes:
    """How much may be under way at once."""
    return Lanes(config.limits.turns, config.limits.renders)


def _transfers(board: Board, clock: Clock) -> dict[int, Transfer]:
    now = clock.monotonic()
    found: dict[int, Transfer] = {}
    for job, row in board.rows.items():
        found[job] = Transfer(*row, seconds=now - board.turns.get(job, now))
    return found


def _inbox(inbox: Inbox) -> InboxStatus:
    health = inbox.health
    return InboxStatus(
        inbox.watch.name,
        str(inbox.watch.workspace),
        str(health),
        health.mode,
        health.reason,
        health.state,
        health.since,
        health.cure,
    )


def _settling(inboxes: Iterable[Inbox], limit: int) -> Iterable[Settling]:
    for inbox in inboxes:
        for one in inbox.waiting(limit):
            yield Settling(str(inbox.watch.inbox), one.path, one.why, one.since_ms)


def _pauses(inboxes: Iterable[Inbox]) -> Iterable[PauseFile]:
    for inbox in inboxes:
        for folder, file in inbox.pauses.items():
            whole = bytes(inbox.watch.inbox) + b"/" + file
            in_share = in_inbox(inbox.watch, file)
            yield PauseFile(show_path(whole), in_share, not folder, inbox.watch.name, folder)


def _troubles(inboxes: Iterable[Inbox], findings: Findings) -> Iterable[Trouble]:
    """What only a person can put right, then the refused files, the latest first."""
    names = {inbox.watch.name for inbox in inboxes}
    for name, problems in findings.problems.items():
        if name in names:
            yield from standing(name, problems, findings.unmoved.get(name, {}))
    for refused in findings.refused:
        if refused.watch in names:
            yield _file(refused.watch, refused.problem, refused.at_ms)


def standing(
    name: str, problems: ProblemList, unmoved: Mapping[int, FileProblem]
) -> Iterable[Trouble]:
    """What only a person can put right in an inbox: its problems, then files that cannot be moved
    although they are done with. `name`: of its watch."""
    for problem in problems:
        if isinstance(problem, FolderProblem):
            yield _folder(name, problem)
        elif not problem.final and problem.code != MAY_STAY:
            yield _file(name, problem)
    for problem in unmoved.values():
        yield _file(name, problem)


def _folder(name: str, problem: FolderProblem) -> Trouble:
    return Trouble(
        name,
        problem.folder,
        problem.what,
        problem.cure,
        suggestion=problem.suggestion,
    )


def _file(name: str, problem: FileProblem, refused_at: int = 0) -> Trouble:
    return Trouble(
        name,
        problem.folder,
        problem.what,
        problem.cure,
        problem.path,
        refused_at=refused_at,
    )
