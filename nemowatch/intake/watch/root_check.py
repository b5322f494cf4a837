"""One check of a root: whether it is there, which folder it is, whether a link was put there
instead, and whose it is.

Owns what must be remembered of a root between checks and between starts. It blocks, so it runs in
the worker thread of its inbox; it concludes nothing about files.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing, show_path
from nemowatch.fs.anchor import Anchor, Displaced
from nemowatch.fs.mounts import Ground, Mode, MountTable, mode_of
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import EntryKind, walk
from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.liveness import Identity, identify, is_lost_mount

#: The errors that a kernel may return while the server behind a share is unavailable.
SILENT = frozenset(
    {
        errno.EIO,
        errno.EREMOTEIO,
        errno.EAGAIN,
        errno.ETIMEDOUT,
        errno.ENOTCONN,
        errno.ECONNABORTED,
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
    }
)
SILENCE = "the share does not answer"


@dataclass(frozen=True, slots=True)
class RootState:
    """What a check of a root has shown."""

    root: Path  #: resolved
    identity: Identity
    ownership: owner_file.Ownership
    table: MountTable


class RootCheck:
    """Checks the root of one inbox."""

    def __init__(self, watch: Watch, state_id: str) -> None:
        self.watch = watch
        self._state_id = state_id
        self._ignore = Ignore(watch.ignore)
        self._anchor = Anchor(watch.inbox)
        self._remembered: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"RootCheck({str(self.watch.inbox)!r})"

    @property
    def owner_root(self) -> Path:
        """Where the owner file is."""
        return self.watch.workspace

    def why_away(self, exc: Exception) -> str:
        """Why the root cannot be worked, as a clause: the same for every error that a share may
        return while its server is unavailable, so that one outage is one state."""
        if isinstance(exc, Displaced):
            if exc.root == self.watch.inbox:
                return exc.clause
            return f"{show_path(exc.root)}: {exc.clause}"

        cause = exc
        if isinstance(exc, LocalError) and isinstance(exc.__cause__, OSError):
            cause = exc.__cause__
        if _is_silence(cause) and self._is_on_share():
            return SILENCE
        return missing_words(cause, self._place_of(exc))

    def _place_of(self, exc: Exception) -> Path:
        """What an error is about, which may be another tree of the workspace."""
        if isinstance(exc, LocalError) and isinstance(exc.path, Path) and exc.path.is_absolute():
            return exc.path
        return self.watch.inbox

    @staticmethod
    def cure_of(exc: Exception) -> str:
        """What a person can do about an error that says so itself; "": what the state says."""
        if isinstance(exc, LocalError):
            return exc.cure
        return ""

    def _is_on_share(self) -> bool:
        fstype = self._remembered.get("fstype", "")
        if not fstype:
            return False
        return mode_of(fstype) is not Mode.EVENTS

    # -- what is remembered from start to start

    def recall(self, text: str) -> None:
        """Take in what `memory` returned at an earlier start ("": nothing)."""
        self._remembered = _parsed(text)
        self._anchor.plain = bool(self._remembered.get("plain"))

    def memory(self, state: RootState) -> str:
        """What the next start has to know of the root; "" when that has not changed."""
        found = state.identity
        fresh = {
            "fstype": found.fstype,
            "mounted": _flag(found.on_mount),
            "plain": _flag(self._anchor.is_plain(state.root)),
            "source": found.ground.source,
            "point": os.fsdecode(found.ground.point),
        }
        if fresh == self._remembered:
            return ""
        self._remembered = fresh
        self._anchor.plain = bool(fresh["plain"])
        return json.dumps(fresh)

    def _ground_before(self, now: Identity) -> Ground:
        """The filesystem that it was on, as remembered; earlier versions did not remember all of
        that."""
        was = self._remembered
        here = now.ground
        return Ground(
            os.fsencode(was.get("point", "")),
            was.get("fstype", here.fstype),
            was.get("source", here.source),
        )

    # -- checks

    def check(self, now_ms: int, paid: str = "") -> RootState:
        """Check the root, and claim it if it has no owner. Raises OSError or LocalPassing, with the
        reason, when it cannot be worked."""
        root = self._anchor.led_to()
        found = identify(root)
        if self._is_lost(root, found):
            raise LocalPassing("the share is not mounted: only its empty mount point is there")
        self._anchor.led = root
        worked = bool(self._remembered)
        ownership = owner_file.claim(self.owner_root, self._state_id, now_ms, paid, worked=worked)
        return RootState(root, found, ownership, MountTable.read())

    def _is_lost(self, root: Path, found: Identity) -> bool:
        was_mounted = bool(self._remembered.get("mounted"))
        before = self._ground_before(found)
        return is_lost_mount(before, was_mounted, found, lambda: _is_empty(root, self._ignore))

    def sign(self, now_ms: int, paid: str) -> None:
        """Write the latest paid call into the owner file. Raises OSError, LocalError."""
        owner_file.sign(self.owner_root, self._state_id, now_ms, paid)

    def is_taken_over(self) -> bool:
        """Whether the owner file names somebody else now, or cannot be understood. A check of the
        root then judges that, before anything is claimed."""
        try:
            found = owner_file.read(self.owner_root)
        except (OSError, LocalError, ValueError):
            return True
        if found is None:
            return False
        return found.state != self._state_id

    def take_over(self, now_ms: int, paid: str) -> None:
        """Make the root ours, because a person said so. Raises OSError, LocalError."""
        owner_file.take_over(self.owner_root, self._state_id, now_ms, paid)


def _parsed(text: str) -> dict[str, str]:
    """What was remembered; empty when there was nothing, or it cannot be understood."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if isinstance(found, dict):
        return found
    return {}


def _flag(value: bool) -> str:
    if value:
        return "yes"
    return ""


def _is_silence(cause: Exception) -> bool:
    """Whether a kernel may return this error while the server behind a share is unavailable."""
    return isinstance(cause, OSError) and cause.errno in SILENT


def _is_empty(root: Path, ignore: Ignore) -> bool:
    """True when no file below the root may be a person's. Mere folders were left by an
    installation, or made before the share was mounted. Raises LocalError."""
    return not any(entry.kind is EntryKind.FILE for entry in walk(root, ignore))


def missing_words(exc: Exception, root: Path) -> str:
    """Why a root, or what lies at this path, cannot be worked, as a clause."""
    words = str(exc) or "it cannot be read"
    if not isinstance(exc, OSError):
        return words

    if exc.errno == errno.ENOTDIR and root.exists():
        return f"{show_path(root)} is not a folder"
    if exc.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{show_path(root)} is not there"
    if exc.errno in (errno.EACCES, errno.EPERM):
        return f"{show_path(root)} may not be read"
    return exc.strerror or words
