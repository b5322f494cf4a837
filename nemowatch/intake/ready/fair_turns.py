"""Which file is next when many wait: the task folders take turns, so that nobody's thousand files
keep another person's single one waiting.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, islice, zip_longest

from nemowatch.intake.scan.paths import folder_of

#: One folder gets at most one part in this many of what is taken at once, while others wait.
_SHARE = 4


def portion(paths: Iterable[bytes], limit: int) -> list[bytes]:
    """Up to `limit` of the paths, in their order, with room for each folder."""
    taken: list[bytes] = []
    late: list[bytes] = []
    counts: Counter[bytes] = Counter()
    for path in paths:
        folder = folder_of(path)
        if counts[folder] < limit // _SHARE:
            taken.append(path)
            counts[folder] += 1
        elif len(late) < limit:
            late.append(path)
        if len(taken) == limit:
            break
    return [*taken, *late][:limit]


def first_in_turns(paths: Iterable[bytes], limit: int) -> list[bytes]:
    """Up to `limit` of the paths, those that come first if the folders take turns."""
    by_folder: dict[bytes, list[bytes]] = {}
    for path in paths:
        by_folder.setdefault(folder_of(path), []).append(path)
    rounds = chain.from_iterable(zip_longest(*by_folder.values()))
    return list(islice(filter(None, rounds), limit))


def in_turns(paths: list[bytes], cost: Callable[[bytes], tuple[bool, int]]) -> list[bytes]:
    """The paths in an order in which the folders take turns. Files that are costly to read come
    last. `cost` says whether a path is costly, and estimates how much it takes."""
    counts: Counter[bytes] = Counter()
    keys: dict[bytes, tuple[bool, int, int]] = {}
    for path in paths:
        folder = folder_of(path)
        is_costly, amount = cost(path)
        keys[path] = (is_costly, counts[folder], amount)
        counts[folder] += 1
    return sorted(paths, key=keys.__getitem__)
