"""Single facts that outlive a restart: which there are, and their values as text.

Each is named here, once for the journal or once for each inbox; the module that owns one says what
its text means.
"""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum
from typing import Any

from nemowatch.journal.queries import first_value, load

SQL = load("account")

YES = "yes"


class Fact(StrEnum):
    """Facts about the whole journal."""

    CREDITS = "credits"  #: the last known balance
    ACCOUNT = "account"  #: whose it is
    PAUSED = "paused"  #: a flag: `nemowatch pause` holds everything
    COPY = "copy"  #: a flag: this journal is a copy, made by a backup
    CLOCK = "clock"  #: the wall clock, the time since boot, and which boot, as last compared
    STARTED = "started"  #: UTC ms at which the present daemon began, or the last one
    NOTIFY = "notify"  #: a flag: there are channels of notification, so news is written down
    STATE_ID = "state_id"  #: the id of the state folder, as early versions kept it


class InboxFact(StrEnum):
    """Facts about each inbox."""

    PAID = "paid"  #: the mark of its latest paid call
    LOST = "lost"  #: an unknown mark because of which a person was asked
    REBUILT = "rebuilt journal"  #: a flag: its next scan is the first of a new journal
    ROOT = "root"  #: the filesystem that its root is on
    TREES = "trees"  #: the filesystems that its outbox, done and failed are on
    APPROVALS = "approvals"  #: used APPROVE files in the inbox
    PROJECT_APPROVALS = "project approvals"  #: used ones in projects
    FOLDER_APPROVALS = "approvals in folders"  #: used ones in task folders
    GUIDE = "guide"  #: the text of "How to use these folders.txt" as last written
    REFUSED = "refused"  #: the files in failed/ that never became jobs


def get(conn: sqlite3.Connection, fact: Fact) -> str:
    """The fact's value, "" when it was never written."""
    return _get(conn, fact)


def put(conn: sqlite3.Connection, fact: Fact, value: str) -> None:
    """Write it."""
    _put(conn, fact, value)


def get_of(conn: sqlite3.Connection, fact: InboxFact, watch: str) -> str:
    """The value of an inbox's fact, "" when it was never written."""
    return _get(conn, f"{fact} {watch}")


def put_of(
    conn: sqlite3.Connection,
    fact: InboxFact,
    watch: str,
    value: str,
) -> None:
    """Write it."""
    _put(conn, f"{fact} {watch}", value)


def table(conn: sqlite3.Connection, fact: Fact) -> Any:
    """The value of a fact that is JSON; empty when it was never written."""
    return _table(conn, fact)


def table_of(conn: sqlite3.Connection, fact: InboxFact, watch: str) -> Any:
    """The value of an inbox's fact that is JSON; empty when it was never written."""
    return _table(conn, f"{fact} {watch}")


def put_table_of(conn: sqlite3.Connection, fact: InboxFact, watch: str, value: Any) -> None:
    """Write it as JSON; an empty value as nothing."""
    _put(conn, f"{fact} {watch}", json.dumps(value) if value else "")


def is_set(conn: sqlite3.Connection, flag: Fact) -> bool:
    """Whether a flag is set."""
    return _get(conn, flag) == YES


def set_flag(conn: sqlite3.Connection, flag: Fact, *, to: bool) -> None:
    """Set or clear a flag."""
    _put(conn, flag, YES if to else "")


def _get(conn: sqlite3.Connection, key: str) -> str:
    return first_value(conn, SQL["fact"], (key,), "")


def _table(conn: sqlite3.Connection, key: str) -> Any:
    return json.loads(_get(conn, key) or "{}")


def _put(conn: sqlite3.Connection, key: str, value: str) -> None:
    conn.execute(SQL["set_fact"], {"key": key, "value": value})
