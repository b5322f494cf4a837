"""Errors about a file on this machine, and how an OSError becomes one of them."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors.base import NemowatchError
from nemowatch.errors.shown_names import show_path

#: The share, the disk or another program is in the way right now; soft mounts answer EIO,
#: EHOSTDOWN or ESTALE (docs/platform.md section filesystems, point 4).
PASSING_ERRNO = frozenset(
    {
        errno.EBUSY,
        errno.ESTALE,
        errno.EAGAIN,
        errno.EIO,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
        errno.ENETUNREACH,
        errno.ECONNRESET,
        errno.EMFILE,
        errno.ENFILE,
        errno.EINTR,
        errno.ETXTBSY,
        errno.ENODEV,
        errno.ENOLCK,
        errno.EDEADLK,
        errno.EREMOTEIO,
    }
)


class LocalError(NemowatchError):
    """A file on this machine could not be used."""

    code = "local"

    def __init__(
        self, text: str = "", *, path: Path | bytes | str | None = None, cure: str = ""
    ) -> None:
        super().__init__(text, cure=cure)
        self.path = path


class LocalPassing(LocalError):
    """The file or its share is busy or away for the moment."""

    code = "busy"


class NoSpace(LocalPassing):
    """The disk is full."""

    code = "space"
    cure = "Free some space on it; nemowatch then resumes by itself."


class SourceGone(LocalError):
    """The file is no longer there."""

    code = "gone"


class SourceChanged(LocalError):
    """The file has changed since it was checked."""

    code = "changed"


class LocalFinal(LocalError):
    """The file cannot be used."""

    code = "unusable"


class UnsafeContent(LocalFinal):
    """The file cannot be read safely."""

    code = "unsafe"
    cure = "Open it in the program it was made with, save it again as a new file, and drop that."


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an error number means for people."""

    kind: type[LocalError]
    text: str
    cure: str = ""  #: instead of the kind's own


_GONE = _Meaning(SourceGone, "no longer there.")
_DENIED = _Meaning(
    LocalFinal,
    "permission denied.",
    "Give the user that runs nemowatch permission to read and move it, and to write into the folder"
    " that it is in.",
)
_MEANINGS = {
    errno.EDQUOT: _Meaning(
        NoSpace,
        "the quota for its folder or user is used up.",
        "Free some space, or have the quota raised; nemowatch then resumes by itself.",
    ),
    errno.ENOSPC: _Meaning(NoSpace, "the disk is full."),
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.EROFS: _Meaning(
        LocalPassing,
        "the disk or share is mounted read-only.",
        "Mount it for writing; nemowatch then continues by itself.",
    ),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ELOOP: _Meaning(
        LocalFinal,
        "a link where a file is expected.",
        "Put the file itself in its place, or remove the link.",
    ),
}


def os_reason(exc: OSError) -> str:
    """What the system says of an error, without its number and path; else all that Python says."""
    return exc.strerror or str(exc)


def local_error(exc: OSError, path: Path | bytes | str) -> LocalError:
    """Turn an OSError about a file into one of these errors. Nothing else does."""
    name = show_path(path)
    meaning = _MEANINGS.get(exc.errno or 0)
    if meaning is not None:
        return meaning.kind(f"{name}: {meaning.text}", path=path, cure=meaning.cure)
    if exc.errno in PASSING_ERRNO:
        return LocalPassing(f"{name}: {exc.strerror}.", path=path)
    return LocalFinal(f"{name}: {os_reason(exc)}.", path=path)


@contextlib.contextmanager
def failing_as(kind: type[NemowatchError], path: Path, what: str, *, cure: str) -> Iterator[None]:
    """OSErrors of the block become an error of this kind about `path`; `what` cannot be done."""
    try:
        yield
    except OSError as exc:
        raise kind(f"{show_path(path)}: {what}: {os_reason(exc)}.", cure=cure) from exc
