"""What an error of the whole account means: the hold that everybody waits in, and its words.

Pure. Whether such a hold is over is found out by `holds/probes.py`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from nemowatch.errors import NemowatchError, NoCredits, NotSent, PlanRefused, TokenRefused
from nemowatch.jobs.retries import Circumstances
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.spend import amount
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import Decision, hold

#: Errors of the whole account, and the hold each means.
ACCOUNT: dict[type[NemowatchError], HoldReason] = {
    TokenRefused: HoldReason.TOKEN,
    NoCredits: HoldReason.CREDITS,
    PlanRefused: HoldReason.PLAN,
    NotSent: HoldReason.OUTAGE,
}


def hold_account(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """The job waits, and so does everything that meets the same cause."""
    kind = next(filter(partial(isinstance, error), ACCOUNT))
    reason = ACCOUNT[kind]
    words = _account_words(error, at)
    decision = hold(reason, job.state, words, account=True, **words_of_the_turn(job))
    if isinstance(error, NoCredits):
        return replace(decision, seen=error.available)
    return decision


def _account_words(error: NemowatchError, at: Circumstances) -> str:
    """What happened and its cure; an anonymous user without credits, or with too small a plan,
    is shown where to register."""
    words = f"{error.text.rstrip('.')}. {_too_few(error)}{error.cure}".strip()
    if at.registration and isinstance(error, NoCredits | PlanRefused):
        return f"{words} Register this account here: {at.registration}"
    return words


def _too_few(error: NemowatchError) -> str:
    """Why a refusal for credits is none, though the account has some."""
    if not isinstance(error, NoCredits) or not error.available:
        return ""
    return f"The account has {amount(error.available)}. "


def words_of_the_turn(job: Job) -> JobChanges:
    """What a turn with an open outcome ended with, for the person who may have to decide: no hold
    overwrites it."""
    if job.state is State.INSTRUCTING and job.error_text:
        return JobChanges(error_text=job.error_text)
    return JobChanges()
