"""What an error means for a job: tables over every state and every error, and what the journal
allows."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch import errors
from nemowatch.clock import ManualClock
from nemowatch.errors import (
    ConnectionBroken,
    FileRefused,
    FileTooLarge,
    LocalFinal,
    LocalPassing,
    NemowatchError,
    NoCredits,
    NoSpace,
    NotSent,
    PlanRefused,
    RateLimited,
    RemotePassing,
    RequestRefused,
    SessionLost,
    SourceChanged,
    SourceGone,
    TokenRefused,
)
from nemowatch.hold_reasons import HOLDS, Scope
from nemowatch.jobs.backoff import backoff
from nemowatch.jobs.error_policy import decide
from nemowatch.jobs.retries import Circumstances, again
from nemowatch.journal import jobs, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import PAID, WORKING, HoldReason, State, Target

AT = Circumstances(base=5, cap=600, attempts=8, roll=0.5, now_ms=1_000_000)
#: Every error a stage can meet; the ones of the journal and of the command line end the process or
#: the command.
ERRORS: list[NemowatchError] = [
    kind()
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, NemowatchError)
    and not issubclass(kind, errors.JournalError | errors.UsageError | errors.DaemonNeeded)
]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    journal = Journal.open(tmp_path_factory.mktemp("journal") / "journal.db", ManualClock())
    new = NewSource(
        "/in",
        b"dub-es",
        b"dub-es/a.mp4",
        "d",
        "dub",
        (),
        (NewJob("", "a", Target("es", "p", ()), "s"),),
    )
    row = journal.write_now(lambda conn: sources.claim(conn, new, 1))
    made = journal.read_now(lambda conn: jobs.of_source(conn, row.id))[0]
    journal.close()
    return made


@pytest.fixture(scope="module")
def legal(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    path: Path = tmp_path_factory.mktemp("legal") / "journal.db"
    Journal.open(path, ManualClock()).close()
    with sqlite3.connect(path) as conn:
        found = {(a, b) for a, b in conn.execute("SELECT from_state, to_state FROM transition")}
    conn.close()
    return found


@pytest.mark.parametrize("state", sorted(WORKING))
def test_every_decision_is_a_legal_transition(
    state: State, job: Job, legal: set[tuple[str, str]]
) -> None:
    """No error in any state leads where the journal forbids: an illegal step would end the
    daemon at every start."""
    for error, draft, paid, rebuild, down, attempt in product(
        ERRORS, (False, True), (False, True), (False, True), (False, True), (0, 7)
    ):
        at = replace(
            AT, paid=draft, draft_saved=draft, sibling_paid=paid, rebuild=rebuild, cloud_down=down
        )
        decision = decide(replace(job, state=state, attempt=attempt), error, at)
        assert (state, decision.state) in legal, (error, at)


def test_an_open_paid_call_is_never_ended_by_an_error(job: Job) -> None:
    """Whatever a look at it meets: later, held, or a person; never back to where it is sent
    again, never failed."""
    for error in ERRORS:
        decision = decide(replace(job, state=State.INSTRUCTING, attempt=7), error, AT)
        assert decision.state in (State.INSTRUCTING, State.HELD, State.ATTENTION), error


def test_what_is_paid_is_never_cancelled_and_never_starts_over_without_a_draft(job: Job) -> None:
    """After the paid turn only a lost session leads back, and only with the draft saved or by
    the user's word."""
    for state, error in product(sorted(PAID & WORKING), ERRORS):
        decision = decide(replace(job, state=state), error, AT)
        assert decision.state not in (State.CANCELLED, State.CLAIMED), (state, error)


