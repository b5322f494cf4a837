"""Where the roots of a workspace lead, and what they lie on.

Anybody who may write beside a root can put a link in its place, and would have us read, write and
send away where they may not do so themselves; so a root stays where it led when it was first
opened. A link that is there then is the administrator's own. When the share that a root is on is no
longer mounted, there is often an empty folder of the same name below the mount point: nobody would
see again what is written there once the share is back.

Owns what this process knows of each root; what an earlier one knew is given to it. It opens a
folder only to see whether it is empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nemowatch.errors import LocalPassing, show_path
from nemowatch.fs.mounts import Ground, MountTable

#: What the next start has to know of a root, as JSON takes it: whether it is plain, and its
#: ground's three parts.
Memory: TypeAlias = tuple[bool, str, str, str]
#: It was never seen.
UNSEEN: Memory = (False, "", "", "")
#: Nothing is known of what a root lies on.
NOWHERE = Ground(b"", "", "")
_NOT_MOUNTED = (
    "Mount it; work then resumes by itself. If it is to stay without that share, put a file"
    " into the folder."
)


class Displaced(LocalPassing):
    """Another folder, or a link, is in a root's place."""

    def __init__(
        self,
        root: Path,
        clause: str,
        hint: str,
        cure: str,
    ) -> None:
        super().__init__(f"{show_path(root)}: {clause}.", path=root, cure=cure)
        self.root = root
        self.clause = f"{clause}: {hint}"  #: what is wrong and what to do, without the root's name


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a root is to be opened: a path whose last part must be no link, and what it lies
    on."""

    path: Path
    ground: Ground


@dataclass(slots=True)
class Anchor:
    """A root that must stay what it is."""

    path: Path  #: as configured
    plain: bool = False  #: it was a folder and no link once
    ground: Ground = NOWHERE  #: what it lay on when it was last there
    led: Path = Path()  #: where it led when this process first opened it
    inode: tuple[int, int] = (0, 0)  #: (device, inode) of the folder that was last checked

    @property
    def memory(self) -> Memory:
        """What the next start has to know of it."""
        point = os.fsdecode(self.ground.point)
        return self.plain, point, self.ground.fstype, self.ground.source

    @property
    def is_seen(self) -> bool:
        """Whether this process has seen it."""
        return self.led != Path()

    def is_checked(self, found: os.stat_result) -> bool:
        """Whether this is the very folder that was checked before: then nothing is asked again."""
        return self.inode == (found.st_dev, found.st_ino)

    def led_to(self) -> Path:
        """Where it leads now. Raises Displaced when a link has been put in its place, or leads
        elsewhere than before."""
        now = Path(os.path.realpath(self.path))
        shown = show_path(now)
        if self.plain and not self.is_plain(now):
            raise Displaced(
                self.path,
                f"a link to {shown} has taken the folder's place",
                "remove it, or name that folder in the configuration",
                "Remove it, or name that folder in the configuration; nemowatch then"
                " resumes by itself.",
            )
        if self.is_seen and self.led != now:
            raise Displaced(
                self.path,
                f"its link leads to {shown} now",
                "restart nemowatch if it should",
                "Restart nemowatch if it should.",
            )
        return now

    def is_plain(self, now: Path) -> bool:
        """Whether no link is on the way to it, when it leads to `now`."""
        return now == Path(os.path.normpath(self.path.absolute()))

    def check(self) -> Spot:
        """Where it is to be opened now. Raises LocalPassing: Displaced, or what it lay on is no
        longer mounted."""
        now = self.led_to()
        ground = _ground(now)
        if self.is_laid_bare(ground, lambda: _is_empty(now)):
            text = (
                f"{show_path(self.path)}: the share is not mounted, only an empty folder is there."
            )
            raise LocalPassing(text, path=self.path, cure=_NOT_MOUNTED)
        return Spot(now, ground)

    def is_laid_bare(self, now: Ground, is_empty: Callable[[], bool]) -> bool:
        """Whether what it lay on is no longer mounted and the folder in its place is empty: one
        with content is somebody's decision."""
        return self.ground.is_laid_bare(now) and is_empty()

    def opened(self, spot: Spot, found: os.stat_result) -> None:
        """This folder is where `check` said."""
        self.led = spot.path
        self.ground = spot.ground
        self.plain = self.plain or self.is_plain(spot.path)
        self.inode = (found.st_dev, found.st_ino)


#: By their paths as text: every opening asks for the one above it, and a Path that makes the paths
#: of all folders above costs more than the opening.
_held: dict[str, Anchor] = {}


def hold(root: Path, memory: Memory = UNSEEN) -> None:
    """From now on `root` must stay where it leads; `memory`: what an earlier process has seen of
    it."""
    plain, point, fstype, source = memory
    _held[str(root)] = Anchor(root, plain, Ground(os.fsencode(point), fstype, source))


def held_at(root: Path) -> Anchor | None:
    """The anchor of exactly this root; None when it is not held."""
    return _held.get(str(root))


def held_above(path: Path) -> Anchor | None:
    """The anchor of the root that `path` is or lies in; None when there is none."""
    folder = str(path)
    while folder:
        held = _held.get(folder)
        if held is not None:
            return held
        folder = folder.rpartition("/")[0]
    return _held.get("/")


def is_seen(root: Path) -> bool:
    """Whether this process has seen a held root."""
    return _held[str(root)].is_seen


def expect_folder(root: Path) -> None:
    """A held root is missing although its share is there. Whoever makes it again, a link in its
    place is not the administrator's, who would have restarted us."""
    _held[str(root)].plain = True


def memory(root: Path) -> Memory:
    """What the next start has to know of a held root."""
    return _held[str(root)].memory


def _ground(path: Path) -> Ground:
    try:
        return MountTable.read().ground(os.fsencode(path))
    except OSError:  # no /proc: then nothing tells
        return NOWHERE


def _is_empty(folder: Path) -> bool:
    """True when nothing but folders is below; what cannot be read counts as nothing."""
    todo = [os.fsencode(folder)]
    while todo:
        with suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    return False
                todo.append(entry.path)
    return True
