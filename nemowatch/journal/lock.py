"""Allows one daemon for each state folder, by an advisory lock that the kernel drops with the
process, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType

from nemowatch.errors import JournalLocked
from nemowatch.fs.safe_open import translated

FILE_NAME = "lock"


class StateLock:
    """Locks the state folder; a context manager."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / FILE_NAME
        self._fd = -1

    def acquire(self) -> StateLock:
        """Take the lock. Raises JournalLocked, which names the process that has it."""
        with translated(self.path):
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip()
            os.close(fd)
            who = f" (process {holder})" if holder else ""
            raise JournalLocked(
                f"{self.path.parent}: another nemowatch is using this state folder{who}."
            ) from exc
        # on a full disk the lock holds all the same, without its holder's process id
        with contextlib.suppress(OSError):
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode("ascii"), 0)
        self._fd = fd
        return self

    def release(self) -> None:
        """Release the lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> StateLock:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
