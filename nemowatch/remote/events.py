"""The stream of a chat turn (docs/api.md section 6): from bytes to classified events, and from
these to the turn's answer.

Bounded: no line, no event and no answer grows without limit. Whatever the bytes, nothing is
raised. It must not know about connections or time limits: the listener decides when a turn is
over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httpx
from httpx_sse import EventSource, ServerSentEvent

from nemowatch.remote import wire

#: The largest event that is read, in bytes; a larger one counts as a sign of life. Real servers
#: of this family send 300 kB in one line.
MAX_EVENT = 4 * 1024 * 1024
#: Characters kept beyond MAX_ANSWER until secrets are removed, so that the cut divides none.
_SECRET_ROOM = 4096
#: A longer answer, in characters, is cut: people read it, and the journal keeps it.
MAX_ANSWER = 1024 * 1024


class Kind(Enum):
    """The meaning of an event."""

    TEXT = auto()  #: a whole text of the answer
    PIECE = auto()  #: a part of a text; a whole one may follow and then replaces it
    WORK = auto()  #: a tool call, its result, a thought, a state change: the agent is working
    HEARTBEAT = auto()  #: still connected, nothing more
    ERROR = auto()  #: the agent reports a failure


@dataclass(frozen=True, slots=True)
class Event:
    """One classified event."""

    kind: Kind
    text: str = ""
    code: int = 0  #: with ERROR: a code of docs/api.md section 1, else 0


_BEAT = Event(Kind.HEARTBEAT)
_WORK = Event(Kind.WORK)


# --- bytes to events ------------------------------------------------------------------


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

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes."""
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")

        *ended, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        found: list[Event] = []
        for line in ended:
            self._keep(line)
            found += self._end_of_line()

        self._keep(rest)
        return found

    def finish(self) -> list[Event]:
        """The event that was complete but not ended when the stream closed."""
        found: list[Event] = []
        if self._line_size:
            found += self._end_of_line()
        return found + self._end_of_line()

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

    def _end_of_line(self) -> list[Event]:
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
            return [_BEAT]

        self._lines.append(line)
        return []

    def _end_of_event(self) -> list[Event]:
        lines, too_large = self._lines, self._too_large
        self._lines = []
        self._event_size = 0
        if too_large:
            return [_BEAT]

        found: list[Event] = []
        for event in _read(lines):
            found += classify(event.event, event.data)
        return found


def _read(lines: list[bytes]) -> Iterator[ServerSentEvent]:
    """The event in these lines, if there is one."""
    if not lines:
        return iter(())

    block = b"\n".join([*lines, b"", b""])
    return EventSource(httpx.Response(200, headers=_STREAM, content=block)).iter_sse()


# --- payloads to events ---------------------------------------------------------------


def classify(name: str, data: str) -> list[Event]:
    """The meaning of one event, in any of the shapes of docs/api.md section 6. An unknown one is a
    sign of life."""
    if name.lower() in ("heartbeat", "ping", "keepalive", "keep-alive"):
        return [_BEAT]
    document = wire.parse(data) if data.strip() else None
    if isinstance(document, dict):
        return list(_of_document(document)) or [_BEAT]
    if name.lower() == "error" and data.strip():
        return [Event(Kind.ERROR, wire.words(data))]
    return [_BEAT]


def _of_document(document: dict[str, Any], *, wrapped: bool = False) -> Iterator[Event]:
    if error := _error(document):
        yield error
    if "parts" in wire.table(document.get("content")):
        yield from _content(document)
    elif "type" in document:
        yield from _typed(document)
    elif isinstance(document.get("text"), str):
        yield _said(document["text"], whole=document.get("partial") is False)
    elif isinstance(document.get("data"), dict) and "code" in document and not wrapped:
        yield from _of_document(document["data"], wrapped=True)
    elif _is_agent_event(document):
        yield _WORK


