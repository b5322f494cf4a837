"""Whether the named folders may lie where they lie: results never inside a watched inbox, nor an
inbox among results, through links and bind mounts either. Looks at the disk, changes nothing. A
folder that does not exist is no mistake: its share may not be mounted yet. On a share that hangs
it hangs too: whoever calls it gives it a thread and a deadline.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nemowatch.config.schema import Config, Watch
from nemowatch.errors import ConfigError, Problem

#: Where the kernel says what is mounted; without it (not Linux) links and inodes still tell.
_MOUNTS = Path("/proc/self/mountinfo")
#: Trees that nemowatch writes into.
_WRITTEN = ("outbox", "done", "failed")
_APART = "Name a folder that lies outside of every inbox."


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder as the disk knows it, so that two names of one folder are seen to be one."""

    key: str  #: "outbox", as the configuration says
    path: Path  #: as configured
    index: int  #: of its [[watch]], from 0
    parts: tuple[str, ...]  #: its real path, links resolved
    #: (device, inode) of itself, when it exists, and of all that hold it
    inodes: tuple[tuple[int, int], ...]
    exists: bool
    #: device and path within its filesystem: bind mounts of a subfolder are seen by it
    origin: tuple[str, ...]

    def lies_in(self, other: _Place) -> bool:
        """Whether this is `other` or lies below it."""
        if (
            self.parts[: len(other.parts)] == other.parts
            or self.origin[: len(other.origin)] == other.origin
        ):
            return True
        return other.exists and other.inodes[0] in self.inodes

    @property
    def name(self) -> str:
        return f"{self.key} ({self.path})"


def check_layout(config: Config) -> None:
    """Raises ConfigError with every folder that lies where it must not."""
    mounts = _mounts()
    inboxes = [_look("inbox", watch.inbox, n, mounts) for n, watch in enumerate(config.watch)]
    written = [
        place for n, watch in enumerate(config.watch) for place in _written(watch, n, mounts)
    ]
    problems = [*_among_inboxes(inboxes), *_results(inboxes, written)]
    if config.state_dir is not None:
        state = _look("state_dir", config.state_dir, -1, mounts)
        cure = "State changes all the time: keep it outside of every inbox."
        problems += [
            _problem(state, f"lies inside the {inbox.name}.", cure)
            for inbox in inboxes
            if state.lies_in(inbox)
        ]
    if problems:
        raise ConfigError(problems)


def _written(watch: Watch, index: int, mounts: dict[str, tuple[str, ...]]) -> list[_Place]:
    return [_look(key, getattr(watch, key), index, mounts) for key in _WRITTEN]


def _among_inboxes(inboxes: list[_Place]) -> list[Problem]:
    problems = []
    for n, one in enumerate(inboxes):
        for other in inboxes[n + 1 :]:
            into, back = one.lies_in(other), other.lies_in(one)
            if into and back:
                what = f"is the same folder as the inbox of [[watch]] number {one.index + 1}."
                problems.append(_problem(other, what, "Remove one of the two."))
            elif into or back:
                inner, outer = (one, other) if into else (other, one)
                what = f"lies inside the {outer.name} of [[watch]] number {outer.index + 1}."
                problems.append(
                    _problem(inner, what, "Watch only the outer one, or move one of them.")
                )
    return problems


def _results(inboxes: list[_Place], written: list[_Place]) -> list[Problem]:
    problems = []
    for place in written:
        for inbox in inboxes:
            if place.lies_in(inbox):
                what = f"lies inside the {inbox.name}: results would be taken for new files."
                problems.append(_problem(place, what, _APART))
            elif inbox.lies_in(place):
                what = f"lies inside the {place.name}: results would be taken for new files."
                problems.append(_problem(inbox, what, _APART))
    return problems


def _problem(place: _Place, what: str, cure: str) -> Problem:
    where = f"[[watch]] number {place.index + 1}" if place.index >= 0 else "config"
    return Problem(where, f"{place.name} {what}", cure)


def _look(key: str, path: Path, index: int, mounts: dict[str, tuple[str, ...]]) -> _Place:
    real = Path(os.path.realpath(path))
    inodes = []
    for folder in (real, *real.parents):
        try:
            status = folder.stat()
        except (OSError, ValueError):
            continue
        inodes.append((status.st_dev, status.st_ino))
    exists = _is_there(real)
    return _Place(key, path, index, real.parts, tuple(inodes), exists, _origin(real, mounts))


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def _mounts() -> dict[str, tuple[str, ...]]:
    """Mount point to what is mounted there: the device and the path within its filesystem. Later
    mounts cover earlier ones."""
    try:
        text = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        fields = line.split(" ")
        if len(fields) > 4:
            root = Path(_unescaped(fields[3]))
            found[_unescaped(fields[4])] = (fields[2], *root.parts)
    return found


def _unescaped(text: str) -> str:
    r"""mountinfo writes a space as \040."""
    raw = re.sub(
        rb"\\([0-7]{3})",
        lambda m: bytes([int(m[1], 8) & 255]),
        text.encode("utf-8", "surrogateescape"),
    )
    return raw.decode("utf-8", "surrogateescape")


def _origin(real: Path, mounts: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    for folder in (real, *real.parents):
        if str(folder) in mounts:
            return (*mounts[str(folder)], *real.relative_to(folder).parts)
    return ("", *real.parts)
