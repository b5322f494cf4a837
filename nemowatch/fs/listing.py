"""What is in a folder below a root: names, entries with their stats, and walks.

By descriptor, so that a link which is put in a folder's place meanwhile leads nowhere. It opens no
file and removes nothing.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs.names import is_too_deep
from nemowatch.fs.safe_open import folder_of

#: How the system writes names.
_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


def names_in(folder: int) -> frozenset[bytes]:
    """The names in an open folder. Raises OSError."""
    return frozenset(map(os.fsencode, os.listdir(folder)))


def names_like(folder: int, begin: str, end: str) -> frozenset[str]:
    """The names in an open folder with this beginning and this end. Raises OSError."""
    return frozenset(
        name for name in os.listdir(folder) if name.startswith(begin) and name.endswith(end)
    )


def names_below(root: Path, relative: bytes) -> frozenset[bytes]:
    """The names in the folder `relative` below `root`; none when it cannot be listed."""
    with suppress(LocalError, OSError), folder_of(root, relative) as folder:
        return names_in(folder)
    return frozenset()


def is_folder(root: Path, relative: bytes) -> bool:
    """Whether there is a folder at `relative` below `root`, not a link to one."""
    with suppress(LocalError, OSError), folder_of(root, relative):
        return True
    return False


def is_listed(root: Path, relative: bytes) -> bool:
    """Whether the names in the folder `relative` below `root` can be read."""
    with suppress(LocalError, OSError), folder_of(root, relative) as folder:
        names_in(folder)
        return True
    return False


def folders_below(root: Path, relative: bytes = b"") -> list[bytes]:
    """The names of the folders in the folder `relative` below `root`; none when it cannot be
    listed."""
    with suppress(LocalError, OSError), folder_of(root, relative) as folder:
        found = list(entries(folder))
        return [name for name, at in found if at is None or stat.S_ISDIR(at.st_mode)]
    return []


def entries_below(root: Path, relative: bytes) -> list[tuple[bytes, os.stat_result]]:
    """What answers in the folder `relative` below `root`; nothing when it cannot be listed."""
    with suppress(LocalError, OSError), folder_of(root, relative) as folder:
        return [(name, at) for name, at in entries(folder) if at is not None]
    return []


def entries(folder: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """What is in an open folder, links not followed; None for a folder that does not answer
    (a dead share on it, or somebody else's): entering it says why. Raises OSError: for a folder
    whose names may be read and nothing else (r without x) too."""
    yield from entries_unlike(folder, {}, [])


def entries_unlike(
    folder: int,
    known: Mapping[str, int],
    alike: list[str],
    *,
    local: bool = True,
) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """`entries`, except regular files whose `content_hash` is `known` for their name: these names
    are added to `alike`. `local`: inode numbers are real.

    One loop that calls nothing of Python's for such a file, and looks its functions up once: a scan
    has a hundred thousand.
    """
    known_hash, add, is_regular = known.get, alike.append, stat.S_ISREG
    with os.scandir(folder) as found:
        for entry in found:
            name = entry.name
            try:
                at = entry.stat(follow_symlinks=False)
            except OSError as exc:
                if _is_silent_folder(entry, exc, folder):
                    yield _in_bytes(name), None
                continue

            # `content_hash`, but for times beyond 64 bits
            now = hash((at.st_size, at.st_mtime_ns, at.st_ctime_ns, local and at.st_ino))
            if known_hash(name) == now and is_regular(at.st_mode):
                add(name)
            else:
                yield _in_bytes(name), at


def _in_bytes(name: str) -> bytes:
    """`os.fsencode`, without its questions."""
    return name.encode(_ENCODING, _ERRORS)


def _is_silent_folder(entry: os.DirEntry[str], exc: OSError, folder: int) -> bool:
    """True for a folder that is there and does not answer; False for what is gone meanwhile, or
    is not to be asked: that is no deletion."""
    if isinstance(exc, PermissionError):
        # raises where nothing in it may be asked; else it is this one's matter alone
        os.stat(".", dir_fd=folder)
    return exc.errno != errno.ENOENT and entry.is_dir(follow_symlinks=False)


def walk_folders(root: Path) -> Iterator[tuple[bytes, int]]:
    """Every folder at and below `root` that can be read: its path below it, and a descriptor that
    is closed afterwards. What is unavailable, or nested too deeply, has none."""
    todo = [b""]
    while todo:
        relative = todo.pop()
        if is_too_deep(relative):
            continue
        with suppress(LocalError, OSError), folder_of(root, relative) as folder:
            yield relative, folder
            for name, found in entries(folder):
                if found is not None and stat.S_ISDIR(found.st_mode):
                    todo.append(os.path.join(relative, name))
