"""The journal on real SQLite: what the database itself refuses, what it writes by itself, and
every function over it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemowatch.clock import ManualClock
from nemowatch.errors import JournalError, UsageError
from nemowatch.journal import (
    batches,
    facts,
    holds,
    inboxes,
    job_history,
    job_steps,
    jobs,
    notes,
    queue,
    results,
    sessions,
    source_members,
    sources,
    spend,
)
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.journal.spend import CallOutcome, Edit
from nemowatch.model import (
    ENDED,
    PAID,
    WORKING,
    HoldReason,
    Member,
    MemberRole,
    Output,
    OutputKind,
    Snapshot,
    State,
    Target,
)
from nemowatch.stages import recover

WATCH = "/srv/inbox"
LOOK = Snapshot(10, 1, 2, 8, 3, (1 << 64) - 5)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal.open(tmp_path / "journal.db", ManualClock())
    yield made
    made.close()


def do(journal: Journal, work: Callable[[sqlite3.Connection], Any]) -> Any:
    return journal.write_now(work)


def clip(path: bytes = b"dub-es/a.mp4", **more: Any) -> Member:
    return Member(
        MemberRole.CLIP,
        path.rpartition(b"/")[2].decode("utf-8", "replace"),
        path,
        snapshot=LOOK,
        digest="d",
        **more,
    )


def claim(
    journal: Journal,
    path: bytes = b"dub-es/a.mp4",
    *targets: str,
    digest: str = "d1",
    held: str = "",
    batch: int | None = None,
    members: tuple[Member, ...] | None = None,
) -> list[int]:
    """A source with a job for each target; returns the jobs' ids."""
    outputs = (Output(".es.mp4", OutputKind.VIDEO), Output(".txt", OutputKind.TEXT, required=False))
    made = tuple(
        NewJob("", "a", Target(t, f"dub into {t}", outputs), "skill") for t in targets or ("es",)
    )
    found = (clip(path),) if members is None else members
    new = NewSource(WATCH, path.split(b"/")[0], path, digest, "dub", found, made, batch, held)
    row = do(journal, lambda conn: sources.claim(conn, new, 1000))
    return [job.id for job in do(journal, lambda conn: jobs.of_source(conn, row.id))]


def job(journal: Journal, job_id: int) -> jobs.Job:
    return do(journal, lambda conn: jobs.by_id(conn, job_id))


def force(
    journal: Journal, job_id: int, state: State, *, remote_id: str = "", **values: Any
) -> None:
    """Put a job into a state past the trigger, as no code of the product can; `remote_id`: with a
    session that is alive."""

    def change(conn: sqlite3.Connection) -> None:
        if remote_id:
            sessions.opened(conn, jobs.by_id(conn, job_id).session, remote_id)
        script = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'job_legal'").fetchone()[
            0
        ]
        conn.execute("DROP TRIGGER job_legal")
        jobs.apply(conn, jobs.by_id(conn, job_id), state, 2000, values)
        conn.execute(script)

    do(journal, change)


def due(journal: Journal, *states: State, now: int = 5000) -> list[int]:
    return [
        j.id for j in do(journal, lambda conn: queue.due(conn, states or (State.CLAIMED,), now, 99))
    ]


# -- what the database refuses and writes


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
    do(journal, lambda conn: spend.settle(conn, first, CallOutcome.HAPPENED, 50.0, 2))
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


# -- sources


def test_a_source_comes_back_as_it_was_written(journal: Journal) -> None:
    """Names that are not UTF-8, inode numbers of 64 bits, several members: unchanged."""
    path = b"dub-es/\xff\xfe.mp4"
    script = Member(MemberRole.SCRIPT, "a.txt", b"dub-es/a.txt", snapshot=LOOK, digest="e")
    link = Member(MemberRole.CLIP, "b.mp4", url="https://x/b.mp4", item="2")
    claim(journal, path, members=(clip(path), script, link))
    row = do(journal, lambda conn: sources.find(conn, WATCH, path, "d1"))
    assert (row.path, row.folder, row.settled, row.retired_at) == (path, b"dub-es", True, None)
    found = do(journal, lambda conn: source_members.of_source(conn, row.id))
    assert [(m.role, m.name, m.path, m.url, m.item, m.snapshot) for m in found] == [
        (m.role, m.name, m.path, m.url, m.item, m.snapshot) for m in (clip(path), script, link)
    ]


def test_an_identity_is_claimed_once(journal: Journal) -> None:
    """The same content at the same place is refused by the database; another content is not."""
    claim(journal)
    with pytest.raises(JournalError, match="UNIQUE"):
        claim(journal)
    claim(journal, digest="d2")
    rows = do(journal, lambda conn: sources.at_path(conn, WATCH, b"dub-es/a.mp4"))
    assert [row.digest for row in rows] == ["d2", "d1"]


