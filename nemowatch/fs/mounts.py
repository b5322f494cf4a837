"""What is mounted where, and whether the kernel will tell us about files there.

Owns the reading of the mount table. It never touches a file below a mount point, so it cannot
hang on a dead share.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path("/proc/self/mountinfo")

#: Local disks: nobody but this kernel writes there, so its events are the whole truth.
LOCAL = frozenset(
    {
        "ext2",
        "ext3",
        "ext4",
        "xfs",
        "btrfs",
        "zfs",
        "f2fs",
        "bcachefs",
        "overlay",
        "tmpfs",
        "ntfs3",
        "vfat",
        "exfat",
        "fuseblk",
    }
)
#: Network filesystems that raise no events for what other hosts write: they are only scanned
#: (docs/platform.md section filesystems, point 3).
SCANNED = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "vboxsf",
        "virtiofs",
        "prl_fs",
        "drvfs",
        "fuse",
        "autofs",
        "ncpfs",
        "gfs2",
        "ocfs2",
        "coda",
        "orangefs",
        "beegfs",
    }
)
#: FUSE filesystems of local disks that both raise events and are written around; every other one
#: is only scanned.
WATCHED_FUSE = frozenset({"fuse.shfs", "fuse.mergerfs"})
#: Folders of the machine that this one is a guest of (Docker Desktop, virtual machines): what
#: changes there makes no events in here, and looking costs little.
OF_HOST = frozenset(
    {"virtiofs", "9p", "vboxsf", "prl_fs", "drvfs", "fakeowner", "fuse.grpcfuse", "fuse.osxfs"}
)
#: How mountinfo writes blanks and backslashes.
_OCTAL = re.compile(rb"\\([0-7]{3})")


class Mode(StrEnum):
    """How news of files comes."""

    EVENTS = "events"  #: the kernel tells; a scan now and then makes sure
    SCAN = "scan"  #: only looking tells
    BOTH = "both"  #: the kernel tells some of it


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the mount table."""

    id: int
    parent: int
    device: str  #: "major:minor"
    point: bytes
    fstype: str
    source: str
    #: which folder of its filesystem is mounted there
    root: bytes = field(default=b"/", compare=False)

    @property
    def scanned(self) -> bool:
        """True when events alone are not to be trusted here."""
        return mode_of(self.fstype) is not Mode.EVENTS


class Ground(NamedTuple):
    """What a path lies on: what of a mount stays the same when the same share is mounted again."""

    point: bytes
    fstype: str
    source: str

    def is_laid_bare(self, now: Ground) -> bool:
        """True when this is no longer mounted, and what it had covered is in its place. The same
        filesystem by another mount (a bind mount made by systemd, say) is no loss."""
        if (now.fstype, now.source) == (self.fstype, self.source):
            return False
        return self.point != now.point and _covers(now.point, self.point)


def mode_of(fstype: str) -> Mode:
    """How news comes on a filesystem of this type. One that is unknown here (gpfs, panfs, cvfs,
    a new one) may be written by other hosts: it is watched, and scanned as well."""
    if fstype in LOCAL:
        return Mode.EVENTS
    if fstype in SCANNED:
        return Mode.SCAN
    if fstype.startswith("fuse.") and fstype not in WATCHED_FUSE:
        return Mode.SCAN
    return Mode.BOTH


def tells_leases(fstype: str) -> bool:
    """True where a read lease proves that nobody writes: a local disk, but for FUSE (fuseblk),
    whose kernel side grants every lease."""
    return fstype in LOCAL and not fstype.startswith("fuse")


def _covers(point: bytes, path: bytes) -> bool:
    """True when this mount point is the path, or above it."""
    return path == point or path.startswith(point.rstrip(b"/") + b"/")


def _steps_down(path: bytes) -> Iterator[bytes]:
    """The folders on the way from / to an absolute path, which is the last one."""
    yield b"/"
    place = b""
    for name in filter(None, path.split(b"/")):
        place += b"/" + name
        yield place


