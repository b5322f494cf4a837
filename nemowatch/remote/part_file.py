"""The part file of a download: what it already has, what is added, and when it is complete. All
calls block: run them on an executor. It must not know where the bytes come from.

The validator (ETag or Last-Modified) of its content is kept beside the journal, not beside the part
file, because sync clients watch the outbox. Without it, or with another one, a download starts
over. With it is kept how much is certainly on disk: after a power loss a file may have its length
and contain zeros, so no more than that is used.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import local_error
from nemowatch.fs.own_files import read_own
from nemowatch.fs.part_files import open_part
from nemowatch.fs.safe_open import translated
from nemowatch.model import Downloaded
from nemowatch.remote import values
from nemowatch.remote.boxes import FileEnd, end_of, looks_like_text

_BLOCK = 1024 * 1024
#: Bytes written by one call: for larger ones the system takes large pieces of memory for its cache,
#: which are the slowest to get where a virtual machine gives back what is free.
_STEP = 64 * 1024
#: Bytes after which what came is synced and recorded, unless that was done less than so many
#: seconds ago: after a crash, no more than the larger of the two is fetched again.
_CHECKPOINT = 8 * 1024 * 1024
_CHECKPOINT_S = 1.0


@dataclass(frozen=True, slots=True)
class Resumable:
    """What is known about a part file from an earlier attempt."""

    validator: str = ""  #: what it was served under, "" when it cannot be resumed
    size: int = 0  #: bytes that are certainly on disk


@dataclass(frozen=True, slots=True)
class Marker:
    """The file that records it."""

    path: Path

    def read(self, part: Path) -> Resumable:
        """What is known about exactly this part file."""
        try:
            fields = values.table(values.parse(read_own(self.path)))
        except OSError:
            return Resumable()
        if values.text(fields.get("part")) != ascii(str(part)):
            return Resumable()
        return Resumable(
            values.text(fields.get("validator")), int(values.number(fields.get("size")))
        )

    def write(self, part: Path, known: Resumable) -> None:
        """Record it. Losing it only costs a fresh start, so failures are ignored."""
        fields = {"part": ascii(str(part)), "validator": known.validator, "size": known.size}
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(
                parents=True,
                exist_ok=True,
                mode=0o700,
            )
            self.path.write_text(json.dumps(fields), "ascii")

    def forget(self) -> None:
        """Remove the record: the part file is complete, or starts over."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    @property
    def _doubt(self) -> Path:
        return self.path.with_name(f"{self.path.name}.doubt")

    def same_again(self, print_: str) -> bool:
        """Whether the last complete download that seemed cut had this fingerprint. Remembers it for
        the next time."""
        with contextlib.suppress(OSError):
            if read_own(self._doubt) == print_.encode("ascii"):
                return True
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(
                parents=True,
                exist_ok=True,
                mode=0o700,
            )
            self._doubt.write_text(print_, "ascii")
        return False

    def forget_doubt(self) -> None:
        """Forget the fingerprint: the download is accepted."""
        with contextlib.suppress(OSError):
            self._doubt.unlink()


class PartFile:
    """An open part file. Every method raises LocalError (NoSpace when the disk is full). It may be
    closed while another thread uses it: that gets an error from its next call on."""

    def __init__(self, path: Path, marker: Marker) -> None:
        self._path = path
        self._marker = marker
        self._hash = hashlib.sha256()
        self._synced = 0
        self._synced_at = time.monotonic()
        self._finished = False
        self._closed = False
        self._lock = threading.RLock()
        self.size = 0  #: bytes that it has
        self.validator = ""  #: the validator they were served with
        self._fd = open_part(path)
        try:
            self._adopt()
        except OSError as exc:
            os.close(self._fd)
            raise local_error(exc, path) from None

    def __repr__(self) -> str:
        return f"<PartFile {self.size} bytes{' resumable' if self.validator else ''}>"

    def _adopt(self) -> None:
        """Keep what an earlier attempt left, if it can be resumed."""
        known = self._marker.read(self._path)
        self.validator = known.validator
        keep = 0
        if self.validator:
            keep = min(os.fstat(self._fd).st_size, known.size)
        os.ftruncate(self._fd, keep)
        while block := os.pread(self._fd, _BLOCK, self.size):
            self._hash.update(block)
            self.size += len(block)
        self._synced = self.size

    @contextlib.contextmanager
    def _open(self) -> Iterator[int]:
        """The descriptor, for one call."""
        with self._lock, translated(self._path):
            if self._closed:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            yield self._fd

    def restart(self, validator: str) -> None:
        """Discard the content. What follows was served with `validator` ("" when it cannot be
        resumed)."""
        with self._open() as fd:
            os.ftruncate(fd, 0)
            self._hash = hashlib.sha256()
            self.size = self._synced = 0
            self.validator = validator
            self._marker.forget()

    def digest(self, block: memoryview) -> None:
        """Count the next bytes for the fingerprint; `append` is called with the same, at its own
        time, also by another thread."""
        self._hash.update(block)

    def append(self, block: memoryview) -> None:
        """Add bytes to the end."""
        with self._open() as fd:
            begin, rest = self.size, block
            while rest:
                written = os.pwrite(fd, rest[:_STEP], self.size)
                self.size += written
                rest = rest[written:]
            _begin_to_store(fd, begin, len(block))
            if self._is_due():
                self._sync()

    def _is_due(self) -> bool:
        """Whether what came is worth a sync."""
        if not self.validator or self.size - self._synced < _CHECKPOINT:
            return False
        return time.monotonic() - self._synced_at > _CHECKPOINT_S

    def _sync(self) -> None:
        """Have what came so far on disk, and record it."""
        os.fsync(self._fd)
        self._synced = self.size
        self._synced_at = time.monotonic()
        self._marker.write(self._path, Resumable(self.validator, self.size))

    def end(self) -> FileEnd:
        """Whether the video's boxes are complete."""
        with self._open() as fd:
            return end_of(fd, self.size)

    def remember_and_compare(self) -> bool:
        """Remember these bytes; returns whether exactly the same were downloaded the last time."""
        return self._marker.same_again(f"{self.size}:{self._hash.hexdigest()}")

    def looks_like_text(self) -> bool:
        """Whether the content is a page or an envelope instead of a video."""
        with self._open() as fd:
            return looks_like_text(fd)

    def finish(self) -> Downloaded:
        """Finish the file; it is on disk when this returns."""
        with self._open() as fd:
            os.fsync(fd)
            self._finished = True
            self._marker.forget()
            self._marker.forget_doubt()
            return Downloaded(self._path, self.size, self._hash.hexdigest())

    def close(self) -> None:
        """Close the descriptor. Unless the file is finished, its content stays for the next
        attempt."""
        with self._lock, contextlib.suppress(OSError):
            self._closed = True
            try:
                is_new = self.size > self._synced
                if is_new and self.validator and not self._finished:
                    self._sync()
            finally:
                os.close(self._fd)


def _begin_to_store(fd: int, begin: int, size: int) -> None:
    """Have the system begin to write these bytes to the disk, so that the sync at the end has less
    to wait for: advice, which costs nothing where it means nothing."""
    with contextlib.suppress(OSError):
        os.posix_fadvise(fd, begin, size, os.POSIX_FADV_DONTNEED)