def test_unsettled_work_rests_and_goes_on_with_the_new_content(journal: Journal) -> None:
    """Sessions with old content are left; held jobs too begin afresh; `resettle` lets them go
    on."""
    one, two, three = claim(journal, b"dub-es-fr-de/a.mp4", "es", "fr", "de")
    force(journal, one, State.UPLOADED, remote_id="s1")
    force(journal, two, State.HELD, reason="credits", back="uploaded", remote_id="s2")
    source_id = job(journal, one).source_id
    do(journal, lambda conn: sources.unsettle(conn, source_id, 3))
    assert [
        (job(journal, i).state, job(journal, i).back, job(journal, i).session_id)
        for i in (one, two, three)
    ] == [
        (State.CLAIMED, "", ""),
        (State.HELD, "claimed", ""),
        (State.CLAIMED, "", ""),
    ]
    assert due(journal) == []
    new = (clip(b"dub-es-fr-de/a.mp4", cdn_url="old"),)
    do(journal, lambda conn: sources.resettle(conn, source_id, "d9", new, 4))
    assert due(journal) == [one]
    row = do(journal, lambda conn: sources.by_id(conn, source_id))
    assert (row.digest, row.settled) == ("d9", True)
    assert do(journal, lambda conn: source_members.of_source(conn, source_id))[0].cdn_url == ""


def test_an_earlier_content_that_comes_back_counts_instead(journal: Journal) -> None:
    """It was done before: the jobs for the later content are cancelled, nothing collides."""
    claim(journal)
    (later,) = claim(journal, digest="d2")
    source_id = job(journal, later).source_id
    do(journal, lambda conn: sources.unsettle(conn, source_id, 3))
    do(journal, lambda conn: sources.resettle(conn, source_id, "d1", (clip(),), 4))
    assert job(journal, later).state is State.CANCELLED
    assert do(journal, lambda conn: sources.by_id(conn, source_id)).retired_at == 4


def test_what_is_paid_does_not_settle_again(journal: Journal) -> None:
    """From the intent on, a change of the file is another source's matter."""
    for number, state in enumerate(sorted(PAID | {State.INSTRUCTING})):
        first, second = claim(journal, b"dub-es-fr/%d.mp4" % number, "es", "fr")
        force(journal, first, state)
        source_id = job(journal, first).source_id
        do(journal, lambda conn, s=source_id: sources.unsettle(conn, s, 3))
        assert do(journal, lambda conn, s=source_id: sources.by_id(conn, s)).settled
        assert second in due(journal)


def test_a_touched_file_keeps_its_address(journal: Journal) -> None:
    """The same content with another inode: members are as they look now, the cloud's address
    stays."""
    (job_id,) = claim(journal)
    source_id = job(journal, job_id).source_id
    member = do(journal, lambda conn: source_members.of_source(conn, source_id))[0]
    do(journal, lambda conn: source_members.set_cdn(conn, member.id, "https://cdn/x"))
    touched = Member(
        MemberRole.CLIP, "a.mp4", b"dub-es/a.mp4", snapshot=Snapshot(10, 9, 9, 8, 3, 77), digest="d"
    )
    do(journal, lambda conn: source_members.refresh(conn, source_id, (touched,)))
    found = do(journal, lambda conn: source_members.of_source(conn, source_id))[0]
    assert found.snapshot is not None
    assert (found.snapshot.ino, found.cdn_url) == (77, "https://cdn/x")


def test_known_files_are_those_in_the_inbox(journal: Journal) -> None:
    """Claimed, kept after being done, but not what went away; of this watch alone."""
    ids = [claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(4)]
    where = [job(journal, i).source_id for i in ids]
    do(journal, lambda conn: sources.retire(conn, where[1], b"/srv/done/1.mp4", 5))
    do(journal, lambda conn: sources.retire(conn, where[2], b"", 5))
    do(journal, lambda conn: sources.retire(conn, where[3], None, 5))
    known = do(journal, lambda conn: source_members.known_files(conn, WATCH))
    assert sorted(known) == [b"dub-es/0.mp4", b"dub-es/2.mp4"]
    assert known[b"dub-es/0.mp4"].snapshot == LOOK
    assert do(journal, lambda conn: source_members.known_files(conn, "/other")) == {}
    do(journal, lambda conn: sources.unretire(conn, where[1]))
    assert b"dub-es/1.mp4" in do(journal, lambda conn: source_members.known_files(conn, WATCH))


