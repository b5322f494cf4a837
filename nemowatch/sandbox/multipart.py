"""Reads a multipart body as it comes, strictly: boundaries where they belong, and no byte more than
was declared.

It knows nothing about uploads. A body that breaks RFC 2046 raises ValueError.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.parser import HeaderParser

from aiohttp import StreamReader

#: Bytes after the last boundary: an empty line is allowed, no more.
EPILOGUE = 4
MAX_HEAD = 16 * 1024  #: bytes of one part's headers; a name of 255 bytes needs far less


@dataclass(frozen=True, slots=True)
class Head:
    """The headers of a part."""

    name: str
    filename: str


class Multipart:
    """One body. Take a `head`, then all its `pieces`, then the next head, until None."""

    def __init__(self, content: StreamReader, boundary: str, declared: int) -> None:
        self._content, self._declared = content, declared
        self._delimiter = b"\r\n--" + boundary.encode()
        # no line break precedes the first boundary; with one added, it is like the others
        self._buffer = bytearray(b"\r\n")
        self._read = 0  # bytes that have come

    @property
    def left(self) -> int:
        """Declared bytes that belong to no part and not to the last boundary. Call it after the
        last head."""
        return self._declared - (self._read - len(self._buffer))

    async def _more(self) -> None:
        piece = await self._content.readany()
        if not piece:
            raise ValueError("the body ends before its last boundary")
        self._read += len(piece)
        self._buffer += piece

    async def head(self) -> Head | None:
        """The next part's head; None after the last boundary."""
        if await self._is_last():
            return None
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise ValueError("a part's headers without end")
            await self._more()
        head = self._buffer[:end].decode("utf-8")
        del self._buffer[: end + 4]
        return _head(head)

    async def _is_last(self) -> bool:
        """Read a boundary; True for the last one."""
        width = len(self._delimiter)
        while len(self._buffer) < width + 2:
            await self._more()
        if not self._buffer.startswith(self._delimiter):
            raise ValueError("no boundary where one belongs")
        mark = bytes(self._buffer[width : width + 2])
        del self._buffer[: width + 2]
        if mark not in (b"--", b"\r\n"):
            raise ValueError("a boundary that goes on")
        return mark == b"--"

    async def pieces(self) -> AsyncIterator[bytes]:
        """The part's content, as it comes."""
        keep = len(self._delimiter) - 1  # a boundary may arrive in two pieces
        while (end := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > keep:
                yield bytes(self._buffer[:-keep])
                del self._buffer[:-keep]
            await self._more()
        yield bytes(self._buffer[:end])
        del self._buffer[:end]


def _head(text: str) -> Head:
    fields = HeaderParser().parsestr(text)
    name = fields.get_param("name", "", header="content-disposition")
    return Head(str(name), unescaped(fields.get_filename("")))


def unescaped(name: str) -> str:
    """A file name without the three escapes that browsers use between quotes."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
