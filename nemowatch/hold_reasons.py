"""Everything that is known of a reason to wait: one row of `HOLDS` for each `HoldReason`.

Owns whom a hold concerns, what it stops, how it ends, and what people read about it. It must
not check anything: whether a hold is over is found out by `holds/probes.py`, which has one
function for each row. It lies at the ground because jobs, reporting, orders and commands all read
it, and they are on different layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.cures import JOB, Choice, Cure
from nemowatch.i18n.language import message
from nemowatch.model import HoldReason


class Scope(StrEnum):
    """Whom a hold concerns."""

    ACCOUNT = "account"  #: the whole account or machine: a row in the journal's table `hold`
    SETTING = "setting"  #: everything, by a limit of the configuration: worked out each time
    FOLDER = "folder"  #: the jobs of an inbox or of a task folder
    BATCH = "batch"  #: jobs that came together
    JOB = "job"  #: the one job that met it


class Stops(StrEnum):
    """What goes on no longer; whatever is paid already goes on, except without the cloud."""

    CLOUD = "cloud"  #: every call for a job
    NEW_WORK = "new work"  #: uploads and payments
    PAYMENT = "payment"  #: payments alone
    JOB = "job"  #: nothing but the jobs that are held


class Ends(StrEnum):
    """Who finds out that it is over."""

    PROBE = "probe"  #: nemowatch, by asking the cloud, the disks, the clock or the folders
    ORDER = "order"  #: a person says so


@dataclass(frozen=True, slots=True)
class Trial:
    """How a refusal that may last is tried again: by one job, after ever longer pauses."""

    first_free: bool  #: the first trial follows at once
    longest: float  #: seconds, of a pause


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason to wait."""

    scope: Scope
    stops: Stops
    ends: Ends
    words: str  #: what is the matter: a sentence for people, where no closer one is known
    short: str  #: the same in a few words, beside one of many files
    cure: Cure
    passing: bool = False  #: over in a while: `run --once` waits for it
    trial: Trial | None = None  #: how it is tried where its cause does not show itself
    about_money: bool = False  #: `status --json` says that credits hold jobs up

    @property
    def shared(self) -> bool:
        """Whether it concerns more than the job that meets it: said once, not for each job."""
        return self.scope in (Scope.ACCOUNT, Scope.SETTING, Scope.FOLDER)


RESUME = "nemowatch resume"
_HOUR = 3600.0

