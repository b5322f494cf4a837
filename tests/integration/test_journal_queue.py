"""Which jobs are due, which wait for others, and what wakes them; batches, facts and holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from nemowatch.holds import probes
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.journal import (
    batches,
    facts,
    holds,
    inboxes,
    job_counts,
    jobs,
    notes,
    queue,
    spend,
)
from nemowatch.journal.database import Journal
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import (
    ENDED,
    WORKING,
    HoldReason,
    State,
)
from tests.rigs.journal_rows import WATCH, claim, do, due, force, job


def test_what_is_not_due_waits(journal: Journal) -> None:
    """Files of a folder in their order; what is not due yet waits and delays nobody, and the next
    moment is known."""
    ids = [claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(4)]
    for job_id, at in zip(ids, (300, 100, 9000, 100), strict=True):
        do(
            journal,
            lambda conn, i=job_id, a=at: conn.execute(
                "UPDATE job SET due_at = ? WHERE id = ?", (a, i)
            ),
        )
    assert due(journal) == [ids[0], ids[1], ids[3]]
    assert do(journal, lambda conn: queue.next_due(conn, 5000)) == 9000
    assert [j.id for j in do(journal, lambda conn: queue.due(conn, (State.CLAIMED,), 5000, 2))] == [
        ids[0],
        ids[1],
    ]
    do(journal, lambda conn: queue.shift_due(conn, -8000, 9000))
    assert ids[2] in due(journal)
    assert do(journal, queue.wake_waiting) == 4
    assert due(journal) == ids


def test_polls_are_made_in_the_order_in_which_they_are_due(journal: Journal) -> None:
    """Whatever place a render has."""
    first, second = (claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(2))
    force(journal, first, State.RENDERING, due_at=300)
    force(journal, second, State.RENDERING, due_at=100)
    assert due(journal, State.RENDERING) == [second, first]


def test_siblings_wait_for_one_upload(journal: Journal) -> None:
    """The bytes go up once: one goes ahead; with the address known, or nothing to upload, all go
    at once."""
    ids = claim(journal, b"dub-es-fr-de/a.mp4", "es", "fr", "de")
    assert due(journal) == [ids[0]]
    force(journal, ids[0], State.UPLOADING)
    assert due(journal) == []
    do(journal, lambda conn: conn.execute("UPDATE member SET cdn_url = 'https://cdn/a'"))
    assert due(journal) == ids[1:]
    scripts = claim(journal, b"say-es-fr/t.txt", "es", "fr", members=())
    assert set(due(journal)) == {*ids[1:], *scripts}


def test_a_sibling_that_waits_or_is_held_blocks_nobody(journal: Journal) -> None:
    """The one ahead has its next try later, is held, or has ended: another goes ahead."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    do(journal, lambda conn: conn.execute("UPDATE job SET due_at = 9000 WHERE id = ?", (first,)))
    assert due(journal) == [second]
    for state in (State.HELD, State.FAILED, State.UPLOADED):
        force(journal, first, state, back="claimed")
        assert due(journal) == [second]


def test_what_met_an_approval_just_given_goes_on_with_the_next_check(journal: Journal) -> None:
    """The gate had said that it waits; what has no approval yet waits on."""
    batch = do(journal, lambda conn: batches.begin(conn, WATCH, "first scan", 2, 1))
    (late,) = claim(journal, b"dub-es/a.mp4", batch=batch)
    do(journal, lambda conn: batches.approve(conn, "", 2))
    force(journal, late, State.HELD, reason="approval", back="claimed")
    other = do(journal, lambda conn: batches.begin(conn, WATCH, "list", 2, 3))
    (waits,) = claim(journal, b"dub-es/b.mp4", batch=other, held="approval")
    limits = SimpleNamespace(hours="", daily_credits=0)
    evidence = probes.Evidence(
        now_ms=4,
        config=SimpleNamespace(limits=limits),  # type: ignore[arg-type]
        existing={},
        balance=None,
        account="",
        room={},
        deliverable=(),
        ended_renders=(),
        pauses=Pauses({}),
        is_worked=lambda _: True,
    )
    do(journal, lambda conn: probes.release(conn, evidence))
    assert [job(journal, one).state for one in (late, waits)] == [State.CLAIMED, State.HELD]


