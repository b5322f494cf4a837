"""What a chat turn does: the draft it makes, the answer it gives, and the events that carry the
answer.

Pure and deterministic: the same session, message and settings give the same draft and the same
events. It must not charge, wait or send; `chat` does that.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nemowatch.sandbox.settings import Settings
from nemowatch.sandbox.world import Session, TurnRecord

Json = dict[str, Any]
VIDEO, AUDIO, TEXT = 0, 1, 7  #: track types, docs/api.md section 7
STYLES = ("adk", "adk_partial", "snake", "typed", "toplevel")
#: The sentence of the packaged sample, as a transcript would cut it; the last line names the file.
SPOKEN = (
    "Good morning from the harbour.",
    "The first boat leaves at seven,",
    "and there is still a seat for you.",
)
TEMPORARY_ISSUE = "I encountered a temporary issue. Please try again later."
QUESTION = "Which language would you like? Please tell me, then I will start."
UNCHANGED = "I had a look at your project. Everything is as it was."
#: Speech is about 150 words a minute.
WORD_MS = 400


@dataclass(frozen=True, slots=True)
class Edit:
    """What a turn makes."""

    draft: Json
    media: Json | None
    answer: str


def task_of(skill: str, message: str) -> str:
    """transcribe, dub or voiceover: by the skill, and by the message where a recipe's skill says
    nothing."""
    words = message.lower()
    if (
        skill == "transcribe-video-to-text"
        or "transcri" in words
        or "subtitle" in words
        or "caption" in words
    ):
        return "transcribe"
    return "dub" if skill == "multilingual-video-dubbing" or "dub " in words else "voiceover"


def needs_media(session: Session, skill: str) -> bool:
    """True when there is nothing to work on: only `voiceover-generator` works from the message
    alone."""
    return not session.uploads and skill != "voiceover-generator"


def make_edit(session: Session, turn: TurnRecord, settings: Settings) -> Edit:
    """The draft after this turn, built on the session's current one."""
    before = copy.deepcopy(session.drafts[-1]) or {"t": [], "d": 0, "m": {}}
    total = _total_ms(session, turn.message)
    task = task_of(turn.skill, turn.message)
    tracks = [
        track
        for track in before["t"]
        if track["tt"] not in (VIDEO, AUDIO if task != "transcribe" else TEXT)
    ]
    tracks = (
        _video(session)
        + tracks
        + [_spoken(session, total, settings) if task == "transcribe" else _voice(turn, task, total)]
    )
    revision = before["m"].get("revision", 0) + 1
    meta = before["m"] | {"title": _title(turn.message), "revision": revision, "task": task}
    media = (
        None
        if task == "transcribe"
        else {"type": "audio", "id": f"gm_{turn.number}", "duration": total / 1000}
    )
    return Edit({"t": tracks, "d": total, "m": meta}, media, _answer(task, revision))


def half_draft(edit: Edit) -> Json:
    """The same edit while it is still being made: only its first track."""
    return edit.draft | {"t": edit.draft["t"][:1]}


def clip_draft(session: Session) -> Json:
    """A draft that holds just what was uploaded."""
    return {"t": _video(session), "d": _total_ms(session, ""), "m": {}}


def _total_ms(session: Session, message: str) -> int:
    clips = sum(round(u.blob.duration * 1000) for u in session.uploads)
    return clips or max(1, len(message.split())) * WORD_MS


def _video(session: Session) -> list[Json]:
    segments, start = [], 0
    for number, upload in enumerate(session.uploads):
        length = round(upload.blob.duration * 1000)
        meta = {"name": upload.name, "hash": upload.blob.sha256}
        segments.append({"id": f"v{number}", "s": start, "d": length, "m": meta})
        start += length
    return [{"tt": VIDEO, "sg": segments}] if segments else []


def _voice(turn: TurnRecord, task: str, total: int) -> Json:
    name = "Dubbed voice" if task == "dub" else "Voiceover"
    return {
        "tt": AUDIO,
        "sg": [{"id": f"a{turn.number}", "s": 0, "d": total, "m": {"name": name, "volume": 1.0}}],
    }


def _spoken(session: Session, total: int, settings: Settings) -> Json:
    name = session.uploads[0].name if session.uploads else "the script"
    lines = [*SPOKEN, f"This was {name}."]
    length = total // len(lines)
    return {
        "tt": TEXT,
        "sg": [
            caption(text, i * length, length, settings.captions) for i, text in enumerate(lines)
        ],
    }


