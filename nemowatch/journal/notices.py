"""What people are to be notified of: which subjects are due (triggers write that, see the migration
of notifications), what was said about them, and which messages a channel has not taken yet.

It has no words: `notify` has the words about a subject.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from nemowatch.journal import facts, jobs
from nemowatch.journal.facts import Fact
from nemowatch.journal.jobs import ListedJob
from nemowatch.journal.queries import every, first_value, load

SQL = load("notices")

#: The subject of the beginning of notifications: what happened before it is not news.
BEGUN = "begun"
#: Everything that is written while there are channels.
TABLES = ("due", "jobs", "told", "rounds", "notices")


@dataclass(frozen=True, slots=True)
class HoldStory:
    """Since when a hold has lasted, and how many jobs it concerns."""

    text: str
    since: int  #: UTC ms
    jobs: int  #: how many wait for it


@dataclass(frozen=True, slots=True)
class Round:
    """The jobs that came to an inbox until it had none left, and what became of them."""

    id: int
    watch: str
    batch: int  #: the batch that a person approved; 0: none
    begun_at: int  #: UTC ms
    states: Mapping[str, int]  #: how many jobs ended in each state
    files: int
    credits: float | None  #: None: no payment is known
    about: bool
    unknown: int  #: paid calls whose price is not known


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that a channel has not taken yet."""

    notice: int
    tries: int
    due_at: int  #: UTC ms
    at: int  #: UTC ms of the message
    message: dict[str, Any]


def begin(conn: sqlite3.Connection, channels: Collection[str], now_ms: int) -> None:
    """Set the channels; without any, nothing is written or kept. When the first are set, whatever
    already stops work or asks a person is due as well."""
    if not channels:
        _forget_all(conn)
        return
    for row in conn.execute(SQL["channels"]).fetchall():
        if row["channel"] not in channels:
            conn.execute(SQL["drop_channel"], (row["channel"],))
    if facts.is_set(conn, Fact.NOTIFY):
        return
    facts.set_flag(conn, Fact.NOTIFY, to=True)
    tell(conn, BEGUN, now_ms)
    for name in ("join_open", "asking_now", "due_now"):
        conn.execute(SQL[name])


def _forget_all(conn: sqlite3.Connection) -> None:
    if not facts.is_set(conn, Fact.NOTIFY):
        return
    facts.set_flag(conn, Fact.NOTIFY, to=False)
    for table in TABLES:
        conn.execute(SQL[f"clear_{table}"])


# -- subjects --------------------------------------------------------------------------


def subjects(conn: sqlite3.Connection) -> dict[str, int]:
    """The subjects that may be worth a message, and when (UTC ms; 0: not set yet)."""
    return dict(every(conn, SQL["subjects"], (), itemgetter("subject", "due_at")))


def make_due(conn: sqlite3.Connection, subject: str, due_at: int) -> None:
    """Note that something about this subject has changed."""
    conn.execute(SQL["make_due"], {"subject": subject, "due": due_at})


def set_due(conn: sqlite3.Connection, subject: str, due_at: int) -> None:
    """Have people notified of this subject at that time, and not before."""
    conn.execute(SQL["set_due"], {"subject": subject, "due": due_at})


def settle(conn: sqlite3.Connection, subject: str) -> None:
    """Note that everything about this subject has been said."""
    conn.execute(SQL["settle"], (subject,))


def file_was_refused(conn: sqlite3.Connection, watch: str) -> None:
    """Note that a file of this inbox is in failed/ without ever having become a job."""
    if facts.is_set(conn, Fact.NOTIFY):
        make_due(conn, f"refused {watch}", 0)


def told_at(conn: sqlite3.Connection, subject: str) -> int:
    """UTC ms at which people were last notified of this subject; 0 for never, or if it is over."""
    return first_value(conn, SQL["told_at"], (subject,), 0)


def is_told(conn: sqlite3.Connection, subject: str) -> bool:
    """Whether people were notified that it has begun."""
    return told_at(conn, subject) > 0


def told_of(conn: sqlite3.Connection, begin: str) -> set[str]:
    """The subjects that begin like this of which people were notified, without their beginning."""
    values = {"first": begin, "behind": begin[:-1] + chr(ord(begin[-1]) + 1)}
    found = every(conn, SQL["told_of"], values, itemgetter("subject"))
    return {subject.removeprefix(begin) for subject in found}


def tell(conn: sqlite3.Connection, subject: str, now_ms: int) -> None:
    """Note that people are notified that it has begun."""
    conn.execute(SQL["tell"], {"subject": subject, "now": now_ms})


