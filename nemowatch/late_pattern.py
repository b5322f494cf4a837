"""Regular expressions that are compiled when they are first used. Vocabularies of hundreds of words
take longer to compile than to search, and a start needs none of them.

Owns that, and no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any


class LatePattern:
    """A pattern for texts; it is used as a compiled one is."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern = pattern
        self._flags = flags

    def __repr__(self) -> str:
        return f"LatePattern({self._pattern[:40]!r})"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself. What is wrong with it is raised here, as re.error."""
        return re.compile(self._pattern, self._flags)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first place where it matches, from `start` on."""
        return self.compiled.search(text, start)

    def match(self, text: str) -> re.Match[str] | None:
        """Where it matches at the beginning."""
        return self.compiled.match(text)

    def findall(self, text: str) -> list[Any]:
        """What it matches, everywhere: the whole or its groups, as `re` has it."""
        return self.compiled.findall(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every place where it matches."""
        return self.compiled.finditer(text)

    def split(self, text: str) -> list[Any]:
        """The text between the matches, with what its groups matched."""
        return self.compiled.split(text)

    def sub(self, instead: str, text: str) -> str:
        """The text with something instead of each match."""
        return self.compiled.sub(instead, text)
