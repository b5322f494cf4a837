"""`resume`: a pause ends, and whatever is held for a cause that may be gone is tried at once. What
a PAUSE file holds stays held, unless its folder is named."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Self

from nemowatch.errors import UsageError, show_path
from nemowatch.fs.exclusive_create import remove, remove_folder
from nemowatch.fs.names import plain
from nemowatch.fs.safe_open import folder_of, sync_folder, translated
from nemowatch.hold_reasons import RESUMABLE
from nemowatch.holds import paused_jobs
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.pauses import Pauses, held_in
from nemowatch.journal import account, holds, queue
from nemowatch.orders.order import Args, Order, folder_in
from nemowatch.orders.site import Site

#: Files PAUSE of one folder that are taken away at once: PAUSE, PAUSE.txt, pause.txt.txt, …
MOST = 20


class Resume(Order):
    """{} -> {"resumed": how many jobs, "standing": [{"watch", "file", "jobs"} of each PAUSE
    file]}. {"watch": its name, "folder": below its inbox, "" for all of it} takes the PAUSE of
    that folder away -> {"removed": how many}; its jobs go on when that is seen."""

    name = "resume"

    def __init__(self, place: tuple[str, bytes] | None = None) -> None:
        self._place = place
        self._pauses = Pauses()
        self._removed = 0

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(folder_in(args))

    async def on_disk(self, site: Site) -> None:
        self._pauses = site.pauses()
        if self._place is not None:
            watch, folder = self._place
            inbox, ignore = site.inbox(watch), Ignore(site.ignore(watch))
            self._removed = await site.run(watch, lambda: _unpause(inbox, folder, ignore))

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        if self._place is not None:
            return {"removed": self._removed}
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


def _unpause(inbox: Path, folder: bytes, ignore: Ignore) -> int:
    """Take every PAUSE of this folder away, whatever its form; returns how many there were."""
    removed = 0
    while removed < MOST:
        paused = held_in(inbox, folder, ignore).paused
        if not paused:
            break
        with folder_of(inbox, folder) as above, translated(inbox):
            _take_away(os.path.basename(paused), above)
            sync_folder(above)
        removed += 1
    return removed


def _take_away(name: bytes, above: int) -> None:
    """Remove a PAUSE, a folder only if it is empty. Raises OSError; UsageError for one that is
    not."""
    try:
        remove(name, above)
    except IsADirectoryError:
        try:
            remove_folder(name, above)
        except OSError as exc:
            text = f"{plain(name)} is a folder that is not empty: it pauses this as before."
            raise UsageError(text, cure="Give it another name, or empty it.") from exc


def _any_inbox(_watch: str) -> bool:
    """A person's order counts for inboxes, too, that are no longer in the configuration."""
    return True