def _error(document: dict[str, Any]) -> Event | None:
    """An error event: ADK's, the server's `{"error": …}`, a business envelope, a typed one or a
    framework's."""
    code = wire.business_code(document)
    own = document.get("errorCode") or document.get("error_code")
    failed = bool(code or own or document.get("errorMessage") or document.get("error_message"))
    failed = (
        failed
        or bool(document.get("error"))
        or document.get("type") == "error"
        or _is_detail(document)
    )
    if not failed:
        return None
    inner = wire.business_code({"code": own}) or wire.business_code(document.get("error"))
    known = next((c for c in (code, inner) if c in wire.CODES), 0)
    said = wire.message(document) or wire.words(
        wire.text(document.get("content")) or wire.text(own)
    )
    return Event(Kind.ERROR, said or "The agent reports an error.", known)


def _is_detail(document: dict[str, Any]) -> bool:
    return (
        bool(document.get("detail")) and not _is_agent_event(document) and "content" not in document
    )


def _typed(document: dict[str, Any]) -> Iterator[Event]:
    """`{"type":"text|tool_call|tool_result|heartbeat","content":…}`."""
    kind = wire.text(document.get("type")).lower()
    if kind in ("tool_call", "tool_result", "thought", "thinking"):
        yield _WORK
    elif kind in ("text", "message"):
        content = document.get("content", document.get("text"))
        said = "".join(_strings(content))
        if said:
            yield _said(said, whole=document.get("partial") is False)


def _strings(content: Any) -> Iterator[str]:
    """The texts of a typed event: a string, an object with `text`, or a list of either."""
    for entry in content if isinstance(content, list) else [content]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict) and isinstance(entry.get("text"), str):
            yield entry["text"]


def _content(document: dict[str, Any]) -> Iterator[Event]:
    """ADK: `content.parts` have text, calls and responses; the prompt may be echoed as the
    user's."""
    content = wire.table(document.get("content"))
    parts = [part for part in wire.rows(content.get("parts")) if isinstance(part, dict)]
    ours = content.get("role") == "user" or document.get("author") == "user"
    texts = [
        part["text"]
        for part in parts
        if isinstance(part.get("text"), str) and part.get("thought") is not True
    ]
    said = "".join(texts)
    if said and not ours:
        yield _said(said, whole=document.get("partial") is not True)
    elif parts or _is_agent_event(document):
        yield _WORK


def _said(said: str, *, whole: bool) -> Event:
    return Event(Kind.TEXT if whole else Kind.PIECE, wire.clean(said))


def _is_agent_event(document: dict[str, Any]) -> bool:
    """An ADK event without text: a state change, the end of a turn."""
    return any(key in document for key in ("invocationId", "invocation_id", "actions"))


# --- events to the answer -------------------------------------------------------------


class Answer:
    """Collects what a turn says. Partial pieces are followed by one whole text: one of the two
    is kept."""

    def __init__(self) -> None:
        self._wholes: list[str] = []
        self._pieces: list[str] = []
        self._size = 0  #: characters in both
        self._piece_size = 0
        self.error = ""
        self.code = 0
        self.failed = False  #: there was an error event

    def take(self, event: Event) -> None:
        """Add an event. One without text or error changes nothing."""
        if event.kind is Kind.ERROR:
            self.failed = True
            self.error = self.error or event.text
            self.code = self.code or event.code
        elif event.kind is Kind.TEXT:
            self._take_whole(event.text)
        elif event.kind is Kind.PIECE and not self._repeats(event.text):
            self._piece_size += self._add(self._pieces, event.text)

    def _take_whole(self, said: str) -> None:
        self._size -= self._piece_size
        self._piece_size = 0
        self._pieces.clear()
        if not self._wholes or self._wholes[-1] != said:  # an event with a file is sent twice
            self._add(self._wholes, said)

    def _repeats(self, said: str) -> bool:
        """A stream that does not mark its pieces may end with all of them as one text."""
        return (
            len(self._pieces) > 1
            and len(said) == self._piece_size
            and said == "".join(self._pieces)
        )

    def _add(self, to: list[str], said: str) -> int:
        said = said[: max(MAX_ANSWER + _SECRET_ROOM - self._size, 0)]
        self._size += len(said)
        if said:
            to.append(said)
        return len(said)

    @property
    def text(self) -> str:
        """The answer so far, fit to be kept and shown. It is cleaned as a whole, since pieces may
        divide a secret."""
        return wire.work("\n\n".join([*self._wholes, "".join(self._pieces)]))[:MAX_ANSWER]
