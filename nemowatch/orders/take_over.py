"""`take-over`: the inboxes are worked by this host, in place of another."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.orders.order import Args, Order
from nemowatch.orders.site import Site


class TakeOver(Order):
    """{} -> {"taken": [inbox]}."""

    name = "take-over"
    needs_daemon = True

    def __init__(self) -> None:
        self._taken: list[str] = []

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls()

    async def on_disk(self, site: Site) -> None:
        self._taken = await site.take_over()

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        return {"taken": self._taken}
