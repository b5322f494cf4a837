"""What the name of a file promises, and the records of what can be found out about a file, which
all modules that deal with files share. Pure, and light: `sniff` finds things out, in a child.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nemowatch.model import MediaKind

#: The most characters of a script: a hundred hours of speech. The skill accepts files of 200 MB
#: (docs/api.md section 2), but a message of that length would not fit the memory of nemowatch.
MAX_CHARACTERS = 5_000_000
#: The most bytes of that many characters, in UTF-32.
MAX_TEXT = 4 * MAX_CHARACTERS
#: The most bytes that are read of a text, a script or a list of links.
MAX_READ = MAX_TEXT + 1

_VIDEO, _AUDIO, _IMAGE = MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE
#: Endings of what may be uploaded (docs/api.md section 2), other endings for the same
#: (`cloud_names`), and those of the texts and links that are read here.
KINDS: dict[str, MediaKind] = {
    "mp4": _VIDEO,
    "m4v": _VIDEO,
    "mov": _VIDEO,
    "qt": _VIDEO,
    "avi": _VIDEO,
    "webm": _VIDEO,
    "mkv": _VIDEO,
    "f4v": _VIDEO,
    "divx": _VIDEO,
    "jpg": _IMAGE,
    "jpeg": _IMAGE,
    "jpe": _IMAGE,
    "jfif": _IMAGE,
    "png": _IMAGE,
    "gif": _IMAGE,
    "webp": _IMAGE,
    "mp3": _AUDIO,
    "wav": _AUDIO,
    "wave": _AUDIO,
    "m4a": _AUDIO,
    "m4b": _AUDIO,
    "m4r": _AUDIO,
    "mka": _AUDIO,
    "weba": _AUDIO,
    "bwf": _AUDIO,
    "aac": _AUDIO,
    "txt": MediaKind.SCRIPT,
    "md": MediaKind.SCRIPT,
    "srt": MediaKind.SCRIPT,
    "vtt": MediaKind.SCRIPT,
    "docx": MediaKind.SCRIPT,
    "docm": MediaKind.SCRIPT,
    "dotx": MediaKind.SCRIPT,
    "dotm": MediaKind.SCRIPT,
    "url": MediaKind.LINK,
    "webloc": MediaKind.LINK,
}
#: How names of Word documents end: with and without macros, and templates of both.
WORD = (b".docx", b".docm", b".dotx", b".dotm")
#: How lists of links end; Windows hides endings, so a doubled .txt counts as what was meant.
LISTS = (b".urls.txt", b".urls.txt.txt")


class SniffResult(StrEnum):
    """What the first bytes of a file show."""

    MEDIA = "media"  #: of a known kind, and whole as far as its container shows
    NOT_YET = "not yet"  #: its beginning has not arrived
    CUT_SHORT = "cut short"  #: its container promises more than is there
    NOT_MEDIA = "not media"  #: something else with this name


#: Kinds whose words are read here, by a child process; the others are only uploaded.
TEXTS = frozenset({MediaKind.SCRIPT, MediaKind.LINK})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The result, with its reason in plain words ("" for MEDIA)."""

    finding: SniffResult
    kind: MediaKind = MediaKind.VIDEO
    why: str = ""
    #: it says by itself where it ends, and ends there: no further piece is to come
    ends: bool = False
    slight: bool = False  #: CUT_SHORT by so little that players play it
    silent: str = ""  #: why there is nothing to hear, in plain words; "" when there is, or may be
    cure: str = ""  #: what to do about NOT_MEDIA, in whole sentences
    seconds: float = 0  #: how long it plays; 0: it does not say


@lru_cache(512)  # each file is asked about a dozen times on its way, mostly in a row
def kind_by_name(name: bytes) -> MediaKind | None:
    """The kind that a name's ending promises; None for an ending that no task accepts."""
    low = name.lower()
    if low.endswith(LISTS):
        return MediaKind.LINK
    stem, _, ending = low.rpartition(b".")
    if not stem.strip(b"."):  # no ending, or a hidden file's whole name
        return None
    return KINDS.get(ending.decode("ascii", "replace"))


def is_word(name: str) -> bool:
    """True for the name of a Word document."""
    return os.fsencode(name.lower()).endswith(WORD)


def is_property_list(name: str) -> bool:
    """True for a link as macOS writes it, which needs a library's parser."""
    return name.lower().endswith(".webloc")
