"""What a text about a result or a question asks for: the orders that carry it out, or that it was
taken before.

It reads the journal, and carries nothing out. `request_subjects` says what a text is about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nemowatch.config.watch_section import Watch
from nemowatch.errors import OrderError
from nemowatch.intake.records import REVIEWED, RequestFile
from nemowatch.journal import jobs, requests, results
from nemowatch.journal.jobs import Job
from nemowatch.journal.requests import RequestText, TakenRequest
from nemowatch.model import ENDED
from nemowatch.reporting import words
from nemowatch.sources.request_subjects import questions_named, result_named
from nemowatch.sources.reviewed_texts import text_awaited
from nemowatch.tasks.answers import AnswerMeaning, read_answer
from nemowatch.tasks.further import change, further

#: Filesystems and sync clients round times, to two seconds at most.
ROUNDED_NS = 2_000_000_000
#: Words that let go on what waits.
_YES = frozenset({AnswerMeaning.YES, AnswerMeaning.AGAIN})
#: An order's name, and what it is given with.
Asked = tuple[str, dict[str, Any]]
#: (conn, the answers of the orders, UTC ms): run in their transaction.
Record = Callable[[sqlite3.Connection, list[dict[str, Any]], int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a text."""

    orders: list[Asked]
    record: Record


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text whose words were taken before."""

    taken: TakenRequest
    results: tuple[bytes, ...]  #: what came of it, absolute
    is_repeated: bool  #: it is not the file that was taken


def words_of(watch: Watch, file: RequestFile) -> RequestText:
    """A text as the journal knows it."""
    return RequestText(watch.name, file.path, file.kind, file.digest, file.snapshot.mtime_ns)


def plan_of(conn: sqlite3.Connection, watch: Watch, file: RequestFile) -> Plan | KnownText:
    """What a text asks for, or that it was taken before. Raises OrderError."""
    written = words_of(watch, file)
    if file.kind == REVIEWED:
        return _reviewed(conn, watch, file, written)
    for taken in requests.at_path(conn, written):
        if not taken.moved or _is_no_newer(written, taken):
            return _known(conn, written, taken)
    return PLANS[file.kind](conn, watch, file, written)


def _is_no_newer(written: RequestText, taken: TakenRequest) -> bool:
    """Whether a text was not written after the one that was taken: it is that one, or a copy."""
    return written.mtime_ns <= taken.mtime_ns + ROUNDED_NS


def _known(conn: sqlite3.Connection, written: RequestText, taken: TakenRequest) -> KnownText:
    made = tuple(result.path for result in results.outputs(conn, taken.job))
    is_later = not _is_no_newer(written, taken)
    return KnownText(taken, made, taken.moved or is_later)


def _revision(
    conn: sqlite3.Connection,
    watch: Watch,
    file: RequestFile,
    written: RequestText,
) -> Plan | KnownText:
    text = change(file.text)
    subject = result_named(conn, watch, file.path)
    for taken in requests.about(conn, written, subject.session):
        is_over = jobs.by_id(conn, taken.job).state in ENDED
        if _is_no_newer(written, taken) or not is_over:
            return _known(conn, written, taken)

    def record(conn: sqlite3.Connection, answers: list[dict[str, Any]], now_ms: int) -> None:
        (answer,) = answers
        requests.add(conn, written, subject.session, answer["job"], now_ms)

    asked = {"job": subject.job, "session": subject.session, "text": text}
    return Plan([("revise", asked)], record)


def _known_already(
    conn: sqlite3.Connection, written: RequestText, before: Iterable[TakenRequest]
) -> KnownText | None:
    """What is known of words that are no newer than one of these; None for news."""
    same = next(filter(partial(_is_no_newer, written), before), None)
    if same is None:
        return None
    return _known(conn, written, same)


def _reviewed(
    conn: sqlite3.Connection,
    watch: Watch,
    file: RequestFile,
    written: RequestText,
) -> Plan | KnownText:
    """A text that was put back. The same words are an approval for each clip that waits for one,
    so what counts is whether something waits."""
    try:
        job = text_awaited(conn, watch, file.path)
    except OrderError:
        known = _known_already(conn, written, requests.at_path(conn, written))
        if known is None:
            raise
        return known

    def record(conn: sqlite3.Connection, answers: list[dict[str, Any]], now_ms: int) -> None:
        before = requests.about(conn, written, job.session)
        if all(taken.mtime_ns != written.mtime_ns for taken in before):
            requests.add(conn, written, job.session, job.id, now_ms)

    asked = {"job": job.id, "how": "done", "words": file.text}
    return Plan([("resolve", asked)], record)


def _answer(
    conn: sqlite3.Connection,
    watch: Watch,
    file: RequestFile,
    written: RequestText,
) -> Plan | KnownText:
    said = _what_it_says(file.text)
    asking = _asked_before(conn, file, questions_named(conn, watch, file.path))
    said = _as_offered(said, asking)
    text = ""
    if said is AnswerMeaning.WORDS:
        text = further(file.text)
    for job in asking:
        known = _known_already(conn, written, requests.about(conn, written, job.session))
        if known is not None:
            return known
    answered = [job for job in asking if said in _offered(job)]
    if not answered:
        raise OrderError(
            "The question cannot be answered in this way.",
            cure=f"Write one of these words alone: {_offered_words(asking)}.",
        )

    def record(conn: sqlite3.Connection, answers: list[dict[str, Any]], now_ms: int) -> None:
        for job in answered:
            requests.add(conn, written, job.session, job.id, now_ms)

    return Plan([_order(job, said, text) for job in answered], record)


def _asked_before(conn: sqlite3.Connection, file: RequestFile, asking: list[Job]) -> list[Job]:
    """The questions that were there when this answer came. Raises OrderError for none: it was
    written as an answer to something else."""
    found = [job for job in asking if requests.asked_at(conn, job.id) <= file.seen_at]
    if not found:
        raise OrderError(
            "It was here before this question was asked, so it may be an answer to another one.",
            cure="Read the question. If this is the answer to it, open this file and save it once"
            " more. Or remove it.",
        )
    return found


def _what_it_says(text: str) -> AnswerMeaning:
    if text.strip():
        return read_answer(text)
    return AnswerMeaning.WORDS


def _as_offered(said: AnswerMeaning, asking: list[Job]) -> AnswerMeaning:
    """What a person means who says "yes" where "again" would be said, or the other way round; where
    neither is a word for what is offered, "yes" is an answer like any other."""
    offered = set[AnswerMeaning]().union(*map(_offered, asking))
    if said in offered or said not in _YES:
        return said
    is_doubtful = AnswerMeaning.DONE in offered  # yes to what?
    other = offered & _YES
    if other and not is_doubtful:
        return other.pop()
    return AnswerMeaning.WORDS


def _order(job: Job, said: AnswerMeaning, text: str) -> Asked:
    orders: dict[AnswerMeaning, Asked] = {
        AnswerMeaning.DONE: ("resolve", {"job": job.id, "how": "done"}),
        AnswerMeaning.AGAIN: ("resolve", {"job": job.id, "how": "resend"}),
        AnswerMeaning.YES: ("resolve", {"job": job.id, "how": "resend"}),
        AnswerMeaning.CANCEL: ("cancel", {"jobs": [job.id]}),
        AnswerMeaning.WORDS: ("answer", {"job": job.id, "text": text}),
    }
    return orders[said]


def _offered(job: Job) -> set[AnswerMeaning]:
    """What a question may be answered with."""
    return words.answers_to(job.reason)


def _offered_words(asking: Iterable[Job]) -> str:
    found = dict.fromkeys(said.value for job in asking for said in sorted(_offered(job)))
    return ", ".join(filter(None, found))


#: What each kind of text asks for.
PLANS: dict[
    str, Callable[[sqlite3.Connection, Watch, RequestFile, RequestText], Plan | KnownText]
] = {
    "revise": _revision,
    "answer": _answer,
}
