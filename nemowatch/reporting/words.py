"""What people read about jobs and holds, and what they can do about each.

The page, the terminal and the notes only render these, so that all of them offer the same. The
cures of holds are in their table (`hold_reasons`), those of inboxes, folders and files in
`inbox_words`. Nothing here reads anything or knows a format.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from nemowatch import hold_reasons
from nemowatch.clock import lasted
from nemowatch.cures import JOB, NOTHING, Choice, Cure
from nemowatch.fs.names import plain
from nemowatch.hold_reasons import HOLDS, Scope
from nemowatch.i18n.language import message
from nemowatch.journal.spend import amount
from nemowatch.model import AttentionReason, HoldReason, State
from nemowatch.reporting.phrases import because, brackets, capital
from nemowatch.tasks.answers import AnswerMeaning

#: Holds that are explained in full once, so that a file needs only a few words.
SHOWN_ONCE = (Scope.ACCOUNT, Scope.SETTING, Scope.BATCH)

DONE, RESEND, CANCEL = (
    f"nemowatch resolve {JOB} --done",
    f"nemowatch resolve {JOB} --resend",
    f"nemowatch cancel {JOB}",
)
LEAVE = Choice(CANCEL, "leave it")
ANSWER = f'nemowatch answer {JOB} "..."'
#: What can be written into an answer instead of one of the words with a meaning.
IN_WORDS = "your answer, in a sentence or a word of its own"
GO_ON = "the cloud continues from what it said: one more paid turn in the same session"
LEAVE_IT = Choice(AnswerMeaning.CANCEL, "leave it")
CHANGE_IT = "change it to follow the instructions as they are now: one more paid turn"
REBUILD = "carry out the earlier instructions again, and then this one; each is a paid turn"
ORDER_AGAIN = "send the order again, with prompt.txt as it is then"
HAS_COME = "the work was done after all, or these words are the transcript"
AS_IT_IS = "the text is right as it is: have it spoken, one more paid turn"
#: The cure when only a person can find out whether the paid work was done.
UNSURE = Cure(
    choices=(
        Choice(DONE, "the work was done: fetch it"),
        Choice(RESEND, "send the order again; this may be charged twice"),
        LEAVE,
    ),
    answers=(
        Choice(AnswerMeaning.DONE, "the work was done: fetch it"),
        Choice(AnswerMeaning.AGAIN, "send the order again; this may be charged twice"),
        LEAVE_IT,
    ),
)
#: What a person can do about each question.
ATTENTION: dict[AttentionReason, Cure] = {
    AttentionReason.UNKNOWN: UNSURE,
    AttentionReason.ERROR: UNSURE,
    AttentionReason.LOST: Cure(
        choices=(Choice(RESEND, REBUILD), LEAVE),
        answers=(Choice(AnswerMeaning.AGAIN, REBUILD), LEAVE_IT),
    ),
    AttentionReason.CHANGED: Cure(
        "An empty file called APPROVE in the inbox folder approves everything that is offered"
        " there.",
        choices=(Choice(RESEND, CHANGE_IT), LEAVE),
        answers=(
            Choice(AnswerMeaning.YES, CHANGE_IT),
            Choice(AnswerMeaning.CANCEL, "leave it as it is"),
        ),
    ),
    AttentionReason.QUESTION: Cure(
        choices=(
            Choice(ANSWER, GO_ON),
            Choice(RESEND, f"{ORDER_AGAIN}; it costs again"),
            Choice(DONE, f"{HAS_COME}: fetch it, free of charge"),
            LEAVE,
        ),
        answers=(
            Choice(IN_WORDS, GO_ON),
            Choice(AnswerMeaning.AGAIN, f"{ORDER_AGAIN}; it costs again"),
            Choice(AnswerMeaning.DONE, f"{HAS_COME}: fetch it, free of charge"),
            LEAVE_IT,
        ),
    ),
    AttentionReason.REVIEW: Cure(
        "Read that text and correct it in any text or subtitle editor. Then put the file, even if"
        " nothing had to be corrected, into the clip's inbox folder under the same name: its words"
        " are then spoken. That is one more paid turn.",
        choices=(Choice(DONE, AS_IT_IS, message("Have it spoken")), LEAVE),
        answers=(Choice(AnswerMeaning.DONE, AS_IT_IS), LEAVE_IT),
    ),
}


def answers_to(reason: str) -> set[AnswerMeaning]:
    """The meanings that an answer to a question may have."""
    found: set[AnswerMeaning] = set()
    for choice in ATTENTION[AttentionReason(reason)].answers:
        found.add(_answer_of(choice))
    return found


def _answer_of(choice: Choice) -> AnswerMeaning:
    if choice.command in set(AnswerMeaning):
        return AnswerMeaning(choice.command)
    return AnswerMeaning.WORDS


#: What to do about a job that ended with one of these errors, instead of moving its file back into
#: the inbox.
OTHER_FILE: dict[str, str] = {
    "gone": "Put the file into its inbox folder again.",
    "changed": "Put the file into its inbox folder again.",
}
#: The same about a job whose file the cloud does not take.
ANOTHER_FILE = (
    "The same file would be refused again: put one that is accepted into its inbox folder."
)
#: Said when the paid edit is saved here.
EDIT_IS_KEPT = "The edit that was paid for is kept: trying again does not pay for it a second time."
#: What people read about a job that ended without a text of its own.
ENDED_WORDS: dict[State, str] = {
    State.FAILED: "It could not be done.",
    State.REJECTED: "The cloud did not take this file.",
    State.CANCELLED: "It was cancelled.",
}


def move_back(back: str = "") -> str:
    """How to try a file in failed/ again; `back`: its inbox folder, for people."""
    return f"To try again, move the file back into its inbox folder{brackets(back)}."


def try_again(
    jobs: Sequence[int], *, back: str = "", code: str = "", rejected: bool = False
) -> Cure:
    """How to try jobs again that have ended without success. `back`: the inbox folder, for people;
    `code`: the error that ended them; `rejected`: whether that was for their file."""
    by_hand = OTHER_FILE.get(code) or move_back(back)
    if rejected:
        by_hand = ANOTHER_FILE
    if not jobs:
        return Cure(by_hand)
    return Cure(by_hand, (_retry(jobs),))


def change_again(jobs: Sequence[int], names: Sequence[str]) -> Cure:
    """How to try a failed change of a result again; `names`: the names of the results."""
    texts = " or ".join(f"{name}.revise.txt" for name in names)
    by_hand = f"To try again, save what should be changed as {texts} in its inbox folder once more."
    return Cure(by_hand, (_retry(jobs),))


def _retry(jobs: Sequence[int]) -> Choice:
    return Choice(f"nemowatch retry {_numbers(jobs)}", "try again")


def once_more(jobs: Sequence[int]) -> Cure:
    """How to get the results of published jobs again."""
    command = f"nemowatch again {_numbers(jobs)}"
    return Cure(
        choices=(
            Choice(command, "deliver the finished results once more, free of charge"),
            Choice(f"{command} --new-take", "have it made again; it costs again"),
        )
    )


def history(job: int) -> Cure:
    """How to see everything about a job."""
    return Cure(choices=(Choice(f"nemowatch show {job}", "its whole history"),))


def _numbers(jobs: Sequence[int]) -> str:
    return " ".join(map(str, jobs))


def about_job(
    job: int,
    state: State | str,
    reason: str = "",
    code: str = "",
) -> Cure:
    """What a person can do about a job that does not go on by itself."""
    if state == State.HELD:
        return about_hold(reason, job)
    if state == State.ATTENTION:
        return ATTENTION[AttentionReason(reason)].for_job(job)
    if state in ENDED_WORDS:
        return try_again([job], code=code, rejected=state == State.REJECTED)
    return NOTHING


def what_happened(state: State | str, text: str) -> str:
    """Why a job has ended or waits; never empty for one that has ended without success."""
    return capital(text) or ENDED_WORDS.get(State(state), "")


# -- holds -----------------------------------------------------------------------------

APPROVE = HOLDS[HoldReason.APPROVAL].cure


def approve(watch: str) -> Cure:
    """How to approve what waits in one inbox alone, whose price a person has read."""
    if not watch or plain(watch) != watch:
        return APPROVE  # it is not known, or cannot be typed
    choice = Choice(f"nemowatch approve {shlex.quote(watch)}", "approve what waits in this inbox")
    return replace(APPROVE, choices=(choice,))


RESUME = "nemowatch resume"
#: The cure for a hold of a newer version, about which nothing is known here.
UNKNOWN_HOLD = Cure(choices=(Choice(RESUME, "try it again now"),))


def about_hold(reason: str, job: int | str = JOB) -> Cure:
    """What a person can do about a hold."""
    hold = hold_reasons.row(reason)
    if hold is None:
        return UNKNOWN_HOLD
    return hold.cure.for_job(job)


def waits_for(reason: str, text: str) -> str:
    """What one of many held files waits for; `text`: its own text. If that is shown in full
    elsewhere, a few words are enough."""
    hold = hold_reasons.row(reason)
    if hold is None:
        return text or f"waits: {reason}"
    if hold.scope in SHOWN_ONCE:
        return hold.short
    return text or hold.words


def hold_words(reason: str) -> str:
    """What is wrong, if nothing more exact is known."""
    hold = hold_reasons.row(reason)
    if hold is None:
        return reason
    return hold.words


#: What people call the steps of a job.
STAGES = {
    State.CLAIMED: "next in line",
    State.UPLOADING: message("uploading"),
    State.UPLOADED: message("uploaded"),
    State.INSTRUCTING: "being edited",
    State.INSTRUCTED: message("edited"),
    State.SUBMITTING: "ordering the video",
    State.RENDERING: "making the video",
    State.RENDERED: "video is ready in the cloud",
    State.DOWNLOADING: "downloading the result",
    State.DOWNLOADED: "moving it to the outbox",
    State.PUBLISHED: message("done"),
    State.HELD: message("waiting"),
    State.ATTENTION: message("needs a person"),
    State.CANCELLED: message("cancelled"),
    State.REJECTED: "not accepted",
    State.FAILED: message("failed"),
}


def step_words(state: State | str, reason: str) -> str:
    """The words for a step of a job's history; for a hold: what it waits for."""
    if state == State.HELD and reason:
        return waits_for(reason, "")
    return STAGES[State(state)]


def cost(credits: float | None, *, about: bool) -> str:
    """What a job cost: "98 credits", "about 50 credits"; "" while that is unknown."""
    if credits is None:
        return ""
    price = message(f"{amount(credits)} credits")
    if about:
        return message(f"about {price}")
    return price


def tries(attempt: int, tries_without_end: int, why: str) -> str:
    """What people read about a step that is being retried; "" for the first try."""
    if attempt:
        return message(f"attempt {attempt + 1}{because(why)}")
    if tries_without_end:
        return f"trying again{because(why)}"
    return why


def pace(seconds: float, usual: str) -> str:
    """The progress of a turn: how long it has taken so far (0: not worth saying), and how long it
    usually takes."""
    if seconds <= 0:
        return usual
    so_far = f"still working, {lasted(seconds)} so far"
    return "; ".join(filter(None, (so_far, usual)))
