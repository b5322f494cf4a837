"""From the bytes of a chat turn's stream to its events (docs/api.md section 6).

Bounded: no line and no event grows without limit. Whatever the bytes, nothing is raised.
What an event means is said by `events`.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
from httpx_sse import EventSource, ServerSentEvent

from nemowatch.remote.events import BEAT, TurnEvent, classify

#: The largest event that is read, in bytes; a larger one counts as a sign of life. The real server
#: family sends 300 kB in one line.
MAX_EVENT = 4 * 1024 * 1024
#: The headers that httpx_sse requires before it reads an event.
_STREAM = {"Content-Type": "text/event-stream; charset=utf-8"}


class EventReader:
    """Cuts a byte stream into events. Lines end with LF, CR or CRLF, as the format says.

    It finds where an event ends and bounds its size. httpx_sse reads the event; by itself it has
    no bound and hides comment lines.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []  #: of the current event
        self._line = bytearray()
        self._line_size = 0  #: of the current line, kept or not
        self._event_size = 0  #: of all lines of the current event
        self._after_cr = False
        self._at_start = True

    def __repr__(self) -> str:
        return f"<EventReader line={self._line_size} event={self._event_size} bytes>"

    def feed(self, data: bytes) -> list[TurnEvent]:
        """The events that `data` completes."""
        if not data:
            return []
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")

        *ended, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        found: list[TurnEvent] = []
        for line in ended:
            self._keep(line)
            found += self._end_of_line()

        self._keep(rest)
        return found

    def finish(self) -> list[TurnEvent]:
        """The event that was complete but not ended when the stream closed."""
        return self._end_of_line() + self._end_of_line()  # of its last line, then of the event

    @property
    def kept(self) -> int:
        """Bytes in memory of the event that is being read."""
        return len(self._line) + sum(map(len, self._lines))

    @property
    def _too_large(self) -> bool:
        return self._event_size > MAX_EVENT

    def _keep(self, part: bytes) -> None:
        self._line_size += len(part)
        self._event_size += len(part)
        if self._too_large:
            self._line.clear()
            self._lines.clear()
        else:
            self._line += part

    def _end_of_line(self) -> list[TurnEvent]:
        line, size = bytes(self._line), self._line_size
        self._line.clear()
        self._line_size = 0
        if size == 0:
            return self._end_of_event()
        if self._too_large:
            return []

        if self._at_start:
            self._at_start = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.startswith(b":"):
            return [BEAT]

        self._lines.append(line)
        return []

    def _end_of_event(self) -> list[TurnEvent]:
        lines, too_large = self._lines, self._too_large
        self._lines = []
        self._event_size = 0
        if too_large:
            return [BEAT]

        found: list[TurnEvent] = []
        for event in _read(lines):
            found += classify(event.event, event.data)
        return found


def _read(lines: list[bytes]) -> Iterator[ServerSentEvent]:
    """The event in these lines, if there is one."""
    if not lines:
        return iter(())

    block = b"\n".join([*lines, b"", b""])
    return EventSource(httpx.Response(200, headers=_STREAM, content=block)).iter_sse()