def untell(conn: sqlite3.Connection, subject: str) -> None:
    """Note that it is over, and that people are notified of that."""
    conn.execute(SQL["untell"], (subject,))


def hold(conn: sqlite3.Connection, reason: str) -> HoldStory | None:
    """The hold that stops work for this reason; None when there is none."""
    held = conn.execute(SQL["held_jobs"], (reason,)).fetchone()
    row = conn.execute(SQL["hold"], (reason,)).fetchone()
    if row is not None:
        return HoldStory(row["text"], row["since"], held["jobs"])
    if held["jobs"] and reason in ("cap", "outbox"):
        return HoldStory(held["text"], held["since"], held["jobs"])
    return None


def take_jobs(conn: sqlite3.Connection) -> list[ListedJob]:
    """The jobs that have asked or failed since people were last notified, as they are now; each is
    returned once."""
    rows = [jobs.listed_row(row) for row in conn.execute(SQL["jobs"])]
    conn.execute(SQL["jobs_told"])
    return rows


def end_round(conn: sqlite3.Connection, round_id: int) -> Round | None:
    """What became of a round that has ended, returned once; None for one that goes on."""
    found = conn.execute(SQL["round"], (round_id,)).fetchone()
    if found is None or conn.execute(SQL["round_is_open"], (round_id,)).fetchone():
        return None
    conn.execute(SQL["round_told"], (round_id,))
    cost = conn.execute(SQL["round_cost"], (round_id,)).fetchone()
    return Round(
        found["id"],
        found["watch"],
        found["batch"],
        found["begun_at"],
        dict(every(conn, SQL["round_states"], (round_id,), itemgetter("state", "n"))),
        int(conn.execute(SQL["round_files"], (round_id,)).fetchone()[0]),
        cost["credits"],
        bool(cost["about"]),
        cost["unknown"] or 0,
    )


def jobs_of_round(conn: sqlite3.Connection, round_id: int, limit: int) -> list[ListedJob]:
    """The first jobs of a round, beginning with those that came to nothing."""
    rows = conn.execute(SQL["round_jobs"], {"round": round_id, "limit": limit})
    return [jobs.listed_row(row) for row in rows]


# -- messages --------------------------------------------------------------------------


def add(
    conn: sqlite3.Connection,
    event: str,
    message: Mapping[str, Any],
    channels: Collection[str],
    now_ms: int,
) -> None:
    """Add a message for these channels."""
    values = {"event": event, "at": now_ms, "message": json.dumps(message)}
    notice = conn.execute(SQL["add"], values).fetchone()["id"]
    for channel in channels:
        conn.execute(SQL["deliver"], {"notice": notice, "channel": channel, "now": now_ms})


def next_delivery(conn: sqlite3.Connection) -> int | None:
    """UTC ms at which a channel is tried next; None when nothing waits."""
    found: int | None = conn.execute(SQL["next_delivery"]).fetchone()[0]
    return found


def waiting(conn: sqlite3.Connection, channel: str, limit: int) -> list[Delivery]:
    """The first messages that this channel has not taken, oldest first."""
    rows = conn.execute(SQL["waiting"], {"channel": channel, "limit": limit})
    return [
        Delivery(row["notice"], row["tries"], row["due_at"], row["at"], json.loads(row["message"]))
        for row in rows
    ]


def delivered(conn: sqlite3.Connection, notice: int, channel: str) -> None:
    """Note that the channel has taken this message."""
    conn.execute(SQL["delivered"], {"notice": notice, "channel": channel})


def put_off(
    conn: sqlite3.Connection,
    notice: int,
    channel: str,
    due_at: int,
) -> None:
    """The channel did not take this message: try it again then, and nothing else before."""
    conn.execute(SQL["put_off"], {"notice": notice, "channel": channel, "due": due_at})


def give_up(
    conn: sqlite3.Connection,
    channel: str,
    before_ms: int,
    most: int,
) -> int:
    """Drop a channel's messages from before this time, and all but the latest `most`; returns how
    many."""
    values = {"channel": channel, "before": before_ms, "most": most}
    return conn.execute(SQL["give_up"], values).rowcount


def forget(conn: sqlite3.Connection, before_ms: int) -> None:
    """Drop messages that every channel has taken, and rounds that were reported, from before this
    time."""
    for name in ("forget", "forget_rounds"):
        conn.execute(SQL[name], {"before": before_ms})
