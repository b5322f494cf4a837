"""Who works this workspace: a small file in its root, so that two hosts on one share never both
pay.

Owns `.nemowatch-owner.json`. It is never written below a missing root, never taken from another
host by itself, and rewritten seldom, because every write is work for every sync client.
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

NAME = ".nemowatch-owner.json"
#: The file in a state folder that holds its name, as it stands in the owner files of its
#: workspaces.
STATE_ID = "state-id"
#: Our own temporary beginning: on the ignore list.
PART = ".~nemowatch-owner-"
#: Milliseconds between two refreshes: they only let a person see that the owner lives.
REFRESH_MS = 6 * 3600 * 1000
#: A sane owner file is far smaller.
LIMIT = 64 * 1024
#: Filesystems that have no hard links say one of these.
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EINVAL)


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
class Standing:
    """How we stand to a workspace."""

    ours: bool
    holder: str = ""  #: the other host, or the other state folder on this one, for people
    #: False: it could not be written (a read-only share): we work it all the same
    written: bool = True
    paid: str = ""  #: the latest paid call that the file tells of


def words(owner: Owner) -> str:
    """Who an owner is, for people: another host, or another nemowatch here, which only its state
    folder tells apart."""
    if owner.host != socket.gethostname():
        return owner.host
    return (
        f"another nemowatch on this host ({owner.host}), with the state folder whose {STATE_ID} is"
        f" {owner.state}"
    )


def read(root: Path) -> Owner | None:
    """The owner as written, None when there is no such file. Raises OSError; ValueError when it
    cannot be understood."""
    try:
        with (root / NAME).open("rb") as file:
            found = json.loads(file.read(LIMIT))
    except FileNotFoundError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("state"), str):
        raise ValueError("not an owner file")
    seen, pid = found.get("seen", 0), found.get("pid", 0)
    return Owner(
        str(found.get("host", "another host")),
        pid if isinstance(pid, int) else 0,
        found["state"],
        str(found.get("since", "")),
        seen if isinstance(seen, int) else 0,
        str(found.get("paid", "")),
    )


def claim(root: Path, state_id: str, now_ms: int, paid: str = "") -> Standing:
    """Become, or stay, the owner when nobody else is. `paid` is written into a new file; one
    that stands keeps what it says. Raises OSError when the root cannot be read."""
    try:
        owner = read(root)
    except ValueError:
        return Standing(False, "an unknown host (its owner file cannot be read)")
    if owner is None:
        return _write(root, state_id, now_ms, replace=False, paid=paid)
    if owner.state != state_id:
        return Standing(False, words(owner))
    if now_ms - owner.seen_ms >= REFRESH_MS or owner.pid != os.getpid():
        return _write(root, state_id, now_ms, replace=True, since=owner.since, paid=owner.paid)
    return Standing(True, paid=owner.paid)


def sign(root: Path, state_id: str, now_ms: int, paid: str) -> Standing:
    """Write down the latest paid call where we are the owner. Raises OSError when the root
    cannot be read."""
    try:
        owner = read(root)
    except ValueError:
        owner = None
    if owner is None or owner.state != state_id:
        return Standing(False)  # the next look says whose it is
    return _write(root, state_id, now_ms, replace=True, since=owner.since, paid=paid)


def take_over(root: Path, state_id: str, now_ms: int, paid: str = "") -> Standing:
    """A person said so: become the owner, whoever was. Raises OSError when the root is not
    there."""
    return _write(root, state_id, now_ms, replace=True, paid=paid)


def _write(
    root: Path, state_id: str, now_ms: int, *, replace: bool, since: str = "", paid: str = ""
) -> Standing:
    if not root.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the root is missing", str(root))
    text = json.dumps(
        {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "state": state_id,
            "since": since or iso(now_ms),
            "seen": now_ms,
            "paid": paid,
        },
        indent=1,
    )
    part = root / f"{PART}{os.getpid()}"
    try:
        part.write_text(text + "\n", encoding="utf-8")
        return dataclasses.replace(_put(part, root, state_id, replace), paid=paid)
    except OSError as exc:
        if exc.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT):
            return Standing(True, written=False, paid=paid)
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _put(part: Path, root: Path, state_id: str, replace: bool) -> Standing:
    target = root / NAME
    if replace:
        part.replace(target)
        return Standing(True)
    try:
        target.hardlink_to(part)  # fails when another host was quicker: nobody is overwritten
    except FileExistsError:
        try:
            winner = read(root)
        except ValueError:
            return Standing(False, "an unknown host (its owner file cannot be read)")
        return Standing(
            winner is not None and winner.state == state_id,
            words(winner) if winner else "another host",
        )
    except OSError as exc:
        if exc.errno not in NO_LINKS:
            raise
        part.replace(target)
    return Standing(True)
