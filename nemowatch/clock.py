"""Time, injected. Nothing else reads a clock, so tests can set this one."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now_ms(self) -> int:
        """The wall clock in UTC milliseconds since 1970, for everything that is stored."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for durations and for whatever must not rely on the
        wall clock."""

    def since_boot(self) -> tuple[str, int]:
        """Which boot of the machine this is, and the milliseconds since then, sleep included: what
        has really passed, whatever the wall clock says."""


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def since_boot(self) -> tuple[str, int]:
        return _boot_id(), time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class ManualClock:
    """A clock that moves only when it is told to, for testing pure logic."""

    def __init__(self, now_ms: int = 1_795_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic = 1000.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._monotonic

    def since_boot(self) -> tuple[str, int]:
        return "manual", round(self._monotonic * 1000)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self._now_ms += round(seconds * 1000)
        self._monotonic += seconds

    def step_wall(self, seconds: float) -> None:
        """Move the wall clock by `seconds`, as NTP or an administrator does. The monotonic clock
        does not change."""
        self._now_ms += round(seconds * 1000)


def _boot_id() -> str:
    """A name for this boot; "" where the kernel gives none: then all boots are alike, and their
    own time tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def iso(ms: int) -> str:
    """UTC milliseconds as ISO 8601 with milliseconds and a Z, as in every JSON answer."""
    moment = datetime.fromtimestamp(ms / 1000, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment(ms: int, now_ms: int) -> str:
    """A local time as people say it: "14:05"; on another day "20 Nov, 14:05"."""
    then, now = _local(ms), _local(now_ms)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if then.year == now.year:
        return f"{then.day} {then:%b, %H:%M}"
    return f"{then.day} {then:%b %Y}"


def date_and_time(ms: int) -> str:
    """A local time with its date: "5 Dec 2026, 14:05"."""
    then = _local(ms)
    return f"{then.day} {then:%b %Y, %H:%M}"


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone()


def local_day_start_ms(now_ms: int) -> int:
    """When the local day of `now_ms` began, in UTC milliseconds. Days in the configuration are the
    machine's local days."""
    local = _local(now_ms)
    start = datetime(local.year, local.month, local.day).astimezone()
    return int(start.timestamp() * 1000)


def lasted(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
