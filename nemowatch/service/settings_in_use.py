"""Whether the settings that a part uses are still those of the configuration.

Owns the comparison, and the waiting for a change. The part itself decides what to do then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class InUse(Generic[T]):
    """Settings that a part takes from the configuration."""

    def __init__(self, wanted: Callable[[], T]) -> None:
        """`wanted` says what the configuration asks for at this moment."""
        self._wanted = wanted
        self._now: T | None = None
        self._changed = asyncio.Event()

    def take(self) -> T:
        """The settings as they are now: they are in use until they change."""
        self._changed.clear()
        self._now = found = self._wanted()
        return found

    def compare(self) -> None:
        """The configuration has changed; compare these settings."""
        if self._now != self._wanted():
            self._changed.set()

    async def changed(self) -> None:
        """Wait until these settings differ from those in use."""
        await self._changed.wait()
