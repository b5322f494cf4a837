"""Turns an `Overview` into the rows of the status page. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nemowatch.clock import date_and_time
from nemowatch.fs.names import note_name, plain
from nemowatch.journal.jobs import Job, ListedJob
from nemowatch.journal.spend import amount
from nemowatch.model import HoldReason, State
from nemowatch.reporting import inbox_words, page_waiting, words
from nemowatch.reporting.alike import MOST_NAMES, together
from nemowatch.reporting.conversation import Turn
from nemowatch.reporting.overview import (
    DoneJob,
    InboxStatus,
    Overview,
    Transfer,
    Trouble,
)
from nemowatch.reporting.page_model import (
    CreditLine,
    Failed,
    Finished,
    Health,
    Listing,
    Need,
    PageModel,
    Running,
    Tip,
    Words,
)
from nemowatch.reporting.paragraphs import shortened
from nemowatch.reporting.tipped_files import TippedFile
from nemowatch.tasks.describe import Orderable
from nemowatch.tasks.usual_times import usual_time

#: Characters of an order or an answer: more is in the file beside the result.
LONGEST_WORDS = 700
#: Nothing is being transferred.
NO_TRANSFER = Transfer("", 0, 0)


def content(
    overview: Overview,
    *,
    page: Path,
    host: str,
    version: str,
    now_ms: int,
    turns: Mapping[int, Turn] | None = None,
    orders: Iterable[Orderable] = (),
    stopped: bool = False,
) -> PageModel:
    """The page's rows; `turns`: what is known of finished jobs, by their number; `orders`: what
    can be ordered; `stopped`: no daemon works on it from now on."""
    known = turns or {}
    return PageModel(
        host=host,
        now_ms=now_ms,
        page=page,
        version=version,
        needs=Listing(tuple(_needs(overview))),
        holds=tuple(page_waiting.holds(overview)),
        waiting=page_waiting.waiting(overview),
        running=Listing(tuple(_running(overview))),
        finished=Listing(tuple(_finished(done, known) for done in overview.done)),
        failed=Listing((*_refused(overview), *map(_failed, overview.failed))),
        credits=tuple(_credits(overview)),
        folders=tuple(map(_at_rest if stopped else _inbox, overview.snapshot.inboxes)),
        ended=stopped,
        tips=Listing(tuple(map(_tip, overview.tips))),
        orders=tuple(orders),
        link=overview.snapshot.connection.link,
    )


# -- what needs a person ---------------------------------------------------------------


def _needs(overview: Overview) -> Iterable[Need]:
    for batch in overview.batches:
        what = inbox_words.batch(max(batch.waiting, batch.expected), batch.cause)
        yield Need(what, words.APPROVE)
    yield from map(_asking, overview.asking)
    for row in overview.held_for(HoldReason.CONFLICT):
        yield Need(
            words.hold_words(HoldReason.CONFLICT),
            words.about_hold(HoldReason.CONFLICT, row.job.id),
            _name(row.path),
            row.folder,
            (row.job.id,),
        )
    for alike in together(overview.snapshot.unsolved):
        yield _trouble(alike)


def _asking(row: ListedJob) -> Need:
    cure = words.about_job(row.job.id, row.job.state, row.job.reason)
    name = note_name(os.path.basename(row.path), "")
    cure = cure.for_file(plain(name))
    return Need(row.job.error_text, cure, _name(row.path), row.folder, (row.job.id,))


def _trouble(alike: list[Trouble]) -> Need:
    """One entry for all files of a folder that have the same trouble."""
    trouble = alike[0]
    cure = inbox_words.about_trouble(trouble)
    if not trouble.path:
        return Need(trouble.what, cure, folder=trouble.folder)

    inside = trouble.folder
    if inside == trouble.path:
        inside = b""
    names = b", ".join(_name(one.path) for one in alike[:MOST_NAMES])
    more = len(alike) - MOST_NAMES
    if more > 0:
        names += b" and %d more" % more
    return Need(trouble.what, cure, names, inside)


# -- what is made, and what was --------------------------------------------------------


def _running(overview: Overview) -> Iterable[Running]:
    for row in overview.working:
        job = row.job
        if job.state is State.CLAIMED:
            continue
        yield Running(
            _name(row.path),
            row.folder,
            job.target,
            job.state,
            _percent(job, overview),
            _note(job, overview),
            (job.id,),
        )


def _note(job: Job, overview: Overview) -> str:
    """What is said of a step besides its name."""
    said = [words.tries(job.attempt, job.tries, job.error_text)]
    transfer = overview.snapshot.transfers.get(job.id)
    if job.state is State.INSTRUCTING and transfer is not None:
        said.append(words.pace(transfer.seconds, usual_time(job.skill)))
    return " · ".join(filter(None, said))


def _percent(job: Job, overview: Overview) -> float:
    """How far this step is; -1 when that is unknown."""
    if job.state is State.RENDERING:
        return job.progress
    transfer = overview.snapshot.transfers.get(job.id, NO_TRANSFER)
    if transfer.share is None:
        return -1
    return 100 * transfer.share


def _finished(done: DoneJob, turns: Mapping[int, Turn]) -> Finished:
    row = done.row
    job = row.job
    return Finished(
        _name(row.path),
        row.folder,
        job.target,
        job.updated_at,
        tuple(Path(os.fsdecode(output.path)) for output in done.results),
        words.cost(job.credits, about=job.credits_about),
        _words(turns.get(job.id)),
        (job.id,),
    )


def _words(turn: Turn | None) -> Words | None:
    if turn is None:
        return None
    return Words(
        shortened(turn.asked, LONGEST_WORDS),
        shortened(turn.said, LONGEST_WORDS),
        turn.timeline,
        turn.changes,
        Path(os.fsdecode(turn.side_file)) if turn.side_file else None,
    )


def _refused(overview: Overview) -> Iterable[Failed]:
    for trouble in overview.snapshot.refused:
        yield Failed(
            _name(trouble.path),
            trouble.folder,
            "",
            trouble.refused_at,
            trouble.what,
            inbox_words.about_trouble(trouble),
        )


def _failed(row: ListedJob) -> Failed:
    job = row.job
    return Failed(
        _name(row.path),
        row.folder,
        job.target,
        job.updated_at,
        words.what_happened(job.state, job.error_text),
        words.about_job(job.id, job.state, code=job.error_code),
        (job.id,),
    )


# -- the rest --------------------------------------------------------------------------


def _tip(tip: TippedFile) -> Tip:
    return Tip(_name(tip.path), tip.folder, tip.text)


def _credits(overview: Overview) -> Iterable[CreditLine]:
    if overview.credits.available is not None:
        yield CreditLine("Left", amount(overview.credits.available))
    if overview.snapshot.registration:
        yield CreditLine("Keep this account", "register it", overview.snapshot.registration)
        if overview.snapshot.account_ends_at:
            lasts = date_and_time(overview.snapshot.account_ends_at)
            yield CreditLine("The account is anonymous", f"it lasts until {lasts}")


def _at_rest(inbox: InboxStatus) -> Health:
    return Health(inbox.root, False, "nemowatch is not running", inbox_words.NOT_RUNNING)


def _inbox(inbox: InboxStatus) -> Health:
    return Health(inbox.root, inbox.good, inbox.state, inbox_words.about_inbox(inbox.health))


def _name(path: bytes) -> bytes:
    return os.path.basename(path)
