"""The states of a job in the journal: legal transitions, paid calls, events, orders in every state,
recovery."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemowatch.clock import ManualClock
from nemowatch.errors import JournalError, UsageError
from nemowatch.journal import (
    job_history,
    job_steps,
    jobs,
    queue,
    results,
    sources,
    spend,
)
from nemowatch.journal.database import Journal
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import (
    ENDED,
    WORKING,
    State,
)
from nemowatch.stages import recover
from tests.rigs.journal_rows import claim, do, due, force, job


@pytest.mark.parametrize("before", sorted(State))
def test_only_legal_transitions_pass(journal: Journal, before: State) -> None:
    """Every pair of states that is not in the table is refused by the trigger, and nothing of it
    stays."""
    (job_id,) = claim(journal)
    asked = "SELECT to_state FROM transition WHERE from_state = ?"
    legal = {row[0] for row in do(journal, lambda conn: conn.execute(asked, (before,)).fetchall())}
    for after in sorted(State):
        force(journal, job_id, before, reason="", back="")

        def move(conn, after=after):
            return jobs.apply(conn, jobs.by_id(conn, job_id), after, 3000, {"answer": "x"})

        if after in legal:
            assert do(journal, move)
        else:
            with pytest.raises(JournalError, match="illegal"):
                do(journal, move)
            assert (job(journal, job_id).state, job(journal, job_id).answer) == (before, "")
        do(journal, lambda conn: conn.execute("UPDATE job SET answer = ''"))


def test_the_table_of_transitions_is_sound(journal: Journal) -> None:
    """Only known states; every working state may wait, be held and end; published is left only
    by `again`."""
    rows = do(
        journal,
        lambda conn: [
            tuple(r) for r in conn.execute("SELECT from_state, to_state FROM transition")
        ],
    )
    assert {state for row in rows for state in row} <= {s.value for s in State}
    for state in WORKING:
        assert {
            (state, state),
            (state, "held"),
            ("held", state),
            (state, "failed"),
            (state, "cancelled"),
        } <= set(rows)
    assert {to for start, to in rows if start == "published"} == {"instructed", "claimed"}
    assert {start for start, to in rows if to == "instructing"} == {
        "uploaded",
        "instructing",
        "held",
    }


def test_every_change_becomes_an_event(journal: Journal) -> None:
    """Written by the database, the beginning included; a change that is none is not told."""
    (job_id,) = claim(journal)
    for state, values in [
        (State.UPLOADING, {}),
        (State.UPLOADING, {"progress": 5.0}),
        (State.UPLOADING, {"checking": True, "attempt": 1, "error_text": "cut"}),
        (State.UPLOADED, {"checking": False}),
    ]:
        do(
            journal,
            lambda conn, s=state, v=values: jobs.apply(conn, jobs.by_id(conn, job_id), s, 2000, v),
        )
    found = do(journal, lambda conn: job_history.events(conn, job_id))
    assert [(e.from_state, e.to_state, e.reason, e.attempt) for e in found] == [
        ("", "claimed", "", 0),
        ("claimed", "uploading", "", 0),
        ("uploading", "uploading", "checking", 1),
        ("uploading", "uploaded", "", 1),
    ]
    assert found[2].error == "cut"


def test_one_open_call_for_a_job(journal: Journal) -> None:
    """A second intent is impossible while one is open or unknown, by a unique index; afterwards
    it is not."""
    (job_id,) = claim(journal)
    begin = lambda conn: spend.open_call(conn, job_id, "s", "h", "b", 100.0, 1)  # noqa: E731
    first = do(journal, begin)
    with pytest.raises(JournalError, match="UNIQUE"):
        do(journal, begin)
    do(journal, lambda conn: spend.doubt(conn, first))
    with pytest.raises(JournalError, match="UNIQUE"):
        do(journal, begin)
    do(journal, lambda conn: spend.record_outcome(conn, first, CallOutcome.HAPPENED, 50.0, 2))
    assert do(journal, begin) > first


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE job SET attempt = 'many'",
        "UPDATE source SET path = 'text'",
        "UPDATE source SET settled = 2",
        "UPDATE job SET credits_about = 7",
        "UPDATE member SET role = 'villain'",
        "INSERT INTO fact VALUES (x'00', 1)",
        "UPDATE session SET source_id = 99",
        "UPDATE session SET state = 'asleep'",
        "UPDATE session SET state = 'alive'",
        "UPDATE job SET session = 99",
        "UPDATE spend SET job_id = 99",
        "UPDATE spend SET outcome = 'maybe'",
    ],
)
def test_what_cannot_be_is_refused(journal: Journal, wrong: str) -> None:
    """STRICT types, checks and foreign keys hold."""
    (job_id,) = claim(journal)
    do(journal, lambda conn: spend.open_call(conn, job_id, "s", "h", "b", None, 1))
    with pytest.raises(JournalError):
        do(journal, lambda conn: conn.execute(wrong))


def test_a_change_by_somebody_else_is_noticed(journal: Journal) -> None:
    """A decision about a job that has moved meanwhile is not written."""
    (job_id,) = claim(journal)
    seen = job(journal, job_id)
    do(journal, lambda conn: job_steps.cancel(conn, job_id, "a person", 2))
    assert do(journal, lambda conn: jobs.apply(conn, seen, State.UPLOADING, 3)) is False
    assert job(journal, job_id).state is State.CANCELLED
    with pytest.raises(TypeError, match="not columns of a job: id, sessoin"):
        do(journal, lambda conn: jobs.apply(conn, seen, State.CLAIMED, 3, {"id": 5, "sessoin": 1}))


@pytest.mark.parametrize("state", sorted(State))
def test_retry_cancel_and_redeliver_in_every_state(journal: Journal, state: State) -> None:
    """Each is a legal step or a UsageError; what is open stays a person's question."""
    for order in (
        job_steps.retry,
        job_steps.redeliver,
        lambda c, j, n: job_steps.cancel(c, j, "why", n),
    ):
        job_id = claim(journal, b"dub-es/%d.mp4" % len(do(journal, jobs.listed)))[0]
        force(journal, job_id, state, back="claimed" if state is State.HELD else "", reason="")
        before = job(journal, job_id)
        try:
            do(journal, lambda conn, o=order, j=job_id: o(conn, j, 5))
        except UsageError:
            assert job(journal, job_id) == before


