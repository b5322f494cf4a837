"""Spend: one row for each paid call, committed before the call is sent. A call that is open or
unknown is never repeated.

Only this module tells whether a job is paid for: a saved draft proves nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.journal import turn_costs
from nemowatch.journal.queries import every, first, load

SQL = load("spend")

#: Credits that one turn is expected to cost until this journal knows better (docs/api.md section 8:
#: about 100 a clip).
EXPECTED_CREDITS = 100.0


def amount(credits: float) -> str:
    """Credits as text for people: in full, with decimals only if there are any."""
    return f"{credits:,.2f}".rstrip("0").rstrip(".")


class CallOutcome(StrEnum):
    """The outcome of a paid call."""

    OPEN = "open"  #: about to be sent, or under way
    UNKNOWN = "unknown"  #: sent, but it is not known yet whether it worked
    UNSENT = "unsent"  #: certainly never sent
    REFUSED = "refused"  #: refused before it began
    HAPPENED = "happened"  #: the edit is there
    GIVEN_UP = "given up"  #: a person, or the configuration, decided to send again
    INHERITED = "inherited"  #: not a call: another job has paid for the edit that this one delivers


class EditOutcome(StrEnum):
    """The edit that came of a paid call."""

    NONE = ""  #: none, or not known yet
    MADE = "made"  #: what was ordered exists: the remaining steps cost nothing
    UNSEEN = "unseen"  #: it happened, but the session showed nothing to render: it may come late
    WORDS = "words"  #: the agent answered and edited nothing
    LOST = "lost"  #: it is lost, or was abandoned for a new one


@dataclass(frozen=True, slots=True)
class Spend:
    """A row of table spend."""

    id: int
    job_id: int
    session: int  #: the id, in the journal, of the session in which the call was made
    opened_at: int  #: UTC ms
    session_id: str  #: the cloud's id of that session at the time
    request_hash: str
    baseline: str  #: digest of the remote state before the turn
    outcome: CallOutcome
    edit: EditOutcome
    reported: bool  #: the call ended with an error event
    checks: int
    last_seen: str
    credits_before: float | None
    credits_after: float | None
    settled_at: int | None
    replays: int | None  #: the earlier instruction that it repeats in a session that is rebuilt

    @property
    def is_open(self) -> bool:
        """Whether its outcome is not known yet."""
        return self.outcome in (CallOutcome.OPEN, CallOutcome.UNKNOWN)


def open_call(
    conn: sqlite3.Connection,
    job_id: int,
    session_id: str,
    request_hash: str,
    baseline: str,
    credits_before: float | None,
    now_ms: int,
    replays: int | None = None,
) -> int:
    """Record the intent to make a call. `replays`: the earlier instruction that it repeats. Raises
    sqlite3.IntegrityError (as JournalError) when its session has an unsettled call."""
    values = {
        "job_id": job_id,
        "now": now_ms,
        "session_id": session_id,
        "request_hash": request_hash,
        "baseline": baseline,
        "credits_before": credits_before,
        "replays": replays,
    }
    spend_id = int(conn.execute(SQL["open"], values).fetchone()["id"])
    conn.execute(SQL["mark"], (spend_id,))
    return spend_id


def undecided_call(conn: sqlite3.Connection, job_id: int) -> Spend | None:
    """The paid call of this job whose outcome is not known yet; None when there is none."""
    return first(conn, SQL["undecided_call"], (job_id,), _spend)


def latest(conn: sqlite3.Connection, job_id: int) -> Spend | None:
    """The newest paid call of this job's instruction; an inherited edit counts as one."""
    return first(conn, SQL["latest"], (job_id,), _spend)


def of_job(conn: sqlite3.Connection, job_id: int) -> list[Spend]:
    """Every paid call that was made for this job, oldest first, including those of instructions
    that it has replaced."""
    return every(conn, SQL["all"], {"job_id": job_id}, _spend)


