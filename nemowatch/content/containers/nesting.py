"""Going down into a container: parts within parts.

Owns the search along a path of kinds. It must not know any format: each module says which parts are
in a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar


class Part(Protocol):
    """What can have other parts in it."""

    @property
    def kind(self) -> int | bytes:
        """What sort of part it is, as the format numbers or names it."""


AnyPart = TypeVar("AnyPart", bound=Part)


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
