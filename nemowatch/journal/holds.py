"""Holds: what stops the whole account or machine, as opposed to one job, and what is remembered of
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
    seen: float | None  #: credits available when the cloud refused, the most of several times
    tries: int = 0  #: refusals in a row after the first
    tried_at: int = 0  #: UTC ms of the latest refusal, or of the beginning of a trial
    trial: int | None = None  #: the job that tries whether it is over
    account: str = ""  #: whose it is; "" is not known


def put(
    conn: sqlite3.Connection,
    reason: HoldReason,
    text: str,
    now_ms: int,
    seen: float | None = None,
    job_id: int | None = None,
) -> None:
    """It begins, or goes on with other words; `job_id`: this job was refused."""
    conn.execute(SQL["refused"], {"reason": reason, "now": now_ms, "job": job_id})
    conn.execute(SQL["put"], {"reason": reason, "text": text, "now": now_ms, "seen": seen})


def observed(
    conn: sqlite3.Connection,
    reason: HoldReason,
    seen: float | None,
    account: str,
) -> None:
    """The account shows this; kept where nothing is known yet of the time of the refusal."""
    conn.execute(SQL["observed"], {"reason": reason, "seen": seen, "account": account})


def begin_trial(
    conn: sqlite3.Connection,
    reason: HoldReason,
    job_id: int,
    now_ms: int,
) -> None:
    """This job alone may try whether it is over."""
    conn.execute(SQL["begin_trial"], {"reason": reason, "job": job_id, "now": now_ms})


def end_trial(conn: sqlite3.Connection, reason: HoldReason, now_ms: int) -> None:
    """The job that tried came to something else."""
    conn.execute(SQL["end_trial"], {"reason": reason, "now": now_ms})


def begin_afresh(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """Earlier refusals count no longer."""
    conn.execute(SQL["afresh"], {"reason": reason})


def rest(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """It seems over: it holds nothing, and its refusals are remembered until a job gets through."""
    conn.execute(SQL["rest"], {"reason": reason})


def forget(conn: sqlite3.Connection) -> None:
    """A job got through: refusals that were only remembered are forgotten."""
    conn.execute(SQL["forget"])


def drop(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """Its cause is gone."""
    conn.execute(SQL["drop"], (reason,))


def active(conn: sqlite3.Connection) -> dict[HoldReason, HoldRow]:
    """Every hold there is now, the oldest first."""
    rows = map(_row, conn.execute(SQL["active"]))
    return {row.reason: row for row in rows}


def _row(found: sqlite3.Row) -> HoldRow:
    values = dict(found)
    del values["over"]
    values["reason"] = HoldReason(found["reason"])
    return HoldRow(**values)


def conflict_copies(conn: sqlite3.Connection, watch: str) -> list[tuple[bytes, bytes]]:
    """The (task folder, path) of each file in this inbox that waits because a sync client made
    it."""
    return every(conn, SQL["conflict_copies"], (watch,), itemgetter("folder", "path"))
