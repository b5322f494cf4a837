"""Cheap checks of files, in the worker thread of an inbox: how they are now, what is at a path,
what is gone.

It reads only the content of texts to nemowatch (a prompt.txt, a glossary.txt, an answer). It keeps
and writes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nemowatch.content import reading
from nemowatch.errors import LocalError, SourceChanged, SourceGone, local_error
from nemowatch.fs import holes, lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import snapshot
from nemowatch.fs.lease import Lease
from nemowatch.fs.listing import names_below
from nemowatch.fs.lookups import found_at, in_folders
from nemowatch.fs.safe_open import open_at, open_below
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.model import Snapshot


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it is now, or why it cannot be checked."""

    path: bytes
    found: Snapshot | LocalError
    lease: Lease = Lease.UNKNOWN
    has_data: bool | None = None  #: False: it is one hole; None: not asked


def check_files(
    root: Path, paths: Iterable[bytes], rule_of: Callable[[bytes], SettleRule]
) -> list[Checked]:
    """Check tracked files, with a lease where that proves something."""
    checked: list[Checked] = []
    for path, above in in_folders(root, paths):
        checked.append(_checked(root, path, above, rule_of(path)))
    return checked


def _checked(root: Path, path: bytes, above: int | LocalError, rule: SettleRule) -> Checked:
    """One file; `above`: its open folder, or why that cannot be entered."""
    if isinstance(above, LocalError):
        return Checked(path, above)
    found = found_at(above, root, path)
    if isinstance(found, LocalError) or not rule.leases or found.size == 0:
        return Checked(path, found)

    try:
        fd = open_at(above, root, path)
    except LocalError:  # we may not read it, or it is just gone: the next check shows which
        return Checked(path, found)
    try:
        has_data = None
        if found.blocks == 0:
            has_data = holes.has_data(fd)
        return Checked(path, snapshot(fd), lease.probe(fd), has_data)
    finally:
        os.close(fd)


@dataclass(slots=True)
class Paths:
    """What is at the paths that events named, sorted."""

    files: list[bytes] = field(default_factory=list)
    folders: dict[bytes, int] = field(default_factory=dict)  #: with their inode numbers
    gone: list[bytes] = field(default_factory=list)
    odd: bool = False  #: something that is neither file nor folder is among them

    def add(self, path: bytes, at: os.stat_result) -> None:
        """Sort in what exists."""
        if stat.S_ISREG(at.st_mode):
            self.files.append(path)
        elif stat.S_ISDIR(at.st_mode):
            self.folders[path] = at.st_ino
        else:
            self.odd = True


def sort_paths(root: Path, paths: Iterable[bytes]) -> Paths:
    """Separate files, folders, and paths that are gone; one that cannot be checked is left to the
    next scan."""
    found = Paths()
    top = os.fsencode(root) + b"/"
    for path in paths:
        try:
            found.add(path, os.lstat(top + path))
        except OSError as exc:
            if isinstance(local_error(exc, path), SourceGone):
                found.gone.append(path)
            else:
                found.odd = True
    return found


def still_there(outputs: Iterable[tuple[bytes, int]]) -> bool:
    """True when every output (absolute path, size in bytes) is as it was published."""
    return all(_is_as_published(path, size) for path, size in outputs)


def _is_as_published(path: bytes, size: int) -> bool:
    try:
        found = Path(os.fsdecode(path)).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # the share is unavailable: that is no deletion
        return True
    return found.st_size == size


def read_instruction(
    root: Path,
    path: bytes,
    expected: Snapshot,
    read: Callable[[int], str],
) -> str:
    """What `read` returns for the descriptor of a settled prompt.txt or glossary.txt. Raises
    LocalError, SourceChanged, OrderError."""
    with _still(root, path, expected) as fd:
        return read(fd)


def read_request(
    root: Path,
    path: bytes,
    expected: Snapshot,
    beat: Callable[[], None],
) -> tuple[str, str]:
    """The text of a settled file, and the SHA-256 of its content, hex. Raises as
    `read_instruction`."""
    with _still(root, path, expected) as fd:
        text = reading.read_text(fd, beat=beat)
        return text, fingerprint(fd, snapshot(fd), path, beat)


def read_reviewed(
    root: Path,
    path: bytes,
    expected: Snapshot,
    beat: Callable[[], None],
) -> tuple[str, str]:
    """The words and times of settled subtitles, and the SHA-256 of their content, hex. Raises as
    `read_instruction`."""
    with _still(root, path, expected) as fd:
        text = reading.read_subtitles(fd, beat=beat)
        return text, fingerprint(fd, snapshot(fd), path, beat)


@contextmanager
def _still(root: Path, path: bytes, expected: Snapshot) -> Iterator[int]:
    """The descriptor of a file that is as expected. Raises SourceChanged, LocalError."""
    fd = open_below(root, path)
    try:
        now = snapshot(fd)
        if (now.size, now.mtime_ns) != (expected.size, expected.mtime_ns):
            raise SourceChanged(path=path)
        yield fd
    except OSError as exc:
        raise local_error(exc, path) from exc
    finally:
        os.close(fd)


def names_in(root: Path, folders: Iterable[bytes]) -> Mapping[bytes, tuple[bytes, ...]]:
    """The names in each folder (relative); a folder that cannot be listed has none."""
    return {folder: tuple(names_below(root, folder)) for folder in folders}
