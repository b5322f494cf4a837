"""What a stage decides: a value. The runner applies it in one transaction, together with its
`writes`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Unpack

from nemowatch.errors import NemowatchError
from nemowatch.i18n.quoted import unmarked
from nemowatch.journal.jobs import JobChanges
from nemowatch.model import AttentionReason, HoldReason, State

#: Seconds until a job whose share is unavailable is tried again: a file that cannot be seen was not
#: removed.
SHARE_AGAIN = 15.0

#: A function over the journal's connection, run in the same transaction as the change of state.
Write = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state of a job, and everything written with it."""

    state: State
    values: JobChanges = field(default_factory=JobChanges)  #: columns of table job
    writes: tuple[Write, ...] = ()
    after: float = 0  #: seconds until the job is due again
    counts: bool = False  #: True: this was an attempt
    hold: HoldReason | None = None  #: the whole account or machine is held for this
    seen: float | None = None  #: credits available when the hold began, where it is one for credits
    text: str = ""  #: the reason in plain words, for the log and the hold
    fault: NemowatchError | None = None  #: judged from the new state, in the same transaction


#: Progress that no later error undoes: attempts are counted from zero here. The others are left out
#: on purpose: a session that is always lost, or an address that always expires, must come to an
#: end.
MILESTONES = frozenset({State.INSTRUCTED, State.DOWNLOADED, State.PUBLISHED})
#: States that prove that the cloud can be reached: pauses between tries start small again. A new
#: session after an upload in doubt proves no such thing.
ANSWERED = MILESTONES | {State.UPLOADED, State.RENDERING}


def go(state: State, *writes: Write, **values: Unpack[JobChanges]) -> Decision:
    """Go on to `state`; earlier errors are over."""
    fresh = JobChanges(
        reason="",
        checking=False,
        back="",
        error_code="",
        error_text="",
    )
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
    """Stay in the same state and try again in `seconds`."""
    return Decision(
        state,
        values,
        writes,
        after=seconds,
        counts=counts,
        text=text,
    )


def hold(
    reason: HoldReason,
    back: State,
    text: str,
    /,
    *writes: Write,
    account: bool = False,
    **values: Unpack[JobChanges],
) -> Decision:
    """Hold the job until the cause is gone, then go on from `back`. `account`: everything that
    meets this cause is held as well."""
    fresh = JobChanges(
        reason=reason.value,
        checking=False,
        back=back.value,
        error_text=text,
    )
    decision = Decision(State.HELD, fresh | values, writes, text=text)
    if account:
        return replace(decision, hold=reason)
    return decision


def refuse(state: State, error: NemowatchError, *writes: Write) -> Decision:
    """End the job as rejected or failed, with the error's words and cure."""
    text = error.words
    values = JobChanges(
        reason="",
        checking=False,
        back="",
        error_code=error.code,
        error_text=text,
    )
    return Decision(state, values, writes, text=text)


def ask(
    reason: AttentionReason, text: str, /, *writes: Write, **values: Unpack[JobChanges]
) -> Decision:
    """Ask a person how to go on."""
    back = State.INSTRUCTING.value
    fresh = JobChanges(
        reason=reason.value,
        checking=False,
        back=back,
        error_text=text,
    )
    return Decision(State.ATTENTION, fresh | values, writes, text=unmarked(text))
