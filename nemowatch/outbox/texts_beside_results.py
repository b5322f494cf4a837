"""Texts that people put beside results in the outbox, although they belong in the inbox: found by
their names, and moved there.

Nothing is overwritten. It does not know what a text asks for.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from nemowatch.errors import LocalFinal, SourceChanged, SourceGone, show_path
from nemowatch.fs.exclusive_create import move_exclusive
from nemowatch.fs.folders import ensure_folder, ensure_root
from nemowatch.fs.identity import is_regular, of_stat, same_file
from nemowatch.fs.listing import names_in
from nemowatch.fs.safe_open import folder_of, stat_at, sync_folder, translated
from nemowatch.model import Snapshot


class OutboxListing:
    """The folders of one outbox, and how each was when nothing was found in it: it is listed again
    once it has changed."""

    def __init__(self, is_text: Callable[[bytes], bool]) -> None:
        self._is_text = is_text
        self._last: dict[bytes, int] = {}  # modification time, ns, at the last look
        #: the same at a look at which nothing came any more: some clocks count in seconds
        self._quiet: dict[bytes, int] = {}

    def texts(self, outbox: Path, folders: Iterable[bytes]) -> dict[bytes, Snapshot]:
        """The files in these folders whose names say so, each as it is now, by its path relative
        to the outbox. Empty ones too: their words come without a change of the folder. Raises
        LocalError."""
        found: dict[bytes, Snapshot] = {}
        for folder in folders:
            with contextlib.suppress(SourceGone):
                found |= self._texts_in(outbox, folder)
        return found

    def _texts_in(self, outbox: Path, folder: bytes) -> dict[bytes, Snapshot]:
        found: dict[bytes, Snapshot] = {}
        with folder_of(outbox, folder) as opened, translated(outbox / os.fsdecode(folder)):
            changed = os.fstat(opened).st_mtime_ns
            if self._quiet.get(folder) == changed:
                return found
            for name in filter(self._is_text, names_in(opened)):
                at = stat_at(name, opened)
                if at is not None and is_regular(at):
                    found[os.path.join(folder, name)] = of_stat(at)
        if not found and self._last.get(folder) == changed:
            self._quiet[folder] = changed
        self._last[folder] = changed
        return found


def put_back(
    outbox: Path,
    path: bytes,
    seen: Snapshot,
    inbox: Path,
    folder: bytes,
) -> None:
    """Move this file of the outbox into that folder of the inbox, under its own name. Raises
    SourceChanged for one that is another than was seen, LocalError where it cannot be moved."""
    where, _, raw = path.rpartition(b"/")
    name = os.fsdecode(raw)
    ensure_root(inbox, outbox)
    ensure_folder(inbox, folder)
    with (
        folder_of(outbox, where) as source,
        folder_of(inbox, folder) as target,
        translated(outbox / os.fsdecode(path)),
    ):
        now = stat_at(name, source)
        if now is None or not same_file(of_stat(now), seen):
            raise SourceChanged(f"{show_path(path)}: it has changed.", path=path)
        try:
            is_moved = move_exclusive(name, source, name, target)
        except FileExistsError:
            is_moved = False
        if not is_moved:
            text = f"{show_path(path)}: it cannot be moved to the inbox."
            raise LocalFinal(text, path=path)
        sync_folder(target)
        sync_folder(source)
