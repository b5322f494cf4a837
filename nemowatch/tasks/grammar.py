"""What a folder's name means (docs/behaviour.md section 1): `<task>[-<argument>]*`. Pure, and
total: any text gives a Folder or an Unreadable.

Nothing is guessed: a name with one part that cannot be read is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain

from nemowatch.errors import shown
from nemowatch.tasks.kinds import BY_WORD, RECIPE, Spelled, TaskKind, beginning
from nemowatch.tasks.records import Folder, Recipe, Unreadable
from nemowatch.tasks.suggest import candidates
from nemowatch.tasks.words import WrongError, split


def read_folder(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    """The order in a task folder's name, or what is wrong with it and the nearest valid name.
    Never raises."""
    found = _read(name, recipes)
    if isinstance(found, Folder):
        return found
    proposed = chain((found.suggestion,), candidates(split(name), tuple(recipes)))
    readable = filter(partial(_is_readable, recipes), proposed)
    return Unreadable(name, found.what, next(readable, ""))


def _is_readable(recipes: Mapping[str, Recipe], name: str) -> bool:
    return isinstance(_read(name, recipes), Folder)


def _read(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    try:
        kind, spelled = _spelled(name, recipes)
        return kind.read(spelled)
    except WrongError as wrong:
        return Unreadable(name, wrong.what, wrong.suggestion)


def _spelled(name: str, recipes: Mapping[str, Recipe]) -> tuple[TaskKind, Spelled]:
    """Which task the name begins with; a recipe comes before a built-in one. Raises WrongError."""
    words = split(name)
    if not words:
        raise WrongError("The folder's name has no word that could be a task.")
    own = _longest_recipe(words, recipes)
    if own:
        return RECIPE, Spelled(name, words, own, len(split(own)), recipes[own])
    kind, count = beginning(words)
    if kind is not None:
        return kind, Spelled(name, words, kind.word, count)
    known = ", ".join(dict.fromkeys([*BY_WORD, *recipes]))
    raise WrongError(f'"{shown(words[0])}" is not a task. Tasks are: {known}.')


def _longest_recipe(words: list[str], recipes: Mapping[str, Recipe]) -> str:
    """The recipe whose name is the longest beginning of `words`, or ""."""
    fitting = filter(partial(_is_beginning, words), recipes)
    return max(fitting, key=_count, default="")


def _is_beginning(words: list[str], name: str) -> bool:
    """Whether `words` begin with those of a name, in any case."""
    own = list(map(str.casefold, split(name)))
    begin = list(map(str.casefold, words[: len(own)]))
    return bool(own) and own == begin


def _count(name: str) -> int:
    return len(split(name))
