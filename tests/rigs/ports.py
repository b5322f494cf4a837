"""Free ports on loopback, for the servers of tests."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port on loopback on which nothing listens."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
