"""The events of a chat turn (docs/api.md section 6): what each one says, in any of its shapes, and
the answer that they make together.

Bounded: no answer grows without limit. Whatever comes, nothing is raised. It must not know about
connections or time limits: the listener decides when a turn is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from nemowatch.remote import envelope, values
from nemowatch.secrecy import SECRET_ROOM

#: A longer answer, in characters, is cut: people read it, and the journal keeps it.
MAX_ANSWER = 1024 * 1024


class EventKind(Enum):
    """The meaning of an event."""

    TEXT = auto()  #: a whole text of the answer
    PIECE = auto()  #: a part of a text; a whole one may follow and then replaces it
    WORK = auto()  #: a tool call, its result, a thought, a state change: the agent is working
    HEARTBEAT = auto()  #: still connected, nothing more
    ERROR = auto()  #: the agent reports a failure


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One classified event."""

    kind: EventKind
    text: str = ""
    code: int = 0  #: with ERROR: a code of docs/api.md section 1, else 0


BEAT = TurnEvent(EventKind.HEARTBEAT)
WORK = TurnEvent(EventKind.WORK)


# --- payloads to events ---------------------------------------------------------------

#: Names of events that only say "still connected".
_HEARTBEATS = frozenset({"heartbeat", "ping", "keepalive", "keep-alive"})
#: Types of `{"type": …}` events in which the agent is at work.
_AT_WORK = frozenset({"tool_call", "tool_result", "thought", "thinking"})
#: Types that hold a text.
_TEXTS = frozenset({"text", "message"})
#: What a text is, by whether it is whole.
_KINDS = {True: EventKind.TEXT, False: EventKind.PIECE}
#: Keys of an ADK event without text: a state change, the end of a turn.
_AGENT_KEYS = frozenset({"invocationId", "invocation_id", "actions"})
#: Keys that hold a code or words of ADK's own errors.
_OWN_CODES = ("errorCode", "error_code")
_OWN_ERRORS = (*_OWN_CODES, "errorMessage", "error_message", "error")


def classify(name: str, data: str) -> list[TurnEvent]:
    """The meaning of one event, in any of the shapes of docs/api.md section 6. An unknown one is a
    sign of life."""
    if name.lower() in _HEARTBEATS or not data.strip():
        return [BEAT]

    document = values.parse(data)
    if isinstance(document, dict):
        return list(_of_document(document)) or [BEAT]
    if name.lower() == "error":
        return [TurnEvent(EventKind.ERROR, values.words(data))]
    return [BEAT]


def _of_document(document: dict[str, Any], *, wrapped: bool = False) -> Iterator[TurnEvent]:
    if _is_error(document):
        yield _error(document)

    if "parts" in values.table(document.get("content")):
        yield from _content(document)
    elif "type" in document:
        yield from _typed(document)
    elif isinstance(document.get("text"), str):
        yield _said(document["text"], whole=document.get("partial") is False)
    elif _is_envelope(document) and not wrapped:
        yield from _of_document(document["data"], wrapped=True)
    elif _is_agent_event(document):
        yield WORK


def _is_envelope(document: dict[str, Any]) -> bool:
    """A business envelope around another event."""
    return "code" in document and isinstance(document.get("data"), dict)


def _is_error(document: dict[str, Any]) -> bool:
    """An error event: ADK's, the server's `{"error": …}`, a business envelope, a typed one or a
    framework's."""
    signs = (
        envelope.business_code(document),
        document.get("type") == "error",
        *map(document.get, _OWN_ERRORS),
        _is_detail(document),
    )
    return any(signs)


def _error(document: dict[str, Any]) -> TurnEvent:
    own = document.get("errorCode") or document.get("error_code")
    known = envelope.known_code(
        envelope.business_code(document),
        envelope.business_code({"code": own}),
        envelope.inner_code(document),
    )

    said = envelope.message(document)
    if not said:
        said = values.words(values.text(document.get("content")) or values.text(own))
    return TurnEvent(EventKind.ERROR, said or "The agent reports an error.", known)


