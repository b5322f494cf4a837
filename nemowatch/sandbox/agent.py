"""What a chat turn makes: the draft and the answer. `event_styles` has the events that carry the
answer.

Pure and deterministic: the same session, message and settings give the same draft and the same
events. It must not charge, wait or send; `stream` does that.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from nemowatch.sandbox.event_styles import ADK, STYLES, EventStyle
from nemowatch.sandbox.extras import is_extra, with_extras
from nemowatch.sandbox.records import CloudSession, TurnRecord
from nemowatch.sandbox.settings import Settings

Json = dict[str, Any]
VIDEO, AUDIO, TEXT = 0, 1, 7  #: track types, docs/api.md section 7
#: What is said in the packaged sample, in the pieces of a transcript.
SPOKEN = (
    "Good morning from the harbour.",
    "The first boat leaves at seven,",
    "and there is still a seat for you.",
)
TEMPORARY_ISSUE = "I encountered a temporary issue. Please try again later."
QUESTION = "Which language would you like? Please tell me, then I will start."
UNCHANGED = "I had a look at your project. Everything is as it was."
#: What the answer says was done, by task.
DONE = {
    "transcribe": "I transcribed the dialogue.",
    "dub": "I dubbed your video.",
    "voiceover": "I added the voiceover.",
}
#: The tasks, each with its skill, which takes precedence, and the words of a message that ask for
#: it.
ASKED = (
    ("transcribe", "transcribe-video-to-text", ("transcri", "subtitle", "caption")),
    ("dub", "multilingual-video-dubbing", ("dub ",)),
)
#: The name of a new voice, by task.
VOICES = {"dub": "Dubbed voice", "voiceover": "Voiceover"}
#: Milliseconds of a word: speech has about 150 words a minute.
WORD_MS = 400


@dataclass(frozen=True, slots=True)
class TurnProduct:
    """What a turn makes."""

    draft: Json
    media: Json | None
    answer: str


def task_of(skill: str, message: str) -> str:
    """transcribe, dub or voiceover: by the skill, or by the message if the skill, as a recipe's,
    does not show it."""
    for task, own_skill, _ in ASKED:
        if skill == own_skill:
            return task
    words = message.lower()
    for task, _, asking in ASKED:
        if any(word in words for word in asking):
            return task
    return "voiceover"


def needs_media(session: CloudSession, skill: str) -> bool:
    """True when media are needed and there are none. Only `voiceover-generator` needs no upload."""
    return not session.uploads and skill != "voiceover-generator"


def make_edit(session: CloudSession, turn: TurnRecord, settings: Settings) -> TurnProduct:
    """The draft after this turn, built on the session's current one."""
    before = copy.deepcopy(session.drafts[-1]) or {"t": [], "d": 0, "m": {}}
    total = _total_ms(session, turn.message)
    task = task_of(turn.skill, turn.message)
    media: Json | None = None
    if task == "transcribe":
        made = _spoken(session, total, settings)
    else:
        made = _voice(turn, task, total)
        media = {"type": "audio", "id": f"gm_{turn.number}", "duration": total / 1000}

    replaced = (VIDEO, made["tt"])
    kept = [track for track in before["t"] if track["tt"] not in replaced and not is_extra(track)]
    extras = with_extras(before["t"], turn.message, total)
    meta_before = before.get("m")
    if not isinstance(meta_before, dict):
        meta_before = {}
    revision = meta_before.get("revision", 0) + 1
    meta = meta_before | {"title": _title(turn.message), "revision": revision, "task": task}
    draft = {"t": [*_video(session), *kept, made, *extras], "d": total, "m": meta}
    return TurnProduct(draft, media, _answer(task, revision))


def half_draft(edit: TurnProduct) -> Json:
    """The same edit, half made: only its first track."""
    return edit.draft | {"t": edit.draft["t"][:1]}


def clip_draft(session: CloudSession) -> Json:
    """A draft with the uploads and nothing else."""
    return {"t": _video(session), "d": _total_ms(session, ""), "m": {}}


def signed(draft: Json | None, serial: int) -> Json | None:
    """The draft with an address at each segment, signed by this number."""
    copied = copy.deepcopy(draft)
    for track in (copied or {}).get("t", []):
        for segment in track["sg"]:
            address = f"https://media.example.com/{segment['id']}.mp4"
            segment["m"]["url"] = f"{address}?Expires={serial}&Signature=s{serial}#t"
    return copied


def _total_ms(session: CloudSession, message: str) -> int:
    clips = sum(round(u.blob.duration * 1000) for u in session.uploads)
    return clips or max(1, len(message.split())) * WORD_MS


def _video(session: CloudSession) -> list[Json]:
    segments, start = [], 0
    for number, upload in enumerate(session.uploads):
        length = round(upload.blob.duration * 1000)
        meta = {"name": upload.name, "hash": upload.blob.sha256}
        segments.append({"id": f"v{number}", "s": start, "d": length, "m": meta})
        start += length
    return [{"tt": VIDEO, "sg": segments}] if segments else []


def _voice(turn: TurnRecord, task: str, total: int) -> Json:
    meta = {"name": VOICES[task], "volume": 1.0}
    return {"tt": AUDIO, "sg": [{"id": f"a{turn.number}", "s": 0, "d": total, "m": meta}]}


def _spoken(session: CloudSession, total: int, settings: Settings) -> Json:
    names = [upload.name for upload in session.uploads]
    lines = [*SPOKEN, f"This was {[*names, 'the script'][0]}."]
    length = total // len(lines)
    segments = []
    for number, text in enumerate(lines):
        segments.append(caption(text, number * length, length, settings.captions))
    return {"tt": TEXT, "sg": segments}


def caption(
    text: str,
    start: int,
    length: int,
    form: str,
) -> Json:
    """One text segment. `form` chooses among the keys about which sources disagree (docs/api.md
    section 7). Times are in ms."""
    forms: dict[str, Json] = {
        "content": {"st": start, "d": length, "m": {"content": text}},
        "title": {"s": start, "d": length, "m": {"title": text}},
        "plain": {"start": start, "duration": length, "text": text},
        "laid": {"d": length, "m": {"text": text}},
    }
    return forms.get(form, {"start": start, "duration": length, "m": {"text": text}})


def _title(message: str) -> str:
    return " ".join(message.split())[:80]


def _answer(task: str, revision: int) -> str:
    cure = 'Preview in timeline, then click "Export" to save it.'
    return f"{DONE[task]} This is revision {revision}. {cure}"


def style_of(settings: Settings, turn: TurnRecord, fault_style: str = "") -> EventStyle:
    """How this turn's events are spelled."""
    name = fault_style or settings.style
    if name == "vary":
        name = list(STYLES)[turn.number % len(STYLES)]
    return STYLES.get(name, ADK)


def is_silent(settings: Settings, turn: TurnRecord) -> bool:
    """True for turns that end without text (about 30 % in the real product, docs/api.md section
    6)."""
    every = settings.silent_every
    return every > 0 and turn.number % every == every - 1


def line(event: Json) -> bytes:
    """One event as the stream has it."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"data: {text}\n\n".encode()


#: Every form of keep-alive in docs/api.md section 6; they take turns.
HEARTBEATS = (
    b": keep-alive\n\n",
    b"data:\n\n",
    b"data: heartbeat\n\n",
    b"event: heartbeat\ndata: {}\n\n",
    b'data: {"type":"heartbeat"}\n\n',
)
