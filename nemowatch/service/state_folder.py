"""Opens the state folder at the start: the journal, whole, damaged or restored from a backup, and
the folder's own name.

Raises what only a person can fix; logs everything else and continues.
"""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.errors import JournalCorrupt, JournalOnNetwork
from nemowatch.fs.mounts import Mode, MountTable, mode_of
from nemowatch.fs.own_files import read_own, write_line
from nemowatch.fs.safe_open import translated
from nemowatch.intake.watch.owner_file import STATE_ID
from nemowatch.journal import batches, facts, payment_marks
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import Fact
from nemowatch.journal.opening import set_aside
from nemowatch.journal.transaction import FILE_NAME
from nemowatch.service.restored_journal import is_restored

log = structlog.get_logger("nemowatch.daemon")


def open_journal(state_dir: Path, clock: Clock, watches: Sequence[str]) -> Journal:
    """Open the journal for writing, under the lock. A damaged one is set aside and a new one
    begun, said loudly: of what is then in the inboxes nothing is made whose results are in the
    outbox, and the rest waits for a person.

    Raises JournalOnNetwork, JournalTooNew, JournalReadOnly, JournalFull.
    """
    if mode_of(MountTable.read().at(os.fsencode(state_dir.resolve())).fstype) is Mode.SCAN:
        raise JournalOnNetwork(
            f"{state_dir}: lies on a network filesystem, where SQLite cannot keep the journal safe."
        )
    path = state_dir / FILE_NAME
    try:
        journal = Journal.open(path, clock)
    except JournalCorrupt as exc:
        journal = begin_new_journal(path, clock, watches, exc)
    if is_restored(state_dir, journal, watches, clock.now_ms()):
        log.warning(
            "the journal is older than its folder: what it counts as unpaid waits for approval",
            journal=str(path),
        )
    return journal


def begin_new_journal(
    path: Path,
    clock: Clock,
    watches: Iterable[str],
    damage: JournalCorrupt,
) -> Journal:
    """Set a damaged journal aside and open a new one in its place, which knows that it knows
    nothing."""
    kept = set_aside(path)
    log.error(
        "THE JOURNAL WAS DAMAGED and has been set aside; a new one begins",
        why=damage.text,
        kept=str(kept),
    )
    journal = Journal.open(path, clock)
    mark = payment_marks.kept(path.parent)

    def remember(conn: sqlite3.Connection) -> None:
        batches.ask_after_loss(conn, watches)
        payment_marks.asked(conn, mark)

    journal.write_now(remember)
    return journal


def state_id(state_dir: Path, journal: Journal) -> str:
    """A name for this state folder that no other has: the owner file of each workspace carries
    it. It is in a file of its own, so that with a lost journal the workspaces are still
    ours. Raises LocalError when it cannot be written.
    """
    path = state_dir / STATE_ID
    with translated(path):
        found = ""
        if path.exists():
            found = read_own(path).decode("utf-8", "replace").strip()
        if not found:
            in_journal = journal.read_now(lambda conn: facts.get(conn, Fact.STATE_ID))
            found = in_journal or f"{socket.gethostname()}-{secrets.token_hex(8)}"
            write_line(path, found)
        return found
