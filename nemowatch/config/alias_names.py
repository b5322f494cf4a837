"""Which `[aliases]` are allowed: folder names in people's own language, each for an order.

Pure. It refuses names that would be read as something else, or not at all; `tasks.own_names` knows
how an alias is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from nemowatch.config.recipe_names import is_no_name, is_refused_elsewhere, recipe_key
from nemowatch.config.schema import Config
from nemowatch.errors import shown
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.kinds import beginning
from nemowatch.tasks.own_names import alias_of, begins_with_order, is_task_alone, recipe_of
from nemowatch.tasks.records import Folder, OwnNames
from nemowatch.tasks.words import split


class AliasFault(NamedTuple):
    """What is wrong with one alias."""

    alias: str
    what: str  #: the rest of a sentence that begins with its name, without a full stop
    cure: str


class _Alias(NamedTuple):
    name: str
    order: str
    own: OwnNames  #: all names that the configuration adds


def alias_faults(config: Config) -> Iterator[AliasFault]:
    """The first thing that is wrong with each alias that is not allowed."""
    seen: dict[str, str] = {}
    for name, order in config.aliases.items():
        first = seen.setdefault(recipe_key(name), name)
        if first != name:
            yield AliasFault(name, f'is the same folder name as "{shown(first)}"', "Keep one.")
            continue
        alias = _Alias(name, order, config.own_names)
        for is_wrong, what, cure in _FAULTS:
            if is_wrong(alias):
                yield AliasFault(name, what, cure)
                break


def _is_no_name(alias: _Alias) -> bool:
    return is_no_name(alias.name) or not split(alias.name)


def _is_refused_elsewhere(alias: _Alias) -> bool:
    return is_refused_elsewhere(alias.name)


def _is_task(alias: _Alias) -> bool:
    kind, _ = beginning(split(alias.name))
    return kind is not None


def _is_recipe(alias: _Alias) -> bool:
    return recipe_of(split(alias.name), alias.own) != ""


def _leads_to_alias(alias: _Alias) -> bool:
    words = split(alias.order)
    return not begins_with_order(words, alias.own) and alias_of(words, alias.own) != ""


def _leads_nowhere(alias: _Alias) -> bool:
    if is_task_alone(split(alias.order), alias.own):
        return False
    return not isinstance(read_folder(alias.order, alias.own), Folder)


_SHAPE = 'Write a folder\'s name or a task, such as "dub-es" or "dub".'
#: What can be wrong with an alias, and what to do about it; the first that applies counts.
_FAULTS: tuple[tuple[Callable[[_Alias], bool], str, str], ...] = (
    (_is_no_name, "cannot be a folder's name here", "Use letters and digits."),
    (
        _is_refused_elsewhere,
        "cannot be a folder's name everywhere",
        'Leave out / \\ : * ? " < > | and the ending .project.',
    ),
    (_is_task, "begins with the name of a task that is built in", "Choose another word."),
    (_is_recipe, "begins with the name of a recipe", "Choose another word."),
    (_leads_to_alias, "leads to another alias", _SHAPE),
    (
        _leads_nowhere,
        "leads to nothing that can be ordered",
        f"{_SHAPE} nemowatch explain says what a name orders.",
    ),
)
