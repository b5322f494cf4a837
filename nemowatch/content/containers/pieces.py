"""Reads small pieces of an open file, but only a limited number, so that no file takes longer,
whatever it contains.

Owns the limits. Neighbouring pieces are read from the file at once. It must not know what the bytes
mean.
"""

from __future__ import annotations

import os
import time

#: Bytes of one read: the least that the kernel reads.
BLOCK = 4096
#: The most reads. On a share each is a round trip; an hour of fragmented video takes about 3,000.
READS = 20_000
#: The most pieces: a quarter of a second of computing. A file that needs more has pieces so small
#: that no recorder has written it.
PIECES = 50_000
#: After this many reads, no more than this many seconds may have passed.
FEW, SECONDS = 1_000, 8.0


class TooMany(Exception):
    """The file has more pieces than are read."""


class TooFar(TooMany):
    """What is looked for is spread over too much of the file."""


class Pieces:
    """An open file, in pieces."""

    def __init__(self, fd: int, size: int) -> None:
        self._fd = fd
        self.size = size  #: bytes
        self._block = b""
        self._block_at = 0
        self._reads = 0
        self._pieces = 0
        self._until = time.monotonic() + SECONDS

    def __repr__(self) -> str:
        return f"Pieces({self.size} bytes, {self._reads} reads)"

    def at(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset` on, fewer at the file's end. Raises TooMany,
        TooFar, OSError."""
        self._pieces += 1
        if self._pieces > PIECES:
            raise TooMany
        if offset >= self.size:
            return b""

        begin = offset - self._block_at
        if begin < 0 or begin + count > len(self._block):
            self._read(offset, count)
            begin = offset - self._block_at
        return self._block[begin : begin + count]

    def afresh(self) -> Pieces:
        """The same file, with limits of its own."""
        return Pieces(self._fd, self.size)

    def number(self, offset: int, count: int = 4) -> int:
        """An unsigned number of `count` bytes, the highest byte first."""
        return int.from_bytes(self.at(offset, count), "big")

    def _read(self, offset: int, count: int) -> None:
        """Read a block that contains these bytes into memory."""
        self._reads += 1
        is_late = self._reads > FEW and time.monotonic() > self._until
        if is_late or self._reads > READS:
            raise TooFar

        self._block_at = offset - offset % BLOCK
        wanted = max(BLOCK, offset + count - self._block_at)
        self._block = os.pread(self._fd, wanted, self._block_at)
