"""Which host owns a workspace, written in a small file in its root, so that two hosts on one share
never both pay.

Owns `.nemowatch-owner.json`. The file is never written below a missing root, never taken over
without a person's order, and seldom rewritten, because every write is work for every sync client.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from nemowatch.clock import iso
from nemowatch.fs.exclusive_create import (
    brief_name,
    link_exclusive,
    remove,
    rename_over,
    replace_file,
    try_rename,
    write_new,
)
from nemowatch.fs.names import plain
from nemowatch.fs.safe_open import read_file, root_folder, sync_folder

NAME = ".nemowatch-owner.json"
#: The file in a state folder with the id of this, which the owner files of its workspaces name.
STATE_ID = "state-id"
#: Milliseconds between two refreshes, which only show a person that the owner is alive.
REFRESH_MS = 6 * 3600 * 1000
#: The most bytes that are read: a proper owner file is far smaller.
LIMIT = 64 * 1024
#: Characters of a host's name that are shown.
LONGEST_NAME = 100
#: The errors of opening a link, a pipe, a socket or a folder of that name.
_NO_FILE = (errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EISDIR)
#: Errors that only keep the file from being written: the workspace is used all the same.
_NOT_WRITTEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT)
_UNKNOWN = "an unknown host (its owner file cannot be read)"


class Blank(ValueError):
    """The owner file is empty, as a power cut leaves one that was not on the disk yet."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What the file says."""

    host: str
    pid: int
    #: the id of the owner's state folder: the same host with another state is another owner
    state: str
    since: str  #: ISO 8601 UTC
    seen_ms: int = 0  #: UTC ms of the last refresh
    #: the latest paid call for a file of this workspace that its owner's journal knew
    #: (`journal.payment_marks`)
    paid: str = ""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a workspace is, as seen from here."""

    ours: bool
    holder: str = ""  #: the other host, or this host's other state folder, for people
    #: False: it could not be written (a read-only share), and the workspace is used all the same
    written: bool = True
    paid: str = ""  #: the latest paid call that the file names


def words(owner: Owner) -> str:
    """Who an owner is, for people: another host, or another nemowatch on this one, which only its
    state folder tells apart."""
    if owner.host != socket.gethostname():
        return owner.host
    return (
        f"another nemowatch on this host ({owner.host}), with the state folder whose {STATE_ID} is"
        f" {_shown_state(owner.state)}"
    )


def read(root: Path) -> Owner | None:
    """The owner as written; None when there is no such file. Raises OSError; LocalError when the
    root is unavailable; ValueError when it cannot be understood or is not a file (Blank when it is
    empty)."""
    try:
        with root_folder(root) as folder:
            raw = read_file(NAME, folder, LIMIT)
    except FileNotFoundError:
        return None
    except OSError as exc:
        if exc.errno in _NO_FILE:
            raise ValueError("not an owner file") from exc
        raise
    return _parse(raw)


def own_state(state_dir: Path) -> str:
    """The id of a state folder, as owner files name it; "" when it has none yet. Raises OSError,
    LocalError when it cannot be read."""
    if not state_dir.is_dir():
        return ""
    try:
        with root_folder(state_dir) as folder:
            raw = read_file(STATE_ID, folder, LIMIT)
    except FileNotFoundError:
        return ""
    return raw.decode("utf-8", "replace").strip()


def _parse(raw: bytes) -> Owner:
    if not raw.strip(b"\0 \r\n\t"):
        raise Blank("an empty owner file")
    try:
        found = json.loads(raw)
    except RecursionError as exc:
        raise ValueError("not an owner file") from exc
    if not isinstance(found, dict) or not isinstance(found.get("state"), str):
        raise ValueError("not an owner file")
    return Owner(
        _text(found.get("host", "another host")),
        _number(found.get("pid")),
        found["state"],
        _text(found.get("since", "")),
        _number(found.get("seen")),
        str(found.get("paid", "")),
    )


def _text(value: object) -> str:
    """Somebody else's text, made fit for people to read: without control characters, one line."""
    return plain(str(value))[:LONGEST_NAME]


def _shown_state(state: str) -> str:
    """The id as people see it, without lone surrogates. It is compared as it was written."""
    return _text(state.encode("utf-8", "backslashreplace").decode("utf-8"))


def _number(value: object) -> int:
    if isinstance(value, int):
        return value
    return 0