#: Where several holds of the account stop a job, it says the first of them.
HOLDS: Mapping[HoldReason, Hold] = {
    HoldReason.TOKEN: Hold(
        Scope.ACCOUNT,
        Stops.NEW_WORK,
        Ends.PROBE,
        words="The cloud refuses the token.",
        short="waits for a token",
        cure=Cure(
            "The person who looks after nemowatch has to supply a valid token; work then resumes by"
            " itself."
        ),
        # the balance shows most tokens; not one that only some calls refuse
        trial=Trial(first_free=True, longest=_HOUR),
        about_money=True,
    ),
    HoldReason.CREDITS: Hold(
        Scope.ACCOUNT,
        Stops.NEW_WORK,
        Ends.PROBE,
        words="The account has no credits left.",
        short="waits for credits",
        cure=Cure("Top up the account; work then resumes by itself."),
        # a top-up shows in the balance, and need not be found out
        trial=Trial(first_free=False, longest=6 * _HOUR),
        about_money=True,
    ),
    HoldReason.PLAN: Hold(
        Scope.ACCOUNT,
        Stops.NEW_WORK,
        Ends.PROBE,
        words="The account's plan does not allow this.",
        short="waits for the account's plan",
        cure=Cure(
            "Register or upgrade the plan; work then resumes by itself, after an hour at most.",
            (Choice(RESUME, "check it now"),),
        ),
        # nothing else shows an upgrade, and an export that is refused costs nothing
        trial=Trial(first_free=True, longest=_HOUR),
        about_money=True,
    ),
    HoldReason.SPACE: Hold(
        Scope.ACCOUNT,
        Stops.JOB,  # other outboxes may lie on other disks
        Ends.PROBE,
        words="A disk is full.",
        short="waits for disk space",
        # the disk is that of an outbox or of the state folder; `holds.disk_space.SPACE_AGAIN`
        cure=Cure(
            "Free some space on that disk, at least 8 MB and as much as the result needs; work then"
            " resumes by itself."
        ),
    ),
    HoldReason.OUTBOX: Hold(
        Scope.FOLDER,
        Stops.JOB,
        Ends.PROBE,
        words="Results cannot be stored in the outbox.",
        short="waits for the outbox",
        cure=Cure(
            "Make the outbox writable again (its share, its permissions or its disk). Nothing is"
            " paid for until then; work then resumes by itself.",
            (Choice(RESUME, "check it now"),),
        ),
    ),
    HoldReason.OUTAGE: Hold(
        Scope.ACCOUNT,
        Stops.CLOUD,
        Ends.PROBE,
        words="The cloud cannot be reached.",
        short="waits for the cloud",
        cure=Cure("Nothing to do: work resumes by itself when the cloud answers again."),
    ),
    HoldReason.PAUSED: Hold(
        Scope.FOLDER,
        Stops.NEW_WORK,
        Ends.PROBE,
        words="It has been paused.",
        short="paused",
        cure=Cure(
            "To resume, delete the file that pauses it.",
            (Choice(RESUME, "to end what nemowatch pause began"),),
        ),
    ),
    HoldReason.HOURS: Hold(
        Scope.SETTING,
        Stops.NEW_WORK,
        Ends.PROBE,
        words="New work may not start at this hour (limits.hours).",
        short="waits for working hours",
        cure=Cure("Nothing to do: work resumes by itself within the hours of limits.hours."),
    ),
    HoldReason.CAP: Hold(
        Scope.SETTING,
        Stops.PAYMENT,
        Ends.PROBE,
        words="Today's credit limit is reached, or soon will be.",
        short="waits for the day's credits",
        cure=Cure(
            message(
                "To spend more a day, raise limits.daily_credits, and reload nemowatch (systemctl"
                " reload nemowatch) or start it again."
            )
        ),
        about_money=True,
    ),
    HoldReason.APPROVAL: Hold(
        Scope.BATCH,
        Stops.JOB,
        Ends.ORDER,
        words="This many new results at once need a person's approval.",
        short="waits for approval",
        cure=Cure(
            "To approve, make an empty file called APPROVE in the inbox (APPROVE.txt works too).\n"
            "To leave something out, move it out of the inbox first.",
            (Choice("nemowatch approve", "approve everything that waits"),),
        ),
    ),
    HoldReason.CONFLICT: Hold(
        Scope.JOB,
        Stops.JOB,
        Ends.ORDER,
        words=(
            "It looks like a copy of another file: one that a sync program or the system made, or"
            " the same content under a longer name."
        ),
        short="looks like a copy",
        cure=Cure(
            "Keep one: give it a name of its own, and delete the others.",
            (Choice(f"nemowatch retry {JOB}", "process this copy too"),),
        ),
    ),
    HoldReason.SLOW_RENDER: Hold(
        Scope.JOB,
        Stops.JOB,
        Ends.PROBE,
        words="The render is taking very long; it continues in the cloud.",
        short="waits for a slow render",
        cure=Cure(
            "Nothing to do: it is fetched as soon as it is ready.",
            (Choice(RESUME, "check it now"),),
        ),
        passing=True,
    ),
}

#: Holds of the account that stop new work; an outage stops the runner's lanes instead.
STOPPERS = tuple(
    reason
    for reason, hold in HOLDS.items()
    if hold.scope is Scope.ACCOUNT and hold.stops is Stops.NEW_WORK
)
#: Holds by a limit of the configuration.
BY_SETTING = tuple(reason for reason, hold in HOLDS.items() if hold.scope is Scope.SETTING)
#: Holds that `nemowatch resume` tries at once; what is paused goes on folder by folder.
RESUMABLE = tuple(
    reason
    for reason, hold in HOLDS.items()
    if hold.ends is Ends.PROBE and reason is not HoldReason.PAUSED
)


#: Why a job waits while everything is paused.
PAUSED_ALL = "Everything is paused. To resume: nemowatch resume."


def pause_words(file: str) -> str:
    """Why a job waits that a PAUSE holds; `file`: that PAUSE as people see it."""
    return f"The file {file} pauses it: delete that file to resume."


def row(reason: str) -> Hold | None:
    """The row of a reason as the journal has it; None for a word that is none (a journal of a
    newer version)."""
    try:
        return HOLDS[HoldReason(reason)]
    except ValueError:
        return None


def hold_in_short(reason: str) -> str:
    """What a held job waits for, in a few words."""
    hold = row(reason)
    if hold is None:
        return reason
    return hold.short
