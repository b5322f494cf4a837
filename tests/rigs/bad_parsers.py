"""Parsers that misbehave, for a child to run."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Parsing = Callable[[], None]


def size(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> int:
    """A good one: how many bytes the file has."""
    return os.fstat(fd).st_size


def loop(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Never ends."""
    parsing()
    while True:
        pass


def eat(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Takes ever more memory."""
    parsing()
    eaten = []
    while True:
        eaten.append(bytearray(16 * 1024 * 1024))


def odd(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Raises an exception that nobody expects."""
    raise LookupError("odd")


def wait(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Waits for the file, as on a share that hangs."""
    time.sleep(60)


def stop(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Has read the file, and does nothing."""
    parsing()
    time.sleep(60)


def killed(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Is killed each time."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_once(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> str:
    """Is killed unless the file that is named exists."""
    mark = Path(arguments[0])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "read"


def garbage(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Writes into every descriptor that it has."""
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        if number < 3:
            continue
        try:
            os.write(number, b"\xff" * 4096)
        except OSError:
            continue
    time.sleep(60)


def foreign(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> object:
    """Answers with an object that is not a record."""
    return sys.exit


def opens(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> bytes:
    """Reads the file by its descriptor, wherever it is now."""
    return os.pread(fd, 100, 0)


def fails(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> None:
    """Fails because the file cannot be read."""
    raise OSError(arguments[0], os.strerror(arguments[0]))


def fails_at(arguments: tuple[Any, ...], fd: int, parsing: Parsing) -> str:
    """Reads a file, unless the number of an error is given."""
    if arguments[0] == errno.ESTALE:
        fails(arguments, fd, parsing)
    return "read"
