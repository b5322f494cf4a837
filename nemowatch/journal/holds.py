"""Holds of the whole account or machine, as opposed to those of one job, and what is remembered of
a refusal until a job gets through."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from operator import itemgetter

from nemowatch.journal.queries import every, load
from nemowatch.model import HoldReason

SQL = load("holds")


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold of the whole account or machine."""

    reason: HoldReason
    text: str  #: plain words, with the cure
    since: int  #: UTC ms
    seen: float | None  #: credits available when the cloud refused; of several refusals the highest
    tries: int = 0  #: refusals in a row after the first
    tried_at: int = 0  #: UTC ms of the latest refusal, or of the start of a trial
    trial: int | None = None  #: the job that tries whether the hold is over
    account: str = ""  #: the account that was refused; "": not known


def put(
    conn: sqlite3.Connection,
    reason: HoldReason,
    text: str,
    now_ms: int,
    seen: float | None = None,
    job_id: int | None = None,
) -> None:
    """Begin the hold, or change the text of one that exists. `job_id`: the job that was refused."""
    conn.execute(SQL["refused"], {"reason": reason, "now": now_ms, "job": job_id})
    conn.execute(SQL["put"], {"reason": reason, "text": text, "now": now_ms, "seen": seen})


def observed(
    conn: sqlite3.Connection,
    reason: HoldReason,
    seen: float | None,
    account: str,
) -> None:
    """Keep what the account shows, if nothing is known yet from the time of the refusal."""
    conn.execute(SQL["observed"], {"reason": reason, "seen": seen, "account": account})


def begin_trial(
    conn: sqlite3.Connection,
    reason: HoldReason,
    job_id: int,
    now_ms: int,
) -> None:
    """Let this job alone try whether the hold is over."""
    conn.execute(SQL["begin_trial"], {"reason": reason, "job": job_id, "now": now_ms})


def end_trial(conn: sqlite3.Connection, reason: HoldReason, now_ms: int) -> None:
    """End a trial without an answer: the job met something else."""
    conn.execute(SQL["end_trial"], {"reason": reason, "now": now_ms})


def begin_afresh(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """Stop counting earlier refusals."""
    conn.execute(SQL["afresh"], {"reason": reason})


def rest(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """Hold nothing any more, because it seems over. Its refusals are remembered until a job gets
    through."""
    conn.execute(SQL["rest"], {"reason": reason})


def forget(conn: sqlite3.Connection) -> None:
    """Forget refusals that were only remembered, because a job got through."""
    conn.execute(SQL["forget"])


def drop(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """End the hold: its cause is gone."""
    conn.execute(SQL["drop"], (reason,))


def active(conn: sqlite3.Connection) -> dict[HoldReason, HoldRow]:
    """Every present hold, the oldest first."""
    rows = map(_row, conn.execute(SQL["active"]))
    return {row.reason: row for row in rows}


def _row(found: sqlite3.Row) -> HoldRow:
    values = dict(found)
    del values["over"]
    values["reason"] = HoldReason(found["reason"])
    return HoldRow(**values)


def conflict_copies(conn: sqlite3.Connection, watch: str) -> list[tuple[bytes, bytes]]:
    """(task folder, path) of each file in this inbox that waits because it is a sync client's
    conflict copy."""
    return every(conn, SQL["conflict_copies"], (watch,), itemgetter("folder", "path"))
