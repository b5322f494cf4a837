"""Does anyone have this file open for writing? A read lease tells, on local filesystems, without
touching the file.

Owns the probe and SIGIO, which nobody else handles: a writer that opens the file while we hold the
lease sends it to us, and its default action ends the process. So no lease is taken before the
handler is installed (`prepare`), and each is given back in the call that took it.
"""

from __future__ import annotations

import errno
import fcntl
import signal
import threading
from enum import StrEnum
from types import FrameType


class Lease(StrEnum):
    """What the probe says."""

    FREE = "free"  #: nobody has it open for writing
    WRITER = "writer"  #: somebody has: it is not whole, however long it is quiet
    NOT_ASKED = "not asked"  #: not probed: a scan asks for no lease
    #: a foreign owner, a filesystem without leases, or no handler: it tells nothing
    UNKNOWN = "unknown"


_ready = threading.Event()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """The lease is already on its way back; the writer waits some microseconds."""


def prepare() -> bool:
    """Put the handler in place; only the main thread can. Returns whether leases may be used
    from now on."""
    if not _ready.is_set() and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGIO, _nothing)
        signal.siginterrupt(signal.SIGIO, False)
        _ready.set()
    return _ready.is_set()


def probe(fd: int) -> Lease:
    """Ask about a descriptor opened for reading only. Never raises."""
    if not _ready.is_set():
        return Lease.UNKNOWN
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as exc:
        if exc.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
            return Lease.WRITER
        return Lease.UNKNOWN
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:  # broken by the kernel in between, because a writer came: that is an answer
        return Lease.WRITER
    return Lease.FREE
