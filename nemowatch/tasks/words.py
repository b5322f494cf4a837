"""A folder's name as words, the error for one that cannot be read, and help with making
sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from nemowatch.i18n.language import message

#: The words before the last of several, the first one also between two languages, and its sign.
AND = message("and")
OR = message("or")
_AMPERSAND = "&"
#: Words of a sentence after which the language follows: `dub in Spanish`, `dub en to es`.
PREPOSITIONS = frozenset(
    {"in", "to", "into", "2", "a", "auf", "nach", "naar", "para", "till", "vers"}
)
#: What separates words. `_` does not: it joins a region (docs/behaviour.md section 1).
_SEPARATORS = re.compile(r"[-\s+,]+")

#: What makes the name of one file read like those of several: an ending within a list.
_LIKE_SEVERAL = re.compile(r"\.\w{1,9}(?:,| and| or) ")

#: How many of many names are given as examples.
_EXAMPLES = 5


class WrongError(Exception):
    """Part of a folder's name cannot be read. It never leaves this package."""

    def __init__(self, what: str, suggestion: str = "") -> None:
        super().__init__(what)
        self.what = what  #: a whole plain sentence
        self.suggestion = suggestion  #: a name that says what was probably meant, or ""


def split(name: str) -> list[str]:
    """The words of a folder's name, normalised to NFC (a Mac writes NFD), with `&` as the word for
    which it stands."""
    composed = unicodedata.normalize("NFC", name)
    words = _SEPARATORS.split(composed.replace(_AMPERSAND, f" {AND} "))
    return list(filter(None, words))


def word_at(words: Sequence[str], at: int) -> str:
    """The word at this index; "" after the last."""
    if at < len(words):
        return words[at]
    return ""


def enumerated(names: Sequence[str]) -> str:
    """Names as a sentence lists them: "Spanish, French and German"; "" for none."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {AND} {names[-1]}"


def one_name(file: str) -> str:
    """A file's name for a list: in quotation marks where it reads like several, as "a.mp4 and
    b.mp4" does."""
    return f'"{file}"' if _LIKE_SEVERAL.search(file) else file


def enumerated_files(files: Sequence[str]) -> str:
    """Names of files as a sentence lists them; "" for none."""
    return enumerated(list(map(one_name, files)))


def examples(files: Sequence[str]) -> str:
    """The first few files as a sentence lists them, and how many more there are."""
    more = len(files) - _EXAMPLES
    if more > 0:
        return f"{', '.join(map(one_name, files[:_EXAMPLES]))} and {more} more"
    return enumerated_files(files)


def where(applies: object, text: str) -> str:
    """`text` if it applies, else ""."""
    if not applies:
        return ""
    return text