def test_a_retry_with_an_open_call_asks_a_person(journal: Journal) -> None:
    """Nothing is sent while nobody knows."""
    (job_id,) = claim(journal)
    call = do(journal, lambda conn: spend.open_call(conn, job_id, "s", "h", "b", None, 1))
    do(journal, lambda conn: spend.doubt(conn, call))
    force(journal, job_id, State.CANCELLED)
    assert do(journal, lambda conn: job_steps.retry(conn, job_id, 5)) is State.ATTENTION
    assert job(journal, job_id).reason == "unknown"
    assert job(journal, job_id).error_text == job_steps.NEVER_DECIDED


@pytest.mark.parametrize(
    ("edit", "session", "to"),
    [
        (EditOutcome.MADE, "s", State.INSTRUCTED),
        (EditOutcome.UNSEEN, "s", State.INSTRUCTED),
        (EditOutcome.WORDS, "s", State.CLAIMED),
        (EditOutcome.LOST, "s", State.CLAIMED),
        (EditOutcome.MADE, "another", State.CLAIMED),
    ],
)
def test_a_retry_after_a_paid_turn_without_a_draft(
    journal: Journal, edit: EditOutcome, session: str, to: State
) -> None:
    """The edit that happened is asked for in its session, also one that showed nothing before:
    it may have come late."""
    (job_id,) = claim(journal)
    call = do(journal, lambda conn: spend.open_call(conn, job_id, "s", "h", "b", None, 1))
    do(
        journal,
        lambda conn: spend.record_outcome(conn, call, CallOutcome.HAPPENED, None, 2, edit=edit),
    )
    force(journal, job_id, State.FAILED, remote_id=session)
    assert do(journal, lambda conn: job_steps.retry(conn, job_id, 5)) is to


