"""The part file of a download: what it already has, what is added, and when it is complete. All
calls block: run them on an executor. It must not know where the bytes come from.

The validator (ETag or Last-Modified) of its content is kept beside the journal, not beside the part
file, because sync clients watch the outbox. Without it, or with another one, a download starts
over. With it is kept how much is certainly on disk: after a power loss a file may have its length
and contain zeros, so no more than that is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
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
#: Bytes that are synced and recorded at once: at most this much is fetched again after a crash.
_CHECKPOINT = 8 * 1024 * 1024


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
    """An open part file. Every method raises LocalError (NoSpace when the disk is full)."""

    def __init__(self, path: Path, marker: Marker) -> None:
        self._path = path
        self._marker = marker
        self._hash = hashlib.sha256()
        self._synced = 0
        self._finished = False
        self.size = 0  #: bytes that it has, all hashed
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

    def restart(self, validator: str) -> None:
        """Discard the content. What follows was served with `validator` ("" when it cannot be
        resumed)."""
        with translated(self._path):
            os.ftruncate(self._fd, 0)
        self._hash = hashlib.sha256()
        self.size = self._synced = 0
        self.validator = validator
        self._marker.forget()

    def append(self, blocks: Iterable[bytes]) -> None:
        """Add bytes to the end."""
        with translated(self._path):
            for block in blocks:
                self._add(memoryview(block))
            if self.validator and self.size - self._synced >= _CHECKPOINT:
                self._sync()

    def _add(self, rest: memoryview) -> None:
        while rest:
            written = os.pwrite(self._fd, rest, self.size)
            self._hash.update(rest[:written])
            self.size += written
            rest = rest[written:]

    def _sync(self) -> None:
        """Have what came so far on disk, and record it."""
        os.fsync(self._fd)
        self._synced = self.size
        self._marker.write(self._path, Resumable(self.validator, self.size))

    def end(self) -> FileEnd:
        """Whether the video's boxes are complete."""
        with translated(self._path):
            return end_of(self._fd, self.size)

    def remember_and_compare(self) -> bool:
        """Remember these bytes; returns whether exactly the same were downloaded the last time."""
        return self._marker.same_again(f"{self.size}:{self._hash.hexdigest()}")

    def looks_like_text(self) -> bool:
        """Whether the content is a page or an envelope instead of a video."""
        with translated(self._path):
            return looks_like_text(self._fd)

    def finish(self) -> Downloaded:
        """Finish the file; it is on disk when this returns."""
        with translated(self._path):
            os.fsync(self._fd)
        self._finished = True
        self._marker.forget()
        self._marker.forget_doubt()
        return Downloaded(self._path, self.size, self._hash.hexdigest())

    def close(self) -> None:
        """Close the descriptor. Unless the file is finished, its content stays for the next
        attempt."""
        with contextlib.suppress(OSError):
            try:
                is_new = self.size > self._synced
                if is_new and self.validator and not self._finished:
                    self._sync()
            finally:
                os.close(self._fd)
