"""The body of an answer, read in a thread by blocking calls into memory that the caller has. Owns
where the next bytes are; it must not know what they are for.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpcore

from nemowatch.errors import RemotePassing
from nemowatch.remote.headers import content_length


def refuse_larger(size: int, most: int, status: int) -> None:
    """Raise RemotePassing for an answer with this status whose body has more than `most` bytes."""
    if size > most:
        raise RemotePassing("The answer is too large to be one.", status=status)


class AnswerBody:
    """The body as it comes. The first piece is what httpcore has read with the head; of a body
    whose length is known, all that follows comes straight from the connection: through httpcore
    each byte is copied three times."""

    def __init__(
        self, answer: httpcore.Response, headers: Mapping[str, str], silence: float | None
    ) -> None:
        """`silence`: seconds between two signs of life from the peer."""
        self._pieces = answer.iter_stream()  #: kept to the end: without it the connection closes
        self._stream = answer.extensions["network_stream"]
        self._silence = silence
        self._held = memoryview(b"")
        self._length = 0  #: of the whole body, 0 when only its end tells
        if "transfer-encoding" not in headers:
            self._length = content_length(headers)
        self._by_piece = True  #: httpcore is asked for what comes next
        self._left = 0  #: bytes that are to come straight from the connection

    def fill(self, room: memoryview) -> int:
        """Put what comes next at the beginning of `room`; returns its bytes, 0 at the end. Raises
        what httpcore raises."""
        if self._by_piece and not self._held:
            self._next_piece()
        if self._held:
            return self._from_piece(room)
        if self._left:
            return self._straight(room[: self._left])
        return 0

    def _next_piece(self) -> None:
        piece = next(self._pieces, b"")
        self._held = memoryview(piece)
        if piece and self._length:
            self._left = self._length - len(piece)
            self._by_piece = False

    def _from_piece(self, room: memoryview) -> int:
        count = min(len(room), len(self._held))
        room[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _straight(self, room: memoryview) -> int:
        count: int = self._stream.receive_into(room, self._silence)
        if not count:
            raise httpcore.RemoteProtocolError("the body ended early")
        self._left -= count
        return count

    def whole(self, most: int, status: int) -> bytes:
        """All of it, of an answer with this status. Raises RemotePassing when it has more than
        `most` bytes."""
        refuse_larger(self._length, most, status)
        body = bytearray()
        for piece in self._pieces:
            body += piece
            refuse_larger(len(body), most, status)
        return bytes(body)
