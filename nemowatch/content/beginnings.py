"""Tables of what files begin with.

Owns looking a file's first bytes up in such a table. The tables belong to their users: it
must not know any kind of file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Value = TypeVar("Value")


def by_beginning(
    head: bytes,
    table: Iterable[tuple[bytes | tuple[bytes, ...], Value]],
) -> Value | None:
    """The value of the first row whose bytes, or one of them, `head` begins with; None for none."""
    for beginning, value in table:
        if head.startswith(beginning):
            return value
    return None