def caption(text: str, start: int, length: int, form: str) -> Json:
    """One text segment; `form` chooses among the keys that sources disagree about (docs/api.md
    section 7). Times in ms."""
    return {
        "content": {"st": start, "d": length, "m": {"content": text}},
        "title": {"s": start, "d": length, "m": {"title": text}},
        "plain": {"start": start, "duration": length, "text": text},
        "laid": {"d": length, "m": {"text": text}},
    }.get(form, {"start": start, "duration": length, "m": {"text": text}})


def _title(message: str) -> str:
    return " ".join(message.split())[:80]


def _answer(task: str, revision: int) -> str:
    done = {"transcribe": "I transcribed the dialogue.", "dub": "I dubbed your video."}.get(
        task, "I added the voiceover."
    )
    return (
        f'{done} This is revision {revision}. Preview in timeline, then click "Export" to save it.'
    )


def style_of(settings: Settings, turn: TurnRecord, fault_style: str = "") -> str:
    """How this turn's events are spelled."""
    style = fault_style or settings.style
    return STYLES[turn.number % len(STYLES)] if style == "vary" else style


def is_silent(settings: Settings, turn: TurnRecord) -> bool:
    """True for the turns that close without text (about 30 % in the real product, docs/api.md
    section 6)."""
    return (
        bool(settings.silent_every)
        and turn.number % settings.silent_every == settings.silent_every - 1
    )


def working(style: str, turn: TurnRecord) -> list[Json]:
    """Events while the turn works: a thought, a tool's call and its result; never meant for the
    user."""
    call, result = {"name": "edit_timeline", "args": {"turn": turn.number}}, {"ok": True}
    answer = {"name": "edit_timeline", "response": result}
    if style == "typed":
        return [{"type": "tool_call", "content": call}, {"type": "tool_result", "content": answer}]
    if style == "toplevel":
        return []
    names = (
        ("function_call", "function_response")
        if style == "snake"
        else ("functionCall", "functionResponse")
    )
    thought = {"text": "The user wants an edit of the timeline.", "thought": True}
    return [
        _adk(style, turn, [thought]),
        _adk(style, turn, [{names[0]: call}]),
        _adk(style, turn, [{names[1]: answer}], role="user"),
    ]


def speaking(style: str, turn: TurnRecord, text: str) -> Iterator[Json]:
    """Events that carry `text`; with adk_partial first in pieces, then whole."""
    if style == "typed":
        yield {"type": "text", "content": text}
    elif style == "toplevel":
        yield {"text": text}
    else:
        if style == "adk_partial":
            for at in range(0, len(text), 12):
                yield _adk(style, turn, [{"text": text[at : at + 12]}], partial=True)
        yield _adk(style, turn, [{"text": text}])


def state_only(style: str, turn: TurnRecord) -> list[Json]:
    """What a silent turn may still send: an event with a state delta and no content."""
    return [] if style in ("typed", "toplevel") else [_adk(style, turn, [])]


def error_event(style: str, turn: TurnRecord, form: str) -> Json:
    """A failure in the stream: `data` gives {"error": …}, `code` gives errorCode and
    errorMessage."""
    if form == "data":
        text = "RuntimeError: the editing tool is gone"
        return {
            "error": text,
            "error_details": {"error_type": "RuntimeError", "error_message": text},
        }
    event = _adk(style, turn, [])
    code, words = (
        ("error_code", "error_message") if style == "snake" else ("errorCode", "errorMessage")
    )
    return event | {code: "500", words: "The editing tool failed."}


def _adk(
    style: str, turn: TurnRecord, parts: list[Json], role: str = "model", partial: bool = False
) -> Json:
    snake = style == "snake"
    event: Json = {"content": {"parts": parts, "role": role}} if parts else {}
    if partial:
        event["partial"] = True
    event["invocation_id" if snake else "invocationId"] = f"e-{turn.number:08d}"
    event["author"] = "nemo_agent"
    event["actions"] = {
        "state_delta" if snake else "stateDelta": {} if parts else {"revision": turn.number}
    }
    return event | {"id": f"ev-{turn.number:08d}", "timestamp": 1795258928.5}


def line(event: Json) -> bytes:
    """One event as it stands in the stream."""
    return (
        b"data: " + json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
    )


#: Every form of a keep-alive that docs/api.md section 6 names; they take turns.
HEARTBEATS = (
    b": keep-alive\n\n",
    b"data:\n\n",
    b"data: heartbeat\n\n",
    b"event: heartbeat\ndata: {}\n\n",
    b'data: {"type":"heartbeat"}\n\n',
)
