"""SHA-256 of a file that must keep still while it is read.

Owns nothing but the reading; it runs in a worker thread of its inbox, never on the loop.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable

from nemowatch.errors import SourceChanged, local_error
from nemowatch.fs.safe_open import snapshot, unchanged
from nemowatch.model import Snapshot

#: Bytes a read: 1 MiB is as fast as it gets, and a share that hangs is noticed between two of them.
CHUNK = 1024 * 1024


def fingerprint(
    fd: int, expected: Snapshot, path: bytes, beat: Callable[[], None] = lambda: None
) -> str:
    """The content's SHA-256, hex. `beat` is called after each read.

    Raises SourceChanged when the file is not, or does not stay, as `expected`; LocalPassing or
    LocalFinal for read errors.
    """
    digest, offset = hashlib.sha256(), 0
    try:
        while data := os.pread(fd, CHUNK, offset):
            digest.update(data)
            offset += len(data)
            beat()
            if offset > expected.size:
                break
        now = snapshot(fd)
    except OSError as exc:
        raise local_error(exc, path) from exc
    if offset != expected.size or not unchanged(expected, now):
        raise SourceChanged("The file changed while it was read.", path=path)
    return digest.hexdigest()


def combined(digests: Iterable[str]) -> str:
    """One digest over a group's: that of the single member when there is one."""
    found = list(digests)
    return (
        found[0]
        if len(found) == 1
        else hashlib.sha256("\n".join(found).encode("ascii")).hexdigest()
    )
