"""`pause`: nothing new begins anywhere until `resume`; what is paid goes on."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.journal import account
from nemowatch.orders.order import Args, Order


class Pause(Order):
    """{} -> {"paused": true}."""

    name = "pause"

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls()

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        account.set_paused(conn, to=True)
        return {"paused": True}
