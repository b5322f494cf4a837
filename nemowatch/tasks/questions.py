"""Recognizes a text that only asks something, or says that somebody waits, which orders nothing:
"where did you put it?", "ich warte noch". Pure.

Unlike `routing`, which knows a request by all of its words, this goes by the form: how questions
begin and end. So it also knows those whose words nobody foresaw, or that were mistyped. It must
not take an order for a question: "can you", "what about" and words of editing make it one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nemowatch.late_pattern import LatePattern
from nemowatch.tasks.eastern_questions import asks_in_east_asian
from nemowatch.tasks.edit_words import EDIT_STEMS
from nemowatch.tasks.question_words import ENGLISH, GERMAN, QuestionWords
from nemowatch.tasks.request_kinds import LONGEST, plain
from nemowatch.tasks.romance_question_words import FRENCH, PORTUGUESE, SPANISH
from nemowatch.tasks.slips import is_slip

#: Words that are shown or spoken, and no question: what is in quotes, or behind a colon.
_CITED = LatePattern('[:"\u201c\u201e\u00ab\u00bb\u300c\u300e]')
_SENTENCE = LatePattern(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSES = LatePattern(r",|\s[-\u2013\u2014]\s")
_EAST_ASIAN = LatePattern("[\u3040-\u30ff\u3400-\u9fff]")
_WORDS = LatePattern(r"[a-z0-9]+(?:'[a-z]+)*")
#: The most words of a sentence that waits: more say what is to be done meanwhile.
_MOST_WAITING = 10
#: The most words before those that wait: "the clip where I'm still waiting" names a part.
_MOST_BEFORE = 4
#: Words between two that belong together; of more, the second belongs to something else.
_GAP = r"[a-z0-9']+(?: [a-z0-9']+){0,3}"
#: The fewest letters of a question word that may be mistyped, and of what was typed for it: "wir",
#: "wien" and "que" are words of their own, not slips of "wer", "wie" and "quem".
_SLIPPED_FROM = 4


def only_asks(text: str) -> bool:
    """Whether all sentences of a text ask something, wait or greet, and one at least does not only
    greet. What is in quotes or behind a colon is to be shown: such a text asks nothing."""
    said = plain(text)
    if not said or len(said) > LONGEST or _CITED.search(said):
        return False
    if _EAST_ASIAN.search(said):
        return asks_in_east_asian(said)
    found: list[bool] = []
    for sentence in _SENTENCE.findall(said):
        found += _judged(sentence)
    return bool(found) and all(found)


def _judged(sentence: str) -> Iterator[bool]:
    """Of each clause that does not only greet, whether it asks."""
    is_marked = "?" in sentence
    if any(language.wants_to_know(sentence) for language in _languages()):
        yield True
        return
    for clause in _CLAUSES.split(sentence):
        words = " ".join(_WORDS.findall(clause))
        if words and not any(language.greets(words) for language in _languages()):
            yield _asks(words, is_marked)


def _asks(words: str, is_marked: bool) -> bool:
    if any(language.offers(words) for language in _languages()):
        return False
    is_edit = _edits().search(f"{words} ") is not None
    if any(language.asks(words, is_marked, is_edit) for language in _languages()):
        return True
    return is_marked and not is_edit


class _Language:
    """The patterns of one language. All are for words with single blanks between."""

    def __init__(self, words: QuestionWords) -> None:
        self._asks = _first(words.asks)
        self._with_verb = words.asks_with.split()
        self._slipped = [word for word in self._with_verb if len(word) >= _SLIPPED_FROM]
        self._inverted = LatePattern(_inverted(words))
        self._divides = words.divides
        self._verbs = _first(words.verbs)
        self._learns = LatePattern(_wants_to_know(words))
        self._waits = LatePattern(rf"\b(?:{_any_of(words.waits)})\b")
        self._offers = LatePattern(rf"\b(?:{_any_of(words.offers)})\b")
        self._orders = _first(f"{words.orders} {words.leaves_out}")
        self._leaves_out = _first(words.leaves_out)
        self._missed = LatePattern(rf"\b(?:{_any_of(words.missed)})\b")
        self._greeting = LatePattern(rf"(?:(?:{_any_of(words.greets)})(?: |$))+")

    def greets(self, words: str) -> bool:
        """Whether nothing is said but a greeting, thanks or please."""
        return self._without_greeting(words) == ""

    def offers(self, words: str) -> bool:
        """Whether it is an order, although in the form of a question or with the words of one."""
        said = self._without_greeting(words)
        if self._orders.match(said) and not self._is_missed(said):
            return True
        return self._offers.search(words) is not None

    def _is_missed(self, words: str) -> bool:
        """Whether somebody waits for what other words like these would leave out."""
        return bool(self._leaves_out.match(words) and self._missed.search(words))

    def wants_to_know(self, sentence: str) -> bool:
        """Whether it asks to be told something: "let me know when it is done"."""
        words = " ".join(_WORDS.findall(sentence))
        return self._learns.match(self._without_greeting(words)) is not None

    def asks(self, words: str, is_marked: bool, is_edit: bool) -> bool:
        """Whether it begins or ends as a question does, or waits. `is_marked`: a question mark
        follows; `is_edit`: it has a word of editing, with which "when the music stops" is none."""
        words = self._without_greeting(words)
        if self._asks.match(words):
            return True
        if is_marked:
            return self._begins(words)
        return not is_edit and self._shows(words)

    def _begins(self, words: str) -> bool:
        first, _, _ = words.partition(" ")
        return first in self._with_verb or self._verbs.match(words) is not None

    def _shows(self, words: str) -> bool:
        """Whether it is a question, or somebody waits, although no mark says so."""
        first, _, rest = words.partition(" ")
        if self._verbs.match(rest) and self._is_question_word(first):
            return True
        if self._inverted.match(words):
            return True
        if words.rpartition(" ")[2] in self._with_verb:
            return True
        waits = self._waits.search(words)
        if waits is None or words.count(" ") >= _MOST_WAITING:
            return False
        return words.count(" ", 0, waits.start()) <= _MOST_BEFORE

    def _is_question_word(self, word: str) -> bool:
        """Whether it is one, or a slip of one: "wehre is my video"."""
        if word in self._with_verb:
            return True
        return len(word) >= _SLIPPED_FROM and any(is_slip(word, right) for right in self._slipped)

    def _without_greeting(self, words: str) -> str:
        if self._divides:
            words = words.replace("'", " ")
        greeting = self._greeting.match(words)
        return words[greeting.end() :] if greeting else words


def _first(words: str) -> LatePattern:
    return LatePattern(rf"(?:{_any_of(words)})(?![a-z0-9'])")


def _wants_to_know(words: QuestionWords) -> str:
    """Somebody wants to know what follows, and is not told a story before it."""
    untold = rf"(?:(?!\b(?:{_any_of(words.told)})\b).)*"
    begin = rf"(?:[a-z]+ ){{0,2}}(?:{_any_of(words.learns)})\b"
    return rf"{begin}{untold}\b(?:{_any_of(words.about)})\b"


def _inverted(words: QuestionWords) -> str:
    """A verb and its subject, in this order; a verb that holds its subject stands alone."""
    if not words.subjects:
        return "(?!)"
    whole = " ".join(verb for verb in words.verbs.split() if "_" in verb)
    with_subject = rf"(?:{_any_of(words.verbs)}) (?:{_any_of(words.subjects)})"
    return rf"(?:{_any_of(whole)}|{with_subject})(?![a-z0-9'])"


def _any_of(words: str) -> str:
    """The words as alternatives, the longest first."""
    spelled = [re.escape(word.replace("_", " ")) for word in words.split()]
    patterns = "|".join(sorted(spelled, key=len, reverse=True))
    return patterns.replace(r"\*", _GAP).replace(r"\ \$", "$")


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(map(_Language, (ENGLISH, GERMAN, SPANISH, FRENCH, PORTUGUESE)))


@cache
def _edits() -> LatePattern:
    return LatePattern(rf"\b(?:{_any_of(EDIT_STEMS)})")
