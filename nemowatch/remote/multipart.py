"""A file as a streamed multipart/form-data body (docs/api.md section 5). Owns the reading of a
source during its upload.

The thread that sends reads as well, a block at a time, and the body's length is exact. The file is
compared with what was claimed before each block is sent, so a changed file raises SourceChanged
before its last byte is sent. It must not close the descriptor, and uses no file position: two
uploads may share one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from nemowatch.errors import SourceChanged
from nemowatch.fs.identity import snapshot
from nemowatch.fs.safe_open import translated
from nemowatch.remote.interface import Payload, Progress
from nemowatch.remote.rate_limiter import RateLimiter

#: Bytes read and sent at once: larger blocks leave the processor's cache and gain nothing, and this
#: much must get through within the limit of silence.
_BLOCK = 256 * 1024
#: The field that the API reads (repeatable; we send one).
_FIELD = "files"

_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".avi": "video/x-msvideo",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
}


def content_type(name: str) -> str:
    """The media type by suffix; plain bytes for any other."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def quoted(name: str) -> str:
    """A file name for the header, escaped as browsers do. Anything more would change the name."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


@dataclass(frozen=True, slots=True)
class MultipartUpload:
    """The upload of one file."""

    payload: Payload
    limiter: RateLimiter
    progress: Progress
    boundary: str

    @classmethod
    def of(
        cls,
        payload: Payload,
        limiter: RateLimiter,
        progress: Progress,
    ) -> MultipartUpload:
        """A body with a fresh boundary."""
        return cls(payload, limiter, progress, f"nemowatch-{secrets.token_hex(16)}")

    @property
    def content_type(self) -> str:
        """The Content-Type header of the body."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return len(self._head()) + self.payload.size + len(self._tail())

    def blocks(self) -> Iterator[bytes]:
        """The body in blocks, for a thread. Raises SourceChanged, LocalError."""
        yield self._head()
        done, size = 0, self.payload.size
        while done < size:
            block = self._read(done, min(self.limiter.piece(_BLOCK), size - done))
            self.limiter.wait(len(block))
            yield block
            done += len(block)
            self.progress(done, size)
        yield self._tail()

    def _read(self, at: int, size: int) -> bytes:
        """One block, after a check that the file is still the one that was claimed."""
        name, fd = self.payload.name, self.payload.fd
        with translated(name):
            block = os.pread(fd, size, at)
            now = snapshot(fd)
        if (now.size, now.mtime_ns) != (self.payload.size, self.payload.mtime_ns):
            raise SourceChanged(f"{name} changed while it was uploaded.", path=name)
        if not block:
            raise SourceChanged(f"{name} became shorter while it was uploaded.", path=name)
        return block

    def _head(self) -> bytes:
        name = self.payload.name
        head = (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="{_FIELD}"; filename="{quoted(name)}"\r\n'
            f"Content-Type: {content_type(name)}\r\n\r\n"
        )
        return head.encode("utf-8", "replace")

    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()
