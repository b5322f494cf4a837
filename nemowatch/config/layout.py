"""Whether the named folders are apart: results never inside a watched inbox, nor an inbox among
results, through links and bind mounts either.

Reads the disk and changes nothing. A folder that does not exist is no mistake: its share may not
be mounted yet. On a share that hangs it hangs too: call it in a thread, with a deadline.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

from nemowatch.config.schema import Config
from nemowatch.errors import ConfigError, Problem

#: Where the kernel says what is mounted; without it (not Linux) links and inodes still show it.
_MOUNTS = Path("/proc/self/mountinfo")
#: Folders that nemowatch writes into.
_WRITTEN = ("outbox", "done", "failed")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_APART = "Name a folder that lies outside every inbox."


@dataclass(frozen=True, slots=True)
class _Folder:
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

    def lies_in(self, other: _Folder) -> bool:
        """Whether this is `other` or lies below it."""
        if _begins(self.parts, other.parts) or _begins(self.origin, other.origin):
            return True
        return other.exists and other.inodes[0] in self.inodes

    @property
    def name(self) -> str:
        return f"{self.key} ({self.path})"


def _begins(parts: tuple[str, ...], beginning: tuple[str, ...]) -> bool:
    return parts[: len(beginning)] == beginning


def check_layout(config: Config) -> None:
    """Raises ConfigError with every folder that is inside one it must not be in."""
    mounts = _mounts()
    inboxes: list[_Folder] = []
    written: list[_Folder] = []
    for number, watch in enumerate(config.watch):
        inboxes.append(_folder("inbox", watch.inbox, number, mounts))
        written += [_folder(key, getattr(watch, key), number, mounts) for key in _WRITTEN]

    problems = [*_among_inboxes(inboxes), *_results(inboxes, written)]
    if config.state_dir is not None:
        problems += _state(_folder("state_dir", config.state_dir, -1, mounts), inboxes)
    if problems:
        raise ConfigError(problems)


def _state(state: _Folder, inboxes: list[_Folder]) -> list[Problem]:
    cure = "State changes all the time: keep it outside every inbox."
    around = [inbox for inbox in inboxes if state.lies_in(inbox)]
    return [_problem(state, f"lies inside the {inbox.name}.", cure) for inbox in around]


def _among_inboxes(inboxes: list[_Folder]) -> list[Problem]:
    pairs = [_nested(one, other) for one, other in combinations(inboxes, 2)]
    return [problem for problem in pairs if problem is not None]


def _nested(one: _Folder, other: _Folder) -> Problem | None:
    into, back = one.lies_in(other), other.lies_in(one)
    if into and back:
        what = f"is the same folder as the inbox of [[watch]] number {one.index + 1}."
        return _problem(other, what, "Remove one of the two.")
    if not into and not back:
        return None
    inner, outer = (one, other) if into else (other, one)
    what = f"lies inside the {outer.name} of [[watch]] number {outer.index + 1}."
    return _problem(inner, what, "Watch only the outer one, or move one of them.")


def _results(inboxes: list[_Folder], written: list[_Folder]) -> list[Problem]:
    problems: list[Problem] = []
    for results, inbox in product(written, inboxes):
        if results.lies_in(inbox):
            inner, outer = results, inbox
        elif inbox.lies_in(results):
            inner, outer = inbox, results
        else:
            continue
        what = f"lies inside the {outer.name}: results would be taken for new files."
        problems.append(_problem(inner, what, _APART))
    return problems


def _problem(folder: _Folder, what: str, cure: str) -> Problem:
    where = f"[[watch]] number {folder.index + 1}" if folder.index >= 0 else "config"
    return Problem(where, f"{folder.name} {what}", cure)


def _folder(key: str, path: Path, index: int, mounts: dict[str, tuple[str, ...]]) -> _Folder:
    """What the disk knows of it."""
    real = Path(os.path.realpath(path))
    known = [_inode(folder) for folder in (real, *real.parents)]
    inodes = tuple(inode for inode in known if inode is not None)
    exists = known[0] is not None
    return _Folder(key, path, index, real.parts, inodes, exists, _origin(real, mounts))


def _inode(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


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
    raw = _OCTAL.sub(_octal, text.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def _octal(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 8) & 255])


def _origin(real: Path, mounts: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    for folder in (real, *real.parents):
        if str(folder) in mounts:
            return (*mounts[str(folder)], *real.relative_to(folder).parts)
    return ("", *real.parts)
