"""Where the live page may listen: at an address and a port, and never open to others without a
password. Pure."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

_WRONG = 'must be an address and a port, such as "127.0.0.1:8477" or "[::1]:8477"'


def listening(value: str) -> str:
    """The value, if it is an address with a port, or empty. Raises ValueError."""
    text = value.strip()
    if text:
        split(text)
    return text


def split(value: str) -> tuple[str, int]:
    """The host and the port of "host:port". Raises ValueError."""
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    if not host or not is_port or any(map(str.isspace, host)):
        raise ValueError(_WRONG)
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def refuse_open_door(listen: str, *, has_password: bool) -> None:
    """Raise ValueError for a page that others could reach without a password."""
    if not listen or has_password:
        return
    if not is_loopback(split(listen)[0]):
        raise ValueError(
            "must have a password_file to listen beyond this machine: nemowatch password FILE makes"
            " one (or set NEMOWATCH_WEB__PASSWORD)"
        )
