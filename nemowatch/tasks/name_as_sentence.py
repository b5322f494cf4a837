"""What a folder's name asks for that is a sentence, such as `dub in Spanish` or `translate en to
es`. Only for proposals."""

from __future__ import annotations

from itertools import filterfalse

from nemowatch.tasks import languages
from nemowatch.tasks.arguments import SOURCE
from nemowatch.tasks.kinds.base import TaskKind
from nemowatch.tasks.nearest_language import mended
from nemowatch.tasks.words import PREPOSITIONS

#: Words that stand for the file, although `it` is a code as well.
_PRONOUNS = frozenset({"it", "this", "that", "them", "the"})


def of_sentence(words: list[str], kind: TaskKind) -> list[str] | None:
    """The arguments that a task's words ask for: the languages after the last preposition and, if
    the task knows one, the language of the video before it. None when it is not a sentence."""
    at = _last_preposition(words)
    if at is None:
        return None
    into = map(_as_code, mended(words[at + 1 :], kind.near_words))
    return [*_source(words[:at], kind), *into]


def _last_preposition(words: list[str]) -> int | None:
    """The index of the last preposition that a word follows; None when there is none."""
    found = None
    for at, word in enumerate(words[:-1]):
        if word.lower() in PREPOSITIONS:
            found = at
    return found


def _source(words: list[str], kind: TaskKind) -> list[str]:
    """`en` of `en to es`, if nothing else is before it."""
    if not kind.keywords >= SOURCE:
        return []

    said = list(filterfalse(_is_left_out, words))
    if len(said) != 1:
        return []
    named = list(map(_as_code, mended(said, {})))
    if not named:
        return []
    return [*SOURCE, *named]


def _is_left_out(word: str) -> bool:
    return word.lower() in SOURCE | _PRONOUNS


def _as_code(word: str) -> str:
    return languages.base_of(word) or word
