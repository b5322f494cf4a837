"""What `nemowatch check` checks in one workspace: its folders, the permissions in them, their
disks, and whether another host owns it. No check raises for what it finds; the only thing written
is a hidden probe file, which is removed at once."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding, user_name
from nemowatch.cli.filesystem import filesystem_of, how_watched
from nemowatch.cli.formatting import name, size
from nemowatch.errors import LocalError
from nemowatch.fs.space import probe_write
from nemowatch.intake.watch import owner_file
from nemowatch.model import MB
from nemowatch.outbox.delivery_probe import check_outbox

if TYPE_CHECKING:
    from nemowatch.config.watch_section import Watch

#: Free bytes below which results will soon not fit: that is about a hundred results of the size
#: that the contract shows (15 MB).
LITTLE_SPACE = 2048 * MB
#: Free bytes below which the next results do not fit: the daemon holds work when a disk is full,
#: and releases it at 64 MB.
NO_SPACE = 64 * MB
#: What is said about a full disk.
FULL = {errno.ENOSPC: "its disk is full", errno.EDQUOT: "the quota there is used up"}

#: The cure when a file has the name of a folder.
IN_THE_WAY = "A file is where the folder should be: move that file away."
WRITE_CURES = {
    errno.EROFS: "Mount it for writing.",
    errno.EEXIST: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
}
WRITE_CURE = "Check that disk, or the server that has the share."


def workspace(watch: Watch, state_dir: Path) -> Iterator[Finding]:
    """The findings about one workspace."""
    root = watch.workspace
    if not root.is_dir():
        cure = "nemowatch waits for it: mount the share, or make it with: nemowatch init DIR"
        yield Finding("warn", "folder", f"{_shown(root)} is not there.", cure)
        return
    yield _inbox(watch)
    yield _takes_results(watch.outbox)
    for folder in (watch.done, watch.failed):
        yield _writable(folder)
    yield _disk(watch.outbox)
    yield from _owner(root, state_dir)


def _shown(path: Path) -> str:
    return name(os.fsencode(path))


def _inbox(watch: Watch) -> Finding:
    shown = _shown(watch.inbox)
    if not watch.inbox.is_dir():
        cure = "nemowatch waits for it: make it, or mount it."
        return Finding("warn", "folder", f"{shown} is not there.", cure)
    if not os.access(watch.inbox, os.R_OK | os.X_OK, effective_ids=True):
        cure = "Give the user that runs nemowatch permission to read it."
        return Finding("fail", "rights", f"{shown} cannot be read.", cure)
    if watch.after != "keep" and not os.access(watch.inbox, os.W_OK, effective_ids=True):
        text = f"{shown} cannot be written: sources cannot be moved to done."
        cure = 'Give the user that runs nemowatch permission to write there, or set after = "keep".'
        return Finding("warn", "rights", text, cure)
    fstype = filesystem_of(watch)
    return Finding("ok", "folder", f"{shown} ({fstype}: {how_watched(watch, fstype)}).")


def _writable(folder: Path) -> Finding:
    """Really write there: permissions, quotas, read-only mounts and network rules only show by
    trying."""
    try:
        probe_write(_existing(folder))
    except OSError as exc:
        return _not_written(_shown(folder), exc)
    return Finding("ok", "rights", f"{_shown(folder)} can be written.")


def _takes_results(outbox: Path) -> Finding:
    """Try to deliver there as a result is delivered, with such names as people give."""
    found = _writable(outbox)
    if found.level != "ok" or not outbox.is_dir():
        return found
    try:
        check_outbox(outbox)
    except LocalError as exc:
        text = f"Results cannot be stored in {_shown(outbox)}: {exc.text}"
        return Finding("fail", "rights", text, exc.cure or WRITE_CURE)
    return found


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _not_written(shown: str, exc: OSError) -> Finding:
    if exc.errno in FULL:
        text = f"{shown} cannot be written: {FULL[exc.errno]}."
        cure = "Free some space there; nemowatch then resumes by itself."
        return Finding("fail", "disk", text, cure)
    why = exc.strerror
    if exc.errno == errno.EROFS:
        why = "it is mounted read-only"
    text = f"{shown} cannot be written: {why}."
    return Finding("fail", "rights", text, _write_cure(exc))


def _write_cure(exc: OSError) -> str:
    if isinstance(exc, PermissionError):
        return f"Give the user {user_name(os.geteuid())} permission to write there."
    number = exc.errno or 0
    return WRITE_CURES.get(number, WRITE_CURE)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(_existing(folder)).free
    text = f"{size(free)} free for {_shown(folder)}."
    if free >= LITTLE_SPACE:
        return Finding("ok", "disk", text)
    level = "fail" if free < NO_SPACE else "warn"
    return Finding(level, "disk", text, "Free some space on that disk.")


def _owner(root: Path, state_dir: Path) -> Iterator[Finding]:
    """A finding when another host owns this workspace; two state folders on one host count as
    two."""
    try:
        found = owner_file.read(root)
        ours = owner_file.own_state(state_dir)
    except (OSError, LocalError, ValueError):
        return
    if found is None or found.state == ours:
        return
    text = f"{_shown(root)} is in use by {owner_file.words(found)}."
    cure = "If that one no longer uses it: nemowatch take-over"
    yield Finding("warn", "folder", text, cure)
