"""Puts troubles together that people see as one: files of a folder with the same reason and cure.

Owns what counts as the same. It must not change a trouble: JSON lists each of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from nemowatch.reporting.overview import Trouble

#: The most files that one entry names; any others are only counted.
MOST_NAMES = 5


def together(troubles: Iterable[Trouble]) -> list[list[Trouble]]:
    """The troubles in their order, those that are the same in one list. A folder's trouble stays
    alone, and so does that of a file that went to failed/."""
    found: dict[tuple[object, ...], list[Trouble]] = {}
    for number, trouble in enumerate(troubles):
        key: tuple[object, ...] = (trouble.inbox, trouble.folder, trouble.what, trouble.cure)
        if trouble.refused or not trouble.path:
            key = (number,)
        found.setdefault(key, []).append(trouble)
    return list(found.values())
