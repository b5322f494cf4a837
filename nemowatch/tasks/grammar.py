"""Reads a folder's name (docs/behaviour.md section 1): `<task>[-<argument>]*`. Pure and total: any
text gives a Folder or an Unreadable.

Nothing is guessed: a name of which one part cannot be read is not read at all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain

from nemowatch.cures import ADMIN
from nemowatch.errors import shown
from nemowatch.tasks.foreign_folder_words import FOREIGN, foreign_word
from nemowatch.tasks.kinds import BY_WORD, RECIPE, Spelled, TaskKind, beginning
from nemowatch.tasks.own_names import in_full, recipe_of, recipes_of
from nemowatch.tasks.records import Folder, OwnNames, Unreadable
from nemowatch.tasks.suggest import candidates
from nemowatch.tasks.words import WrongError, split


def read_folder(name: str, own: OwnNames) -> Folder | Unreadable:
    """The order in a task folder's name, or what is wrong with it and the nearest valid name.
    Never raises."""
    found = _read(name, own)
    if isinstance(found, Folder):
        return found
    proposed = chain((found.suggestion,), candidates(split(name), tuple(own)))
    readable = filter(partial(_is_readable, own), proposed)
    return Unreadable(name, found.what, next(readable, ""))


def _is_readable(own: OwnNames, name: str) -> bool:
    return isinstance(_read(name, own), Folder)


def _read(name: str, own: OwnNames) -> Folder | Unreadable:
    try:
        kind, spelled = _spelled(name, own)
        folder = kind.read(spelled)
        if spelled.words == split(name):
            return folder
        return replace(folder, stands_for="-".join(spelled.words))
    except WrongError as wrong:
        return Unreadable(name, wrong.what, wrong.suggestion)


def _spelled(name: str, own: OwnNames) -> tuple[TaskKind, Spelled]:
    """The task with which the name begins; recipes take precedence. Raises WrongError."""
    words = in_full(split(name), own)
    if not words:
        raise WrongError("The folder's name has no word that could be a task.")
    recipe = recipe_of(words, own)
    if recipe:
        meant = recipes_of(own)[recipe]
        return RECIPE, Spelled(name, words, recipe, len(split(recipe)), meant)
    kind, count = beginning(words)
    if kind is not None:
        return kind, Spelled(name, words, kind.word, count)
    known = ", ".join(dict.fromkeys([*BY_WORD, *own]))
    what = f'"{shown(words[0])}" is not a task. Tasks are: {known}.'
    raise WrongError(f"{what}{_as_alias(words)}")


def _as_alias(words: list[str]) -> str:
    """How the administrator can have a word of another language read as a task."""
    word = foreign_word(words)
    if not word:
        return ""
    task = FOREIGN[word]
    return (
        f' To have "{word}" read as "{task}", {ADMIN} adds this line below [aliases] in the'
        f' configuration, and reloads it: "{word}" = "{task}".'
    )
