"""What a text in an inbox is about: the result that NAME.revise.txt names, the question that
NAME.answer.txt answers. Where none, or more than one, fits, it says which names would.

It reads the journal alone, and carries nothing out.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.config.display_paths import in_inbox
from nemowatch.config.watch_section import Watch
from nemowatch.errors import OrderError, shown
from nemowatch.fs.names import note_name, plain, safe_name, split_ending
from nemowatch.hold_reasons import hold_in_short
from nemowatch.intake.scan.instruction_names import subject_of
from nemowatch.intake.scan.paths import name_of, parent, same_name
from nemowatch.journal import requests, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.requests import PublishedResult
from nemowatch.model import ENDED, State
from nemowatch.reporting.words import about_hold
from nemowatch.tasks.words import enumerated_files

#: Names that are proposed: more would hide what to do.
MOST_NAMES = 8
_REMOVE = "Or remove it."
#: The number of a version at the end of a name.
_VERSION = re.compile(r"\(\d+\)$")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about."""

    job: int  #: the number under which people know it
    session: int


def result_named(conn: sqlite3.Connection, watch: Watch, path: bytes) -> Subject:
    """The result that a NAME.revise.txt at this path names. Raises OrderError, with the names that
    would fit."""
    name = subject_of(name_of(path))
    results = _latest_of_each_name(requests.published(conn, watch.name, parent(path)))
    jobs = requests.of_folder(conn, watch.name, parent(path))
    if not any(_key(name) in _result_keys(one) for one in results):
        _check_awaited(name, jobs)

    meant = _meant(name, results) or _delivered_again(conn, watch, path, jobs)
    if not meant:
        raise _no_result(conn, watch, path, name, results)
    if _is_one(meant):
        return _made(conn, meant[0])
    raise OrderError(
        f"{shown(name)} may mean more than one result.",
        cure=f"Name the one that is to be changed: {_proposed(meant, results)}.",
    )


def _meant(name: str, results: list[PublishedResult]) -> list[PublishedResult]:
    """The results of this name, and those of films of this name: where it is a whole file name,
    with its ending, only those."""
    exactly = [one for one in results if _key(name) in _whole_keys(one)]
    if exactly:
        return exactly
    return [one for one in results if _key(name) in _result_keys(one) | _source_keys(one.source)]


def _delivered_again(
    conn: sqlite3.Connection, watch: Watch, path: bytes, jobs: list[tuple[bytes, Job]]
) -> list[PublishedResult]:
    """The results that had this name before they were delivered again, perhaps under another one:
    the old files may still lie there. Raises OrderError while they are not there yet."""
    name = subject_of(name_of(path))
    former = requests.formerly(conn, watch.name, parent(path))
    meant = _latest_of_each_name(_meant(name, former))
    at_work = {job.id for _, job in jobs if job.state not in ENDED}
    if any(result.shown_job in at_work for result in meant):
        raise OrderError(
            f"{shown(name)} is being delivered again.",
            cure="Nothing to do: this is carried out once it is there.",
        )
    return meant


def _is_one(results: list[PublishedResult]) -> bool:
    """Whether all of them are versions of one result."""
    return len({result.session for result in results}) == 1


def questions_named(conn: sqlite3.Connection, watch: Watch, path: bytes) -> list[Job]:
    """The jobs whose question a NAME.answer.txt at this path answers. Raises OrderError, with the
    names that would fit."""
    name = subject_of(name_of(path))
    jobs = requests.of_folder(conn, watch.name, parent(path))
    asking = [(source, job) for source, job in jobs if job.state is State.ATTENTION]
    by_file = _of_one_file(name, asking)
    if by_file:
        return by_file

    own = [job for _, job in asking if _key(name) in _job_keys(job)]
    if len(own) == 1:
        return own
    raise _no_question(name, asking)


def _of_one_file(name: str, asking: list[tuple[bytes, Job]]) -> list[Job]:
    """The questions about the file of this name; none where several files may be meant."""
    for keys in (_question_keys, _source_keys):
        found = [(source, job) for source, job in asking if _key(name) in keys(source)]
        files = {source for source, _ in found}
        if len(files) == 1:
            return [job for _, job in found]
        if files:
            return []
    return []


def _made(conn: sqlite3.Connection, result: PublishedResult) -> Subject:
    """A result that can be changed. Raises OrderError for one that this journal has not made."""
    if not spend.is_paid(conn, result.job):
        raise OrderError(
            "That result is older than nemowatch's records: there is no edit to change.",
            cure="Have it made again: drop the file again under another name.",
        )
    return Subject(result.shown_job, result.session)


