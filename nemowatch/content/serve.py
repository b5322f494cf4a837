"""The child that reads untrusted bytes: it limits itself, says that it is ready, and answers one
request after the other until its parent closes the socket.

Owns what happens inside the child. It must not open people's files by path: they come as open
descriptors. Started as `python -m nemowatch.content.serve SOCKET PURPOSE`; the purpose is only for
people who list processes.
"""

from __future__ import annotations

import importlib
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from nemowatch import __version__
from nemowatch.content import messages
from nemowatch.content.messages import Tag
from nemowatch.errors import OrderError, UnsafeContent, os_reason

#: Bytes of address space, of which Python itself needs 30 MB. Together with the daemon's memory
#: this stays below 250 MiB; the largest accepted document needs half of it.
MEMORY = 160 * 1024 * 1024
#: Bytes of a file that the child may write: its last words go to one, and nothing else.
WRITTEN = 64 * 1024
#: Resident bytes from which a child ends after its answer, since Python rarely gives memory back.
GROWN = 64 * 1024 * 1024
#: The kernel's choice when memory runs out: this process, and never the daemon.
OOM_SCORE = 800
#: The most characters of an error that are passed on.
_LONGEST = 500


def limit() -> bool:
    """Limit the resources of this process. False when that is not allowed."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    try:
        # prlimit is allowed where a service's system calls are filtered; setrlimit is not
        resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(0, resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
        resource.prlimit(0, resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (OSError, ValueError):
        return False
    return True


def limit_computing(seconds: int) -> None:
    """Have this process end by SIGXCPU after this many more seconds of CPU time, if that can be
    limited."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(OSError, ValueError):
        resource.prlimit(0, resource.RLIMIT_CPU, (until, hard))


Say = Callable[[Tag, object], None]


def answer(request: messages.ChildRequest, fd: int, say: Say) -> None:
    """Carry out one request, and send the outcome."""
    try:
        module, _, name = request.task.partition(":")
        task = getattr(importlib.import_module(module), name)
        found: Any = task(request.arguments, fd, lambda: say(Tag.PARSING, None))
    except Exception as exc:  # noqa: BLE001 - parsers raise what they like
        say_failure(exc, say)
        return

    tag = Tag.ANSWER
    if has_grown():
        tag = Tag.LAST
    say(tag, found)


def say_failure(exc: Exception, say: Say) -> None:
    """Send the parent what an error means."""
    for kind, tag, describe in _FAILURES:
        if isinstance(exc, kind):
            say(tag, describe(exc))
            return


def _text_and_cure(exc: Any) -> tuple[str, str]:
    return exc.text, exc.cure


def _text(exc: Any) -> str:
    text: str = exc.text
    return text


def _name_and_text(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}"[:_LONGEST]


def _number_and_text(exc: Any) -> tuple[int, str]:
    return exc.errno or 0, os_reason(exc)


def _nothing(exc: Exception) -> None:
    return


#: What errors mean, the more specific ones first, and what is sent about each.
_FAILURES: tuple[tuple[type[Exception], Tag, Callable[[Any], object]], ...] = (
    (OrderError, Tag.REFUSED, _text_and_cure),
    (UnsafeContent, Tag.UNSAFE, _text),
    (ImportError, Tag.BROKEN, _name_and_text),
    (OSError, Tag.OS_ERROR, _number_and_text),
    (MemoryError, Tag.NO_MEMORY, _nothing),
    (Exception, Tag.RAISED, _name_and_text),
)


@cache
def _own_memory() -> int:
    """The descriptor of the kernel's file about this process's memory, which is read after each
    file."""
    return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)


def has_grown() -> bool:
    """True when this process has more memory than an idle one should."""
    # not getrusage: its maximum is inherited from the process that started this one
    pages = int(os.pread(_own_memory(), 100, 0).split()[1])
    return pages * resource.getpagesize() > GROWN


def serve(connection: socket.socket, is_limited: bool) -> None:
    """Answer until the parent closes the connection."""

    def say(tag: Tag, value: object) -> None:
        connection.sendall(messages.frame(tag, value))

    def receive(count: int) -> bytes:
        data = connection.recv(count, socket.MSG_WAITALL)
        if len(data) < count:
            raise EOFError
        return data

    while True:
        found, fds, _, _ = socket.recv_fds(connection, 1, 1)
        if not found:
            return
        fd = fds[0] if fds else -1
        try:
            request = messages.read_request(receive)
            # the parent may be gone, and a share may hang
            signal.alarm(math.ceil(3 * request.wall))
            limit_computing(request.cpu)
            if request.limited and not is_limited:
                say(Tag.UNLIMITED, None)
            else:
                answer(request, fd, say)
            signal.alarm(0)
        finally:
            if fd >= 0:
                os.close(fd)


def main(words: Sequence[str]) -> int:
    """Run the child until it ends; returns its exit code."""
    # they are the daemon's, when somebody sends them to all of its processes
    for number in (signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)

    is_limited = limit()
    with socket.socket(fileno=int(words[0])) as connection, suppress(EOFError, ConnectionError):
        connection.sendall(messages.frame(Tag.READY, __version__))
        serve(connection, is_limited)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
