"""Ports on loopback for servers of tests."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
