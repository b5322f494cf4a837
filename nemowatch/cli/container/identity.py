"""Which user the process should run as: `PUID` and `PGID`, the engine's own `user:`, or the owner
of the workspace.

Owns that choice, and the change to that user. It changes no file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nemowatch.errors import UsageError

#: The first user of most systems, if nothing names another.
USUAL = 1000
#: The kernel's table of ids when they are the machine's own: root is really root.
_WHOLE = ["0", "0", "4294967295"]
_UID_MAP = Path("/proc/self/uid_map")


class Who(NamedTuple):
    """A user and a group, by number: there are no names for them in a container."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


class ChosenIdentity(NamedTuple):
    """The user to become, and what says so."""

    who: Who
    why: str
    asked: bool  #: by PUID or PGID: any other user would be wrong


def current() -> Who:
    """The user as which the engine has started this process."""
    return Who(os.geteuid(), os.getegid())


def chosen(env: Mapping[str, str], here: Who, owner: Who, *, rootless: bool) -> ChosenIdentity:
    """The user to become. `owner`: of the workspace; `rootless`: root is the user who runs the
    engine. Raises UsageError when PUID or PGID is not a number, or contradicts the engine."""
    uid, gid = _number(env, "PUID"), _number(env, "PGID")
    asked = uid is not None or gid is not None
    if here.uid != 0:
        _check_same(here, uid, gid)
        return ChosenIdentity(here, "as the engine says", asked)

    usual = _usual(owner, rootless=rootless)
    if not asked:
        return usual
    wanted = usual.who.uid if uid is None else uid
    if gid is None:
        gid = owner.gid if owner.uid == wanted else wanted
    return ChosenIdentity(Who(wanted, gid), "as PUID and PGID say", True)


def _usual(owner: Who, *, rootless: bool) -> ChosenIdentity:
    if owner.uid != 0:
        return ChosenIdentity(owner, "as the owner of the workspace", False)
    if rootless:
        return ChosenIdentity(owner, "as the user who runs the engine", False)
    return ChosenIdentity(Who(USUAL, USUAL), "as nothing says who else", False)


def _number(env: Mapping[str, str], name: str) -> int | None:
    text = env.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        cure = "On the host, `id` shows the numbers: PUID is uid, PGID is gid."
        raise UsageError(f"{name} must be a number.", cure=cure)
    return int(text)


def _check_same(here: Who, uid: int | None, gid: int | None) -> None:
    if uid in (None, here.uid) and gid in (None, here.gid):
        return
    shown = Who(here.uid if uid is None else uid, here.gid if gid is None else gid)
    text = f"The engine runs this container as {here}, and PUID and PGID ask for {shown}."
    cure = "Keep one of the two: user: (--user), or PUID and PGID."
    raise UsageError(text, cure=cure)


def is_rootless() -> bool:
    """Whether root in the container is another user outside."""
    try:
        return _UID_MAP.read_text().split() != _WHOLE
    except OSError:
        return False


def become(choice: ChosenIdentity) -> bool:
    """Become that user and group, with the groups that the engine has added; returns whether that
    was possible. Raises UsageError if it was asked for and is not."""
    who = choice.who
    if current() == who:
        return True
    try:
        os.setgroups(sorted({who.gid, *os.getgroups()} - {0}))
        os.setgid(who.gid)
        os.setuid(who.uid)
    except (OSError, OverflowError) as exc:
        if not choice.asked:
            return False
        text = f"The engine does not let this container become {who} (PUID and PGID)."
        cure = (
            f'Use user: "{who}" instead of PUID and PGID, or allow it: cap_add: [CHOWN, KILL,'
            " SETGID, SETUID]."
        )
        raise UsageError(text, cure=cure) from exc
    return True
