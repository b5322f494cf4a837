"""What a stage decided: a value. The runner applies it in one transaction, together with its
`writes`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Unpack

from nemowatch.errors import NemowatchError
from nemowatch.journal.jobs import JobChanges
from nemowatch.model import AttentionReason, HoldReason, State

#: Seconds until a job whose share is away is looked at again: what cannot be seen was not taken
#: away.
SHARE_AGAIN = 15.0

#: A function over the journal's connection that belongs into the same transaction as the change of
#: state.
Write = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state of a job, and what is written with it."""

    state: State
    values: JobChanges = field(default_factory=JobChanges)  #: columns of table job
    writes: tuple[Write, ...] = ()
    after: float = 0  #: seconds until the job is due again
    counts: bool = False  #: True: this was an attempt
    hold: HoldReason | None = None  #: the whole account or machine is held for this
    text: str = ""  #: plain words on why, for the log and the hold
    fault: NemowatchError | None = None  #: judged from the new state, in the same transaction


#: Reaching one of these is progress that no later error takes back, so attempts are counted anew
#: from there. Others are left out on purpose: a session that is always lost, or an address that
#: always expires, must come to an end.
MILESTONES = frozenset({State.INSTRUCTED, State.DOWNLOADED, State.PUBLISHED})
#: Reaching one of these proves that the way to the cloud works: the pauses between tries begin
#: small again. A new session after an upload in doubt proves nothing of the kind.
ANSWERED = MILESTONES | {State.UPLOADED, State.RENDERING}


def go(state: State, *writes: Write, **values: Unpack[JobChanges]) -> Decision:
    """On to `state`: errors are behind the job."""
    fresh = JobChanges(reason="", checking=False, back="", error_code="", error_text="")
    if state in MILESTONES:
        fresh["attempt"] = 0
    if state in ANSWERED:
        fresh["tries"] = 0
    return Decision(state, fresh | values, writes)


def later(
    state: State,
    seconds: float,
    *writes: Write,
    counts: bool = False,
    text: str = "",
    **values: Unpack[JobChanges],
) -> Decision:
    """The same state again in `seconds`."""
    return Decision(state, values, writes, after=seconds, counts=counts, text=text)


def hold(
    reason: HoldReason,
    back: State,
    text: str,
    /,
    *writes: Write,
    account: bool = False,
    **values: Unpack[JobChanges],
) -> Decision:
    """Aside until the cause is gone, then on from `back`. `account`: everything that meets this
    cause is held with it."""
    fresh = JobChanges(reason=reason.value, checking=False, back=back.value, error_text=text)
    return Decision(State.HELD, fresh | values, writes, hold=reason if account else None, text=text)


def refuse(state: State, error: NemowatchError, *writes: Write) -> Decision:
    """The end: rejected or failed, with the error's words and its cure."""
    text = error.words
    values = JobChanges(reason="", checking=False, back="", error_code=error.code, error_text=text)
    return Decision(state, values, writes, text=text)


def ask(
    reason: AttentionReason, text: str, /, *writes: Write, **values: Unpack[JobChanges]
) -> Decision:
    """Only a person can tell how to go on."""
    back = State.INSTRUCTING.value
    fresh = JobChanges(reason=reason.value, checking=False, back=back, error_text=text)
    return Decision(State.ATTENTION, fresh | values, writes, text=text)
