"""SHA-256 of a file: whether it has a known content, and what the content of a new one is.

Owns nothing but the reading; it runs in a worker thread of its inbox, never on the loop.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable
from io import RawIOBase

from nemowatch.errors import SourceChanged
from nemowatch.fs.identity import snapshot, unchanged
from nemowatch.fs.safe_open import open_file, translated
from nemowatch.model import Snapshot

#: Bytes a read: 1 MiB is as fast as it gets, and a share that hangs is noticed between two of them.
CHUNK = 1024 * 1024
#: What opening answers when there is no regular file of that name.
_NO_FILE = frozenset({errno.ENOENT, errno.EINVAL, errno.ELOOP, errno.ENXIO})


def fingerprint(
    fd: int,
    expected: Snapshot,
    path: bytes,
    beat: Callable[[], None] = lambda: None,
) -> str:
    """The content's SHA-256, hex. `beat` is called after each read.

    Raises SourceChanged when the file is not, or does not stay, as `expected`; LocalPassing or
    LocalFinal for read errors.
    """
    digest = hashlib.sha256()
    offset = 0
    with translated(path):
        while data := os.pread(fd, CHUNK, offset):
            digest.update(data)
            offset += len(data)
            beat()
            if offset > expected.size:
                break
        now = snapshot(fd)
    if offset != expected.size or not unchanged(expected, now):
        raise SourceChanged("The file changed while it was read.", path=path)
    return digest.hexdigest()


def combined(digests: Iterable[str]) -> str:
    """One digest over a group's: that of the single member when there is one."""
    found = list(digests)
    if len(found) == 1:
        return found[0]
    return hashlib.sha256("\n".join(found).encode("ascii")).hexdigest()


def sha256_at(name: str, folder: int, size: int) -> str:
    """SHA-256 of a regular file of this folder that has `size` bytes, hex; "" when it is none, has
    another size (then nothing is read) or vanished. Raises OSError for all else."""
    try:
        fd = open_file(name, folder)
    except OSError as exc:
        if exc.errno in _NO_FILE:
            return ""
        raise
    with os.fdopen(fd, "rb", buffering=0) as file:
        if os.fstat(fd).st_size != size:
            return ""
        return _sha256(file, size)


def _sha256(file: RawIOBase, size: int) -> str:
    """Of a file that may grow while it is read: "" when it holds more, or less, than `size`."""
    digest = hashlib.sha256()
    count = 0
    while block := file.read(CHUNK):
        digest.update(block)
        count += len(block)
        if count > size:
            return ""
    if count != size:
        return ""
    return digest.hexdigest()


def has_content(
    name: str,
    folder: int,
    sha256: str,
    size: int,
) -> bool:
    """Whether a regular file of exactly this content, of `size` bytes, has this name. Raises
    OSError."""
    return sha256 != "" and sha256_at(name, folder, size) == sha256
