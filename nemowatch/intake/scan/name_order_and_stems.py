"""File names as people read them: in which order, without which ending, and which are subtitles.

Owns those endings. It is pure.
"""

from __future__ import annotations

import re

#: The most digits of a number that is compared as a number: the nanoseconds since 1970 have 19.
LONGEST_NUMBER = 20
_DIGITS = re.compile(rb"\d+")
#: Endings that count as one. Windows hides endings, so a doubled .txt is read as what was meant.
_DOUBLE_ENDINGS = (b".urls.txt.txt", b".urls.txt", b".txt.txt")
#: Endings of subtitles.
_SUBTITLES = (b".srt.txt", b".vtt.txt", b".srt", b".vtt")


def natural(path: bytes) -> bytes:
    """A key that sorts as people would: clip 2 before clip 10, capitals and small letters alike,
    folder by folder.

    It is one string and not a list of parts: ten thousand such lists would leave megabytes of
    memory behind.
    """
    return _DIGITS.sub(_padded, path.lower().replace(b"/", b"\0"))


def _padded(digits: re.Match[bytes]) -> bytes:
    return digits[0].lstrip(b"0").rjust(LONGEST_NUMBER, b"0")


def stem_of(name: bytes) -> bytes:
    """A file's name without the ending that shows its kind."""
    low = name.lower()
    for ending in _DOUBLE_ENDINGS:
        is_longer = len(low) > len(ending)
        if is_longer and low.endswith(ending):
            return name[: -len(ending)]
    stem, _, _ = name.rpartition(b".")
    return stem or name


def is_subtitles(path: bytes) -> bool:
    """Whether a name promises subtitles."""
    return path.lower().endswith(_SUBTITLES)


def subtitle_stem(name: bytes) -> bytes:
    """The name of subtitles without their ending."""
    low = name.lower()
    ending = next(filter(low.endswith, _SUBTITLES))
    return name[: -len(ending)]
