"""Holds: what stops the whole account or machine, as opposed to one job."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from nemowatch.journal.queries import load
from nemowatch.model import HoldReason

SQL = load("holds")


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold of the whole account or machine."""

    reason: HoldReason
    text: str  #: plain words, with the cure
    since: int  #: UTC ms
    seen: float | None  #: credits available when it began


def put(
    conn: sqlite3.Connection,
    reason: HoldReason,
    text: str,
    now_ms: int,
    seen: float | None = None,
) -> None:
    """It begins, or goes on with other words."""
    conn.execute(SQL["put"], {"reason": reason, "text": text, "now": now_ms, "seen": seen})


def drop(conn: sqlite3.Connection, reason: HoldReason) -> None:
    """Its cause is gone."""
    conn.execute(SQL["drop"], (reason,))


def active(conn: sqlite3.Connection) -> dict[HoldReason, HoldRow]:
    """Every hold there is now, the oldest first."""
    rows = conn.execute(SQL["active"])
    return {
        HoldReason(r["reason"]): HoldRow(HoldReason(r["reason"]), r["text"], r["since"], r["seen"])
        for r in rows
    }
