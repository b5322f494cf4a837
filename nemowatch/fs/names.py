"""Names of what we put into people's folders: safe on Windows, short enough everywhere, numbered
where taken. Pure.

Sources keep the name they came with; the names of results, of the folders they go to, and of notes
are made here.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from nemowatch.errors import show_path

#: Every file of ours that is not meant for people begins so; intake never looks at such names
#: (`intake/scan/ignore.py`).
OURS = ".~nemowatch-"
#: The ending of the file beside a result that says what was asked and said.
SIDE_ENDING = ".nemowatch.txt"
#: Marks brief files of this process, so that a later one knows what was left behind.
PROCESS = os.urandom(4).hex()
#: Bytes: what ext4, XFS, NTFS and SMB allow for one name.
NAME_LIMIT = 255
#: Bytes of a folder's path below a root: with the root's own path and a file's name the kernel
#: takes 4,096.
_LONGEST_PATH = 3_500
#: Folders in each other. What is deeper is an accident or an attack: each folder costs as many
#: steps as it is deep, and thousands in each other cost seconds with every walk.
DEEPEST = 200
#: How often one name may be taken before something else is wrong.
LAST_NUMBER = 999
#: Room that is kept free for the longest number.
NUMBER_ROOM = len(f" ({LAST_NUMBER})")
#: A longer tail after the last dot is part of a sentence, not an ending.
ENDING_LIMIT = 16

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
#: How Python carries a byte that is not UTF-8.
_FOREIGN_BYTE = re.compile(r"[\udc80-\udcff]")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # what ties the characters of one emoji together


def is_too_deep(relative: bytes) -> bool:
    """Whether a folder's path below a root is longer or deeper than any that is entered."""
    return len(relative) > _LONGEST_PATH or relative.count(b"/") >= DEEPEST


def safe_name(stem: bytes, ending: str, limit: int = NAME_LIMIT) -> str:
    """A name for a result: `stem` (as it is on disk) plus `ending` (".es.mp4"), at most
    `limit` bytes of UTF-8 with room for " (999)". Bytes that are not UTF-8 show as `%NN`; what
    Windows forbids becomes `_`.
    """
    text = stem.decode("utf-8", "surrogateescape")
    readable = _FOREIGN_BYTE.sub(lambda hit: f"%{ord(hit[0]) - 0xDC00:02X}", text)
    name = _FORBIDDEN.sub("_", readable).rstrip(". ")
    name = cut(name, limit - NUMBER_ROOM - len(ending.encode("utf-8"))).rstrip(". ")
    return _not_a_device((name or "_") + ending)


def safe_folder(name: bytes, limit: int = NAME_LIMIT) -> bytes:
    """A name for a folder of results, from the one that a person gave it: safe as `safe_name`
    makes it. One that is safe already stays as it is."""
    return os.fsencode(safe_name(name, "", limit + NUMBER_ROOM))


def cut(text: str, limit: int) -> str:
    """The longest beginning of `text` that fits `limit` bytes of UTF-8 and does not divide a
    character as people see it."""
    if len(text.encode("utf-8", "surrogateescape")) <= limit:
        return text
    kept = text.encode("utf-8", "surrogateescape")[: max(limit, 0)].decode("utf-8", "ignore")
    while kept and _continues(kept[-1], text[len(kept)]):
        kept = kept[:-1]
    return kept


def _continues(last: str, following: str) -> bool:
    """True when `following` belongs to the same visible character as `last` (an NFD accent, a
    joined emoji)."""
    return unicodedata.combining(following) != 0 or following in _JOINERS or last == "\u200d"


def _not_a_device(name: str) -> str:
    """Windows takes `NUL.es.mp4` for the device: the part before the first dot gets a `_`."""
    base, dot, rest = name.partition(".")
    if base.rstrip(" ").casefold() in _DEVICES:
        return f"{base}_{dot}{rest}"
    return name


def split_ending(name: str) -> tuple[str, str]:
    """`promo.es.mp4` as (`promo.es`, `.mp4`): numbers go between the two."""
    ending = PurePosixPath(name).suffix
    if not ending or len(ending) > ENDING_LIMIT:
        return name, ""
    return name[: -len(ending)], ending


def numbered(name: str, number: int, limit: int = NAME_LIMIT) -> str:
    """`promo.es.mp4`, `promo.es (2).mp4`, …, each within `limit` bytes. `name` may hold
    surrogates (a source's raw bytes)."""
    stem, ending = split_ending(name)
    tail = ending
    if number >= 2:
        tail = f" ({number}){ending}"
    return cut(stem, limit - len(os.fsencode(tail))) + tail


def candidates(name: str, limit: int = NAME_LIMIT, first: int = 1) -> Iterator[str]:
    """The names to try, best first."""
    return (numbered(name, number, limit) for number in range(first, LAST_NUMBER + 1))


def around_number(name: str, limit: int = NAME_LIMIT) -> tuple[str, str]:
    """How every candidate for this name begins and ends."""
    stem, ending = split_ending(name)
    return cut(stem, limit - NUMBER_ROOM - len(os.fsencode(ending))), ending


def note_name(name: bytes, ending: str) -> str:
    """The name of a note about the file `name`: `promo.mp4` + `.error.txt`, safe and within the
    limit."""
    return safe_name(name, ending, NAME_LIMIT + NUMBER_ROOM)


def plain(name: bytes | str) -> str:
    r"""A file's name for a sentence: bytes that are not UTF-8 as `\xNN`, and nothing that hides,
    reverses or breaks a line."""
    return "".join(map(_harmless, show_path(name)))


def _harmless(mark: str) -> str:
    if mark in _TURNERS or unicodedata.category(mark) in {"Cc", "Zl", "Zp"}:
        return "\ufffd"
    return mark


#: Marks that turn the reading direction: `gpj.exe` must not read as `exe.jpg`.
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
