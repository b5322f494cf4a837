"""A journal that version 3 left behind, with jobs in every state: each goes on against the sandbox,
and nothing that is paid for is paid for again."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import JournalError
from nemowatch.journal import job_history, job_steps, jobs, queue, results, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.queries import migrations
from nemowatch.journal.reading import read_existing
from nemowatch.model import WORKING, State
from tests.rigs.old_journal import write_version_3
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Case:
    """One job as version 3 left it, and what becomes of it."""

    name: str
    reaches: State  #: as far as it is driven before
    sent: bool = False  #: its paid turn is sent, and its outcome never written
    #: what version 3 had written otherwise; {id} is the job
    changes: tuple[str, ...] = ()
    order: str = ""  #: what a person orders after the migration has gone on by itself
    rests: State = State.PUBLISHED  #: where it is before that order
    ends: State = State.PUBLISHED
    before: int = 0  #: turns it was charged for before the migration
    after: int = 1  #: and at the end


def paid(state: State) -> int:
    return int(list(State).index(state) > list(State).index(State.INSTRUCTING))


HELD = "UPDATE job SET state = 'held', reason = 'credits', back = state WHERE id = {id}"
CASES = [
    *(Case(f"{s}", s, before=paid(s)) for s in sorted(WORKING - {State.INSTRUCTING})),
    *(
        Case(f"held at {s}", s, changes=(HELD,), before=paid(s))
        for s in sorted(WORKING - {State.INSTRUCTING})
    ),
    *(
        Case(f"{s} in doubt", s, before=paid(s), changes=(f"UPDATE job SET {doubt}",))
        for s in (State.UPLOADING, State.SUBMITTING)
        for doubt in ("reason = 'checking' WHERE id = {id}",)
    ),
    Case(
        "instructing, never sent",
        State.INSTRUCTING,
        rests=State.ATTENTION,
        order="resend",
    ),
    Case("instructing, sent", State.INSTRUCTING, sent=True, before=1),
    Case("instructing, sent, held", State.INSTRUCTING, sent=True, before=1, changes=(HELD,)),
    Case(
        "asked whether it was done, and it was",
        State.INSTRUCTING,
        sent=True,
        before=1,
        changes=(
            "UPDATE job SET state = 'attention', reason = 'unknown', back = 'instructing'"
            " WHERE id = {id}",
            "UPDATE spend SET outcome = 'unknown' WHERE job_id = {id}",
        ),
        rests=State.ATTENTION,
        order="done",
    ),
    Case(
        "asked back",
        State.INSTRUCTED,
        before=1,
        changes=(
            "UPDATE job SET state = 'attention', reason = 'question', back = 'instructing',"
            " answer = 'Which?' WHERE id = {id}",
            "DELETE FROM draft WHERE job_id = {id}",
        ),
        rests=State.ATTENTION,
        order="resend",
        after=2,
    ),
    Case(
        "a question that was cancelled",
        State.INSTRUCTED,
        before=1,
        changes=(
            "UPDATE job SET state = 'cancelled', error_code = 'question' WHERE id = {id}",
            "DELETE FROM draft WHERE job_id = {id}",
        ),
        rests=State.CANCELLED,
        order="retry",
        after=2,
    ),
    Case(
        "failed before it was paid",
        State.UPLOADED,
        changes=("UPDATE job SET state = 'failed' WHERE id = {id}",),
        rests=State.FAILED,
        order="retry",
    ),
    Case(
        "failed with its draft saved",
        State.RENDERING,
        before=1,
        changes=("UPDATE job SET state = 'failed', error_code = 'outage' WHERE id = {id}",),
        rests=State.FAILED,
        order="retry",
    ),
    Case(
        "failed, showing nothing at first",
        State.INSTRUCTED,
        before=1,
        changes=(
            "UPDATE job SET state = 'failed', error_code = 'nothing made' WHERE id = {id}",
            "DELETE FROM draft WHERE job_id = {id}",
        ),
        rests=State.FAILED,
        order="retry",
    ),
    Case(
        "failed, its session lost before the draft was saved",
        State.INSTRUCTED,
        before=1,
        changes=(
            "UPDATE job SET state = 'failed', error_code = 'session lost' WHERE id = {id}",
            "DELETE FROM draft WHERE job_id = {id}",
        ),
        rests=State.FAILED,
        order="retry",
        after=2,
    ),
    Case(
        "rejected",
        State.UPLOADING,
        changes=("UPDATE job SET state = 'rejected' WHERE id = {id}",),
        rests=State.REJECTED,
        order="retry",
    ),
    Case(
        "cancelled while it was sent",
        State.INSTRUCTING,
        sent=True,
        before=1,
        changes=("UPDATE job SET state = 'cancelled' WHERE id = {id}",),
        rests=State.CANCELLED,
        order="retry",
        ends=State.ATTENTION,
    ),
    Case(
        "claimed again, its session lost, its draft saved",
        State.RENDERING,
        before=1,
        changes=("UPDATE job SET state = 'claimed', session_id = '' WHERE id = {id}",),
    ),
    Case(
        "claimed for a new take",
        State.RENDERING,
        before=1,
        changes=(
            "UPDATE job SET state = 'claimed', session_id = '', render_id = '' WHERE id = {id}",
            "DELETE FROM draft WHERE job_id = {id}",
        ),
        after=2,
    ),
    Case(
        "claimed to be sent again",
        State.INSTRUCTING,
        sent=True,
        before=1,
        changes=(
            "UPDATE job SET state = 'claimed', session_id = '' WHERE id = {id}",
            "UPDATE spend SET outcome = 'given up' WHERE job_id = {id}",
        ),
        after=2,
    ),
    Case(
        "an edit taken over from an earlier list",
        State.RENDERING,
        before=1,
        changes=(
            "UPDATE job SET state = 'claimed', session_id = '', render_id = '' WHERE id = {id}",
            "DELETE FROM spend WHERE job_id = {id}",
        ),
    ),
    Case("delivered again", State.PUBLISHED, before=1, order="again"),
    Case("a new take of it", State.PUBLISHED, before=1, order="new take", after=2),
]


def charged(house: StageRig, remote_ids: set[str]) -> int:
    """Charged turns in these sessions of the cloud."""
    sessions = house.cloud.ledger()["sessions"]
    turns = [turn for sid in remote_ids if sid in sessions for turn in sessions[sid]["turns"]]
    return sum(bool(turn["charged"]) for turn in turns)


def remote_ids(house: StageRig, job_id: int) -> set[str]:
    """Every session of the cloud in which a call of this job was, or may have been, sent."""
    query = (
        "SELECT session_id FROM spend WHERE session_id <> '' AND job_id IN"
        " (SELECT id FROM job WHERE id = :id OR earlier_of = :id)"
    )
    rows = house.journal.read_now(lambda conn: conn.execute(query, {"id": job_id}).fetchall())
    return {row["session_id"] for row in rows}


def go_back(house: StageRig, changes: list[str]) -> None:
    """Put the journal that version 3 would have written in the place of ours, and open it."""
    path = house.journal.path
    house.journal.close()
    old = path.with_name("version3.db")
    write_version_3(path, old, changes)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    old.rename(path)
    house.journal = Journal.open(path, house.clock)
    house.context = replace(house.context, journal=house.journal)


def carry_out(house: StageRig, order: str, job_id: int) -> None:
    now = house.clock.now_ms()
    steps: dict[str, Any] = {
        "retry": lambda conn: job_steps.retry(conn, job_id, now),
        "again": lambda conn: job_steps.redeliver(conn, job_id, now),
        "new take": lambda conn: job_steps.redeliver(conn, job_id, now, new_take=True),
        "done": lambda conn: job_steps.resolve_done(conn, jobs.by_id(conn, job_id), now),
        "resend": lambda conn: job_steps.resolve_resend(conn, jobs.by_id(conn, job_id), "", now),
    }
    house.journal.write_now(steps[order])


async def test_from_every_state_of_version_3_nothing_is_paid_twice(house: StageRig) -> None:
    """Each job ends as it would have, is charged for once, and once more only where version 3
    would have paid once more as well."""
    ids, changes, before = {}, [], {}
    for number, case in enumerate(CASES):
        (job_id,) = house.drop(f"dub-es/{number:03}.mp4")
        await house.until_state(job_id, case.reaches)
        if case.sent:
            await house.stage(job_id)
        ids[case.name] = job_id
        before[case.name] = remote_ids(house, job_id)
        changes += [change.replace("{id}", str(job_id)) for change in case.changes]
    counted = {case.name: charged(house, before[case.name]) for case in CASES}
    assert counted == {case.name: case.before for case in CASES}

    go_back(house, changes)
    house.crash()
    house.journal.write_now(lambda conn: queue.wake_held(conn, "credits", house.clock.now_ms()))
    await house.run(limit=60)
    rests = {case.name: house.job(ids[case.name]).state for case in CASES}
    assert rests == {case.name: case.rests for case in CASES}

    for case in CASES:
        if case.order:
            carry_out(house, case.order, ids[case.name])
    await house.run(limit=60)
    ends = {case.name: house.job(ids[case.name]).state for case in CASES}
    assert ends == {case.name: case.ends for case in CASES}

    totals = {
        name: charged(house, before[name] | remote_ids(house, job_id))
        for name, job_id in ids.items()
    }
    assert totals == {case.name: case.after for case in CASES}
    house.clean()


async def test_what_version_3_knew_is_kept(house: StageRig) -> None:
    """Numbers, history, calls, drafts and results come through the migration unchanged."""
    (job_id,) = house.drop()
    await house.run()
    known = lambda conn: (  # noqa: E731
        replace(jobs.by_id(conn, job_id), session=0),
        job_history.events(conn, job_id),
        results.draft(conn, job_id),
        results.outputs(conn, job_id),
        [replace(call, session=0) for call in spend.of_job(conn, job_id)],
    )
    before = house.journal.read_now(known)
    go_back(house, [])
    assert house.journal.read_now(known) == before
    version = house.journal.read_now(lambda c: c.execute("PRAGMA user_version").fetchone()[0])
    assert version == migrations()[-1][0]


async def test_an_older_journal_is_read_and_copied_without_changing_it(
    house: StageRig, tmp_path: Path
) -> None:
    """Before the daemon is started again, commands say how things are; a backup stays as it was."""
    (job_id,) = house.drop()
    await house.run()
    state = house.job(job_id).state
    now, then, copy = house.journal.path, tmp_path / "old.db", tmp_path / "copy.db"
    house.journal.close()
    write_version_3(now, then, [])
    with contextlib.closing(sqlite3.connect(then)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
    before = then.read_bytes()

    def state_of_job(conn: sqlite3.Connection) -> State:
        return jobs.by_id(conn, job_id).state

    assert read_existing(then, state_of_job, lambda: None) is state
    with pytest.raises(JournalError):
        read_existing(then, lambda conn: conn.execute("DELETE FROM job"), lambda: None)
    unchanged = Journal.open_unchanged(then, house.clock)
    unchanged.backup(copy)
    unchanged.close()

    assert then.read_bytes() == before
    with contextlib.closing(sqlite3.connect(copy)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (3,)
