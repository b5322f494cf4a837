"""Recognises texts in Unicode that some program had read in the wrong encoding, and saved like
that: "Äîáðûé äåíü" was Russian, "Dzieñ dobry" is Polish.

Owns how such a text is told from a rightly saved one: as bytes of the encoding that it was taken
for it says something else, and clearly so. It must not repair a text. `damage` knows those that
were Unicode before. `refuse_misread` uses chardet: call it in a child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nemowatch.content.alphabets import ONE_BYTE
from nemowatch.content.damage import garbled_letters
from nemowatch.content.plausible import languages_of

#: What programs take texts for in which nothing names the encoding.
_TAKEN_FOR = ("cp1252", "latin-1", "cp1251", "koi8-r")
#: Every language that is known by its letters.
_LANGUAGES = frozenset(language for ones in ONE_BYTE.values() for language in ones)
#: The most characters that are looked at: enough to be sure.
_SAMPLE = 8000
#: Letters beyond ASCII, and how many of them show anything.
_LETTERS = re.compile(r"(?![\x00-\x7f])[^\W\d_]")
_FEWEST_LETTERS = 4
#: Words of none but accented letters, and how many of them are in no text.
_ACCENTED = re.compile(r"\b[À-ÖØ-öø-ÿ]{3,60}\b")
_FEWEST = 2


def may_be_misread(text: str) -> bool:
    """Whether this is in the letters of no language, and in those of such an encoding. Pure."""
    sample = text[:_SAMPLE]
    if len(_LETTERS.findall(sample)) < _FEWEST_LETTERS or not any(_as_bytes(sample)):
        return False
    return not languages_of(sample, _LANGUAGES)


def refuse_misread(text: str) -> None:
    """Raise OrderError, with the cure, for a text that was something else before it was saved."""
    if not may_be_misread(text):
        return
    sample = text[:_SAMPLE]
    if len(_ACCENTED.findall(sample)) >= _FEWEST or _says_something_else(sample):
        raise garbled_letters(sample)


def _says_something_else(text: str) -> bool:
    """Whether it is beyond doubt what it said in another encoding."""
    from nemowatch.content.legacy import decode_legacy

    readings = filter(None, map(decode_legacy, _as_bytes(text)))
    return any(reading != text for reading in readings)


def _as_bytes(text: str) -> Iterator[bytes]:
    """The text as the bytes that it may have been taken from."""
    for codec in _TAKEN_FOR:
        try:
            yield text.encode(codec)
        except UnicodeEncodeError:
            continue
