"""The kinds of tasks. A new one is a module here and a line below."""

from __future__ import annotations

from collections.abc import Sequence

from nemowatch.tasks.kinds import dub, edit, recipe, transcribe, voiceover
from nemowatch.tasks.kinds.base import Example, Spelled, TaskKind
from nemowatch.tasks.records import Folder
from nemowatch.tasks.words import word_at

#: Kinds that have a word, in the order in which people read about them.
KINDS: tuple[TaskKind, ...] = (dub.KIND, voiceover.KIND, transcribe.KIND, edit.KIND)
#: The kind of every recipe of the configuration.
RECIPE: TaskKind = recipe.KIND

BY_WORD = {kind.word: kind for kind in KINDS}
#: Every name of a kind, as its words.
_BY_NAME = {tuple(name.split()): kind for kind in KINDS for name in (kind.word, *kind.also)}
_MOST_WORDS = max(map(len, _BY_NAME))

__all__ = [
    "BY_WORD",
    "KINDS",
    "RECIPE",
    "Example",
    "Spelled",
    "TaskKind",
    "beginning",
    "is_reserved",
    "kind_of",
]


def kind_of(folder: Folder) -> TaskKind:
    """The kind of task that a folder asks for."""
    return BY_WORD.get(folder.task, RECIPE)


def beginning(words: Sequence[str]) -> tuple[TaskKind | None, int]:
    """The kind of task with whose name these words begin, and how many words that is."""
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        kind = _BY_NAME.get(tuple(map(str.casefold, words[:count])))
        if kind is not None:
            return kind, count
    return None, 0


def is_reserved(words: list[str]) -> bool:
    """Whether these words are, or could become, the name of a built-in task's folder: no recipe may
    have that name."""
    kind = BY_WORD.get(word_at(words, 0).casefold())
    if kind is None:
        return False
    return kind.has_arguments or len(words) == 1
