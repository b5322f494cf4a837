"""What there is to tell: of each subject that is due, what is true now and was not told yet.

All of it is one transaction: what is told is written down together with the message, so that no
restart repeats it. Knows no channel.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from nemowatch.clock import iso
from nemowatch.i18n.language import said
from nemowatch.intake.watch.health import AWAY, Health, HealthState
from nemowatch.journal import batches, notices
from nemowatch.journal.jobs import ListedJob
from nemowatch.model import HoldReason, State
from nemowatch.notify import wording
from nemowatch.notify.message import Message
from nemowatch.notify.wording import Told
from nemowatch.reporting import inbox_words
from nemowatch.reporting.overview import Trouble
from nemowatch.secrecy import redact_work
from nemowatch.sources.refused_files import remembered

#: Milliseconds between a cause and its message: what comes together is told together, and what is
#: over by then is not told at all.
DELAY_MS = 10_000
#: The same for what may well be over by itself in a moment.
SLOW_DELAY_MS = 60_000
#: The same for what is wrong in a folder: people are often still at it, and read of it there.
FOLDER_DELAY_MS = 600_000
#: Subjects of these kinds: a cloud that is out of reach, a share that is not there; folders.
PASSING = (f"hold {HoldReason.OUTAGE}", "inbox")
OF_FOLDERS = "troubles"
#: What is remembered as told of one inbox: more than anybody reads.
TROUBLES_KEPT = 500
#: Milliseconds between two messages about single jobs: a hundred files that fail one after the
#: other are a few messages.
JOBS_APART_MS = 120_000
#: Subjects of that kind.
PACED = ("jobs", "refused")
#: Milliseconds: a time that lies further ahead was written under another clock.
LONGEST_MS = 6 * 3600_000
#: For as long a message is remembered that everybody has taken.
REMEMBERED_MS = 30 * 86_400_000
#: States of jobs that are told as failed.
FAILED = (State.FAILED, State.REJECTED)
#: Of an inbox that is configured no more: nobody waits for it.
NO_INBOX = Health(HealthState.WATCHING, "", "", 0)


@dataclass(frozen=True, slots=True)
class NewsContext:
    """What is known besides the journal."""

    site: str
    now_ms: int
    on: Collection[str]  #: the events that somebody wants to hear of
    channels: Collection[str]
    inboxes: Mapping[str, Health]
    #: what only a person can put right, by inbox; without inboxes of which it is not known yet
    troubles: Mapping[str, Sequence[Trouble]]
    at_once: bool = False  #: nothing waits for more of its kind


def is_due(due_at: int, now_ms: int) -> bool:
    """Whether a time has come; one beyond any pause of ours never would."""
    return due_at <= now_ms or due_at > now_ms + LONGEST_MS


def find_inboxes(conn: sqlite3.Connection, inboxes: Mapping[str, Health]) -> list[str]:
    """The subjects of inboxes whose health is not what people were last told."""
    found: list[str] = []
    for name, health in inboxes.items():
        subject = f"inbox {name}"
        away = health.state in AWAY
        is_known = health.state is not HealthState.STARTING
        if is_known and notices.is_told(conn, subject) != away:
            found.append(subject)
    return found


def find_troubled(conn: sqlite3.Connection, troubles: Mapping[str, Sequence[Trouble]]) -> list[str]:
    """The subjects of inboxes whose troubles are not those that people were last told."""
    found: list[str] = []
    for name, standing in troubles.items():
        if _by_key(standing).keys() != notices.told_of(conn, _told_as(name)):
            found.append(f"{OF_FOLDERS} {name}")
    return found


def _told_as(name: str) -> str:
    """The beginning of the subjects of an inbox's troubles, each of which is told once."""
    return f"trouble {name}\n"


def _by_key(standing: Sequence[Trouble]) -> dict[str, Trouble]:
    """The troubles by what makes each another one: a folder, or a file, with its question."""
    found: dict[str, Trouble] = {}
    for trouble in standing[:TROUBLES_KEPT]:
        asked = trouble.what if trouble.path else ""
        where = trouble.path or trouble.folder
        key = hashlib.sha256(where + b"\0" + asked.encode("utf-8", "replace"))
        found.setdefault(key.hexdigest()[:16], trouble)
    return found


def has_any(conn: sqlite3.Connection, known: NewsContext) -> bool:
    """Whether `write_down` has anything to do."""
    times = notices.subjects(conn).values()
    if known.at_once:
        return bool(times)
    # one that has no time yet counts as due: it is to be given one
    is_any_due = any(is_due(due_at, known.now_ms) for due_at in times)
    return is_any_due or bool(_unnoticed(conn, known))


def _unnoticed(conn: sqlite3.Connection, known: NewsContext) -> list[str]:
    """The subjects that no trigger makes due: what the journal does not know."""
    return [*find_inboxes(conn, known.inboxes), *find_troubled(conn, known.troubles)]


def write_down(conn: sqlite3.Connection, known: NewsContext) -> None:
    """Make messages of all subjects whose time has come, give the new ones their time, and forget
    what was told long ago."""
    for subject in _unnoticed(conn, known):
        notices.make_due(conn, subject, 0)
    for subject, due_at in notices.subjects(conn).items():
        is_ripe = due_at > 0 and is_due(due_at, known.now_ms)
        if is_ripe or known.at_once:
            _tell(conn, subject, known)
        elif not due_at:
            notices.set_due(conn, subject, _time_of(conn, subject, known.now_ms))
    notices.forget(conn, known.now_ms - REMEMBERED_MS)


