"""The events of a chat turn, in each of the spellings that the cloud is known to use (docs/api.md
section 6). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nemowatch.sandbox.records import TurnRecord

Json = dict[str, Any]
_CAPITAL = re.compile(r"([A-Z])")


class EventStyle:
    """Events as the agent's framework sends them; a style changes what differs."""

    def key(self, name: str) -> str:
        """The spelling of a key that is given in camel case."""
        return name

    def working(self, turn: TurnRecord) -> list[Json]:
        """Events while the turn works: a thought, a tool call and its result. None of them is
        meant for the user."""
        thought = {"text": "The user wants an edit of the timeline.", "thought": True}
        return [
            self._content(turn, [thought]),
            self._content(turn, [{self.key("functionCall"): _call(turn)}]),
            self._content(turn, [{self.key("functionResponse"): _result()}], role="user"),
        ]

    def speaking(self, turn: TurnRecord, text: str) -> Iterator[Json]:
        """Events that carry `text`."""
        yield self._content(turn, [{"text": text}])

    def state_only(self, turn: TurnRecord) -> list[Json]:
        """What a silent turn may still send: an event with a state delta and no content."""
        return [self._event(turn, {"revision": turn.number})]

    def error(self, turn: TurnRecord, form: str) -> Json:
        """A failure within the stream: form `data` gives {"error": …}, form `code` gives
        errorCode and errorMessage."""
        if form == "data":
            text = "RuntimeError: the editing tool is gone"
            return {
                "error": text,
                "error_details": {"error_type": "RuntimeError", "error_message": text},
            }
        failure = {
            self.key("errorCode"): "500",
            self.key("errorMessage"): "The editing tool failed.",
        }
        return self._event(turn, {"revision": turn.number}) | failure

    def _content(self, turn: TurnRecord, parts: list[Json], role: str = "model") -> Json:
        return {"content": {"parts": parts, "role": role}} | self._event(turn, {})

    def _event(self, turn: TurnRecord, delta: Json) -> Json:
        return {
            self.key("invocationId"): f"e-{turn.number:08d}",
            "author": "nemo_agent",
            "actions": {self.key("stateDelta"): delta},
            "id": f"ev-{turn.number:08d}",
            "timestamp": 1795258928.5,
        }


class _InPieces(EventStyle):
    """The text first in pieces, then as a whole."""

    def speaking(self, turn: TurnRecord, text: str) -> Iterator[Json]:
        for at in range(0, len(text), 12):
            partial = {"text": text[at : at + 12]}
            yield {"partial": True} | self._content(turn, [partial])
        yield from super().speaking(turn, text)


class _Snake(EventStyle):
    """Keys in snake case."""

    def key(self, name: str) -> str:
        return _CAPITAL.sub(r"_\1", name).lower()


class _Typed(EventStyle):
    """Each event names its type."""

    def working(self, turn: TurnRecord) -> list[Json]:
        return [
            {"type": "tool_call", "content": _call(turn)},
            {"type": "tool_result", "content": _result()},
        ]

    def speaking(self, turn: TurnRecord, text: str) -> Iterator[Json]:
        yield {"type": "text", "content": text}

    def state_only(self, turn: TurnRecord) -> list[Json]:
        return []


class _TopLevel(EventStyle):
    """Only text, at the top level."""

    def working(self, turn: TurnRecord) -> list[Json]:
        return []

    def speaking(self, turn: TurnRecord, text: str) -> Iterator[Json]:
        yield {"text": text}

    def state_only(self, turn: TurnRecord) -> list[Json]:
        return []


def _call(turn: TurnRecord) -> Json:
    return {"name": "edit_timeline", "args": {"turn": turn.number}}


def _result() -> Json:
    return {"name": "edit_timeline", "response": {"ok": True}}


ADK = EventStyle()
IN_PIECES = _InPieces()
STYLES = {
    "adk": ADK,
    "adk_partial": IN_PIECES,
    "snake": _Snake(),
    "typed": _Typed(),
    "toplevel": _TopLevel(),
}