def test_counts_and_lists(journal: Journal) -> None:
    """What status and jobs show."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    force(journal, second, State.HELD, reason="credits", back="claimed")
    assert do(journal, job_counts.counts) == {"claimed": 1, "held": 1}
    assert do(journal, job_counts.held_counts) == {"credits": 1}
    assert do(journal, lambda conn: job_counts.count_in(conn, ENDED)) == 0
    assert [r.job.id for r in do(journal, lambda conn: jobs.listed(conn, state="held"))] == [second]
    assert [r.job.id for r in do(journal, lambda conn: jobs.listed(conn, job_id=first))] == [first]
    assert [r.job.id for r in do(journal, lambda conn: jobs.unfinished(conn, 1))] == [first, second]
    force(journal, first, State.PUBLISHED)
    assert [r.job.id for r in do(journal, lambda conn: jobs.recent(conn, 9))] == [first]


def test_a_failure_whose_file_was_replaced_is_no_longer_one(journal: Journal) -> None:
    """A person has put in another file of its name, as the note asked: only that one counts."""
    (old,) = claim(journal, b"dub-es/a.mp4")
    force(journal, old, State.REJECTED)
    (other,) = claim(journal, b"dub-fr/a.mp4")
    force(journal, other, State.FAILED)

    def failures() -> list[int]:
        ended = (State.FAILED, State.REJECTED)
        found = do(journal, lambda conn: jobs.recent(conn, 9, ended, "not_replaced"))
        return sorted(row.job.id for row in found)

    assert failures() == [old, other]
    claim(journal, b"dub-es/a.mp4", digest="another")
    assert failures() == [other]


@pytest.mark.parametrize("back", sorted(WORKING))
def test_waking_goes_on_where_it_stood(journal: Journal, back: State) -> None:
    """By reason, one by one, by folder: from the same state, due at once; an upload or a render
    request is asked after."""
    ways: dict[str, Callable[[sqlite3.Connection, int], object]] = {
        "credits": lambda conn, _: queue.wake_held(conn, "credits", 5),
        "plan": lambda conn, which: queue.wake_one(conn, which, 5),
        "paused": lambda conn, _: queue.wake_paused(conn, WATCH, b"dub-es", 5),
        "approval": lambda conn, _: queue.wake_approved(conn, 5),
    }
    for reason, wake in ways.items():
        job_id = claim(journal, b"dub-es/%s.mp4" % reason.encode())[0]
        force(journal, job_id, State.HELD, reason=reason, back=back, due_at=9_000_000)
        do(journal, lambda conn, w=wake, j=job_id: w(conn, j))
        found = job(journal, job_id)
        doubtful = back in (State.UPLOADING, State.SUBMITTING)
        assert (found.state, found.back, found.due_at) == (back, "", 0)
        assert (found.reason, found.checking) == ("", doubtful)


def test_waking_wakes_only_what_it_names(journal: Journal) -> None:
    """Another reason, another folder, another watch, a job that is not held: untouched."""
    (job_id,) = claim(journal, held="conflict")
    for wake in (
        lambda conn: queue.wake_held(conn, "credits", 5),
        lambda conn: queue.wake_paused(conn, WATCH, b"dub-es", 5),
        lambda conn: queue.wake_approved(conn, 5),
        lambda conn: queue.wake_one(conn, job_id + 1, 5),
    ):
        do(journal, wake)
    assert job(journal, job_id).state is State.HELD
    assert do(journal, queue.paused_folders) == []


def test_a_pause_below_wakes_only_what_is_not_paid(journal: Journal) -> None:
    """Jobs that a hold of the account stops are judged again where a PAUSE has come. One that is
    paid, and has lost its upload, no PAUSE holds: it would be woken for ever."""
    found = {}
    for edit in EditOutcome:
        (job_id,) = claim(journal, f"dub-es/{edit}.mp4".encode())
        call = partial(spend.open_call, job_id=job_id, session_id="s", request_hash="h")
        spend_id = do(journal, partial(call, baseline="", credits_before=None, now_ms=1))
        outcome = CallOutcome.HAPPENED if edit else CallOutcome.REFUSED
        ended = partial(spend.record_outcome, spend_id=spend_id, outcome=outcome, edit=edit)
        do(journal, partial(ended, credits_after=None, now_ms=2))
        force(journal, job_id, State.HELD, reason="token", back=State.CLAIMED)
        found[edit] = job_id
    do(journal, lambda conn: queue.wake_below_pause(conn, WATCH, b"dub-fr", ["token"], 5))
    assert {job(journal, job_id).state for job_id in found.values()} == {State.HELD}
    do(journal, lambda conn: queue.wake_below_pause(conn, WATCH, b"dub-es", ["token"], 5))
    held = {edit for edit, job_id in found.items() if job(journal, job_id).state is State.HELD}
    assert held == {EditOutcome.MADE, EditOutcome.UNSEEN}


def test_batches(journal: Journal) -> None:
    """One open batch for a watch, which grows; approval lets its jobs go on, and only them."""
    assert do(journal, lambda conn: batches.open_for(conn, WATCH)) is None
    first = do(journal, lambda conn: batches.begin(conn, WATCH, "first scan", 30, 1))
    assert do(journal, lambda conn: batches.begin(conn, WATCH, "first scan", 5, 1)) == first
    (job_id,) = claim(journal, held="approval", batch=first)
    (other,) = claim(journal, b"dub-es/b.mp4", held="conflict", batch=first)
    (row,) = do(journal, batches.waiting)
    assert (row.expected, row.waiting, row.cause) == (35, 1, "first scan")
    assert do(journal, lambda conn: batches.approve(conn, "/other", 2)) == 0
    assert do(journal, lambda conn: batches.approve(conn, "", 2)) == 1
    assert (job(journal, job_id).state, job(journal, other).state) == (State.CLAIMED, State.HELD)
    assert do(journal, batches.waiting) == []


def test_notes_facts_holds_and_inboxes(journal: Journal) -> None:
    """Small things that outlive a restart."""
    do(journal, lambda conn: notes.remember(conn, b"/x/\xff", "one", 1))
    do(journal, lambda conn: notes.remember(conn, Path("/x/y"), "two", 1))
    do(journal, lambda conn: notes.remember(conn, b"/x/\xff", "three", 2))
    assert do(journal, notes.all) == {b"/x/\xff": "three", b"/x/y": "two"}
    do(journal, lambda conn: notes.forget(conn, b"/x/\xff"))
    assert do(journal, notes.all) == {b"/x/y": "two"}
    assert do(journal, lambda conn: facts.get(conn, "paused")) == ""
    do(journal, lambda conn: facts.put(conn, "paused", "yes"))
    do(journal, lambda conn: facts.put(conn, "paused", "no"))
    assert do(journal, lambda conn: facts.get(conn, "paused")) == "no"
    do(journal, lambda conn: holds.put(conn, HoldReason.CREDITS, "none left", 5, 12.0))
    do(journal, lambda conn: holds.put(conn, HoldReason.CREDITS, "none left at all", 9, 3.0))
    row = do(journal, holds.active)[HoldReason.CREDITS]
    assert (row.text, row.since, row.seen) == ("none left at all", 5, 12.0)
    do(journal, lambda conn: holds.drop(conn, HoldReason.CREDITS))
    assert do(journal, holds.active) == {}
    assert do(
        journal, lambda conn: (inboxes.seen(conn, WATCH, 1), inboxes.seen(conn, WATCH, 2))
    ) == (True, True)
    do(journal, lambda conn: inboxes.scanned(conn, WATCH))
    assert do(journal, lambda conn: inboxes.seen(conn, WATCH, 3)) is False
