"""Notices when the mount table changes. It touches nothing below a mount point, so it cannot hang
on a dead share."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable
from pathlib import Path

from nemowatch.fs.mounts import TABLE


class MountEvents:
    """Calls back on the loop as soon as anything is mounted or unmounted."""

    def __init__(self, call: Callable[[], None], table: Path = TABLE) -> None:
        self._loop = asyncio.get_running_loop()
        self._call = call
        self._fd = os.open(table, os.O_RDONLY | os.O_CLOEXEC)
        # The table is always readable, and the loop asks for readability: an epoll of our own that
        # asks for POLLPRI only stands in between.
        self._epoll = select.epoll()
        self._epoll.register(self._fd, select.EPOLLPRI | select.EPOLLERR | select.EPOLLET)
        self._epoll.poll(0)
        self._loop.add_reader(self._epoll.fileno(), self._ring)

    def _ring(self) -> None:
        # being asked already took the news out of it: its answer says nothing more
        self._epoll.poll(0)
        self._call()

    def close(self) -> None:
        """Stop calling."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        os.close(self._fd)
