"""Gathers what is reported: reads the journal's part of an `Overview`, and adds what the running
daemon has reported.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from nemowatch.hold_reasons import BY_SETTING
from nemowatch.journal import account, batches, holds, job_counts, jobs, queue, results
from nemowatch.journal.approval_price import estimate
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.jobs import ListedJob
from nemowatch.model import ENDED, HoldReason, State
from nemowatch.reporting.overall_progress import Lanes, gather_figures
from nemowatch.reporting.overview import (
    CreditsSeen,
    DaemonSnapshot,
    DoneJob,
    Overview,
    WaitingBatch,
)
from nemowatch.reporting.tipped_files import tipped

#: States of jobs that did not succeed.
FAILED = (State.FAILED, State.REJECTED)


def gather(
    conn: sqlite3.Connection,
    snapshot: DaemonSnapshot,
    *,
    limit: int,
    only: Collection[str] | None = None,
) -> Overview:
    """Everything that is reported, with up to `limit` jobs of each kind (0: only counts). `only`:
    the inboxes to report (None: all)."""
    counts, held = job_counts.counts(conn), job_counts.held_counts(conn)
    paused = account.is_paused(conn)
    active = (*holds.active(conn).values(), *_journal_hold(snapshot))
    lanes = _open_lanes(snapshot, held, stopped=paused or bool(active))
    account_state = Overview(
        snapshot,
        counts=counts,
        held=held,
        figures=gather_figures(conn, counts, held, lanes),
        holds=active,
        paused=paused,
        batches=tuple(_batch(conn, row, limit) for row in _of(only, batches.waiting(conn))),
        credits=_credits(conn),
        attention=tuple(row.job.id for row in jobs.listed(conn, state=State.ATTENTION)),
    )
    if not limit:
        return account_state

    recent = _of(only, jobs.recent(conn, limit, ENDED))
    unfinished = _of(only, jobs.unfinished(conn, limit))
    return replace(
        account_state,
        limit=limit,
        unfinished=tuple(unfinished),
        behind_ended=queue.behind_ended(conn),
        failed=tuple(_of(only, jobs.recent(conn, limit, FAILED, "not_replaced"))),
        done=tuple(_done(conn, row) for row in recent if row.job.state is State.PUBLISHED),
        tips=tuple(tipped(conn, [*reversed(unfinished), *recent])),
    )


class _OfInbox(Protocol):
    @property
    def watch(self) -> str:
        """The inbox that it belongs to."""
        raise NotImplementedError


Row = TypeVar("Row", bound=_OfInbox)


def _of(only: Collection[str] | None, rows: list[Row]) -> list[Row]:
    """The rows of these inboxes; None: all."""
    if only is None:
        return rows
    return [row for row in rows if row.watch in only]


def _open_lanes(snapshot: DaemonSnapshot, held: Mapping[str, int], *, stopped: bool) -> Lanes:
    """How much may be under way at once; nothing while everything waits for something."""
    if stopped or held.keys() & BY_SETTING or not snapshot.connection.ready:
        return Lanes()
    return snapshot.lanes


def _batch(conn: sqlite3.Connection, row: BatchRow, limit: int) -> WaitingBatch:
    """A batch, with an estimate of its cost if jobs are listed as well."""
    results = max(row.waiting, row.expected)
    if not limit:
        return WaitingBatch(row, results)
    return WaitingBatch(row, results, estimate(conn, row).credits_each * results)


def _done(conn: sqlite3.Connection, row: ListedJob) -> DoneJob:
    return DoneJob(row, tuple(results.outputs(conn, row.job.id)))


def _credits(conn: sqlite3.Connection) -> CreditsSeen:
    seen = account.credits_seen(conn)
    return CreditsSeen(
        seen["available"],
        seen["frozen"],
        seen["total"],
        seen["at"] or 0,
        seen["anonymous"],
        seen["user_id"],
        seen["expires_at"],
    )


def _journal_hold(snapshot: DaemonSnapshot) -> tuple[HoldRow, ...]:
    """The hold for a full disk of the journal, which stops everything and cannot be recorded in
    it."""
    if not snapshot.journal_full_at:
        return ()
    where = snapshot.journal_path
    text = f"{where}: the disk that holds the journal is full; everything waits for space there."
    return (HoldRow(HoldReason.SPACE, text, snapshot.journal_full_at, None),)
