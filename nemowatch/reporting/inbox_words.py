"""What people read, and what they can do, about inboxes, folders and files that are not worked on,
and about new work that waits for an approval.

Like `words`, which has the same for jobs and holds: page, terminal and notes only render it, and
nothing here reads anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemowatch.clock import date_and_time
from nemowatch.cures import NOTHING, Choice, Cure, names_another_folder, start_again
from nemowatch.i18n.language import message
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal.batch_causes import ALREADY_MADE, PROJECT, REBUILT, TAKEN_OVER
from nemowatch.reporting.phrases import brackets, counted
from nemowatch.reporting.words import RESUME, move_back

if TYPE_CHECKING:
    from nemowatch.reporting.overview import InboxStatus, Trouble

#: What a person can do about an inbox in each state.
INBOXES: dict[HealthState, Cure] = {
    HealthState.STARTING: NOTHING,
    HealthState.WATCHING: NOTHING,
    HealthState.SCANNING: NOTHING,
    HealthState.DEGRADED: Cure("Nothing to do: it is scanned more often until this is fixed."),
    HealthState.OFFLINE: Cure("Mount the share again; work then resumes by itself."),
    HealthState.HELD: Cure(
        "Nothing to do if that host should keep it.",
        (Choice("nemowatch take-over", "this host takes over from now on"),),
    ),
}
#: What people read about an inbox with a problem, with the reason. JSON and the terminal have the
#: state's own word.
_TROUBLES = {
    HealthState.DEGRADED: message("new files may be noticed late: {reason}"),
    HealthState.OFFLINE: message("not there since {date_and_time}: {reason}"),
    HealthState.HELD: message("another host works on it: {reason}"),
}
PAUSED_ALL = Cure("", (Choice(RESUME, "resume work"),))
PAUSE_FILE = Cure("Delete that file to resume. If it is a folder, give it another name.")
#: Why a batch needs approval, for the note, by the cause that the journal keeps.
BATCH_CAUSES: dict[str, str] = {
    REBUILT: (
        "nemowatch lost its memory, or it was restored from a backup: some of this may have been"
        " paid for already, and would be paid for again."
    ),
    ALREADY_MADE: (
        "The outbox has results with the names of these files, and nemowatch does not remember"
        " making them. If they are what you want, take the files out of the inbox: making them"
        " again costs again."
    ),
    PROJECT: (
        "One project has instructions in many parts, and each part is paid for separately. Lines"
        " of hyphens in its prompt.txt separate the parts."
    ),
}

#: Causes that are one word, for people: a single word may be a name, and is never translated.
_SHORT_CAUSES = {PROJECT: "one project", TAKEN_OVER: "taken over from another host"}


def inbox_state(inbox: InboxStatus) -> str:
    """The state of an inbox, in a few words."""
    if inbox.health is None:
        return inbox.state
    trouble = _TROUBLES.get(inbox.health)
    if trouble is None or not inbox.reason:
        return inbox.health.value
    return trouble.format(reason=inbox.reason, date_and_time=date_and_time(inbox.since))


def about_inbox(health: HealthState | None, cure: str = "") -> Cure:
    """What a person can do about an inbox in this state; None: it is not watched. `cure`: that of
    what was found there, "" when it has none of its own."""
    if health is None:
        return start_again()
    if cure:
        return Cure(cure)
    return INBOXES[health]


def about_refused(cure: str, *, back: str = "") -> Cure:
    """What a person can do about a refused file in failed/. `cure`: the cure for what is wrong with
    it; `back`: its inbox folder, for people."""
    if not cure:
        return Cure(move_back(back))
    if names_another_folder(cure):
        return Cure(cure)  # in its own inbox folder it would be refused again
    return Cure(f"{cure}\nThen put the file into its inbox folder{brackets(back)}.")


def about_trouble(trouble: Trouble) -> Cure:
    """What a person can do about a folder or a file that is not worked on."""
    if trouble.refused_at:
        return about_refused(trouble.cure)
    if not trouble.path:
        return about_folder(trouble.suggestion, trouble.cure)
    return Cure(trouble.cure)


def about_folder(suggestion: str, cure: str) -> Cure:
    """What a person can do about a folder that cannot be worked on."""
    if cure:
        return Cure(cure)
    if suggestion:
        return Cure(
            f'Did you mean "{suggestion}"? Rename the folder, or move what is in it to a folder of'
            " that name, and everything is processed."
        )
    return Cure("Rename the folder: the note in it says what works.")


def cause_words(cause: str) -> str:
    """Why a batch asks, in words that can be translated; `cause`: what the journal keeps."""
    return _SHORT_CAUSES.get(cause, cause)


def batch(jobs: int, cause: str, where: str = "") -> str:
    """The question of a batch; `where`: its inbox, if that needs saying."""
    results = counted(jobs, "new result waits", "new results wait")
    cause = cause_words(cause)
    if where:
        return f"{results} for approval in {where} ({cause})."
    return f"{results} for approval ({cause})."


def price(credits: float, available: float | None) -> str:
    """What a batch would cost, and how much is left. `credits`: 0 when that is unknown;
    `available`: None when not known."""
    cost = "Its cost is not known yet"
    if credits:
        cost = f"That costs about {credits:,.0f} credits"
    if available is None:
        return f"{cost}."
    left = f"{cost}; {available:,.0f} are left."
    if available < credits:
        return f"{left} That is not enough for all of them; the rest would wait."
    return left
