"""What a stage may use besides its job: the other packages, and the gate."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ParamSpec, Protocol, TypeVar

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.journal.database import Journal
from nemowatch.remote.interface import RemoteApi
from nemowatch.stages.decision import Decision
from nemowatch.stages.live_progress import Board
from nemowatch.stages.recent_probes import RecentProbes
from nemowatch.stages.work import Work

P = ParamSpec("P")
T = TypeVar("T")


class Gate(Protocol):
    """Decides whether work on a job may begin now, or be paid for."""

    async def closed(self, work: Work, *, paying: bool) -> Decision | None:
        """A hold, or None when nothing stops the job. `paying`: the next step is the paid turn."""

    def closed_at_last(self, conn: sqlite3.Connection, work: Work) -> Decision | None:
        """Asked once more in the transaction that writes the intent to pay."""


async def assume_removed(watch: str, path: bytes) -> bool:
    """The answer when nothing is known about the share: a file that is not found was removed."""
    return True


@dataclass(frozen=True, slots=True)
class StageContext:
    """The other packages, as a stage uses them."""

    api: RemoteApi
    journal: Journal
    config: Callable[[], Config]  #: as it is now: a reload changes it
    clock: Clock
    disks: Disks  #: threads for file reads and writes, never the loop's
    gate: Gate
    board: Board
    was_removed: Callable[[str, bytes], Awaitable[bool]] = assume_removed
    """(watch, path of a file that was not found) -> whether it was removed; False: the share is
    unavailable, and the file with it."""
    recent_probes: RecentProbes = field(default_factory=RecentProbes)

    async def on_disk(
        self, watch: Watch, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a blocking file system function in the threads of this watch."""
        return await self.disks.run(watch.name, call, *args, **kwargs)
