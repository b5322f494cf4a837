"""Which PAUSE holds what: every file in its folder and below, at any depth; one in the inbox itself
holds everything."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from nemowatch.config.display_paths import in_inbox
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs.listing import entries_below
from nemowatch.hold_reasons import pause_words
from nemowatch.intake.scan.folder_instructions import (
    FolderInstructions,
    Gathering,
    Instructions,
)
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.paths import below, lineage
from nemowatch.intake.scan.scanner import EntryKind, judged, walk


def nearest_pause(files: Mapping[bytes, bytes], folder: bytes) -> bytes:
    """The PAUSE that holds a folder (any depth; b"": the inbox itself), the outermost of several;
    b"" when none does. `files`: each PAUSE by the folder that it is in."""
    for above in lineage(folder):
        if above in files:
            return files[above]
    return b""


def pauses_in(instructions: Instructions) -> dict[bytes, bytes]:
    """Each PAUSE by the folder (b"": the inbox itself) that it is in."""
    found: dict[bytes, bytes] = {}
    for folder, held in instructions.items():
        if held.paused:
            found[folder] = held.paused
    return found


class Pauses:
    """Every PAUSE of every inbox."""

    def __init__(
        self,
        files: Mapping[str, Mapping[bytes, bytes]] = MappingProxyType({}),
        watches: Mapping[str, Watch] = MappingProxyType({}),
    ) -> None:
        """`files`: by watch, then by the folder (b"": the inbox itself) that it is in; paths are
        relative to the inbox. `watches`: those of `files`, by name."""
        self.files = files
        self._watches = watches

    def __repr__(self) -> str:
        return f"Pauses({self.files!r})"

    def holding(self, watch: str, folder: bytes) -> bytes:
        """The PAUSE that holds this folder; b"" when none does."""
        return nearest_pause(self.files.get(watch, {}), folder)

    def words(self, watch: str, file: bytes) -> str:
        """Why a job waits that this PAUSE holds."""
        return pause_words(in_inbox(self._watches[watch], file))

    def any_below(self, watch: str, folder: bytes) -> bool:
        """Whether one holds this folder or a part of it."""
        folders_with_one = self.files.get(watch, {})
        return below(folders_with_one, folder) != []


class Paused(Protocol):
    """An inbox, and what pauses it."""

    @property
    def watch(self) -> Watch:
        """Which one."""
        raise NotImplementedError

    @property
    def pauses(self) -> Mapping[bytes, bytes]:
        """Each PAUSE by the folder that it is in."""
        raise NotImplementedError


def seen(inboxes: Mapping[str, Paused]) -> Pauses:
    """Every PAUSE that scans have seen in these inboxes, by watch."""
    files = {name: inbox.pauses for name, inbox in inboxes.items()}
    return Pauses(files, {name: inbox.watch for name, inbox in inboxes.items()})


def on_disk(watches: Iterable[Watch]) -> Pauses:
    """Every PAUSE that exists now. Reads the disk, for callers that have no daemon to ask. What
    cannot be read holds nothing."""
    by_name = {watch.name: watch for watch in watches}
    return Pauses({name: _in(watch) for name, watch in by_name.items()}, by_name)


def _in(watch: Watch) -> dict[bytes, bytes]:
    found = Gathering()
    try:
        for entry in walk(watch.inbox, Ignore(watch.ignore)):
            if entry.kind is EntryKind.OURS:
                found.take(entry.path, entry.snapshot, is_empty=entry.is_empty)
    except LocalError:
        return {}
    return pauses_in(found.folders)


def held_in(inbox: Path, folder: bytes, ignore: Ignore) -> FolderInstructions:
    """The instructions in one folder of the inbox (b"": the inbox itself), by the disk."""
    found = Gathering()
    for name, at in entries_below(inbox, folder):
        entry = judged(name, os.path.join(folder, name), at, ignore)
        if entry is not None and entry.kind is EntryKind.OURS:
            found.take(entry.path, entry.snapshot, is_empty=entry.is_empty)
    found.end()
    return found.folders.get(folder, FolderInstructions())
