"""What `nemowatch check` looks at on this machine. Each look gives findings; none raises for
what it finds, and the only thing written is a hidden probe file, which is removed at once."""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.deadline import within
from nemowatch.cli.formatting import local_time, name, plural, size
from nemowatch.errors import ConfigError, JournalError, LocalError, NemowatchError
from nemowatch.fs.mounts import Mode, MountTable, mode_of
from nemowatch.intake.watch import owner_file
from nemowatch.model import MB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemowatch.cli.context import CommandContext
    from nemowatch.config import Watch

#: Free bytes below which results will soon not fit: some hundred results of the size that the
#: contract shows (15 MB).
LITTLE_SPACE = 2048 * MB
#: Below this the next results do not fit: the daemon holds work at a full disk, and lets go again
#: at 64 MB.
NO_SPACE = 64 * MB
#: Folders that are counted against the watch limit, at most: the answer is clear long before.
MOST_FOLDERS = 200_000
#: Seconds for counting them: a slow disk reads some thousand folders in that time.
COUNT_SECONDS = 15.0
#: Part of the watch limit that we may take: every other program of the user shares it.
FAIR_SHARE = 0.5
#: Our own beginning: the ignore list knows it, should anyone watch that folder.
PROBE = ".~nemowatch-check-"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check."""

    level: str  #: ok, warn or fail
    what: str  #: config, state, daemon, folder, rights, disk, inotify, cloud, token, credits
    text: str
    cure: str = ""


def from_problems(exc: ConfigError) -> list[Finding]:
    """Every mistake of a configuration."""
    return [
        Finding("fail", "config", f"{problem.where}: {problem.what}", problem.cure)
        for problem in exc.problems
    ]


def state(setting: CommandContext) -> Iterator[Finding]:
    """The state folder: there, private, local, with a sound journal."""
    from nemowatch.cli.connection import read_journal

    folder = setting.state_dir
    shown = name(os.fsencode(folder))
    try:
        if not folder.exists():
            yield _can_be_made(folder)
            return
        found = folder.stat()
        if found.st_mode & 0o077:
            yield Finding("warn", "state", f"{shown} can be read by others.", f"chmod 700 {shown}")
        if mode_of(MountTable.read().at(os.fsencode(folder.resolve())).fstype) is Mode.SCAN:
            yield Finding(
                "fail",
                "state",
                f"{shown} is on a network filesystem.",
                "Set state_dir to a folder on a local disk.",
            )
        broken = read_journal(
            setting,
            lambda conn: str(conn.execute("PRAGMA quick_check(1)").fetchone()[0]),
            lambda: "ok",
        )
        if broken != "ok":
            raise JournalError(
                f"{shown}: the journal is damaged: {broken}.",
                cure="nemowatch journal check says more.",
            )
    except (NemowatchError, OSError) as exc:
        yield _failed("state", shown, exc)
    else:
        yield Finding("ok", "state", f"{shown} (user {_user(found.st_uid)}).")


def _can_be_made(folder: Path) -> Finding:
    above = next(parent for parent in folder.parents if parent.exists())
    shown = name(os.fsencode(folder))
    if os.access(above, os.W_OK | os.X_OK):
        return Finding("ok", "state", f"{shown} will be made at the first start.")
    return Finding(
        "fail",
        "state",
        f"{shown} cannot be made: no right to write in {above}.",
        "Set state_dir to another folder.",
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _failed(what: str, shown: str, exc: NemowatchError | OSError) -> Finding:
    if isinstance(exc, NemowatchError):
        return Finding("fail", what, exc.text, exc.cure)
    return Finding(
        "fail",
        what,
        f"{shown}: {exc.strerror}.",
        "Check that folder and the rights of the user that runs nemowatch.",
    )


def daemon(setting: CommandContext) -> Finding:
    """Whether the daemon answers."""
    from nemowatch.cli.connection import ask_if_running

    try:
        answer = ask_if_running(setting, "status")
    except NemowatchError as exc:
        return Finding("warn", "daemon", exc.text, exc.cure)
    if answer is None:
        return Finding(
            "warn", "daemon", "It does not run.", "nemowatch run, or systemctl start nemowatch"
        )
    found = answer["status"]["daemon"]
    return Finding(
        "ok",
        "daemon",
        f"{found['state']} since {local_time(found['since'])} (process {found['pid']}).",
    )


def workspace(watch: Watch, state_dir: Path) -> Iterator[Finding]:
    """One watch: its folders, the rights in them, their disks, and whether another host works
    it."""
    root = watch.root or watch.inbox
    if not root.is_dir():
        cure = "nemowatch waits for it: mount the share, or make it with: nemowatch init DIR"
        yield Finding("warn", "folder", f"{name(os.fsencode(root))} is not there.", cure)
        return
    yield _inbox(watch)
    for folder in (watch.outbox, watch.done, watch.failed):
        yield _writable(folder)
    yield _disk(watch.outbox)
    yield from _owner(root, state_dir)


def _inbox(watch: Watch) -> Finding:
    shown = name(os.fsencode(watch.inbox))
    if not watch.inbox.is_dir():
        return Finding(
            "warn",
            "folder",
            f"{shown} is not there.",
            "nemowatch waits for it: make it, or mount it.",
        )
    if not os.access(watch.inbox, os.R_OK | os.X_OK, effective_ids=True):
        return Finding(
            "fail",
            "rights",
            f"{shown} cannot be read.",
            "Give the user that runs nemowatch the right to read it.",
        )
    if not os.access(watch.inbox, os.W_OK, effective_ids=True) and watch.after != "keep":
        cure = 'Give the user that runs nemowatch the right to write there, or set after = "keep".'
        return Finding(
            "warn", "rights", f"{shown} cannot be written: sources cannot be moved to done.", cure
        )
    fstype = MountTable.read().at(os.fsencode(watch.inbox.resolve())).fstype
    how = {
        Mode.EVENTS: "changes are seen at once",
        Mode.SCAN: f"scanned every {watch.scan_interval:g} s",
    }
    return Finding(
        "ok", "folder", f"{shown} ({fstype}: {how.get(mode_of(fstype), 'watched and scanned')})."
    )


def _writable(folder: Path) -> Finding:
    """Really write there: rights, quotas, read-only mounts and network rules are only known by
    trying."""
    where = (
        folder if folder.exists() else next(parent for parent in folder.parents if parent.exists())
    )
    probe = where / f"{PROBE}{secrets.token_hex(4)}"
    shown = name(os.fsencode(folder))
    try:
        with probe.open("xb") as file:
            file.write(b"nemowatch check\n")
            file.flush()
            os.fsync(file.fileno())
        probe.unlink()
    except OSError as exc:
        with suppress(OSError):
            probe.unlink()
        return Finding("fail", *_not_written(shown, exc))
    return Finding("ok", "rights", f"{shown} can be written.")


def _not_written(shown: str, exc: OSError) -> tuple[str, str, str]:
    """(what, text, cure) for a folder that could not be written to."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        full = "its disk is full" if exc.errno == errno.ENOSPC else "the quota there is used up"
        return (
            "disk",
            f"{shown} cannot be written: {full}.",
            "Free some space there; nemowatch goes on by itself.",
        )
    cure = f"Give the user {_user(os.geteuid())} the right to write there."
    if exc.errno == errno.EROFS:
        cure = "Mount it for writing."
    elif isinstance(exc, FileExistsError | NotADirectoryError):
        cure = "A file stands where the folder should be: move that file away."
    elif not isinstance(exc, PermissionError):
        cure = "Check that disk, or the server that has the share."
    return "rights", f"{shown} cannot be written: {exc.strerror}.", cure


