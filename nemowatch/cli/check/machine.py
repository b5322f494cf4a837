"""What `nemowatch check` checks on this machine: the state folder with its journal, the daemon, the
kernel's limit of watches. No check raises for what it finds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.check import disk
from nemowatch.cli.check.finding import Finding, user_name
from nemowatch.cli.context import as_owner
from nemowatch.cli.deadline import within
from nemowatch.cli.formatting import local_time, name, plural
from nemowatch.cures import typed_start
from nemowatch.errors import JournalCorrupt, NemowatchError
from nemowatch.fs.listing import walk_folders
from nemowatch.fs.mounts import Mode, MountTable, mode_of
from nemowatch.model import MB

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch

#: The most folders that are counted against the watch limit: the answer is clear long before.
MOST_FOLDERS = 200_000
#: Seconds for counting them: a slow disk reads some thousand folders in that time.
COUNT_SECONDS = 15.0
#: The part of the watch limit that may be used: the user's other programs share it.
FAIR_SHARE = 0.5
#: The lowest limit that is worth setting.
USUAL_LIMIT = 65_536
#: Free bytes of the journal's disk below which somebody should look: a journal of a hundred
#: thousand jobs, and its copy while it is kept in order.
LITTLE_SPACE = 256 * MB
#: Free bytes below which the journal may be full within hours.
NO_SPACE = 16 * MB
LIMIT_FILE = Path("/proc/sys/fs/inotify/max_user_watches")


def state(context: CommandContext) -> Iterator[Finding]:
    """Whether the state folder exists, is private and local, and has a sound journal."""
    folder = context.state_dir
    shown = name(os.fsencode(folder))
    try:
        if not folder.exists():
            yield _can_be_made(folder)
            return
        found = folder.stat()
        if found.st_mode & 0o077:
            yield Finding("warn", "state", f"{shown} can be read by others.", f"chmod 700 {shown}")
        if _is_remote(folder):
            cure = "Set state_dir to a folder on a local disk."
            yield Finding("fail", "state", f"{shown} is on a network filesystem.", cure)
        _check_journal(context, shown)
    except (NemowatchError, OSError) as exc:
        yield _unusable(shown, exc)
    else:
        sound = Finding("ok", "state", f"{shown} (user {user_name(found.st_uid)}).")
        yield from _writable(folder, sound)


def _writable(folder: Path, sound: Finding) -> Iterator[Finding]:
    """Without the journal no work can begin, so its disk matters as much as the outbox's."""
    with as_owner(folder):  # whose permissions count
        written = disk.writable(folder)
    if written.level != "ok":
        yield written
        return
    yield sound
    yield disk.free(folder, little=LITTLE_SPACE, none=NO_SPACE)


def _is_remote(folder: Path) -> bool:
    mount = MountTable.read().at(os.fsencode(folder.resolve()))
    return mode_of(mount.fstype) is Mode.SCAN


def _check_journal(context: CommandContext, shown: str) -> None:
    """Raises JournalError when the journal is damaged."""
    from nemowatch.cli.connection import read_journal

    broken = read_journal(
        context,
        lambda conn: str(conn.execute("PRAGMA quick_check(1)").fetchone()[0]),
        lambda: "ok",
    )
    if broken != "ok":
        raise JournalCorrupt(f"{shown}: the journal is damaged: {' '.join(broken.split())}.")


def _can_be_made(folder: Path) -> Finding:
    above = next(parent for parent in folder.parents if parent.exists())
    shown = name(os.fsencode(folder))
    if os.access(above, os.W_OK | os.X_OK):
        return Finding("ok", "state", f"{shown} will be made at the first start.")
    text = f"{shown} cannot be made: no permission to write to {above}."
    return Finding("fail", "state", text, "Set state_dir to another folder.")


def _unusable(shown: str, exc: NemowatchError | OSError) -> Finding:
    if isinstance(exc, NemowatchError):
        return Finding("fail", "state", exc.text, exc.cure)
    cure = "Check that folder and the permissions of the user that runs nemowatch."
    return Finding("fail", "state", f"{shown}: {exc.strerror}.", cure)


def daemon(context: CommandContext) -> Finding:
    """Whether the daemon answers."""
    from nemowatch.cli.connection import ask_if_running

    try:
        answer = ask_if_running(context, "status")
    except NemowatchError as exc:
        return Finding("warn", "daemon", exc.text, exc.cure)
    if answer is None:
        return Finding("warn", "daemon", "It is not running.", typed_start())
    found = answer["status"]["daemon"]
    since = local_time(found["since"])
    text = f"{found['state']} since {since} (process {found['pid']})."
    return Finding("ok", "daemon", text)


def inotify(watches: Iterable[Watch]) -> Finding:
    """Whether the kernel's limit of watches is enough for the folders, each of which needs one."""
    inboxes = [watch.inbox for watch in watches if watch.mode != "scan"]
    try:
        folders = within(COUNT_SECONDS, lambda: sum(map(_count_folders, inboxes)))
    except TimeoutError:
        text = "The folders could not be counted in time."
        return Finding("warn", "inotify", text, "nemowatch scans what it cannot watch.")

    needed = f"{plural(folders, 'folder')} to watch"
    try:
        limit = int(LIMIT_FILE.read_text("ascii"))
    except (OSError, ValueError):  # the unit's ProcSubset=pid hides it: that is fine
        hidden = (
            "the kernel's limit cannot be seen from here (the unit hides it); folders beyond it"
            " are scanned."
        )
        return Finding("ok", "inotify", f"{needed}; {hidden}")
    text = f"{needed}, of {limit} that the kernel allows."
    if folders <= limit * FAIR_SHARE:
        return Finding("ok", "inotify", text)
    wanted = max(4 * folders, USUAL_LIMIT)
    cure = f"sysctl fs.inotify.max_user_watches={wanted}; until then the rest is scanned."
    return Finding("warn", "inotify", text, cure)


def _count_folders(inbox: Path) -> int:
    return sum(1 for _ in islice(walk_folders(inbox), MOST_FOLDERS))
