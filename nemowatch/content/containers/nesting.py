"""Searches a container, in which parts are within parts.

Owns the search along a path of kinds, and for the first parts of each track. It must not know any
format: each format's module says which parts are in a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Protocol, TypeVar


class NestedPart(Protocol):
    """A part that can contain others."""

    @property
    def kind(self) -> int | bytes:
        """What sort of part it is, as the format numbers or names it."""


AnyPart = TypeVar("AnyPart", bound=NestedPart)
Name = TypeVar("Name", int, bytes)


def inside(
    children: Callable[[AnyPart], Iterator[AnyPart]],
    parent: AnyPart,
    path: Sequence[int | bytes],
) -> Iterator[AnyPart]:
    """The parts of these kinds, each in the one before; the first is in `parent`."""
    if not path:
        yield parent
        return
    for child in children(parent):
        if child.kind == path[0]:
            yield from inside(children, child, path[1:])


def seen_among(
    wanted: AbstractSet[Name],
    found: Iterable[Name | None],
    most: int,
) -> AbstractSet[Name]:
    """The wanted tracks of which there is a part; all of them if there are too many parts to check.
    `found`: the track of each part, None for a part of no track."""
    missing = set(wanted)
    seen = 0
    for track in islice(found, most):
        seen += 1
        if track is not None:
            missing.discard(track)
        if not missing:
            return wanted
    if seen == most:
        return wanted
    return wanted - missing
