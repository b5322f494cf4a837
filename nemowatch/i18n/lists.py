"""Lists within a text of ours: of words, and of files, whose names must stay as they are. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The comma of a sentence in Chinese, and what stands between the words of a list there and in
#: Japanese.
_COMMA = "，"
LIST_COMMA = "、"
#: Words between the last two of a list.
LISTING = re.compile(r" (and|or) ")
#: How many files a list leaves out.
_MORE = re.compile(r"([\d,]+) more")
#: What the name of a file ends with, and the most characters of it.
_ENDING = re.compile(r"\.\w{1,9}\Z")
_LONGEST_ENDING = 10


@dataclass(frozen=True, slots=True)
class FileList:
    """Names of several files."""

    names: str  #: all but the last
    word: str  #: "and" or "or"
    last: str
    more: str  #: how many are left out, in place of the last one; "" for none
    stop: str  #: what ends the sentence
    ending: str  #: of the names, in small letters

    def with_commas(self, comma: str) -> str:
        """The names before the last with this between them: only behind their ending, since a
        comma may be in a name as well."""
        between = re.compile(f"({re.escape(self.ending)}), ", re.IGNORECASE)
        return between.sub(rf"\1{comma}", self.names)


def file_list(value: str, *, several: bool) -> FileList | None:
    """The files that a text names; None for a single one. `several`: whether it is certain that
    there are several; without it they are known by having one ending."""
    bare = value.removesuffix(".")
    for found in reversed(list(filter(_is_between_names, LISTING.finditer(bare)))):
        names, last = bare[: found.start()], bare[found.end() :]
        ending = _ending(names)
        if not ending:
            continue
        more = _MORE.fullmatch(last)
        is_list = _ending(last) == ending or (several and _ending(last))
        if more is not None or is_list:
            count = more[1] if more else ""
            return FileList(names, found[1], last, count, value[len(bare) :], ending)
    return None


def _is_between_names(word: re.Match[str]) -> bool:
    """False within quotation marks, which stand around a name that reads like several."""
    return word.string.count('"', 0, word.start()) % 2 == 0


def _ending(name: str) -> str:
    """What a file's name ends with, in small letters; "" for none."""
    found = _ENDING.search(name.removesuffix('"')[-_LONGEST_ENDING:])
    if found is None:
        return ""
    return found[0].lower()


def as_listed(said: list[str]) -> list[str]:
    """Parts before the last two of a list, with the blanks between them: those right before them
    that end with a comma belong to the list, too."""
    listed = list(said)
    for number in range(len(listed) - 2, -1, -2):
        if not listed[number].endswith(_COMMA):
            break
        listed[number] = listed[number].removesuffix(_COMMA) + LIST_COMMA
    return listed