def _unescape(field: str) -> bytes:
    raw = os.fsencode(field)
    return _OCTAL.sub(lambda m: bytes([int(m.group(1), 8)]), raw)


def parse(text: str) -> tuple[Mount, ...]:
    """Read the format of proc(5) mountinfo; lines that are cut short are left out."""
    lines = map(_parse_line, text.splitlines())
    return tuple(filter(None, lines))


def _parse_line(line: str) -> Mount | None:
    head, _, tail = line.partition(" - ")
    left = head.split(" ")
    right = tail.split(" ")
    if len(left) < 6 or len(right) < 2:
        return None

    return Mount(
        id=int(left[0]),
        parent=int(left[1]),
        device=left[2],
        point=_unescape(left[4]),
        fstype=right[0],
        source=os.fsdecode(_unescape(right[1])),
        root=_unescape(left[3]),
    )


#: What a path lies on that no mount of the table covers.
_UNKNOWN = Mount(0, 0, "0:0", b"/", "unknown", "")


class MountTable:
    """The mount table as it was when it was read."""

    def __init__(self, mounts: tuple[Mount, ...]) -> None:
        self._mounts = mounts
        self._by_place: dict[tuple[int, bytes], Mount] = {}
        self._ids: set[int] = set()
        for mount in mounts:
            self._by_place[mount.parent, mount.point] = mount
            self._ids.add(mount.id)

    def __repr__(self) -> str:
        return f"MountTable({len(self._mounts)} mounts)"

    @classmethod
    def read(cls, table: Path = TABLE) -> MountTable:
        """Read it. Raises OSError where there is no /proc."""
        return _table_of(os.fsdecode(table.read_bytes()))

    def _root(self) -> Mount | None:
        """The last mount of / that lies on no other one of this table."""
        for mount in reversed(self._mounts):
            if mount.point == b"/" and self._lies_on_none(mount):
                return mount
        return None

    def _lies_on_none(self, mount: Mount) -> bool:
        return mount.parent == mount.id or mount.parent not in self._ids

    def at(self, path: bytes) -> Mount:
        """The mount that a resolved absolute path lies on: walked down from the root, so that a
        mount hidden below another one does not count."""
        here = self._root()
        # a chroot whose own root is no mount: the longest prefix is the best there is
        if here is None:
            return self._longest(path)
        for place in _steps_down(path):
            here = self._uppermost(here, place)
        return here

    def _uppermost(self, here: Mount, place: bytes) -> Mount:
        """The mount that is seen at this place, of those stacked there upon `here`."""
        over = self._by_place.get((here.id, place), here)
        while over is not here:
            here = over
            over = self._by_place.get((here.id, place), here)
        return here

    def ground(self, path: bytes) -> Ground:
        """What a resolved absolute path lies on."""
        mount = self.at(path)
        return Ground(mount.point, mount.fstype, mount.source)

    def _longest(self, path: bytes) -> Mount:
        over = [m for m in self._mounts if _covers(m.point, path)]
        return max(over, key=lambda m: len(m.point), default=_UNKNOWN)

    def below(self, path: bytes) -> tuple[Mount, ...]:
        """Every visible mount strictly below `path`."""
        prefix = path.rstrip(b"/") + b"/"
        inside = {m.point for m in self._mounts if m.point.startswith(prefix)}
        seen = map(self.at, sorted(inside))
        return tuple(m for m in seen if m.point in inside)

    def concerns(self, path: bytes) -> frozenset[tuple[int, str, bytes, str]]:
        """The part of the table that a watch on `path` depends on: two equal answers mean that
        nothing there has changed."""
        mounts = [self.at(path), *self.below(path)]
        return frozenset((m.id, m.device, m.point, m.fstype) for m in mounts)


@lru_cache(maxsize=1)
def _table_of(text: str) -> MountTable:
    """The table that this text is: it is read for each result, and hardly ever another one."""
    return MountTable(parse(text))
