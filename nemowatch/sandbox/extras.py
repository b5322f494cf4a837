"""Music and titles that a message asks for besides its task; each gets a track of its own in the
draft. Pure."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
AUDIO, TEXT = 1, 7  #: track types, docs/api.md section 7
#: How long a title is shown, in ms.
TITLE_MS = 3000
#: Music that is not in the foreground.
VOLUME = 0.35

#: "do not add titles, music or effects" asks for none.
_ADD = r"(?<!not )\badd\b[^.\n]{0,60}?\b"
_MUSIC = re.compile(rf"{_ADD}(?:([\w-]+) )?(?:music|bgm)\b", re.IGNORECASE)
_TITLE = re.compile(rf"{_ADD}title\b[ :]{{0,3}}(?:\"([^\"\n]{{1,60}})\")?", re.IGNORECASE)
_NO_MUSIC = re.compile(r"\bremove\b[^.\n]{0,30}\b(?:music|bgm)\b", re.IGNORECASE)
_NO_TITLE = re.compile(r"\bremove\b[^.\n]{0,30}\btitles?\b", re.IGNORECASE)
#: Words before "music" that do not name a kind of music.
_NO_KIND = frozenset({"a", "add", "some", "the", "and", "background", "of"})


def is_extra(track: Json) -> bool:
    """Whether a track is for music or titles."""
    return "extra" in track


def with_extras(before: list[Json], message: str, total: int) -> list[Json]:
    """The music and titles in the draft after this message. `total` is the length of the draft in
    ms."""
    kept = {str(track["extra"]): track for track in filter(is_extra, before)}
    if _NO_MUSIC.search(message):
        kept.pop("music", None)
    if _NO_TITLE.search(message):
        kept.pop("title", None)

    music = _MUSIC.search(message)
    if music is not None:
        kept["music"] = _music(music[1], total)
    title = _TITLE.search(message)
    if title is not None:
        kept["title"] = _title(title[1] or "Title")
    return list(kept.values())


def _music(kind: str | None, total: int) -> Json:
    name = "Music"
    if kind and kind.lower() not in _NO_KIND:
        name = kind.capitalize()
    meta = {"name": name, "type": "bgm", "volume": VOLUME}
    return {"tt": AUDIO, "extra": "music", "sg": [{"id": "m0", "s": 0, "d": total, "m": meta}]}


def _title(text: str) -> Json:
    segment = {"id": "t0", "s": 0, "d": TITLE_MS, "m": {"text": text}}
    return {"tt": TEXT, "extra": "title", "sg": [segment]}
