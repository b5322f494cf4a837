"""Writes nemowatch/tasks/no_slips.txt: words that would be taken for slips of those by which a
request is known. To be run again when words are added there; it needs pyspellchecker, for its
dictionaries, and takes more than ten minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spellchecker import SpellChecker

from nemowatch.tasks.request_kinds import languages, plain

TABLE = Path(__file__).parents[2] / "nemowatch" / "tasks" / "no_slips.txt"
#: Those of the languages in which requests are known that are written in Latin letters.
DICTIONARIES = ("en", "de", "es", "fr", "pt")
#: Rarer words have this count there, whatever theirs is.
RAREST = 50
WORD = re.compile("[a-z]{3,24}")


def mistakable_words(dictionary: str) -> Iterator[str]:
    counts = SpellChecker(dictionary).word_frequency
    for word in counts.words():
        said = plain(word)
        right = respelled(said)
        # a rare word that is put together by chance is no loss: "ca se ma tes"
        if right and (counts[word] > RAREST or not all(" " in other for other in right)):
            yield said


def respelled(word: str) -> list[str]:
    """What a word would be taken for, in each language; nothing for one that is known there."""
    spellings = [language.spelling for language in languages()]
    if not WORD.fullmatch(word) or any(spelling.is_right(word) for spelling in spellings):
        return []
    found = (spelling.respelled(word) for spelling in spellings)
    return list(filter(None, found))


def table() -> str:
    found: set[str] = set()
    for dictionary in DICTIONARIES:
        found.update(mistakable_words(dictionary))
    return "".join(f"{word}\n" for word in sorted(found))


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
