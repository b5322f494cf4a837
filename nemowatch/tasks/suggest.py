"""Proposes the nearest valid names for one that cannot be read; the grammar takes the first one
that it can read. No proposal orders more than the name says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from operator import itemgetter

from nemowatch.tasks.arguments import REVIEW, VOICES
from nemowatch.tasks.foreign_folder_words import FOREIGN
from nemowatch.tasks.kinds import BY_WORD, KINDS, RECIPE, beginning
from nemowatch.tasks.name_as_sentence import of_sentence
from nemowatch.tasks.nearest_language import is_language, mended
from nemowatch.tasks.words import split

#: Words that people write for a task. Others are found by similar letters.
_MEANT = {**FOREIGN, **{word: kind.word for kind in KINDS for word in kind.meant}}
_TASKS = {word: word for word in BY_WORD}
#: How similar a task's name must be, and how similar if it takes more than one word: the second may
#: be a language.
_LIKENESS = 0.6
_LIKENESS_OF_MORE = 0.85
#: What follows one of these words is not wanted, so nothing can be proposed.
_NOT = frozenset(
    {
        *("not", "except", "without", "but"),
        *("nicht", "kein", "ohne", "außer"),
        *("sauf", "sans", "pas", "sin", "excepto", "menos"),
        *("senza", "tranne", "sem", "exceto", "niet", "zonder"),
        *("utan", "uden", "ikke", "bez"),
    }
)
#: A name of more words than this is a sentence, not an order: nothing is proposed.
_MOST_WORDS = 24
#: The most words of a task's name.
_TASK_WORDS = 3
#: What people and their programs add to names: brackets, dots, long dashes.
_ADDED = str.maketrans(
    dict.fromkeys("()[]{}.;/\u2010\u2011\u2012\u2013\u2014", " ")
    | dict.fromkeys(">\u2192\u21d2\u27a1", " to ")  # arrows
)

#: What the first words may have meant as a task, and the words that remain.
_Head = tuple[str, list[str]]


def candidates(words: list[str], recipes: Sequence[str]) -> Iterator[str]:
    """Names similar to `words`, the nearest first; each still has to be read."""
    plain = split(" ".join(words).translate(_ADDED))
    if not 1 <= len(plain) <= _MOST_WORDS:
        return
    if any(word.casefold() in _NOT for word in plain):
        return
    for head, rest in _heads(plain, recipes):
        yield from _names(head, rest)


def _names(head: str, rest: list[str]) -> Iterator[str]:
    """The task with what its arguments may have meant, then with ever fewer of them. How it is
    made is never left out: a dub that nobody has read, or another voice, would be paid for."""
    kind = BY_WORD.get(head, RECIPE)
    sentence = of_sentence(rest, kind)
    if sentence is None:
        yield "-".join([head, *rest])
    arguments = sentence or mended(rest, kind.near_words)
    how = kind.keywords & (REVIEW | VOICES)
    said_how = [at for at, word in enumerate(arguments, start=1) if word in how]
    for length in range(len(arguments), max(said_how, default=0) - 1, -1):
        yield "-".join([head, *arguments[:length]])


def _heads(words: list[str], recipes: Sequence[str]) -> Iterator[_Head]:
    kind, count = beginning(words)
    if kind is not None:
        yield kind.word, words[count:]
        return
    known = _known(recipes)
    meant = list(_meant(words, known))
    yield from meant
    if not meant:  # `translate` is never nearly `transcribe`
        yield from _run_together(words)
        yield from _alike(words, known)


def _known(recipes: Sequence[str]) -> dict[str, str]:
    """Recipes and tasks as they are written, by their names in lower case."""
    found: dict[str, str] = {}
    for recipe in recipes:
        name = "-".join(split(recipe))
        found[name.casefold()] = name
    return found | _TASKS


def _meant(words: list[str], known: Mapping[str, str]) -> Iterator[_Head]:
    """`my recipe` with other separators, `translate`."""
    by_word = {**_MEANT, **known}
    counts = range(min(_TASK_WORDS, len(words)), 0, -1)
    for count, glue in product(counts, ("", "-")):
        meant = by_word.get(glue.join(words[:count]).lower())
        if meant:
            yield meant, words[count:]


def _run_together(words: list[str]) -> Iterator[_Head]:
    """`dubes`, `dub_es`, but not `dublin`."""
    first, *others = words
    low = first.lower()
    for kind in KINDS:
        argument = low.removeprefix(kind.word).strip("_")
        is_whole = argument == low
        if is_language(argument) and not is_whole:
            yield kind.word, [argument, *others]


def _alike(words: list[str], known: Mapping[str, str]) -> Iterator[_Head]:
    """Tasks and recipes spelled nearly like the first one, two or three words, the most similar
    first."""
    from difflib import SequenceMatcher

    found: list[tuple[float, str, int]] = []
    counts = range(1, min(_TASK_WORDS, len(words)) + 1)
    for count, name in product(counts, known):
        joined = "-".join(words[:count]).lower()
        likeness = SequenceMatcher(None, joined, name).ratio()
        if likeness >= _least_likeness(count, name):
            found.append((-likeness, name, count))

    found.sort(key=itemgetter(0))
    for _, name, count in found:
        yield known[name], words[count:]


def _least_likeness(count: int, name: str) -> float:
    """How similar `count` words must be to a name."""
    if count > len(split(name)):
        return _LIKENESS_OF_MORE
    return _LIKENESS