def _is_detail(document: dict[str, Any]) -> bool:
    """The framework's own error, `{"detail": …}`."""
    is_of_agent = _is_agent_event(document) or "content" in document
    return not is_of_agent and bool(document.get("detail"))


def _typed(document: dict[str, Any]) -> Iterator[TurnEvent]:
    """`{"type":"text|tool_call|tool_result|heartbeat","content":…}`."""
    kind = values.text(document.get("type")).lower()
    if kind in _AT_WORK:
        yield WORK
    if kind not in _TEXTS:
        return

    said = "".join(_strings(document.get("content", document.get("text"))))
    if said:
        yield _said(said, whole=document.get("partial") is False)


def _strings(content: Any) -> Iterator[str]:
    """The texts of a typed event: a string, an object with `text`, or a list of either."""
    for entry in values.listed(content):
        said = values.table(entry).get("text", entry)
        if isinstance(said, str):
            yield said


def _content(document: dict[str, Any]) -> Iterator[TurnEvent]:
    """ADK: `content.parts` have text, calls and responses; the prompt may be echoed as the
    user's."""
    content = values.table(document.get("content"))
    parts = values.tables(content.get("parts"))
    said = ""
    if "user" not in (content.get("role"), document.get("author")):
        said = "".join(_spoken(parts))

    if said:
        yield _said(said, whole=document.get("partial") is not True)
    elif parts or _is_agent_event(document):
        yield WORK


def _spoken(parts: list[dict[str, Any]]) -> Iterator[str]:
    """The texts among the parts of a message; thoughts are none."""
    for part in parts:
        said = part.get("text")
        if isinstance(said, str) and part.get("thought") is not True:
            yield said


def _said(said: str, *, whole: bool) -> TurnEvent:
    return TurnEvent(_KINDS[whole], values.clean(said))


def _is_agent_event(document: dict[str, Any]) -> bool:
    return not _AGENT_KEYS.isdisjoint(document)


def _nothing(event: TurnEvent) -> None:
    """It changes no answer."""


# --- events to the answer -------------------------------------------------------------


class TurnAnswer:
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

    def take(self, event: TurnEvent) -> None:
        """Add an event. One without text or error changes nothing."""
        takers = {
            EventKind.ERROR: self._take_error,
            EventKind.TEXT: self._take_whole,
            EventKind.PIECE: self._take_piece,
        }
        takers.get(event.kind, _nothing)(event)

    def _take_error(self, event: TurnEvent) -> None:
        """The first words and the first code count."""
        self.failed = True
        self.error = self.error or event.text
        self.code = self.code or event.code

    def _take_piece(self, event: TurnEvent) -> None:
        if not self._repeats(event.text):
            self._piece_size += self._add(self._pieces, event.text)

    def _take_whole(self, event: TurnEvent) -> None:
        self._size -= self._piece_size
        self._piece_size = 0
        self._pieces.clear()
        if self._wholes[-1:] != [event.text]:  # an event with a file is sent twice
            self._add(self._wholes, event.text)

    def _repeats(self, said: str) -> bool:
        """A stream that does not mark its pieces may end with all of them as one text."""
        return (
            len(self._pieces) > 1
            and len(said) == self._piece_size
            and said == "".join(self._pieces)
        )

    def _add(self, to: list[str], said: str) -> int:
        said = said[: max(MAX_ANSWER + SECRET_ROOM - self._size, 0)]
        self._size += len(said)
        if said:
            to.append(said)
        return len(said)

    @property
    def text(self) -> str:
        """The answer so far, fit to be kept and shown. It is cleaned as a whole, since pieces may
        divide a secret."""
        return values.work("\n\n".join([*self._wholes, "".join(self._pieces)]))[:MAX_ANSWER]
