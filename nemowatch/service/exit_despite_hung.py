"""Ends a process while a share that hangs still holds some of its threads."""

from __future__ import annotations

import os
import sys
import threading
import time
from itertools import filterfalse
from operator import attrgetter

import structlog

log = structlog.get_logger("nemowatch.daemon")

#: Seconds that threads have to end by themselves after that: what they do on a disk that answers
#: takes less.
THREADS = 3.0


def leave_the_hung_behind(code: int) -> None:
    """End the process here when threads still wait for a share that hangs: Python itself would
    wait for them, and systemd would in the end kill a daemon that has long put everything away."""
    deadline = time.monotonic() + THREADS
    others = set(threading.enumerate()) - {threading.main_thread()}
    left = list(filterfalse(attrgetter("daemon"), others))
    for thread in left:
        thread.join(max(deadline - time.monotonic(), 0))
    if any(map(threading.Thread.is_alive, left)):
        log.warning("stopped without waiting for a share that does not answer")
        sys.stderr.flush()
        os._exit(code)
