"""Recognizes words as people type them in haste: with a letter missing, added, wrong or swapped, or
two of them run together ("isit doen?"). Pure.

It knows no language: its callers say which words are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

#: A word without accents; in other scripts slips cannot be recognized.
LATIN_WORD = re.compile("[a-z]+")
#: The fewest letters: shorter words are taken as they are.
_SHORTEST = 3
#: The fewest letters: one more or less in a shorter word makes another word, as with "back" and
#: "black".
_ADDED_FROM = 5
#: The fewest letters: one wrong letter in a shorter word makes another word, as with "file" and
#: "fire".
_WRONG_FROM = 6
#: The fewest letters of each word in a run of words, and of the whole.
_JOINED_FROM = 2
_LONGEST = 24


class Spelling:
    """The right words of one language."""

    def __init__(self, words: Iterable[str]) -> None:
        #: Those that can be told apart from slips.
        self.words = frozenset(filter(str.isascii, words))
        #: By their first letter, which is right even in a slip, and their length.
        self._alike: dict[tuple[str, int], list[str]] = {}
        for word in self.words:
            self._alike.setdefault((word[:1], len(word)), []).append(word)

    def respelled(self, text: str) -> str:
        """The text with its slips corrected; "" when that is not possible, or most of its words
        would have to be corrected."""
        found = LATIN_WORD.findall(text)
        known = [word for word in found if self.is_right(word)]
        right = {word: self._put_right(word) for word in {*found} - {*known}}
        if len(known) < len(right) - 1 or not all(right.values()):
            return ""
        return LATIN_WORD.sub(lambda hit: right.get(hit[0], hit[0]), text)

    def is_right(self, word: str) -> bool:
        """Whether it is one of the right words, or too short to be told."""
        return len(word) < _SHORTEST or word in self.words

    def _put_right(self, word: str) -> str:
        """The word or words that were meant; "" when that is not known."""
        joined = self._divided(word)
        if joined:
            return joined
        near = (right for right in self._alike_to(word) if _is_near(word, right))
        return min(near, key=partial(_likelihood, word), default="")

    def _alike_to(self, word: str) -> Iterator[str]:
        """The words with the same first letter and at most one letter more or less."""
        for length in range(len(word) - 1, len(word) + 2):
            yield from self._alike.get((word[:1], length), ())

    def _divided(self, word: str) -> str:
        """The words that were run together; "" when it is not made of words."""
        if len(word) > _LONGEST:
            return ""
        for at in range(_JOINED_FROM, len(word) - _JOINED_FROM + 1):
            begin, end = word[:at], word[at:]
            if begin not in self.words:
                continue
            rest = end if end in self.words else self._divided(end)
            if rest:
                return f"{begin} {rest}"
        return ""


def _likelihood(said: str, right: str) -> tuple[bool, str]:
    """A key that is smallest for the likeliest word: swapped letters before any other slip."""
    return sorted(said) != sorted(right), right


def _is_near(said: str, right: str) -> bool:
    """Whether a word is a slip of another one, and hardly of a third."""
    if not is_slip(said, right) or _is_inflected(said, right):
        return False
    if len(said) != len(right):
        return len(right) >= _ADDED_FROM
    is_swapped = sorted(said) == sorted(right)
    return is_swapped or len(right) >= _WRONG_FROM


def _is_inflected(said: str, right: str) -> bool:
    """Whether a word differs by its last letter alone: "shared" is no slip of "share"."""
    begin, last = said[:-1], said[-1:]
    if begin == right:
        return last != right[-1:]
    return begin == right[:-1]


def is_slip(said: str, word: str) -> bool:
    """Whether a word was mistyped by one letter: missing, added, wrong, or two of them swapped. The
    first letter must be right, which it nearly always is: "cause" is not a slip of "pause"."""
    if said[:1] != word[:1] or abs(len(said) - len(word)) > 1:
        return False
    if len(said) == len(word):
        return _one_wrong(said, word) or said in _swapped(word)
    shorter, longer = sorted((said, word), key=len)
    return shorter in _shorter(longer)


def _shorter(word: str) -> set[str]:
    """The word with each one of its letters missing."""
    found: set[str] = set()
    for at in range(len(word)):
        found.add(word[:at] + word[at + 1 :])
    return found


def _swapped(word: str) -> set[str]:
    """The word with each two neighbouring letters swapped."""
    found: set[str] = set()
    for at in range(len(word) - 1):
        swapped = word[at + 1] + word[at]
        found.add(word[:at] + swapped + word[at + 2 :])
    return found


def _one_wrong(said: str, word: str) -> bool:
    """Whether two words of the same length differ in one letter."""
    pairs = zip(said, word, strict=True)
    return sum(mine != right for mine, right in pairs) == 1
