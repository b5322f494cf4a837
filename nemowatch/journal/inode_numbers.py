"""Numbers of inodes and devices as SQLite holds them: they may use 64 bits, and its integers are
signed. Pure.
"""

from __future__ import annotations

_ALL = 1 << 64
_SIGN = 1 << 63


def signed(number: int) -> int:
    """A number as it is written down."""
    if number >= _SIGN:
        return number - _ALL
    return number


def unsigned(number: int) -> int:
    """The number that was written down so."""
    return number % _ALL
