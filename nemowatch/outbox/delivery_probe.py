"""Whether a result could be delivered: tried with a small file, which gets its name exactly as a
result does, and is removed at once. Asked before anything is paid for.

Rights, quotas, read-only mounts, names that a filesystem refuses and calls that a mount does not
know are only found out by trying. Its files begin like all of ours, so nobody takes them for
results, and `leftovers` removes what a killed process left.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing, NoSpace, local_error, show_path
from nemowatch.fs import part_files
from nemowatch.fs.exclusive_create import remove, remove_folder
from nemowatch.fs.folders import ensure_folder, name_limit
from nemowatch.fs.names import (
    OURS,
    PROCESS,
    candidates,
    cut,
    numbered,
    safe_folder,
    safe_name,
    split_ending,
)
from nemowatch.fs.safe_open import read_file, root_folder, stat_at, translated
from nemowatch.fs.space import has_room
from nemowatch.model import MB
from nemowatch.outbox.target_folder import ensure_target_folder

#: Free bytes that an outbox must have before anything is paid for: a small result. A larger one
#: that does not fit waits in the cloud.
ROOM = 8 * MB
#: Bytes that a name has nearly everywhere at least (eCryptfs, encrypted folders of a NAS): a probe
#: is no longer than that unless the result's own name is.
SHORT_NAME = 143
DATA = b"nemowatch checks whether results can be stored here.\n"
#: Names as people give them, for an outbox that nothing is to be delivered to yet.
AWKWARD_FOLDER = 'Q&A: "Anna" – 2 ⁄ 3?'.encode() + b"\xff. "
AWKWARD_STEM = "Grüße – 東京 (Ё) №1; 100% 'ok'?".encode()
#: Files of a probe that could not be removed, by folder. No more are written there before these
#: are gone: a share that forbids to delete would fill up with them.
_left: dict[Path, set[str]] = {}


def check_delivery(watch: Watch, path: bytes, names: Iterable[str]) -> None:
    """Whether the results of the source at `path` could be put into the outbox under these names.
    Raises LocalError with the reason when they could not."""
    folder = ensure_target_folder(watch, path)
    if not has_room(watch.outbox, ROOM):
        raise NoSpace(f"{show_path(watch.outbox)}: the disk or its quota is full.", path=folder)
    _check_names(folder, names)


def check_outbox(outbox: Path) -> None:
    """Whether an existing outbox takes folders and files with the names that people give. Raises
    LocalError with the reason when it does not."""
    relative = safe_folder(_prefix().encode() + AWKWARD_FOLDER)
    folder = ensure_folder(outbox, relative)
    try:
        _check_names(folder, [safe_name(AWKWARD_STEM, ".es.mp4")])
    finally:
        with suppress(LocalError, OSError), root_folder(outbox) as root:
            remove_folder(relative, root)


def _check_names(folder: Path, names: Iterable[str]) -> None:
    try:
        with root_folder(folder) as opened, translated(folder):
            for name in names:
                _remove_left(folder, opened)
                _check_free(name, folder, opened)
                _check_name(name, folder, opened)
                _remove_left(folder, opened)
    except LocalError as exc:
        raise _about_folder(exc, folder) from exc


def _about_folder(exc: LocalError, folder: Path) -> LocalError:
    """The same error without the probe's own name. A full disk is none of the account: its free
    space says otherwise, so only trying tells when that is over."""
    cause = exc.__cause__
    if not isinstance(cause, OSError):
        return exc
    found = local_error(cause, folder)
    cure = found.cure
    if isinstance(cause, PermissionError):
        cure = "Give the user that runs nemowatch permission to write and delete there."
    return LocalPassing(found.text, path=folder, cure=cure)


def _check_free(name: str, folder: Path, opened: int) -> None:
    """One of the result's numbered names has to be free: nothing is overwritten."""
    for candidate in candidates(name, name_limit(opened)):
        if stat_at(candidate, opened) is None:
            return
    text = f"{show_path(folder)}: {name} and all of its numbered names are taken."
    raise LocalPassing(text, path=folder, cure="Move some of them to another folder.")


def _check_name(name: str, folder: Path, opened: int) -> None:
    part = f"{_prefix()}part"
    probe = _probe_name(numbered(name, 1, name_limit(opened)))
    try:
        _write_part(folder / part)
        part_files.put(part, probe, opened)
        if read_file(probe, opened, len(DATA) + 1) != DATA:
            text = f"{show_path(folder)}: what is written there does not read back."
            raise LocalPassing(text, path=folder)
    finally:
        for leftover in (probe, part, part_files.copy_marker(part)):
            try:
                remove(leftover, opened)
            except OSError:
                _left.setdefault(folder, set()).add(leftover)


def _remove_left(folder: Path, opened: int) -> None:
    """Raises OSError when files of a probe cannot be removed."""
    for name in tuple(_left.get(folder, ())):
        remove(name, opened)
        _left[folder].discard(name)


def _write_part(path: Path) -> None:
    """As a download does: written and read through one descriptor, and synced."""
    with os.fdopen(part_files.open_part(path), "r+b", buffering=0) as file:
        file.write(DATA)
        os.fsync(file.fileno())
        file.seek(0)
        file.read()


def _prefix() -> str:
    """Nobody else uses such a name, and a later process knows whose it was."""
    return f"{OURS}probe-{PROCESS}-{secrets.token_hex(4)}-"


def _probe_name(name: str) -> str:
    """A name like the result's: the same characters, and no longer where that could be too long."""
    stem, ending = split_ending(name)
    longest = max(len(os.fsencode(name)), SHORT_NAME)
    prefix = _prefix()
    room = longest - len(prefix) - len(os.fsencode(ending))
    return f"{prefix}{cut(stem, room)}{ending}"