def _disk(folder: Path) -> Finding:
    where = (
        folder if folder.exists() else next(parent for parent in folder.parents if parent.exists())
    )
    free = shutil.disk_usage(where).free
    text = f"{size(free)} free for {name(os.fsencode(folder))}."
    if free >= LITTLE_SPACE:
        return Finding("ok", "disk", text)
    return Finding(
        "fail" if free < NO_SPACE else "warn", "disk", text, "Free some space on that disk."
    )


def _owner(root: Path, state_dir: Path) -> Iterator[Finding]:
    """Another host that works this workspace; two state folders on one host count as two."""
    try:
        found = owner_file.read(root)
        mine = state_dir / owner_file.STATE_ID
        ours = mine.read_text("utf-8", "replace").strip() if mine.exists() else ""
    except (OSError, LocalError, ValueError):
        return
    if found is not None and found.state != ours:
        cure = "If that one no longer works it: nemowatch take-over"
        yield Finding(
            "warn",
            "folder",
            f"{name(os.fsencode(root))} is worked by {owner_file.words(found)}.",
            cure,
        )


def inotify(watches: Iterable[Watch]) -> Finding:
    """The kernel's limit of watches against the folders that need one each."""
    try:
        folders = within(
            COUNT_SECONDS, lambda: sum(_count_folders(w.inbox) for w in watches if w.mode != "scan")
        )
    except TimeoutError:
        return Finding(
            "warn",
            "inotify",
            "The folders could not be counted in time.",
            "nemowatch scans what it cannot watch.",
        )
    there = f"{plural(folders, 'folder')} to watch"
    try:
        limit = int(Path("/proc/sys/fs/inotify/max_user_watches").read_text("ascii"))
    except (OSError, ValueError):  # the unit's ProcSubset=pid hides it: nothing is wrong
        said = (
            "the kernel's limit cannot be seen from here (within the unit it is hidden); what is"
            " above it is scanned."
        )
        return Finding("ok", "inotify", f"{there}; {said}")
    text = f"{there}, of {limit} that the kernel allows."
    if folders <= limit * FAIR_SHARE:
        return Finding("ok", "inotify", text)
    cure = (
        f"sysctl fs.inotify.max_user_watches={max(4 * folders, 65536)}; until then the rest is"
        " scanned."
    )
    return Finding("warn", "inotify", text, cure)


def _count_folders(inbox: Path) -> int:
    count = 0
    for _, folders, _ in os.walk(inbox):
        count += 1
        if count >= MOST_FOLDERS:
            folders.clear()
            break
    return count
