"""Which names of the environment are ours: `NEMOWATCH_SECTION__KEY`, `NEMOWATCH_WATCH__1__KEY` for
the first [[watch]], `NEMOWATCH_ROOT` for its root.

Owns those names; it reads no value. Every other name that begins so is refused, since a mistyped
name that is ignored is a setting that silently does not hold.
"""

from __future__ import annotations

import difflib

from nemowatch.config.mistakes import unknown_key
from nemowatch.config.schema import keys, sections
from nemowatch.config.toml_lines import Loc
from nemowatch.config.variable_names import OWN_NAMES, PREFIX, ROOT
from nemowatch.errors import ConfigMistake

#: Where the root of the first [[watch]] is.
_FIRST_ROOT: Loc = ("watch", 0, "root")
#: The nearest name is only suggested when it is at least this alike.
_LIKENESS = 0.6
#: Parts of a name, where they are not two: a recipe has a name of its own, a [[watch]] a number.
_DEPTHS: dict[str | int, int] = {"recipes": 3, "watch": 3}
#: Keys that lie in no section.
_SINGLE: tuple[Loc, ...] = (("site",), ("aliases",))
#: Tables of which every key is a name that people choose.
_OPEN = "aliases"
#: How such a section is written in a list of names.
_WRITTEN = {"recipes": "recipes__NAME", "watch": "watch__1"}
_NUMBER_CURE = "The first [[watch]] has number 1: NEMOWATCH_WATCH__1__ROOT."


def known_names() -> list[str]:
    """Every name that may be set, with NAME for a recipe's and 1 for the number of a watch."""
    found = [*OWN_NAMES, ROOT]
    found += [f"{PREFIX}{key}".upper() for (key,) in _SINGLE]
    for section, model in sections():
        written = _WRITTEN.get(section, section)
        found += [f"{PREFIX}{written}__{key}".upper() for key in keys(model)]
    return found


def path_of(name: str) -> Loc:
    """Where in the configuration the value belongs; a watch is counted from 0, as in the file."""
    if name.upper() == ROOT:
        return _FIRST_ROOT
    first, *rest = name[len(PREFIX) :].lower().split("__")
    if first == "watch" and rest and _is_number(rest[0]):
        return (first, int(rest[0]) - 1, *rest[1:])
    return (first, *rest)


def problem(name: str) -> ConfigMistake | None:
    """What is wrong with a name that begins with our prefix; None when nothing is."""
    path = path_of(name)
    is_chosen = len(path) == 2 and path[0] == _OPEN and path[1] != ""
    if _is_section(path) or path in _SINGLE or is_chosen:
        return None
    if path[0] == "watch" and not _is_entry(path):
        return ConfigMistake(name, "does not say which [[watch]] it is of.", _NUMBER_CURE)

    model = dict(sections()).get(str(path[0]))
    is_deep_enough = len(path) == _DEPTHS.get(path[0], 2)
    if model is None or not is_deep_enough:
        return ConfigMistake(name, "is not a known setting.", _nearest_name(name))
    if path[-1] not in keys(model):
        return unknown_key(name, path)
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def _is_entry(path: Loc) -> bool:
    """Whether it is of a [[watch]] with its number; which keys there are is said elsewhere."""
    return len(path) == _DEPTHS["watch"] and isinstance(path[1], int)


def _is_section(path: Loc) -> bool:
    names = dict(sections())
    return len(path) == 1 and path[0] in names


def _nearest_name(name: str) -> str:
    known = [right.removeprefix(PREFIX) for right in known_names()]
    bare = name.upper().removeprefix(PREFIX)
    wanted = difflib.get_close_matches(bare, known, n=1, cutoff=_LIKENESS)
    if wanted:
        return f"Did you mean {PREFIX}{wanted[0]}?"
    return "Names look like NEMOWATCH_SECTION__KEY, with two underscores."
