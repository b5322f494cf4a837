"""systemd's end of the notification socket."""

from __future__ import annotations

import socket
from pathlib import Path


class Manager:
    """The service manager's end of the socket; it collects the messages."""

    def __init__(self, path: Path) -> None:
        self.messages: list[str] = []
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        """All messages so far, in order."""
        try:
            while True:
                self.messages.append(self._socket.recv(8192).decode("utf-8"))
        except BlockingIOError:
            return self.messages

    def of(self, start: str) -> list[str]:
        """The messages that begin with this text."""
        return [m for m in self.heard() if m.startswith(start)]

    def statuses(self) -> list[str]:
        """The status sentences, in order."""
        return [m.removeprefix("STATUS=") for m in self.of("STATUS=")]

    def close(self) -> None:
        self._socket.close()
