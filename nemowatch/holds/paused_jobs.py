"""Which paused jobs go on: all of a task folder at once where no PAUSE holds any part of it, else
source by source; and which jobs that wait for something else a PAUSE holds by now."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable

from nemowatch.hold_reasons import STOPPERS
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.journal import holds, queue


def wake(
    conn: sqlite3.Connection,
    pauses: Pauses,
    now_ms: int,
    is_worked: Callable[[str], bool],
) -> tuple[int, Counter[tuple[str, bytes]]]:
    """Let those jobs go on that no PAUSE holds, in inboxes that are worked; what still waits says
    which PAUSE holds it now. Returns how many go on, and how many each PAUSE (watch, file)
    holds."""
    woken = 0
    held: Counter[tuple[str, bytes]] = Counter()
    for watch, folder, count in queue.paused_folders(conn):
        file = pauses.holding(watch, folder)
        if file:
            held[watch, file] += count
            queue.explain_paused(conn, watch, folder, pauses.words(watch, file))
        elif not is_worked(watch):
            continue
        elif pauses.any_below(watch, folder):
            woken += _wake_each(conn, pauses, now_ms, (watch, folder), held)
        else:
            woken += queue.wake_paused(conn, watch, folder, now_ms)
    return woken, held


def meet(conn: sqlite3.Connection, pauses: Pauses, now_ms: int) -> None:
    """Where a hold of the account stops jobs and a PAUSE has come since, they are judged again:
    people read that the PAUSE holds them, which no top-up ends."""
    met = [reason for reason in holds.active(conn) if reason in STOPPERS]
    if not met:
        return
    for watch, files in pauses.files.items():
        for folder in files:
            queue.wake_below_pause(conn, watch, folder, met, now_ms)


def _wake_each(
    conn: sqlite3.Connection,
    pauses: Pauses,
    now_ms: int,
    task_folder: tuple[str, bytes],
    held: Counter[tuple[str, bytes]],
) -> int:
    woken = 0
    watch, folder = task_folder
    for source_id, path, count in queue.paused_sources(conn, watch, folder):
        file = pauses.holding(watch, path)
        if file:
            held[watch, file] += count
            queue.explain_paused_source(conn, source_id, pauses.words(watch, file))
        else:
            woken += queue.wake_paused_source(conn, source_id, now_ms)
    return woken
