"""The names of all sections and keys, taken from the configuration's own classes.

It defines no name: `schema` does, and what a value may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from nemowatch.config.schema import Config, Recipe
from nemowatch.config.section import Section
from nemowatch.config.watch_section import Watch


def keys(section: type[Section]) -> list[str]:
    """The names of its keys, in their order."""
    return [key.name for key in fields(section)]


def sections() -> Iterator[tuple[str, type[Section]]]:
    """(name, class) of each section; `watch` and `recipes` give the class of one entry."""
    entries = {"watch": Watch, "recipes": Recipe}
    for key in fields(Config):
        kind = entries.get(key.name, type(key.default))
        if issubclass(kind, Section):
            yield key.name, kind