def test_redelivering(journal: Journal) -> None:
    """From the saved draft; a new take begins without it; without one it is refused."""
    (job_id,) = claim(journal)
    force(journal, job_id, State.PUBLISHED)
    with pytest.raises(UsageError, match="no saved draft"):
        do(journal, lambda conn: job_steps.redeliver(conn, job_id, 5))
    do(journal, lambda conn: results.save_draft(conn, job_id, {"t": ["ü"]}, 1))
    do(journal, lambda conn: results.add_output(conn, job_id, ".es.mp4", b"/out/a", 5, "x", 1))
    assert do(journal, lambda conn: job_steps.redeliver(conn, job_id, 5)) is State.INSTRUCTED
    assert do(
        journal, lambda conn: (results.draft(conn, job_id), results.outputs(conn, job_id))
    ) == (
        {"t": ["ü"]},
        [],
    )
    force(journal, job_id, State.PUBLISHED)
    assert (
        do(journal, lambda conn: job_steps.redeliver(conn, job_id, 5, new_take=True))
        is State.CLAIMED
    )
    assert not do(journal, lambda conn: results.is_draft_saved(conn, job_id))


def test_recovery_marks_what_may_have_happened(journal: Journal) -> None:
    """Open calls become unknown and are looked at after the first pause; the rest of the -ing
    states is checked."""
    ids = [claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(4)]
    for job_id, state in zip(
        ids, (State.UPLOADING, State.INSTRUCTING, State.SUBMITTING, State.RENDERING), strict=True
    ):
        force(journal, job_id, state)
    do(journal, lambda conn: spend.open_call(conn, ids[1], "s", "h", "b", None, 1))
    assert do(journal, lambda conn: recover.begin(conn, 7777)) == 3
    assert [job(journal, i).checking for i in ids] == [True, True, True, False]
    assert job(journal, ids[1]).due_at == 7777
    assert do(journal, lambda conn: spend.latest(conn, ids[1])).outcome is CallOutcome.UNKNOWN
    assert do(journal, lambda conn: recover.begin(conn, 8888)) == 0
    assert job(journal, ids[1]).due_at == 7777


ORDERS = ["step", "hold", "wake", "cancel", "retry", "unsettle", "crash", "again"]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(ORDERS), max_size=25), st.data())
def test_no_order_of_events_leaves_a_job_that_nobody_moves(
    happenings: list[str], data: st.DataObject
) -> None:
    """After anything: the job is due (now or later), or its state says whom it waits for; and
    the journal stands."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal.open(Path(folder, "journal.db"), ManualClock())
        (job_id,) = claim(journal)
        source_id = job(journal, job_id).source_id
        way = list(State)[:11]

        def act(conn: sqlite3.Connection, order: str) -> None:
            now = jobs.by_id(conn, job_id)
            if order == "step" and now.state in way[:10]:
                jobs.apply(conn, now, way[way.index(now.state) + 1], 1)
            elif order == "hold" and now.state in WORKING:
                reason = data.draw(st.sampled_from(["credits", "outage", "paused"]))
                jobs.apply(conn, now, State.HELD, 1, {"reason": reason, "back": now.state.value})
            elif order == "wake":
                for reason in ("credits", "outage", "paused"):
                    queue.wake_held(conn, reason, 1)
            elif order == "unsettle":
                sources.unsettle(conn, source_id, 1)
            elif order == "crash":
                recover.begin(conn, 1)
            elif order == "cancel" and now.state not in ENDED:
                job_steps.cancel(conn, job_id, "why", 1)
            elif order == "retry" and now.state is State.CANCELLED:
                job_steps.retry(conn, job_id, 1)
                sources.unretire(conn, source_id)
            elif order == "again" and now.state is State.PUBLISHED:
                job_steps.redeliver(conn, job_id, 1, new_take=True)

        for order in happenings:
            do(journal, lambda conn, o=order: act(conn, o))
        now = job(journal, job_id)
        settled = do(journal, lambda conn: sources.by_id(conn, source_id)).settled
        if now.state in WORKING:
            rests = not settled and now.state in (State.CLAIMED, State.UPLOADING, State.UPLOADED)
            assert due(journal, *WORKING) == ([] if rests else [job_id])
        elif now.state is State.HELD:
            assert State(now.back) in WORKING
        journal.close()
