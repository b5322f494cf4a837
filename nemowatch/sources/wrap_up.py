"""What is left to do in a workspace when jobs have ended: notes and the files beside results are
updated, sources leave, and the roots that results went to are remembered.

Each inbox has its own, with a loop of its own: a share that hangs holds up no other inbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.journal.database import Journal
from nemowatch.outbox.anchor_memory import AnchorMemory
from nemowatch.reporting.note_sync import NoteSync
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.side_files import SideFiles
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.retirement import ProjectWaits, Retirement, WasRemoved


class WrapUp:
    """Looks after the end of the jobs of one inbox."""

    def __init__(
        self,
        watch: str,
        watches: Callable[[], Mapping[str, Watch]],
        config: Callable[[], Config],
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
        was_removed: WasRemoved,
        project_waits: ProjectWaits,
        moving_out: MovingOut,
    ) -> None:
        self.notes = NoteSync(watch, watches, journal, note_writer, clock)
        self.side_files = SideFiles(watch, watches, config, journal, disks, clock)
        self.retirement = Retirement(
            watch,
            watches,
            journal,
            self.notes,
            disks,
            clock,
            was_removed,
            project_waits,
            moving_out,
        )
        self._anchors = AnchorMemory(watches()[watch], journal, disks)
        self._due = asyncio.Event()

    @property
    def postponed(self) -> set[int]:
        """Sources that could not be moved or noted, and are tried again later."""
        return self.notes.postponed | self.retirement.postponed

    def nudge(self) -> None:
        """Something may have ended."""
        self._due.set()

    async def begin(self) -> None:
        """Call before any work begins."""
        await self._anchors.hold()

    async def run(self) -> None:
        """For as long as the daemon runs."""
        while True:
            await self._due.wait()
            self._due.clear()
            await self._anchors.learn()
            await self.notes.check()
            await self.side_files.check()
            await self.retirement.check()
            # what there is to say of a cancelled source is known when it has left
            await self.notes.check()