@pytest.mark.parametrize(
    ("error", "state", "to", "reason", "counts"),
    [
        (NotSent(), State.UPLOADING, State.HELD, HoldReason.OUTAGE, False),
        (TokenRefused(), State.UPLOADED, State.HELD, HoldReason.TOKEN, False),
        (NoCredits(), State.UPLOADED, State.HELD, HoldReason.CREDITS, False),
        (PlanRefused(), State.SUBMITTING, State.HELD, HoldReason.PLAN, False),
        (NoSpace(), State.DOWNLOADING, State.HELD, HoldReason.SPACE, False),
        (RateLimited(), State.RENDERING, State.RENDERING, None, False),
        (RemotePassing(), State.UPLOADED, State.UPLOADED, None, True),
        (RemotePassing(), State.UPLOADING, State.UPLOADING, "checking", True),
        (ConnectionBroken(), State.UPLOADED, State.UPLOADED, None, False),
        (ConnectionBroken(), State.UPLOADING, State.UPLOADING, "checking", False),
        (RemotePassing(), State.SUBMITTING, State.SUBMITTING, "checking", False),
        (FileRefused(), State.RENDERING, State.RENDERING, None, True),
        (RequestRefused(), State.SUBMITTING, State.SUBMITTING, "checking", True),
        (LocalPassing(), State.DOWNLOADED, State.DOWNLOADED, None, False),
        (LocalFinal(), State.CLAIMED, State.FAILED, "", False),
        (LocalFinal(), State.DOWNLOADED, State.HELD, HoldReason.OUTBOX, False),
        (SourceGone(), State.UPLOADED, State.CANCELLED, "", False),
        (SourceChanged(), State.UPLOADED, State.CLAIMED, "", False),
        (SessionLost(), State.UPLOADED, State.CLAIMED, "", True),
        (SessionLost(), State.SUBMITTING, State.FAILED, "", False),
        (FileRefused(), State.UPLOADING, State.REJECTED, "", False),
        (FileTooLarge(), State.UPLOADING, State.REJECTED, "", False),
        (RequestRefused(), State.CLAIMED, State.FAILED, "", False),
    ],
)
def test_the_table(
    job: Job, error: NemowatchError, state: State, to: State, reason: str | None, counts: bool
) -> None:
    """Each error has its meaning (docs/behaviour.md section 3, point 9)."""
    decision = decide(replace(job, state=state), error, AT)
    assert decision.state is to
    said = "checking" if decision.values.get("checking") else decision.values.get("reason")
    assert said == reason
    assert decision.counts is counts
    if to is State.HELD:
        assert decision.values["back"] == state
        of_account = HOLDS[HoldReason(reason)].scope is Scope.ACCOUNT
        assert (decision.hold is HoldReason(reason)) is of_account


def test_a_cloud_that_nobody_reaches_is_no_attempt(job: Job) -> None:
    """While no other call succeeds the whole queue waits, and no file is blamed."""
    decision = decide(
        replace(job, state=State.RENDERING, attempt=7),
        RemotePassing("cut"),
        replace(AT, cloud_down=True),
    )
    assert (decision.state, decision.counts) == (State.HELD, False)


def test_attempts_come_to_an_end(job: Job) -> None:
    """While nothing is paid the last attempt fails the job with the error's words."""
    for attempt, state in [
        (0, State.UPLOADING),
        (6, State.UPLOADING),
        (7, State.FAILED),
        (99, State.FAILED),
    ]:
        decision = again(
            replace(job, state=State.UPLOADING, attempt=attempt), RemotePassing("cut"), AT
        )
        assert decision.state is state
        assert decision.values["error_text"].startswith("cut")


def test_a_connection_that_fails_is_no_attempt(job: Job) -> None:
    """Refused, cut or silent: whatever the state and however often, it is tried again, ever more
    rarely, and no later refusal ends the job for it."""
    top = replace(AT, roll=1.0)
    for state in sorted(WORKING):
        pauses = []
        for tries in range(12):
            decision = decide(replace(job, state=state, tries=tries), ConnectionBroken("cut"), top)
            assert (decision.state, decision.counts, decision.values["tries"]) == (
                state,
                False,
                tries + 1,
            )
            assert "attempt" not in decision.values
            pauses.append(decision.after)
        assert pauses[:4] == [5, 10, 20, 40]
        assert max(pauses) == AT.cap
    assert (
        decide(replace(job, state=State.UPLOADING, tries=99), RemotePassing("500"), AT).state
        is State.UPLOADING
    )


def test_a_refusal_does_not_end_what_is_paid_for_at_once(job: Job) -> None:
    """4001, 4002, 403: tried again; at the end the job is failed, never rejected (its retry must
    not pay again), and its cure is none for the file."""
    for state, error in product(
        sorted(PAID & WORKING), (FileRefused("4001"), FileTooLarge("4002"), RequestRefused("403"))
    ):
        assert decide(replace(job, state=state), error, AT).state is state
        last = decide(replace(job, state=state, attempt=7), error, AT)
        assert last.state is State.FAILED
        assert "costs nothing" in last.values["error_text"]
        assert "mp4" not in last.values["error_text"]
    saved = replace(AT, paid=True, draft_saved=True)
    assert decide(replace(job, state=State.CLAIMED), FileRefused(), saved).state is State.CLAIMED


