"""`pause`: nothing new begins, everywhere or in one folder, until `resume`; what is paid goes
on."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Self

from nemowatch.fs.exclusive_create import write_new
from nemowatch.fs.safe_open import folder_of, stat_at, translated
from nemowatch.journal import account
from nemowatch.orders.order import Args, Order, folder_in
from nemowatch.orders.site import Site

#: The file that pauses a folder.
FILE = "PAUSE"


class Pause(Order):
    """{} -> {"paused": true}: everything. {"watch": its name, "folder": below its inbox, "" for
    all of it} -> the same for that folder, by a file PAUSE in it, as people make one."""

    name = "pause"

    def __init__(self, place: tuple[str, bytes] | None = None) -> None:
        self._place = place

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(folder_in(args))

    @property
    def about(self) -> dict[str, Any]:
        if self._place is None:
            return {}
        return {"inbox": self._place[0], "folder": os.fsdecode(self._place[1])}

    async def on_disk(self, site: Site) -> None:
        if self._place is not None:
            watch, folder = self._place
            inbox = site.inbox(watch)
            await site.run(watch, lambda: _pause(inbox, folder))

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        if self._place is None:
            account.set_paused(conn, to=True)
        return {"paused": True}


def _pause(inbox: Path, folder: bytes) -> None:
    with folder_of(inbox, folder) as above, translated(inbox):
        if stat_at(FILE, above) is None:
            write_new(FILE, b"", above)