def claim(
    root: Path,
    state_id: str,
    now_ms: int,
    paid: str = "",
    *,
    worked: bool = False,
) -> Ownership:
    """Become, or stay, the owner if nobody else is. `paid` is written into a new file; an existing
    one keeps its mark. `worked`: our own journal has worked in this workspace, so an empty file is
    ours. Raises OSError, LocalError when the root cannot be read."""
    try:
        owner = read(root)
    except Blank:
        if not worked:
            return Ownership(False, _UNKNOWN)
        return _replace(root, _OwnerEntry(state_id, now_ms, paid))
    except ValueError:
        return Ownership(False, _UNKNOWN)
    if owner is None:
        return _write_first(root, _OwnerEntry(state_id, now_ms, paid))
    if owner.state != state_id:
        return Ownership(False, words(owner))
    is_outdated = now_ms - owner.seen_ms >= REFRESH_MS
    if is_outdated or owner.pid != os.getpid():
        return _replace(root, _OwnerEntry(state_id, now_ms, owner.paid, owner.since))
    return Ownership(True, paid=owner.paid)


def sign(
    root: Path,
    state_id: str,
    now_ms: int,
    paid: str,
) -> Ownership:
    """Write the latest paid call into the file if we are the owner. Raises OSError, LocalError when
    the root cannot be read."""
    try:
        owner = read(root)
    except ValueError:
        owner = None
    if owner is None or owner.state != state_id:
        return Ownership(False)  # the next check shows whose it is
    return _replace(root, _OwnerEntry(state_id, now_ms, paid, owner.since))


def take_over(
    root: Path,
    state_id: str,
    now_ms: int,
    paid: str = "",
) -> Ownership:
    """Become the owner in place of another, because a person said so. Raises OSError, LocalError
    when the root is not there."""
    return _replace(root, _OwnerEntry(state_id, now_ms, paid))


# -- writing


@dataclass(frozen=True, slots=True)
class _OwnerEntry:
    """What is to be written about this host."""

    state_id: str
    now_ms: int
    paid: str
    since: str = ""  #: "": from now on

    @property
    def data(self) -> bytes:
        fields = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "state": self.state_id,
            "since": self.since or iso(self.now_ms),
            "seen": self.now_ms,
            "paid": self.paid,
        }
        return (json.dumps(fields, indent=1) + "\n").encode("utf-8")


def _replace(root: Path, entry: _OwnerEntry) -> Ownership:
    with root_folder(root) as folder:
        try:
            replace_file(NAME, entry.data, folder, "owner")
        except OSError as exc:
            return _not_written(exc, entry)
    return Ownership(True, paid=entry.paid)


def _write_first(root: Path, entry: _OwnerEntry) -> Ownership:
    """Become the owner unless another host is quicker; nobody's file is overwritten."""
    fresh = brief_name("owner")
    with root_folder(root) as folder:
        try:
            write_new(fresh, entry.data, folder)
            _name_first(fresh, folder)
        except FileExistsError:
            return dataclasses.replace(_winner(root, entry.state_id), paid=entry.paid)
        except OSError as exc:
            return _not_written(exc, entry)
        finally:
            _forget(fresh, folder)
        sync_folder(folder)
    return Ownership(True, paid=entry.paid)


def _name_first(fresh: str, folder: int) -> None:
    """Give the new file its name. Raises OSError, FileExistsError when there is an owner file by
    now."""
    is_named = link_exclusive(fresh, folder, NAME, folder)
    if not is_named and not try_rename(fresh, folder, NAME, folder):
        # the filesystem can do neither (old FUSE): the last one to write is the owner
        rename_over(fresh, NAME, folder)


def _forget(fresh: str, folder: int) -> None:
    with contextlib.suppress(OSError):  # a later start removes it (outbox.leftovers)
        remove(fresh, folder)


def _winner(root: Path, state_id: str) -> Ownership:
    try:
        winner = read(root)
    except ValueError:
        return Ownership(False, _UNKNOWN)
    if winner is None:
        return Ownership(False, "another host")
    return Ownership(winner.state == state_id, words(winner))


def _not_written(exc: OSError, entry: _OwnerEntry) -> Ownership:
    if exc.errno not in _NOT_WRITTEN:
        raise exc
    return Ownership(True, written=False, paid=entry.paid)
