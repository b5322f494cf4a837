"""Formats things for a person: names without tricks, sizes, times, credits. Pure; prints
nothing."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from nemowatch.errors import escaped, show_path

#: Characters that control a terminal, or reverse the reading direction: no file's name may.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Joiners that emoji and several scripts need; they control nothing.
_JOINERS = frozenset("\u200c\u200d")


def clean(text: str) -> str:
    r"""Text that is safe on a terminal: control characters as `\xNN`, bytes that are not UTF-8
    too; one line stays one."""
    if text.isprintable():  # then no character of it is unsafe
        return text
    return "".join(map(_safe, text))


def _safe(char: str) -> str:
    if char in _JOINERS or unicodedata.category(char) not in _UNSAFE:
        return char
    return escaped(char)


def name(path: bytes | str) -> str:
    """A path for a person."""
    return clean(show_path(path))


def size(count: float) -> str:
    """Bytes in the largest fitting unit, of 1024 (docs/api.md section 2)."""
    if count < 1024:
        return f"{count:.0f} bytes"
    for unit in ("KB", "MB", "GB"):
        count /= 1024
        if count < 1024:
            return f"{count:.1f} {unit}"
    return f"{count / 1024:.1f} TB"


def local_time(moment: str | int) -> str:
    """An ISO 8601 time, or UTC milliseconds, as local time for people."""
    if isinstance(moment, str):
        when = datetime.fromisoformat(moment)
    else:
        when = datetime.fromtimestamp(moment / 1000, tz=UTC)
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def local_day(ms: int) -> str:
    """The machine's local day for a time in UTC milliseconds."""
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone().strftime("%Y-%m-%d")


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 job, 2 jobs."""
    if count == 1:
        return f"{count} {noun}"
    return f"{count:,} {noun}s"


def credits(count: float | None) -> str:
    """A number of credits for people; None: not known."""
    from nemowatch.journal.spend import amount

    if count is None:
        return "unknown"
    return amount(count)
