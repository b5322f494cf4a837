"""Writes blocks in the order in which they come, in a thread beside the one that receives them, so
that disk and network work side by side. Owns the memory they are in, which does not grow; it must
not know where they are written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

#: Bytes: larger ones are no faster, and smaller ones cost more handing over.
BLOCK = 1024 * 1024
#: One is received, one is written, and one waits, so that no side has to wait at each block.
ROOMS = 3


class BlockWriter:
    """Takes blocks. A single one is written by its caller, without another thread."""

    def __init__(self, write: Callable[[memoryview], None], size: int) -> None:
        """`size`: bytes of a block at most."""
        self._write = write
        self._size = size
        self._made = 0
        self._room = memoryview(b"")
        self._broken = False  #: a block could not be written, so none behind it may be
        self._writing: deque[tuple[memoryview, Future[None]]] = deque()
        self._thread = ThreadPoolExecutor(1, "blocks")

    def room(self) -> memoryview:
        """Memory for the next block; `write` takes it back. Raises what it raised to write an
        earlier one."""
        if self._made < ROOMS:
            self._made += 1
            self._room = memoryview(bytearray(self._size))
        else:
            self._room, written = self._writing.popleft()
            written.result()
        return self._room

    def write(self, block: memoryview) -> None:
        """Write what the room holds: its beginning, as it was given."""
        if len(block) < self._size and not self._writing:
            self._carry_out(block)
            return
        self._writing.append((self._room, self._thread.submit(self._carry_out, block)))

    def _carry_out(self, block: memoryview) -> None:
        if self._broken or not block:
            return
        self._broken = True
        self._write(block)
        self._broken = False

    def finish(self) -> None:
        """Wait until all is written. Raises what that raised."""
        for _, written in self._writing:
            written.result()

    def close(self) -> None:
        """The same, and end the thread."""
        try:
            self.finish()
        finally:
            self._thread.shutdown()
