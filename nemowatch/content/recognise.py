"""Recognises by tables what a file begins with, and what a text is.

The tables belong to their users: nothing here may know any kind of file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

Value = TypeVar("Value")
Subject = TypeVar("Subject")


def by_beginning(
    head: bytes,
    table: Iterable[tuple[bytes | tuple[bytes, ...], Value]],
) -> Value | None:
    """The value of the first row whose bytes, or one of them, `head` begins with; None for none."""
    for beginning, value in table:
        if head.startswith(beginning):
            return value
    return None


def kind_of(subject: Subject, table: Iterable[tuple[str, Callable[[Subject], object]]]) -> str:
    """The kind in the first row whose test says yes to this; "" for none."""
    for kind, test in table:
        if test(subject):
            return kind
    return ""


def kind_by_beginning(text: str, table: Iterable[tuple[str, re.Pattern[str]]]) -> str:
    """The kind in the first row whose pattern this text begins with; "" for none."""
    return kind_of(text, ((kind, pattern.match) for kind, pattern in table))
