"""What the status page says about everything that waits: the holds, and the files and jobs whose
turn has not come. Pure.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from nemowatch.hold_reasons import BY_SETTING, HOLDS, Stops
from nemowatch.journal import queue
from nemowatch.journal.jobs import ListedJob
from nemowatch.model import HoldReason, State
from nemowatch.reporting import account_words, inbox_words, words
from nemowatch.reporting.grouping import grouped
from nemowatch.reporting.overall_progress import QUEUEING
from nemowatch.reporting.overview import Overview, Settling
from nemowatch.reporting.page_files import chips_of, file_of, where
from nemowatch.reporting.page_model import HoldLine, Listing, Waiting
from nemowatch.reporting.phrases import capital

#: Holds of single jobs that are shown once, however many jobs meet them.
OF_JOBS = (*BY_SETTING, HoldReason.SLOW_RENDER)
#: States of jobs whose turn has not come.
WAITING = frozenset({State.HELD, *QUEUEING})


def holds(overview: Overview) -> Iterable[HoldLine]:
    if overview.paused:
        yield HoldLine("Everything is paused.", inbox_words.PAUSED_ALL)
    for file in overview.snapshot.pauses:
        what = f"Paused by the file {file.in_share}."
        place = (file.watch, file.folder)
        yield HoldLine(what, inbox_words.PAUSE_FILE, stops=file.whole, paused=place)
    if not overview.holds:
        yield from _connection(overview)
    for row in overview.holds:
        cure = words.about_hold(row.reason).beyond(row.text)
        yield HoldLine(capital(row.text), cure, row.since)
    for reason in OF_JOBS:
        yield from _hold_of_jobs(reason, overview.held_for(reason))


def _connection(overview: Overview) -> Iterable[HoldLine]:
    """What keeps the cloud from accepting us, before any job has met it."""
    connection = overview.snapshot.connection
    if connection.text:
        cure = account_words.about_connection(connection)
        yield HoldLine(connection.text, cure, stops=connection.reason is not None)


def _hold_of_jobs(reason: HoldReason, held: list[ListedJob]) -> Iterable[HoldLine]:
    if not held:
        return
    first = held[0].job
    what = first.error_text or words.hold_words(reason)
    yield HoldLine(
        capital(what),
        words.about_hold(reason, first.id),
        min(row.job.updated_at for row in held),
        HOLDS[reason].stops is not Stops.JOB,
    )


def waiting(overview: Overview) -> Listing[Waiting]:
    """Files that are not jobs yet, then files whose jobs wait, without those from which something
    is being made: these have rows elsewhere."""
    snapshot = overview.snapshot
    files = list(map(_settling, snapshot.only_waiting))
    rows = [row for row in overview.unfinished if file_of(row) not in overview.in_making]
    of_jobs = list(_waiting_jobs(rows, overview.behind_ended))
    troubled = len(snapshot.settling) - len(files)
    beside = sum(row.job.state in WAITING for row in overview.unfinished) - sum(
        row.count for row in of_jobs
    )
    total = snapshot.settling_count - troubled + overview.total(WAITING) - beside
    return Listing((*files, *of_jobs), total=total)


def _settling(one: Settling) -> Waiting:
    return Waiting(os.path.basename(one.path), os.path.dirname(one.path), one.why)


def _waiting_jobs(rows: Iterable[ListedJob], behind: Mapping[int, int]) -> Iterable[Waiting]:
    """One row for each file and reason, however many of its jobs wait."""
    alike = grouped(rows, lambda row: (row.watch, row.path, _why(row, behind)))
    for (_, path, why), of_file in alike.items():
        if why:
            targets = chips_of(of_file)
            numbers = tuple(row.job.id for row in of_file)
            yield Waiting(os.path.basename(path), where(of_file[0]), why, targets, numbers)


def _why(row: ListedJob, behind: Mapping[int, int]) -> str:
    """Why a job waits; "" when it does not. `behind`: the jobs that wait for one that has ended."""
    if row.job.id in behind:
        return " ".join(queue.in_doubt(behind[row.job.id]))
    if row.job.state is State.HELD:
        return words.waits_for(row.job.reason, row.job.error_text)
    if row.job.state is State.UPLOADED:
        return "uploaded; next in line"
    if row.job.state is not State.CLAIMED:
        return ""
    if row.settled:
        return "next in line"
    return "it has changed and is checked again"
