"""What is known of the account: its last known balance, whose it is, and whether a person has
paused everything."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from nemowatch.journal import facts
from nemowatch.journal.facts import Fact
from nemowatch.model import Credits


def remember_credits(
    conn: sqlite3.Connection,
    found: Credits,
    now_ms: int,
    *,
    anonymous: bool,
    user_id: str,
    expires_at: int = 0,
) -> None:
    """Keep the balance, to be shown while the cloud or the daemon does not answer. `expires_at`:
    UTC ms at which the account ends, 0 when that is not known."""
    balance = {
        "available": found.available,
        "frozen": found.frozen,
        "total": found.total,
        "at": now_ms,
    }
    facts.put(conn, Fact.CREDITS, json.dumps(balance))
    who = {"anonymous": anonymous, "user_id": user_id, "expires_at": expires_at}
    facts.put(conn, Fact.ACCOUNT, json.dumps(who))


def credits_seen(conn: sqlite3.Connection) -> dict[str, Any]:
    """The last known balance: {available, frozen, total, at, anonymous, user_id, expires_at};
    numbers are None before the first answer."""
    seen = facts.table(conn, Fact.CREDITS)
    account = facts.table(conn, Fact.ACCOUNT)
    empty = {
        "available": None,
        "frozen": None,
        "total": None,
        "at": None,
        "anonymous": None,
        "user_id": "",
        "expires_at": 0,
    }
    return {**empty, **seen, **account}


def is_paused(conn: sqlite3.Connection) -> bool:
    """Whether `nemowatch pause` holds everything now."""
    return facts.is_set(conn, Fact.PAUSED)


def set_paused(conn: sqlite3.Connection, *, to: bool) -> None:
    """Pause everything (`nemowatch pause`), or let it go on (`nemowatch resume`)."""
    facts.set_flag(conn, Fact.PAUSED, to=to)