def test_a_hold_keeps_the_words_of_an_open_turn(job: Job) -> None:
    """What the cloud said before its outcome became unknown is still shown to the person who
    decides."""
    waiting = replace(job, state=State.INSTRUCTING, error_text="Model exploded")
    for error in (TokenRefused("no"), NotSent("down"), LocalPassing("busy")):
        assert decide(waiting, error, AT).values["error_text"] == "Model exploded"


def test_what_is_paid_for_is_never_given_up_for_what_passes(job: Job) -> None:
    """Once the edit is paid for, 5xx and broken connections are tried again without end, at most
    `cap` apart; a fault of ours and a refusal still come to an end."""
    late = replace(job, attempt=99)
    for state in sorted(PAID & WORKING):
        decision = again(replace(late, state=state), RemotePassing("cut"), AT)
        assert (decision.state, decision.counts, decision.values["tries"]) == (state, False, 1)
        assert decision.after <= AT.cap
        assert again(replace(late, state=state), NemowatchError("ours"), AT).state is State.FAILED
    saved = replace(AT, paid=True, draft_saved=True)  # a new session for a saved draft
    assert (
        again(replace(late, state=State.CLAIMED), RemotePassing("cut"), saved).state
        is State.CLAIMED
    )
    assert (
        decide(replace(late, state=State.SUBMITTING), SessionLost("gone"), saved).state
        is State.FAILED
    )


def test_a_lost_session_is_replaced_and_paid_again_only_by_the_users_word(job: Job) -> None:
    """Before the turn: a new session. After it: from the draft, else only with
    chat.on_lost_session = rebuild."""
    lost = SessionLost("gone")
    for state, saved, rebuild, to in [
        (State.UPLOADING, False, False, State.CLAIMED),
        (State.SUBMITTING, True, False, State.CLAIMED),
        (State.INSTRUCTED, False, False, State.FAILED),
        (State.INSTRUCTED, False, True, State.CLAIMED),
    ]:
        at = replace(AT, paid=saved, draft_saved=saved, rebuild=rebuild)
        assert decide(replace(job, state=state), lost, at).state is to


def test_a_change_after_a_sibling_was_paid_is_another_source(job: Job) -> None:
    """The old source's unpaid job is cancelled; alone, it goes back to settling."""
    changed = SourceChanged()
    at_uploaded = replace(job, state=State.UPLOADED)
    assert decide(at_uploaded, changed, replace(AT, sibling_paid=True)).state is State.CANCELLED
    decision = decide(at_uploaded, changed, AT)
    assert decision.state is State.CLAIMED
    assert [write.func.__name__ for write in decision.writes] == ["lost", "_unsettle"]


@given(st.integers(0, 10**6), st.floats(0.001, 1e4), st.floats(0.001, 1e6), st.floats(0, 0.999999))
def test_backoff_is_bounded(attempt: int, base: float, cap: float, roll: float) -> None:
    """Never negative, never above the cap or the doubled base, whatever the attempt."""
    pause = backoff(attempt, base, cap, roll)
    assert 0 <= pause <= min(cap, base * 2.0 ** min(attempt, 60))


def test_backoff_doubles() -> None:
    """With the jitter at its top the pause doubles up to the cap."""
    assert [backoff(n, 5, 60, 1) for n in range(6)] == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize(("after", "least"), [(0, 0), (30, 30), (7200, 7200)])
def test_retry_after_is_honoured(job: Job, after: float, least: float) -> None:
    """429: at least as long as the cloud says, and no attempt."""
    decision = decide(
        replace(job, state=State.RENDERING), RateLimited("slow", retry_after=after), AT
    )
    assert decision.after >= least
    assert not decision.counts
    assert decision.values["error_text"] == "slow"


def test_too_many_requests_are_met_after_growing_pauses(job: Job) -> None:
    """A 429 that says no time is no attempt, and each pause is longer than the one before."""
    waiting, pauses = replace(job, state=State.UPLOADED), []
    for _ in range(5):
        decision = decide(waiting, RateLimited("slow"), AT)
        assert (decision.state, decision.counts) == (State.UPLOADED, False)
        pauses.append(decision.after)
        waiting = replace(waiting, tries=decision.values["tries"])
    assert sorted(set(pauses)) == pauses
