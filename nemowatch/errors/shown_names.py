"""Paths and names as a sentence shows them, whatever bytes they are made of."""

from __future__ import annotations

from pathlib import Path

#: How Python keeps the bytes 0x80 to 0xff of text that is not UTF-8.
_LONE_BYTES = range(0xDC80, 0xDD00)


def show_path(path: Path | bytes | str) -> str:
    r"""A path for people: bytes that are not UTF-8 as `\xNN`."""
    raw = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace")


def shown(text: str) -> str:
    r"""A name for a sentence: bytes that are not UTF-8 and everything unprintable as `\xNN`."""
    return "".join(map(_printable, text))


def _printable(c: str) -> str:
    if c.isprintable():
        return c
    return escaped(c)


def escaped(char: str) -> str:
    r"""A character by its number: `\x1b`, `\u202e`; a byte of text that is not UTF-8 as `\xff`."""
    number = ord(char)
    if number in _LONE_BYTES:
        number -= 0xDC00
    if number < 0x100:
        return f"\\x{number:02x}"
    return char.encode("ascii", "backslashreplace").decode("ascii")
