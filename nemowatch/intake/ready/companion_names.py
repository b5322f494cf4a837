"""What lies beside a file and says that it is not whole: the state file of a download, the lock
of a program that has it open, another half that an encoder still writes.

Owns what a name says about other names. It is pure; `surroundings` reads folders.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator

from nemowatch.content.kinds import kind_by_name
from nemowatch.intake.scan.ignored_names import TEMPORARY_SUFFIXES
from nemowatch.model import MediaKind

#: Endings that programs put behind the name of a file while they write it, beside those of
#: temporary files.
_STATE_ENDINGS = frozenset(
    {
        "st",  # axel
        "met",  # eMule
        "cfg",  # Xunlei, Baidu
        "lock",
        "lck",
        "prlock",  # Premiere
    }
)
_AT_WORK = _STATE_ENDINGS | TEMPORARY_SUFFIXES.keys()
#: How the names of Word's owner files begin.
_OWNER = "~$"
#: What programs put before the name of a file that they have open, or are rewriting.
_PREFIXES = (
    ".~lock.",  # LibreOffice
    ".syncthing.",
    "~syncthing~",
    ".in.",  # ProFTPD
    _OWNER,
    ".~",
)
#: What some of them put behind it as well.
_TAILS = "#."
#: The shadow that macOS writes beside a file; it says nothing of the file.
_SHADOW = "._"
#: Characters by which Word shortens the name of a long document in its owner file.
_WORD_CUTS = 2

#: Formats that an encoder writes one half of a film in.
_FILM = frozenset({MediaKind.VIDEO, MediaKind.AUDIO})
_HALVES = (b".m4v", b".m2v", b".h264", b".264", b".h265", b".hevc")
#: What a downloader calls the halves of a film, and what it puts them together in.
_FORMAT = re.compile(r"\.f(?:\d{1,5}|hls|dash|https?|rtmp|audio|video)[\w=-]*\.\w+$")
_WORKING_NAME = re.compile(
    r"[^.]\.(?:temp|tmp|part|partial|crdownload|unfinished|incomplete|downloading|uploading)\.\w+$"
)


def comparable(name: bytes) -> str:
    """A name for comparing: without case, and composed. Bytes that are not UTF-8 survive."""
    text = os.fsdecode(name)
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).casefold()


def about(name: bytes) -> Iterator[tuple[str, bool]]:
    """The (comparable) names of files that this one may belong to, each with whether it says by
    itself that a program is at work on that file; else only its growth says so."""
    low = comparable(name)
    if low.startswith(_SHADOW):
        return
    prefix = ""
    if low.startswith(_PREFIXES):
        prefix = next(filter(low.startswith, _PREFIXES))
    rest = low.removeprefix(prefix).rstrip(_TAILS)
    if prefix:
        yield rest, True
    elif low.startswith("."):  # what rsync and others write before they rename it
        rest = low[1:]
        yield rest, False
    yield from _without_endings(rest, is_at_work=bool(prefix))


def _without_endings(rest: str, *, is_at_work: bool) -> Iterator[tuple[str, bool]]:
    stem, _, ending = rest.rpartition(".")
    if not stem:
        return
    if not is_at_work and ending not in _AT_WORK:
        yield stem, False
        return

    yield stem, True
    # NAME.part.aria2, NAME.ocTransferId7.part
    shorter, _, _ = stem.rpartition(".")
    if shorter:
        yield shorter, True


def word_owner(name: bytes) -> str:
    """The (comparable) name of Word's owner file of this document, when its name is long."""
    return f"{_OWNER}{comparable(name)[_WORD_CUTS:]}"


def is_owner_file(name: bytes) -> bool:
    """Whether a name may be that of an owner file."""
    return name.startswith(_OWNER.encode())


def piece_of(name: bytes) -> str:
    """Why a name is that of a piece which a running program will put together or rename, in plain
    words; "" when it is not."""
    is_film = kind_by_name(name) in _FILM
    if not is_film and not is_half(name):
        return ""

    low = comparable(name)
    if _FORMAT.search(low):
        return "downloaders name the parts of a video like this"
    if _WORKING_NAME.search(low):
        return "programs name a file like this while they write it"
    return ""


def is_half(name: bytes) -> bool:
    """True for a file that may be one half of a film which an encoder is making: its sound, or its
    bare picture."""
    if kind_by_name(name) is MediaKind.AUDIO:
        return True
    return name.lower().endswith(_HALVES)


def stem(name: bytes) -> str:
    """The comparable name without its last ending."""
    return comparable(name).rpartition(".")[0]


def may_be_other_half(name: bytes) -> bool:
    """False for texts and links: they are written beside a recording by people."""
    return kind_by_name(name) not in (MediaKind.SCRIPT, MediaKind.LINK)