def _time_of(conn: sqlite3.Connection, subject: str, now_ms: int) -> int:
    """When it is told: soon, and jobs not too often."""
    soonest = now_ms + _delay(subject)
    if not subject.startswith(PACED):
        return soonest
    last = notices.told_at(conn, subject)
    if last > now_ms:  # the clock was set
        return soonest
    return max(soonest, last + JOBS_APART_MS)


def _delay(subject: str) -> int:
    if subject.startswith(PASSING):
        return SLOW_DELAY_MS
    if subject.startswith(OF_FOLDERS):
        return FOLDER_DELAY_MS
    return DELAY_MS


def _tell(conn: sqlite3.Connection, subject: str, known: NewsContext) -> None:
    """Make messages of what there is to tell of a subject."""
    notices.settle(conn, subject)
    kind, _, what = subject.partition(" ")
    for told in _TELLERS[kind](conn, what, known):
        if told.event in known.on:
            record = _message(told, known).record
            notices.add(conn, told.event, record, known.channels, known.now_ms)


def _message(told: Told, known: NewsContext) -> Message:
    title = f"{known.site}: {said(told.title)}"
    if told.name:
        title = f"{title}: {told.name}"
    return Message(
        told.event,
        redact_work(title),
        redact_work("\n".join(map(said, told.lines))),
        known.site,
        iso(known.now_ms),
        told.about,
    )


def _hold(conn: sqlite3.Connection, what: str, known: NewsContext) -> Iterable[Told]:
    story = notices.hold(conn, what)
    if not _changes(conn, f"hold {what}", known.now_ms, to=story is not None):
        return
    if story is None:
        yield wording.over(what)
    else:
        yield wording.held(what, story)


def _inbox(conn: sqlite3.Connection, what: str, known: NewsContext) -> Iterable[Told]:
    health = known.inboxes.get(what, NO_INBOX)
    if health.state is HealthState.STARTING:
        return  # due again once it is known
    away = health.state in AWAY
    if not _changes(conn, f"inbox {what}", known.now_ms, to=away):
        return
    if away:
        cure = inbox_words.about_inbox(health.state, health.cure)
        yield wording.inbox_away(what, health, cure)
    else:
        yield wording.inbox_back(what)


def _troubles(conn: sqlite3.Connection, what: str, known: NewsContext) -> Iterable[Told]:
    if what not in known.troubles:
        return  # found again once it is known
    now = _by_key(known.troubles[what])
    told = notices.told_of(conn, _told_as(what))
    for key in told - now.keys():
        notices.untell(conn, _told_as(what) + key)
    fresh = [trouble for key, trouble in now.items() if key not in told]
    for key in now.keys() - told:
        notices.tell(conn, _told_as(what) + key, known.now_ms)
    if fresh:
        yield wording.troubles(what, fresh)


def _changes(
    conn: sqlite3.Connection,
    subject: str,
    now_ms: int,
    *,
    to: bool,
) -> bool:
    """Whether it is otherwise than people were told; they are told now."""
    if notices.is_told(conn, subject) == to:
        return False
    if to:
        notices.tell(conn, subject, now_ms)
    else:
        notices.untell(conn, subject)
    return True


def _batch(conn: sqlite3.Connection, what: str, _: NewsContext) -> Iterable[Told]:
    for batch in batches.waiting(conn):
        if batch.id == int(what) and batch.waiting:
            yield wording.approval(batch)


def _jobs(conn: sqlite3.Connection, _: str, known: NewsContext) -> Iterable[Told]:
    rows = notices.take_jobs(conn)
    groups = ((filter(_asks, rows), wording.asking), (filter(_has_failed, rows), wording.failed))
    for group, told in groups:
        found = list(group)
        if found:
            notices.tell(conn, "jobs", known.now_ms)
            yield told(found)


def _refused(conn: sqlite3.Connection, what: str, known: NewsContext) -> Iterable[Told]:
    subject = f"refused {what}"
    before = notices.told_at(conn, subject) or notices.told_at(conn, notices.BEGUN)
    fresh = [one for one in remembered(conn, what) if one.at_ms > before]
    if fresh:
        notices.tell(conn, subject, max(map(attrgetter("at_ms"), fresh)))
        yield wording.refused(what, fresh)


def _asks(row: ListedJob) -> bool:
    is_copy = (row.job.state, row.job.reason) == (State.HELD, HoldReason.CONFLICT)
    return is_copy or row.job.state is State.ATTENTION


def _has_failed(row: ListedJob) -> bool:
    return row.job.state in FAILED


def _round(conn: sqlite3.Connection, what: str, _: NewsContext) -> Iterable[Told]:
    found = notices.end_round(conn, int(what))
    # what came to nothing as a whole was told as failed, or a person has cancelled it
    if found is not None and found.states.get(State.PUBLISHED):
        yield wording.round_done(found, notices.jobs_of_round(conn, found.id, wording.RECORDED))


_TELLERS: dict[str, Callable[[sqlite3.Connection, str, NewsContext], Iterable[Told]]] = {
    "hold": _hold,
    "inbox": _inbox,
    OF_FOLDERS: _troubles,
    "batch": _batch,
    "jobs": _jobs,
    "refused": _refused,
    "round": _round,
}
