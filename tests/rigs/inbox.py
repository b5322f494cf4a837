"""A real inbox on real folders with a real journal, driven as the engine drives it."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from nemowatch.clock import Clock, SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.intake.claim.existing_results import Finder, no_results
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import Duplicate, FileProblem, FolderProblem
from nemowatch.journal import jobs, sources
from nemowatch.journal.database import Journal
from tests.rigs.patience import PATIENCE


def box(kind: bytes, payload: bytes) -> bytes:
    """One MP4 box."""
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def mp4(seed: str = "", size: int = 2000) -> bytes:
    """A small file with the outer structure of an MP4, whose content depends on `seed`."""
    body = (seed.encode() or b"x") * (size // max(len(seed), 1) + 1)
    return (
        box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2")
        + box(b"moov", b"m" * 64)
        + box(b"mdat", body[:size])
    )


def deafen() -> None:
    """Lose every event of the kernel from now on: this process reads nothing from inotify."""
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if os.readlink(link) == "anon_inode:inotify":
                os.dup2(os.open("/dev/null", os.O_RDONLY), int(link.name))


class InboxRig:
    """An inbox with everything that its ticks have brought."""

    def __init__(self, root: Path, state: Path, **options: object) -> None:
        self.root, self.inbox_dir = root, root / "inbox"
        self.watch = Watch(root=root, **{"settle": 0.3, "scan_interval": 2, **options})
        self.clock = SystemClock()
        state.mkdir(exist_ok=True)
        self.journal = Journal.open(state / "journal.db", self.clock)
        self.confirm_above = 0
        self.state_id = f"state of {state.name}"
        self.claimed: list[int] = []
        self.again: list[Duplicate] = []
        self.gone: list[int] = []
        self.used: list[bytes] = []  #: APPROVE files that may go
        self.problems: tuple[FileProblem | FolderProblem, ...] = ()
        self.worst_tick = 0.0
        self.ticks = 0
        self.wake = asyncio.Event()
        self.inbox: Inbox

    async def run(self) -> None:
        """The engine's loop: tick when due or rung."""
        while True:
            began = time.monotonic()
            tick = await self.inbox.tick()
            self.ticks += 1
            self.worst_tick = max(self.worst_tick, time.monotonic() - began)
            self.claimed += tick.claimed
            self.again += tick.duplicates
            self.gone += tick.removed
            self.used += tick.used
            self.problems = tick.problems
            self.approved = tick.approved
            self.wake.clear()
            wait = self.inbox.due_in()
            if wait > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(wait, 5)):
                        await self.wake.wait()
            else:
                await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool], limit: float = PATIENCE) -> None:
        """Wait for a condition, or fail and report the state of everything."""
        end = time.monotonic() + limit
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(
                    f"not in {limit} s: {self.inbox!r} {self.inbox.waiting()} {self.problems}"
                )
            await asyncio.sleep(0.01)

    async def tick_for(self, seconds: float) -> None:
        """Let the inbox work for this long."""
        end = time.monotonic() + seconds
        await self.until(lambda: time.monotonic() > end)

    async def paths(self) -> list[bytes]:
        """The paths of all sources, sorted."""
        return sorted(row.path for row in await self.rows())

    async def rows(self) -> list[sources.SourceRow]:
        """All sources."""
        return await self.journal.read(
            lambda conn: (
                [r for i in range(1, 100_000) if (r := sources.by_id(conn, i)) is not None]
                if conn.execute("SELECT count(*) FROM source").fetchone()[0] > 1000
                else [
                    found
                    for (i,) in conn.execute("SELECT id FROM source ORDER BY id")
                    if (found := sources.by_id(conn, i)) is not None
                ]
            )
        )

    async def jobs(self, source_id: int) -> list[jobs.Job]:
        """The jobs of a source."""
        return await self.journal.read(lambda conn: jobs.of_source(conn, source_id))

    def put(self, relative: str, data: bytes) -> Path:
        """Write a whole file into the inbox."""
        path = self.inbox_dir / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def inbox_of(
    watch: Watch,
    journal: Journal,
    clock: Clock,
    *,
    on_change: Callable[[], None] = lambda: None,
    confirm_above: int = 0,
    state_id: str = "state",
    finder: Finder = no_results,
) -> Inbox:
    """An inbox that is not started, with no names of ours."""
    return Inbox(
        watch,
        own_names={},
        clock=clock,
        confirm_above=confirm_above,
        journal=journal,
        on_change=on_change,
        state_id=state_id,
        finder=finder,
    )


@asynccontextmanager
async def inbox_rig(
    root: Path,
    state: Path,
    *,
    confirm_above: int = 0,
    state_id: str = "",
    finder: Finder = no_results,
    **options: object,
) -> AsyncIterator[InboxRig]:
    """A started inbox with its loop running."""
    made = InboxRig(root, state, **options)
    made.inbox = inbox_of(
        made.watch,
        made.journal,
        made.clock,
        on_change=made.wake.set,
        confirm_above=confirm_above,
        state_id=state_id or made.state_id,
        finder=finder,
    )
    await made.inbox.start()
    loop = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        loop.cancel()
        results = await asyncio.gather(loop, return_exceptions=True)
        await made.inbox.stop()
        made.journal.close()
        if results and isinstance(results[0], Exception):
            raise results[0]