def test_a_source_leaves_when_all_its_jobs_have_ended(journal: Journal) -> None:
    """Not before; in portions; not twice."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    force(journal, first, State.PUBLISHED)
    assert do(journal, lambda conn: sources.to_retire(conn, 0, 9)) == []
    force(journal, second, State.FAILED)
    (row,) = do(journal, lambda conn: sources.to_retire(conn, 0, 9))
    assert do(journal, lambda conn: sources.to_retire(conn, row.id, 9)) == []
    do(journal, lambda conn: sources.retire(conn, row.id, b"/x", 5))
    assert do(journal, lambda conn: sources.to_retire(conn, 0, 9)) == []


# -- the queue


def test_the_queue_is_first_come_first_served(journal: Journal) -> None:
    """By due time, then by id; what is not due yet waits, and the next moment is known."""
    ids = [claim(journal, b"dub-es/%d.mp4" % n)[0] for n in range(4)]
    for job_id, at in zip(ids, (300, 100, 9000, 100), strict=True):
        do(
            journal,
            lambda conn, i=job_id, a=at: conn.execute(
                "UPDATE job SET due_at = ? WHERE id = ?", (a, i)
            ),
        )
    assert due(journal) == [ids[1], ids[3], ids[0]]
    assert do(journal, lambda conn: queue.next_due(conn, 5000)) == 9000
    assert [j.id for j in do(journal, lambda conn: queue.due(conn, (State.CLAIMED,), 5000, 2))] == [
        ids[1],
        ids[3],
    ]
    do(journal, lambda conn: queue.shift_due(conn, -8000, 9000))
    assert ids[2] in due(journal)
    assert do(journal, queue.wake_waiting) == 4
    assert due(journal) == ids


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
    assert due(journal) == [*ids[1:], *scripts]


def test_a_sibling_that_waits_or_is_held_blocks_nobody(journal: Journal) -> None:
    """The one ahead has its next try later, is held, or has ended: another goes ahead."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    do(journal, lambda conn: conn.execute("UPDATE job SET due_at = 9000 WHERE id = ?", (first,)))
    assert due(journal) == [second]
    for state in (State.HELD, State.FAILED, State.UPLOADED):
        force(journal, first, state, back="claimed")
        assert due(journal) == [second]


def test_counts_and_lists(journal: Journal) -> None:
    """What status and jobs show."""
    first, second = claim(journal, b"dub-es-fr/a.mp4", "es", "fr")
    force(journal, second, State.HELD, reason="credits", back="claimed")
    assert do(journal, jobs.counts) == {"claimed": 1, "held": 1}
    assert do(journal, jobs.held_counts) == {"credits": 1}
    assert do(journal, lambda conn: jobs.count_in(conn, ENDED)) == 0
    assert [r.job.id for r in do(journal, lambda conn: jobs.listed(conn, state="held"))] == [second]
    assert [r.job.id for r in do(journal, lambda conn: jobs.listed(conn, job_id=first))] == [first]
    assert [r.job.id for r in do(journal, lambda conn: jobs.unfinished(conn, 1))] == [first, second]
    force(journal, first, State.PUBLISHED)
    assert [r.job.id for r in do(journal, lambda conn: jobs.recent(conn, 9))] == [first]


# -- orders and waking


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


@pytest.mark.parametrize(
    ("edit", "session", "to"),
    [
        (Edit.MADE, "s", State.INSTRUCTED),
        (Edit.UNSEEN, "s", State.INSTRUCTED),
        (Edit.WORDS, "s", State.CLAIMED),
        (Edit.LOST, "s", State.CLAIMED),
        (Edit.MADE, "another", State.CLAIMED),
    ],
)
def test_a_retry_after_a_paid_turn_without_a_draft(
    journal: Journal, edit: Edit, session: str, to: State
) -> None:
    """The edit that happened is asked for in its session, also one that showed nothing before:
    it may have come late."""
    (job_id,) = claim(journal)
    call = do(journal, lambda conn: spend.open_call(conn, job_id, "s", "h", "b", None, 1))
    do(journal, lambda conn: spend.settle(conn, call, CallOutcome.HAPPENED, None, 2, edit=edit))
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
    for edit in Edit:
        (job_id,) = claim(journal, f"dub-es/{edit}.mp4".encode())
        call = partial(spend.open_call, job_id=job_id, session_id="s", request_hash="h")
        spend_id = do(journal, partial(call, baseline="", credits_before=None, now_ms=1))
        outcome = CallOutcome.HAPPENED if edit else CallOutcome.REFUSED
        ended = partial(spend.settle, spend_id=spend_id, outcome=outcome, edit=edit)
        do(journal, partial(ended, credits_after=None, now_ms=2))
        force(journal, job_id, State.HELD, reason="token", back=State.CLAIMED)
        found[edit] = job_id
    do(journal, lambda conn: queue.wake_below_pause(conn, WATCH, b"dub-fr", ["token"], 5))
    assert {job(journal, job_id).state for job_id in found.values()} == {State.HELD}
    do(journal, lambda conn: queue.wake_below_pause(conn, WATCH, b"dub-es", ["token"], 5))
    held = {edit for edit, job_id in found.items() if job(journal, job_id).state is State.HELD}
    assert held == {Edit.MADE, Edit.UNSEEN}


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
    assert do(journal, lambda conn: batches.approve(conn, None, 2)) == 1
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
