"""Which job waits for a text that was put back into its folder: `promo.es.srt` is the text of the
Spanish dub of `promo.mp4`.

It reads the journal alone, and carries nothing out.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from operator import itemgetter

from nemowatch.config.watch_section import Watch
from nemowatch.errors import OrderError
from nemowatch.fs.names import note_name, plain, safe_name
from nemowatch.hold_reasons import hold_in_short
from nemowatch.intake.scan.name_order_and_stems import subtitle_stem
from nemowatch.intake.scan.paths import name_of, parent, same_name
from nemowatch.journal import requests, reviews
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.reporting.words import about_hold
from nemowatch.tasks.arguments import tag_of

#: What programs and the outbox put behind a name that is taken.
_NUMBER = re.compile(r"\s{0,9}\(\d{1,9}\)$")
#: Names that are proposed.
_MOST_NAMES = 8
_REMOVE = "Or remove it."
#: Of a source's path and a job of it.
_JOB: Callable[[tuple[bytes, Job]], Job] = itemgetter(1)


def text_awaited(conn: sqlite3.Connection, watch: Watch, path: bytes) -> Job:
    """The job that goes on with the text at this path. Raises OrderError, with the cure."""
    own = requests.of_folder(conn, watch.name, parent(path))
    named = [(source, job) for source, job in own if _is_named(path, source, job)]
    reviewed = [one for one in named if reviews.of_dub(conn, one[1].id) is not None]
    for _, job in reviewed:
        if reviews.may_approve(conn, job):
            return job

    name = plain(name_of(path))
    if reviewed:
        raise _too_late(name, *reviewed[0])
    at_work = list(filter(_is_open, map(_JOB, named)))
    if at_work:
        raise _too_early(name, at_work)
    raise _unknown(name, own)


def _is_open(job: Job) -> bool:
    return job.state not in ENDED


def _is_held(job: Job) -> bool:
    return job.state is State.HELD


def _too_early(name: str, at_work: Iterable[Job]) -> OrderError:
    held = next(filter(_is_held, at_work), None)
    if held is None:
        return OrderError(
            f"The text that {name} is about is still being made.",
            cure="Nothing to do: this one is used once that is there.",
        )
    by_hand = about_hold(held.reason).in_one_line
    return OrderError(
        f"The text that {name} is about is not made yet: {hold_in_short(held.reason)}.",
        cure=f"{by_hand} This one is used once that is there.",
    )


def _too_late(name: str, source: bytes, job: Job) -> OrderError:
    result = job.first_result
    if job.state is State.ATTENTION:
        return OrderError(
            f"{name} came while {result} was already being made: its words are not used.",
            cure=(
                f"{result} waits for a decision first:"
                f" {plain(note_name(name_of(source), '.question.txt'))} says which. {_REMOVE}"
            ),
        )
    if job.state is State.PUBLISHED:
        return OrderError(
            f"{name} came after {result} had already been made: its words are not used.",
            cure=(
                f"To change {result}, say in {result}.revise.txt what should be different; that is"
                f" one more paid turn. {_REMOVE}"
            ),
        )
    return OrderError(
        f"{name} came while {result} was already being made: its words are not used.",
        cure=f"Wait for {result}; it may be what you want. {_REMOVE}",
    )


def _unknown(name: str, own: Iterable[tuple[bytes, Job]]) -> OrderError:
    waiting = list(filter(reviews.is_waiting, map(_JOB, own)))
    if not waiting:
        return OrderError(
            f"Nothing in this folder waits for a text, so {name} is not used.",
            cure=(
                "Texts are put back into the folder of their clip once they are in the outbox, and"
                f" the clip stays there meanwhile. {_REMOVE}"
            ),
        )
    names = [plain(os.fsencode(f"{job.stem}.{job.target}.srt")) for job in waiting[:_MOST_NAMES]]
    return OrderError(
        f"No clip in this folder waits for a text called {name}.",
        cure=f"Call it what it is to be: {' or '.join(names)}. {_REMOVE}",
    )


def _is_named(path: bytes, source: bytes, job: Job) -> bool:
    """Whether a file has the name of a text for what this job makes, in any case: the clip's, with
    its language behind a dot as a folder's name would say it, with or without a number."""
    name = subtitle_stem(name_of(path))
    said = _NUMBER.sub("", os.fsdecode(name))
    begin, _, language = said.rpartition(".")
    is_language = language.casefold() == job.target.casefold() or tag_of(language) == job.target
    stem = job.stem.encode("utf-8", "surrogateescape")
    clips = {name_of(source), stem, os.fsencode(safe_name(stem, ""))}
    return is_language and same_name(os.fsencode(begin)) in set(map(same_name, clips))
