"""Folder names that the configuration adds: recipes, and aliases in people's own language. Pure.

It says for what such a name stands. `kinds` knows what an order asks for, `config.alias_names`
which names the configuration may add. An alias never changes how a name is read that begins with a
task or a recipe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from nemowatch.errors import shown
from nemowatch.tasks.kinds import beginning
from nemowatch.tasks.records import OwnNames, RecipeLike
from nemowatch.tasks.words import WrongError, split


def in_full(words: list[str], own: OwnNames) -> list[str]:
    """The words of a folder's name, with an alias replaced by the words of its order. Raises
    WrongError if the alias takes no further words."""
    if begins_with_order(words, own):
        return words
    fitting = list(_beginnings(words, aliases_of(own)))
    continued = filter(partial(_goes_on, words, own), fitting)
    alias = max(continued, key=_count, default="")
    if alias:
        return [*split(str(own[alias])), *words[_count(alias) :]]
    if fitting:
        raise _no_further(max(fitting, key=_count), words, own)
    return words


def begins_with_order(words: Sequence[str], own: OwnNames) -> bool:
    """Whether the first words are the name of a recipe or of a built-in task."""
    return task_of(words, own) != ""


def is_task_alone(words: Sequence[str], own: OwnNames) -> bool:
    """Whether the words are only the name of a task or of a recipe."""
    recipe = recipe_of(words, own)
    if recipe:
        return _count(recipe) == len(words)
    kind, count = beginning(words)
    return kind is not None and count == len(words)


def recipe_of(words: Sequence[str], own: OwnNames) -> str:
    """The recipe whose name is the longest beginning of `words`, or ""."""
    return max(_beginnings(words, recipes_of(own)), key=_count, default="")


def task_of(words: Sequence[str], own: OwnNames) -> str:
    """The task with which the words of an order begin: a recipe's name, a built-in word, or ""."""
    kind, _ = beginning(words)
    recipe = recipe_of(words, own)
    if kind is None or recipe:
        return recipe
    return kind.word


def alias_of(words: Sequence[str], own: OwnNames) -> str:
    """The alias that is the longest beginning of `words`, or ""."""
    return max(_beginnings(words, aliases_of(own)), key=_count, default="")


def recipes_of(own: OwnNames) -> Mapping[str, RecipeLike]:
    """The recipes among them."""
    return {name: meant for name, meant in own.items() if not isinstance(meant, str)}


def aliases_of(own: OwnNames) -> Mapping[str, str]:
    """The aliases among them, each with its order."""
    return {name: meant for name, meant in own.items() if isinstance(meant, str)}


def _beginnings(words: Sequence[str], names: Iterable[str]) -> Iterable[str]:
    return filter(partial(_is_beginning, words), names)


def _is_beginning(words: Sequence[str], name: str) -> bool:
    """Whether `words` begin with those of a name, in any case."""
    own = list(map(str.casefold, split(name)))
    begin = list(map(str.casefold, words[: len(own)]))
    return bool(own) and own == begin


def _goes_on(words: Sequence[str], own: OwnNames, alias: str) -> bool:
    """Whether the alias with which the words begin may be followed by the others: only an alias of
    a mere task may, since "dub-zh" with one more language would be paid for twice."""
    if _count(alias) == len(words):
        return True
    return is_task_alone(split(str(own[alias])), own)


def _no_further(alias: str, words: list[str], own: OwnNames) -> WrongError:
    rest = words[_count(alias) :]
    order = split(str(own[alias]))
    return WrongError(
        f'"{shown(alias)}" stands for "{shown("-".join(order))}" and takes no further words, but'
        f' the name continues with "{shown(rest[0])}".',
        "-".join([task_of(order, own), *rest]),
    )


def _count(name: str) -> int:
    return len(split(name))
