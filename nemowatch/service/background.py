"""The daemon's tasks: loops that must go on, and small pieces of work beside them.

Owns when the daemon has to end because a loop did. It does not know what the tasks do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from nemowatch.errors import JournalError, JournalRefused

log = structlog.get_logger("nemowatch.daemon")

#: Seconds until a loop of one inbox that failed is begun again, at first and at most.
AGAIN, AGAIN_AT_MOST = 5.0, 300.0

Loop = Callable[[], Awaitable[None]]


class Background:
    """Starts tasks, and ends them."""

    def __init__(self) -> None:
        self._loops: list[asyncio.Task[None]] = []
        self._side: set[asyncio.Future[None]] = set()
        self._end = asyncio.Event()

    def __repr__(self) -> str:
        return f"Background({[task.get_name() for task in self._loops]}, side={len(self._side)})"

    def spawn(self, name: str, loop: Loop) -> None:
        """Run a loop whose failure ends the daemon."""

        async def run() -> None:
            await loop()

        task = asyncio.get_running_loop().create_task(run(), name=name)
        task.add_done_callback(self._ended)
        self._loops.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._end.set()

    def later(self, work: Awaitable[None]) -> None:
        """Run a small piece of work beside the loops; its failure is logged, never fatal."""
        task = asyncio.ensure_future(work)
        self._side.add(task)
        task.add_done_callback(self._side_ended)

    def _side_ended(self, task: asyncio.Future[None]) -> None:
        self._side.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("internal error", doing="housekeeping", exc_info=error)

    def request_end(self) -> None:
        """Make `wait` return."""
        self._end.set()

    async def wait(self) -> None:
        """Until somebody asks for the end, or a loop failed. Raises what it failed with."""
        await self._end.wait()
        for task in self._loops:
            if task.done() and not task.cancelled():
                task.result()

    async def cancel(self) -> None:
        """End everything; only for tasks that do nothing but wait."""
        tasks = [*self._loops, *self._side]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def ends_the_daemon(error: Exception) -> bool:
    """True for an error after which nothing may go on: the journal can no longer be used."""
    return isinstance(error, JournalError) and not isinstance(error, JournalRefused)


async def keep_going(loop: Loop, failed: Callable[[Exception], Awaitable[None]]) -> None:
    """Run the loop of one inbox, and begin it again when it fails for a reason that nobody has
    foreseen: that is this inbox's state, given by `failed`, and no end for the others. Raises
    JournalError when the journal can no longer be used."""
    pause = AGAIN
    while True:
        try:
            await loop()
            return
        except Exception as exc:
            if ends_the_daemon(exc):
                raise
            await failed(exc)
        await asyncio.sleep(pause)
        pause = min(2 * pause, AGAIN_AT_MOST)
