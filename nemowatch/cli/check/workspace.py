"""What `nemowatch check` checks in one workspace: its folders, the permissions in them, their
disks, and whether another host owns it. No check raises for what it finds; the only thing written
is a hidden probe file, which is removed at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.check import disk
from nemowatch.cli.check.finding import Finding
from nemowatch.cli.filesystem import filesystem_of, how_watched
from nemowatch.cli.formatting import name
from nemowatch.errors import LocalError
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
        yield disk.writable(folder)
    yield disk.free(watch.outbox, little=LITTLE_SPACE, none=NO_SPACE)
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


def _takes_results(outbox: Path) -> Finding:
    """Try to deliver there as a result is delivered, with such names as people give."""
    found = disk.writable(outbox)
    if found.level != "ok" or not outbox.is_dir():
        return found
    try:
        check_outbox(outbox)
    except LocalError as exc:
        text = f"Results cannot be stored in {_shown(outbox)}: {exc.text}"
        return Finding("fail", "rights", text, exc.cure or disk.WRITE_CURE)
    return found


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
