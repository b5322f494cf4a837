"""Writes nemowatch/tasks/no_slips.txt: words that would be taken for slips of those by which a
request is known. To be run again when words are added there; it needs pyspellchecker, for its
dictionaries, and takes a minute or two."""

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


class Known:
    """The words by which requests are known, in all languages at once."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        for language in languages():
            self._words |= language.spelling.words
        self._forms: set[str] = set()
        for word in self._words:
            self._forms |= forms(word)

    def may_be_meant(self, word: str) -> bool:
        """Whether a word can be a slip of a known one, or known ones run together: false for most,
        so that the others can be looked at closely. A slip and the word that was meant differ by
        one letter, or by two that change places: without one of its letters each is the same."""
        return not self._forms.isdisjoint(forms(word)) or self._is_joined(word)

    def _is_joined(self, word: str) -> bool:
        places = range(1, len(word))
        begins = any(word[:at] in self._words for at in places)
        return begins and any(word[at:] in self._words for at in places)


def forms(word: str) -> set[str]:
    """A word, and the word with each one of its letters missing."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def mistakable_words(known: Known, dictionary: str) -> Iterator[str]:
    counts = SpellChecker(dictionary).word_frequency
    for word in counts.words():
        said = plain(word)
        if not WORD.fullmatch(said) or not known.may_be_meant(said):
            continue
        right = respelled(said)
        # a rare word that is put together by chance is no loss: "ca se ma tes"
        if right and (counts[word] > RAREST or not all(" " in other for other in right)):
            yield said


def respelled(word: str) -> list[str]:
    """What a word would be taken for, in each language; nothing for one that is known there."""
    spellings = [language.spelling for language in languages()]
    if any(spelling.is_right(word) for spelling in spellings):
        return []
    found = (spelling.respelled(word) for spelling in spellings)
    return list(filter(None, found))


def table() -> str:
    known, found = Known(), set[str]()
    for dictionary in DICTIONARIES:
        found.update(mistakable_words(known, dictionary))
    return "".join(f"{word}\n" for word in sorted(found))


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
