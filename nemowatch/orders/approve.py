"""`approve`: what waits for approval may be spent on."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.journal import batches
from nemowatch.orders.order import Args, Order


class Approve(Order):
    """{"watch": its name in the journal, or "" for all} -> {"approved": how many jobs}."""

    name = "approve"

    def __init__(self, watch: str = "") -> None:
        self._watch = watch

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(str(args.get("watch") or ""))

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        return {"approved": batches.approve(conn, self._watch, now_ms)}
