"""An APPROVE in a folder says yes to what is offered there: files that are done, and that were
dropped again after the folder's instructions had changed.

Each approves once, what waits when it comes. Which ones have been used is remembered over restarts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, UsageError
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.paths import is_below, parent
from nemowatch.jobs.hold_log import whole
from nemowatch.journal import offers
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.model import Snapshot
from nemowatch.sources.request_plans import Asked
from nemowatch.sources.requests import CarryOut, without_terminal
from nemowatch.sources.stale_approvals import StaleApprovals


class OfferApprovals:
    """Carries out approved offers."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        carry_out: CarryOut,
        remove: Callable[[Watch, tuple[bytes, ...]], Awaitable[None]],
    ) -> None:
        """`remove` takes used APPROVE files away."""
        self._journal = journal
        self._carry_out = carry_out
        self._remove = remove
        self._stale = StaleApprovals(journal, clock, InboxFact.FOLDER_APPROVALS)
        self._refused: dict[tuple[str, bytes], FileProblem] = {}  # by watch and path

    async def judge(
        self,
        watch: Watch,
        files: Mapping[bytes, Snapshot],
        spent: Collection[bytes] = (),
    ) -> bool:
        """These APPROVE files lie in folders of the inbox, and the `spent` ones have said their
        yes; whether any of them let something go on."""
        # those whose removal was cut off: to what is offered by now, they have not said yes
        used = await self._stale.used_ones(watch, files)
        self._forget_gone(watch, files)
        is_approved = False
        for path in await self._stale.fresh_ones(watch, files):
            if path in spent:
                continue
            waiting = await self._journal.read(partial(_below, watch=watch.name, file=path))
            if waiting and await self._is_carried_out(watch.name, waiting, path, files[path]):
                used.append(path)
                is_approved = True
        if used:
            await self._remove(watch, tuple(used))
        await self._stale.remember(watch, files)
        return is_approved

    def _forget_gone(self, watch: Watch, files: Collection[bytes]) -> None:
        for name, path in list(self._refused):
            if name == watch.name and path not in files:
                del self._refused[name, path]

    def refused(self, watch: Watch) -> list[FileProblem]:
        """What people read about those whose yes could not be carried out, as long as they lie
        there."""
        return [problem for (name, _), problem in self._refused.items() if name == watch.name]

    async def _is_carried_out(
        self, watch: str, waiting: list[int], path: bytes, at: Snapshot
    ) -> bool:
        """Let these offers go on; False where their folder, or what was ordered meanwhile, does
        not allow that: they wait as before."""
        try:
            await self._approve(watch, waiting, path, at)
        except (UsageError, LocalError) as exc:
            cure = without_terminal(exc.cure)
            again = f"{cure} Then remove APPROVE, and put it here again."
            problem = FileProblem(path, parent(path), exc.text, again, code="approve")
            self._refused[watch, path] = problem
            return False
        return True

    async def _approve(self, watch: str, waiting: list[int], path: bytes, at: Snapshot) -> None:
        """Let these offers go on, and write down together with that what has done so."""

        def record(conn: sqlite3.Connection, answers: list[dict[str, object]], now_ms: int) -> None:
            self._stale.use(conn, watch, {path: at})

        asked: list[Asked] = []
        for job in waiting:
            asked.append(("resolve", {"job": job, "how": "resend"}))
        await self._carry_out(whole(watch, path), asked, record)


def _below(conn: sqlite3.Connection, watch: str, file: bytes) -> list[int]:
    found: list[int] = []
    for source, job in offers.waiting(conn, watch):
        if is_below(source, parent(file)):
            found.append(job)
    return found
