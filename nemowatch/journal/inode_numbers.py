"""Inode and device numbers as SQLite stores them: they may use all 64 bits, and its integers are
signed. Pure.
"""

from __future__ import annotations

_ALL = 1 << 64
_SIGN = 1 << 63


def signed(number: int) -> int:
    """A number as it is stored."""
    if number >= _SIGN:
        return number - _ALL
    return number


def unsigned(number: int) -> int:
    """The number that was stored as this."""
    return number % _ALL
