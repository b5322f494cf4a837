"""Which names of the environment are ours: `NEMOWATCH_SECTION__KEY`, `NEMOWATCH_WATCH__1__KEY` for
the first [[watch]], `NEMOWATCH_ROOT` for its root.

Owns those names; it reads no value. Every other name with that prefix is refused: if a mistyped
name were ignored, its setting would silently not apply.
"""

from __future__ import annotations

import difflib

from nemowatch.config.key_names import keys, sections
from nemowatch.config.mistakes import unknown_key
from nemowatch.config.toml_lines import Loc
from nemowatch.config.variable_names import OWN_NAMES, PREFIX, ROOT
from nemowatch.errors import ConfigMistake

#: Where the root of the first [[watch]] is.
_FIRST_ROOT: Loc = ("watch", 0, "root")
#: The nearest name is only suggested if it is at least this similar.
_LIKENESS = 0.6
#: Keys that are in no section.
_SINGLE: tuple[Loc, ...] = (("site",), ("aliases",))
#: What can be set as a whole, in JSON, besides every section.
_WHOLE: tuple[Loc, ...] = (*_SINGLE, ("aliases", "NAME"))
#: The placeholder, in a list of names, for the part that people choose.
_CHOSEN: dict[str | int, str] = {"recipes": "NAME", "aliases": "NAME", "watch": "1"}
_NUMBER_CURE = "The first [[watch]] has number 1: NEMOWATCH_WATCH__1__ROOT."


def known_names() -> list[str]:
    """Every name that can be set, with NAME for a recipe's name and 1 for a watch's number."""
    found = [*OWN_NAMES, ROOT]
    found += [f"{PREFIX}{key}".upper() for (key,) in _SINGLE]
    for table, names in _tables().items():
        written = "__".join(map(str, table))
        found += [f"{PREFIX}{written}__{key}".upper() for key in names]
    return found


def path_of(name: str) -> Loc:
    """Where in the configuration a variable's value belongs; watches count from 0 there."""
    if name.upper() == ROOT:
        return _FIRST_ROOT
    first, *rest = name[len(PREFIX) :].lower().split("__")
    if first == "watch" and rest and _is_number(rest[0]):
        return (first, int(rest[0]) - 1, *rest[1:])
    return (first, *rest)


def problem(name: str) -> ConfigMistake | None:
    """What is wrong with a name that begins with our prefix; None when nothing is."""
    path = path_of(name)
    if path[0] == "watch" and len(path) > 1 and not _is_numbered(path):
        return ConfigMistake(name, "does not say which [[watch]] it is of.", _NUMBER_CURE)

    tables = _tables()
    shape = _shape(path)
    whole_sections = [(name,) for name, _ in sections()]
    if shape in _WHOLE or shape in whole_sections:
        return None
    if shape[:-1] not in tables:
        return ConfigMistake(name, "is not a known setting.", _nearest_name(name))
    if path[-1] not in tables[shape[:-1]]:
        return unknown_key(name, path)
    return None


def _tables() -> dict[Loc, list[str]]:
    """The keys of each section, by the parts of a name before the key."""
    found: dict[Loc, list[str]] = {}
    for name, model in sections():
        table = filter(None, (name, _CHOSEN.get(name)))
        found[tuple(table)] = keys(model)
    return found


def _shape(path: Loc) -> Loc:
    """The path, with a placeholder for what people choose."""
    first, *rest = path
    if first in _CHOSEN and rest[:1] not in ([], [""]):
        rest[0] = _CHOSEN[first]
    return (first, *rest)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def _is_numbered(path: Loc) -> bool:
    """Whether a path is about a numbered [[watch]]; which keys exist is checked elsewhere."""
    return len(path) == 3 and isinstance(path[1], int)


def _nearest_name(name: str) -> str:
    known = [right.removeprefix(PREFIX) for right in known_names()]
    bare = name.upper().removeprefix(PREFIX)
    wanted = difflib.get_close_matches(bare, known, n=1, cutoff=_LIKENESS)
    if wanted:
        return f"Did you mean {PREFIX}{wanted[0]}?"
    return "Names look like NEMOWATCH_SECTION__KEY, with two underscores."
