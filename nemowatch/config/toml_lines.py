"""Finds the line of each key in a TOML text, so that an error can name it. Pure; `tomllib` does the
actual parsing.

It recognizes headers, `key =` lines and lines that only continue a value; a key inside an inline
table or an array gets the line of the key that holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

Loc = tuple[str | int, ...]
Value = TypeVar("Value")

_HEADER = re.compile(r"\s*\[(\[)?([^\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
#: The quotes of a multi-line string.
_FENCE = re.compile(r'"""|\'\'\'')
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
#: What may hold brackets and quotes without a meaning: single-line strings, and comments.
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?|\'[^\']*\'?|#.*')


def _parts(dotted: str) -> Loc:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


class _KeyFinder:
    """Walks the lines once and notes where each key begins."""

    def __init__(self) -> None:
        self.found: dict[Loc, int] = {}
        self._table: Loc = ()
        self._arrays: Counter[Loc] = Counter()
        self._depth = 0  # how many brackets are still open
        self._fence = ""  # the quotes that end the multi-line string

    def line(self, number: int, text: str) -> None:
        is_continued = self._fence or self._depth
        if not is_continued:
            self._begin(number, text)
        self._follow(text)

    def _begin(self, number: int, text: str) -> None:
        header = _HEADER.match(text)
        if header:
            self._table = self._headed(_parts(header[2]), is_array=bool(header[1]))
            self.found.setdefault(self._table, number)
            return
        key = _KEY.match(text)
        if key:
            self.found.setdefault((*self._table, *_parts(key[1])), number)

    def _headed(self, written: Loc, *, is_array: bool) -> Loc:
        """The table that a header begins."""
        path = self._inside(written)
        if not is_array:
            return path
        self._arrays[path] += 1
        return (*path, self._arrays[path] - 1)

    def _inside(self, path: Loc) -> Loc:
        """`[watch.x]` after `[[watch]]` belongs to the last entry."""
        for cut in range(1, len(path)):
            count = self._arrays[path[:cut]]
            if count:
                return (*path[:cut], count - 1, *path[cut:])
        return path

    def _follow(self, text: str) -> None:
        """Keep track of what the line leaves open."""
        while True:
            if self._fence:
                _, fence, text = text.partition(self._fence)
                if not fence:
                    return
                self._fence = ""

            opened = _FENCE.search(text)
            if opened is None:
                self._count(text)
                return
            self._count(text[: opened.start()])
            self._fence, text = opened[0], text[opened.end() :]

    def _count(self, text: str) -> None:
        if _HEADER.match(text) and not self._depth:
            return
        bare = _QUOTED.sub("", text)
        opened = bare.count("[") + bare.count("{")
        closed = bare.count("]") + bare.count("}")
        self._depth = max(0, self._depth + opened - closed)


def find_lines(text: str) -> dict[Loc, int]:
    """The line (from 1) of every key and header in `text`; entries of `[[array]]` have their
    index in the path."""
    reader = _KeyFinder()
    for number, line in enumerate(text.splitlines(), start=1):
        reader.line(number, line)
    return reader.found


def line_of(lines: dict[Loc, int], loc: Loc) -> int:
    """The line of the key at `loc`, or of the nearest table or key that holds it; 0 if none
    does."""
    return nearest(lines, loc) or 0


def nearest(known: Mapping[Loc, Value], loc: Loc) -> Value | None:
    """What is known about `loc`, else about the nearest table or key that holds it; None if
    nothing is."""
    for cut in range(len(loc), 0, -1):
        if loc[:cut] in known:
            return known[loc[:cut]]
    return None
