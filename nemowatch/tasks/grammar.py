"""What a folder's name means (docs/behaviour.md section 1): `<task>[-<argument>]*`. Pure, and
total: any text gives a Folder or an Unreadable.

Nothing is guessed: a name with one part that cannot be read is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from nemowatch.errors import shown
from nemowatch.tasks.kinds import BY_WORD, RECIPE, Spelled
from nemowatch.tasks.records import Folder, Recipe, Unreadable
from nemowatch.tasks.suggest import candidates
from nemowatch.tasks.words import WrongError, split


def read_folder(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    """The order in a task folder's name, or what is wrong with it and the nearest valid name.
    Never raises."""
    found = _read(name, recipes)
    if isinstance(found, Folder):
        return found
    for candidate in (found.suggestion, *candidates(split(name), tuple(recipes))):
        if isinstance(_read(candidate, recipes), Folder):
            return Unreadable(name, found.what, candidate)
    return Unreadable(name, found.what)


def _read(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    try:
        spelled = _spelled(name, recipes)
        kind = RECIPE if spelled.recipe is not None else BY_WORD[spelled.task]
        return kind.read(spelled)
    except WrongError as wrong:
        return Unreadable(name, wrong.what, wrong.suggestion)


def _spelled(name: str, recipes: Mapping[str, Recipe]) -> Spelled:
    """Which task the name begins with; a recipe comes before a built-in one. Raises WrongError."""
    words = split(name)
    if not words:
        raise WrongError("The folder's name has no word that could be a task.", "dub-es")
    own = _longest_recipe(words, recipes)
    if own:
        return Spelled(name, words, own, len(split(own)), recipes[own])
    task = words[0].lower()
    if task in BY_WORD:
        return Spelled(name, words, task, 1)
    known = ", ".join(dict.fromkeys([*BY_WORD, *recipes]))
    raise WrongError(f'"{shown(words[0])}" is not a task. Tasks are: {known}.')


def _longest_recipe(words: list[str], recipes: Mapping[str, Recipe]) -> str:
    """The recipe whose name is the longest beginning of `words`, or ""."""
    longest, length = "", 0
    for name in recipes:
        own = split(name)
        if len(own) > length and _are_same(own, words[: len(own)]):
            longest, length = name, len(own)
    return longest


def _are_same(some: list[str], others: list[str]) -> bool:
    """In any case."""
    return list(map(str.casefold, some)) == list(map(str.casefold, others))
