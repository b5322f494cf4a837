"""Puts troubles together that people see as one: files of a folder with the same reason and cure.

Owns what counts as the same. It must not change a trouble: JSON lists each of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from nemowatch.reporting.grouping import grouped
from nemowatch.reporting.overview import Trouble

#: The most files that one entry names; any others are only counted.
MOST_NAMES = 5


def together(troubles: Iterable[Trouble]) -> list[list[Trouble]]:
    """The troubles in their order, those that are the same in one list. A folder's trouble stays
    alone, and so does that of a file that went to failed/."""
    return list(grouped(troubles, _what_it_shares).values())


def _what_it_shares(trouble: Trouble) -> Hashable:
    if trouble.refused or not trouble.path:
        return id(trouble)  # nothing: it is like itself alone
    return trouble.inbox, trouble.folder, trouble.what, trouble.cure