def is_paid(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether this job's instruction is paid for, so that delivering it costs nothing more."""
    return conn.execute(SQL["is_paid"], (job_id,)).fetchone() is not None


def is_charged(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether this job's instruction may have cost something, whatever came of it."""
    return conn.execute(SQL["is_charged"], (job_id,)).fetchone() is not None


def has_made(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether this job's instruction has made an edit, and that was seen."""
    return conn.execute(SQL["has_made"], (job_id,)).fetchone() is not None


def inherit(conn: sqlite3.Connection, job_id: int, now_ms: int) -> None:
    """Record that this job delivers an edit that another one has paid for."""
    conn.execute(SQL["inherit"], {"job_id": job_id, "now": now_ms})


def set_edit(conn: sqlite3.Connection, job_id: int, edit: EditOutcome) -> None:
    """Record what came of this job's paid call after all."""
    conn.execute(SQL["set_edit"], {"job_id": job_id, "edit": edit})


def found(conn: sqlite3.Connection, spend_id: int) -> None:
    """Record that a call that was taken for refused, or given up, has happened: its edit is
    there."""
    conn.execute(SQL["found"], (spend_id,))
    turn_costs.update(conn, spend_id)


def doubt(conn: sqlite3.Connection, spend_id: int, *, reported: bool = False) -> None:
    """Record that the call was sent and its outcome is not known. `reported`: it ended with an
    error event."""
    conn.execute(SQL["doubt"], {"id": spend_id, "reported": reported})


def checked(conn: sqlite3.Connection, spend_id: int, seen: str) -> None:
    """Record that the remote state was read once more and had this digest."""
    conn.execute(SQL["checked"], {"id": spend_id, "seen": seen})


def record_outcome(
    conn: sqlite3.Connection,
    spend_id: int,
    outcome: CallOutcome,
    credits_after: float | None,
    now_ms: int,
    *,
    edit: EditOutcome = EditOutcome.MADE,
) -> None:
    """Record the outcome of a call, and what it cost if that is known. `edit`: what came of it, if
    it happened."""
    values = {
        "id": spend_id,
        "outcome": outcome,
        "edit": edit if outcome is CallOutcome.HAPPENED else EditOutcome.NONE,
        "credits_after": credits_after,
        "now": now_ms,
    }
    conn.execute(SQL["record_outcome"], values)
    turn_costs.update(conn, spend_id)


@dataclass(frozen=True, slots=True)
class BalanceFall:
    """A fall of the balance between two readings."""

    at: int  #: UTC ms of the second reading
    credits: float


def drops(conn: sqlite3.Connection, since_ms: int = 0) -> list[BalanceFall]:
    """Every fall of the balance since this time: their sum is exact, however many turns overlapped,
    and a top-up is not a fall."""
    found, last = [], None
    for row in conn.execute(SQL["readings"], {"since": since_ms}):
        if last is not None and row["value"] < last:
            found.append(BalanceFall(row["at"], last - row["value"]))
        last = row["value"]
    return found


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Paid calls of one skill whose cost is not known."""

    skill: str
    calls: int
    #: how many of them are under way, or still being checked: their cost will show
    going: int


def since(conn: sqlite3.Connection, since_ms: int) -> tuple[float, list[Unpriced]]:
    """(credits known to be spent since this time, paid calls since then whose cost is not
    known)."""
    rows = conn.execute(SQL["unpriced"], (since_ms,))
    unpriced = [Unpriced(row["skill"], row["calls"], row["going"]) for row in rows]
    return sum(drop.credits for drop in drops(conn, since_ms)), unpriced


@dataclass(frozen=True, slots=True)
class Price:
    """What a turn of one skill costs."""

    typical: float  #: credits
    most: float  #: the most expensive one lately
    known: bool  #: False: none was paid for here yet, so this is what the contract says


def price(conn: sqlite3.Connection, skill: str) -> Price:
    """The price as seen here lately: from turns that did not overlap, else from those that shared a
    fall of the balance, which show too little."""
    for about in (0, 1):
        row = conn.execute(SQL["price"], {"skill": skill, "about": about}).fetchone()
        if row["most"] is not None:
            return Price(row["most"] if about else row["typical"], row["most"], known=True)
    return Price(EXPECTED_CREDITS, EXPECTED_CREDITS, known=False)


def typical(conn: sqlite3.Connection, skill: str) -> float:
    """What a turn of this skill is expected to cost."""
    return price(conn, skill).typical


@dataclass(frozen=True, slots=True)
class Paid:
    """One paid call, to be counted by day."""

    opened_at: int  #: UTC ms
    known: bool  #: whether the balance was read before and after it


def paid_calls(conn: sqlite3.Connection) -> list[Paid]:
    """Every call that may have cost something, oldest first."""
    return [Paid(row["opened_at"], bool(row["known"])) for row in conn.execute(SQL["every"])]


def _spend(row: sqlite3.Row) -> Spend:
    values = dict(row)
    values["outcome"] = CallOutcome(row["outcome"])
    values["edit"] = EditOutcome(row["edit"])
    values["reported"] = bool(row["reported"])
    return Spend(**values)