def _check_awaited(name: str, jobs: Iterable[tuple[bytes, Job]]) -> None:
    """Raises OrderError for a result that is still being made, or that could not be."""
    wanted = {_key(name), _VERSION.sub("", _key(name))}
    for source, job in jobs:
        if wanted.isdisjoint(_job_keys(job) | _source_keys(source)):
            continue
        if job.state is State.ATTENTION:
            raise OrderError(
                f"What {shown(name)} is made from waits for a decision first:"
                f" {plain(note_name(name_of(source), '.question.txt'))} says which.",
                cure="This is carried out once that is decided and the result is there.",
            )
        if job.state is State.HELD:
            by_hand = about_hold(job.reason).in_one_line
            raise OrderError(
                f"{shown(name)} is not made yet: {hold_in_short(job.reason)}.",
                cure=f"{by_hand} This is carried out once it is there.",
            )
        if job.state not in ENDED:
            raise OrderError(
                f"{shown(name)} is still being made.",
                cure="Nothing to do: this is carried out once it is there.",
            )


def _no_result(
    conn: sqlite3.Connection,
    watch: Watch,
    path: bytes,
    name: str,
    results: list[PublishedResult],
) -> OrderError:
    elsewhere = _elsewhere(conn, watch, path, name)
    if elsewhere:
        return OrderError(
            f"{shown(name)} is not a result of this folder.",
            cure=f"It is one of {elsewhere}: put this file there. {_REMOVE}",
        )
    if not results:
        return OrderError(
            f"There is no result called {shown(name)}: nothing was made in this folder yet.",
            cure=f"Put it into the folder that the video was put into. {_REMOVE}",
        )
    return OrderError(
        f"There is no result called {shown(name)} here.",
        cure=f"Names that would fit: {_proposed(results, results)}. {_REMOVE}",
    )


def _elsewhere(conn: sqlite3.Connection, watch: Watch, path: bytes, name: str) -> str:
    """The inbox folder, for people, whose result it is; "" for none."""
    for where, owner, source in requests.published_as(conn, os.fsencode(name)):
        if _key(name) not in _keys_of(os.path.basename(where)):
            continue
        if owner != watch.name:
            return f"another inbox, {plain(os.path.join(os.fsencode(owner), parent(source)))}"
        if parent(source) != parent(path):
            return in_inbox(watch, parent(source))
    return ""


def _no_question(name: str, asking: list[tuple[bytes, Job]]) -> OrderError:
    if not asking:
        return OrderError(
            f"Nothing called {shown(name)} waits for an answer in this folder.",
            cure="Remove it: it has already been answered, or has continued by itself.",
        )
    sources = dict.fromkeys(source for source, _ in asking)
    names = [plain(note_name(name_of(source), ".answer.txt")) for source in sources]
    return OrderError(
        f"It is not clear which question {shown(name)} is about.",
        cure=f"Call it {_either(names)}. {_REMOVE}",
    )


def _latest_of_each_name(results: list[PublishedResult]) -> list[PublishedResult]:
    """Without those in whose place, after a person had taken them out, others were published."""
    found: dict[bytes, PublishedResult] = {}
    for result in results:
        found.setdefault(result.path, result)
    return list(found.values())


def _proposed(wanted: Iterable[PublishedResult], results: list[PublishedResult]) -> str:
    """File names for changes of some results, one for each session: after its first, whose name is
    the plainest."""
    names: dict[int, str] = {}
    for result in wanted:
        names[result.session] = plain(f"{_clear_name(result, results)}.revise.txt")
    return _either(list(names.values()))


def _clear_name(result: PublishedResult, results: list[PublishedResult]) -> str:
    """The plainest name by which nothing else may be meant."""
    stem, _ = split_ending(os.fsdecode(os.path.basename(result.path)))
    whole = os.fsdecode(os.path.basename(result.path))
    source = os.fsdecode(name_of(result.source))
    for name in (stem, whole, source):
        if _is_one(_meant(name, results)):
            return name
    return stem


def _either(names: list[str]) -> str:
    if len(names) > MOST_NAMES:
        enumerated = enumerated_files(names[:MOST_NAMES])
        return f"{enumerated} and others"
    return enumerated_files(names)


# -- names for comparing


def _key(name: str | bytes) -> str:
    """A name for comparing: in any case, composed or decomposed, without spaces."""
    raw = os.fsencode(name)
    return "".join(same_name(raw).split())


def _keys_of(name: bytes) -> set[str]:
    """A file's name, with and without its ending."""
    stem, _ = split_ending(os.fsdecode(name))
    return {_key(name), _key(stem)}


def _result_keys(result: PublishedResult) -> set[str]:
    return _keys_of(os.path.basename(result.path))


def _whole_keys(result: PublishedResult) -> set[str]:
    """The file names of a result and of its film, with their endings."""
    return {_key(os.path.basename(result.path)), _key(name_of(result.source))}


def _source_keys(source: bytes) -> set[str]:
    return _keys_of(name_of(source))


def _question_keys(source: bytes) -> set[str]:
    """How the question about a file is called."""
    return {_key(note_name(name_of(source), ""))}


def _job_keys(job: Job) -> set[str]:
    """What the results of a job will be called."""
    stem = job.stem.encode("utf-8", "surrogateescape")
    found: set[str] = set()
    for output in job.outputs:
        found |= _keys_of(os.fsencode(safe_name(stem, output.ending)))
    return found
