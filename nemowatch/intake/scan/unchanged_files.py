"""The files that need no further check until they change, and which of them a walk finds unchanged.

Owns this memory, by folder and bare name: a scan looks up a hundred thousand files, and neither
joins their paths nor misses the processor's cache at each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping

from nemowatch.fs.identity import content_hash, is_regular, of_stat
from nemowatch.fs.listing import entries, entries_unlike
from nemowatch.intake.scan.paths import below, is_below


class KnownFiles(MutableMapping[bytes, int]):
    """Paths relative to the inbox, each with the hash of its snapshot."""

    def __init__(self) -> None:
        self._folders: dict[bytes, dict[str, int]] = {}

    def __getitem__(self, path: bytes) -> int:
        folder, name = _split(path)
        return self._folders[folder][name]

    def __setitem__(self, path: bytes, snapshot_hash: int) -> None:
        folder, name = _split(path)
        self._folders.setdefault(folder, {})[name] = snapshot_hash

    def __delitem__(self, path: bytes) -> None:
        folder, name = _split(path)
        names = self._folders[folder]
        del names[name]
        if not names:
            del self._folders[folder]

    def __iter__(self) -> Iterator[bytes]:
        for folder, names in self.folders().items():
            yield from _joined(folder, names)

    def __len__(self) -> int:
        return sum(map(len, self._folders.values()))

    def clear(self) -> None:
        """Forget all of them."""
        self._folders.clear()

    def folders(self) -> dict[bytes, Mapping[str, int]]:
        """The hashes of known files by their folder and name, of those folders that have any."""
        return dict(self._folders)

    def is_any_below(self, folder: bytes) -> bool:
        """Whether one of them lies in this folder or below it."""
        return any(is_below(one, folder) for one in list(self._folders))


class KnownInWalk:
    """What one walk finds of the known files."""

    def __init__(self, known: KnownFiles, is_local: Callable[[bytes], bool]) -> None:
        """`is_local`: whether inode numbers are real at a path; the same for all files of a
        folder."""
        self._known = known
        self._is_local = is_local
        self._folders = known.folders()
        #: by folder; at first all of them
        self._unseen: dict[bytes, Iterable[str]] = dict(self._folders)

    def changed(self, folder: bytes, opened: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
        """The entries of an open folder except known files that have not changed. Raises
        OSError."""
        known = self._folders.get(folder)
        if known is None:
            yield from entries(opened)
            return

        local = self._is_local(os.path.join(folder, b""))
        seen: list[str] = []
        for name, found in entries_unlike(opened, known, seen, local=local):
            text = os.fsdecode(name)
            if found is None or text not in known or not is_regular(found):
                yield name, found
                continue
            seen.append(text)
            if known.get(text) != content_hash(of_stat(found), local=local):  # odd times are equal
                yield name, found
        self._unseen[folder] = ()
        if len(seen) != len(known):
            self._unseen[folder] = known.keys() - seen

    def missing(self, start: bytes) -> set[bytes]:
        """The known files at and below `start` that the walk has not seen."""
        found: set[bytes] = set()
        for folder in below(self._unseen, start):
            found.update(_joined(folder, self._unseen[folder]))
        if start in self._known:  # a folder is there now
            found.add(start)
        return found


def _split(path: bytes) -> tuple[bytes, str]:
    folder, _, name = path.rpartition(b"/")
    return folder, os.fsdecode(name)


def _joined(folder: bytes, names: Iterable[str]) -> list[bytes]:
    prefix = os.path.join(folder, b"")
    return [prefix + os.fsencode(name) for name in list(names)]
