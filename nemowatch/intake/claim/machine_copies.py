"""Copies that OneDrive makes of a conflict: the name of the machine follows the file's own name.

Only the names that Windows gives to machines are known for sure (`conflict_names`). Any other
counts only beside the original, and only if the added words are such as people call machines.
Owns those words, and the question that is asked. It is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.paths import as_text, name_of, parent, same_name

#: The short name of this question.
CODE = "machine copy"
#: What follows a file's own name: words, one of them a kind of machine, and a number.
_MACHINE = re.compile(
    r"-(?:\w{1,15}(?:['\u2019]s)?[- ]){0,3}(?:\w{1,12}pc|pc"
    r"|laptop|desktop|notebook|macbook|imac|mac|surface"
    r"|thinkpad|workstation|server|nuc|iphone|ipad|computer|rechner|ordinateur|ordenador"
    r"|computador|dator)\d{0,4}(?:[- ]\w{1,10}){0,3}$",
    re.IGNORECASE,
)
#: Numbers as administrators give them to machines (`NB4711`, `WS-0042`, `ANNA-W10-221`): capitals
#: and three digits, up to the fifteen characters that Windows allows.
_NUMBERED = re.compile(r"-(?=[A-Z0-9-]{5,15}$)(?=.{0,14}[A-Z]{2})(?=.{0,12}\d{3})")
#: What names of films end in: a resolution, a codec, an episode, a year.
_OF_FILMS = re.compile(
    r"\d{3,4}[PIX]|[HX]-?26[45]|S\d{1,2}E\d|(?:19|20)\d\d(?!\d)|EP?-?\d|IMG|DSC|TAKE"
)
_CURE = "If it is the right one, or work of its own, give it another name; else remove it."


class MachineCopies:
    """The files of one folder, by their names."""

    def __init__(self, folder: bytes, names: Iterable[bytes]) -> None:
        self._folder = folder
        self._all = names

    @cached_property
    def _names(self) -> dict[str, bytes]:
        """Each name by its form for comparing. Made when it is needed, which few files need."""
        return {same_name(name): name for name in self._all}

    def original(self, path: bytes) -> bytes:
        """The file that this one may be a copy of; b"" for none."""
        name = name_of(path)
        stem = as_text(stem_of(name))
        ending = as_text(name)[len(stem) :]
        for at, letter in enumerate(stem):
            if letter != "-" or not _is_machine(stem[at:]):
                continue
            found = self._names.get(same_name(f"{stem[:at]}{ending}".encode()))
            if found is not None:
                return self._folder + b"/" + found
        return b""


def _is_machine(added: str) -> bool:
    """Whether what follows a file's name, hyphen included, is such as people call machines."""
    if _MACHINE.match(added):
        return True
    return _NUMBERED.match(added) is not None and _OF_FILMS.search(added) is None


def question(path: bytes, original: bytes) -> FileProblem:
    """What a person is asked about a file."""
    name, other = as_text(name_of(path)), as_text(name_of(original))
    what = f"{name} may be a copy of {other} that OneDrive made of a conflict. It waits."
    return FileProblem(path, parent(path), what, _CURE, code=CODE)
