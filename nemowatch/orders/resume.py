"""`resume`: a pause ends, and whatever is held for a cause that may be gone is tried at once. What
a PAUSE file holds stays held."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.errors import show_path
from nemowatch.hold_reasons import RESUMABLE
from nemowatch.holds import paused_jobs
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.journal import account, holds, queue
from nemowatch.orders.order import Args, Order
from nemowatch.orders.site import Site


class Resume(Order):
    """{} -> {"resumed": how many jobs, "standing": [{"watch", "file", "jobs"} of each PAUSE
    file]}."""

    name = "resume"

    def __init__(self) -> None:
        self._pauses = Pauses()

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls()

    async def on_disk(self, site: Site) -> None:
        self._pauses = site.pauses()

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        account.set_paused(conn, to=False)
        resumed, standing = self._end_pauses(conn, now_ms)
        for reason in RESUMABLE:
            holds.drop(conn, reason)
            resumed += queue.wake_held(conn, reason, now_ms)
        return {"resumed": resumed + queue.wake_waiting(conn), "standing": standing}

    def afterwards(self, site: Site) -> None:
        site.ask_account()

    def _end_pauses(
        self, conn: sqlite3.Connection, now_ms: int
    ) -> tuple[int, list[dict[str, Any]]]:
        """(jobs that go on, the PAUSE files with how many jobs each holds)."""
        woken, held = paused_jobs.wake(conn, self._pauses, now_ms, _any_inbox)
        standing: list[dict[str, Any]] = []
        for watch, files in self._pauses.files.items():
            for file in files.values():
                count = held[watch, file]
                standing.append({"watch": watch, "file": show_path(file), "jobs": count})
        return woken, standing


def _any_inbox(_watch: str) -> bool:
    """A person's order counts for inboxes, too, that are no longer in the configuration."""
    return True
