"""Paths and names as a sentence shows them, whatever bytes they are made of."""

from __future__ import annotations

from pathlib import Path


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
    # a byte that came through surrogateescape
    number = ord(c) - 0xDC00 if "\udc80" <= c <= "\udcff" else ord(c)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
