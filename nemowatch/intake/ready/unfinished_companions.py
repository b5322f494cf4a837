"""Names of files that show that the file beside them is not whole: the state file of a download,
the lock of a program that has it open, the other half that an encoder still writes.

Owns what a name says about other files. It is pure; `surroundings` reads folders.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator

from nemowatch.content.kinds import TEXTS, kind_by_name
from nemowatch.intake.scan.ignored_names import TEMPORARY_SUFFIXES
from nemowatch.model import MediaKind

#: Endings that programs add to the name of a file while they write it, besides those of temporary
#: files.
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
#: Prefixes that programs add to the name of a file that they have open, or are rewriting.
_PREFIXES = (
    ".~lock.",  # LibreOffice
    ".syncthing.",
    "~syncthing~",
    ".in.",  # ProFTPD
    _OWNER,
    ".~",
)
#: Characters that some of them also add at the end.
_TAILS = "#."
#: The prefix of the AppleDouble file that macOS writes beside a file; it says nothing about that.
_SHADOW = "._"
#: How many characters of a long document's name Word replaces in the name of its owner file.
_WORD_CUTS = 2

#: Kinds of files in which an encoder writes one half of a film.
_FILM = frozenset({MediaKind.VIDEO, MediaKind.AUDIO})
_HALVES = (b".m4v", b".m2v", b".h264", b".264", b".h265", b".hevc")
#: What a downloader calls the halves of a film that it will put together.
_FORMAT = re.compile(r"\.f(?:\d{1,5}|hls|dash|https?|rtmp|audio|video)[\w=-]*\.\w+$")
_WORKING_NAME = re.compile(
    r"(?<=[^.])\.(?:temp|tmp|part|partial|crdownload|unfinished|incomplete|downloading|uploading)"
    r"(?=\.\w+$)"
)


def comparable(name: bytes) -> str:
    """A name for comparing: without case, and composed. Bytes that are not UTF-8 survive."""
    text = os.fsdecode(name)
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).casefold()


def about(name: bytes) -> Iterator[tuple[str, bool]]:
    """The (comparable) names of files that this one may belong to, each with whether its mere
    existence shows that a program is working on that file; otherwise only its growth does."""
    low = comparable(name)
    if low.startswith(_SHADOW):
        return
    prefix = ""
    if low.startswith(_PREFIXES):
        prefix = next(filter(low.startswith, _PREFIXES))
    rest = low.removeprefix(prefix).rstrip(_TAILS)
    if prefix:
        yield rest, True
    elif low.startswith("."):  # as rsync and others write a file before they rename it
        rest = low[1:]
        yield rest, False
    if _WORKING_NAME.search(rest):  # as what takes the place of a file is called meanwhile
        yield _WORKING_NAME.sub("", rest), True
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
    """The (comparable) name of Word's owner file of this document, if its own name is long."""
    return f"{_OWNER}{comparable(name)[_WORD_CUTS:]}"


def is_owner_file(name: bytes) -> bool:
    """Whether a name may be that of an owner file."""
    return name.startswith(_OWNER.encode())


def piece_of(name: bytes) -> str:
    """Why, in plain words, a name is that of a piece that a running program will join or rename; ""
    when it is not."""
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
    """True for a file that may be one half of a film that an encoder is making: its sound, or its
    picture without sound."""
    if kind_by_name(name) is MediaKind.AUDIO:
        return True
    return name.lower().endswith(_HALVES)


def stem(name: bytes) -> str:
    """The comparable name without its last ending."""
    return comparable(name).rpartition(".")[0]


def may_be_other_half(name: bytes) -> bool:
    """False for texts and links: people write those beside a recording."""
    return kind_by_name(name) not in TEXTS
