"""Which results exist already: asked after a journal was lost or restored, when the outbox is all
that remembers, and about files that are in an inbox at a start.

Owns the question, not the answer: what a job's results are called and where they are, the engine's
finder knows.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from nemowatch.config import Watch
from nemowatch.intake.records import Candidate
from nemowatch.journal.jobs import Job
from nemowatch.journal.results import PublishedOutput
from nemowatch.journal.sources import NewJob
from nemowatch.model import Target

#: (watch, path of the source's main file, its job, sign of life) -> the results that exist, all of
#: them or none. Blocking.
Finder = Callable[[Watch, bytes, NewJob, Callable[[], None]], tuple[PublishedOutput, ...]]


def no_results(
    watch: Watch,
    path: bytes,
    job: NewJob,
    beat: Callable[[], None],
) -> tuple[PublishedOutput, ...]:
    """The finder of an inbox without an outbox."""
    return ()


def with_results(
    candidates: Iterable[Candidate],
    watch: Watch,
    finder: Finder,
    beat: Callable[[], None],
    which: Container[bytes] | None = None,
) -> list[Candidate]:
    """The same candidates, their jobs with what exists of them in the outbox; `which`: only of
    those at these paths (None: all). Blocking; raises LocalPassing."""
    found: list[Candidate] = []
    for candidate in candidates:
        if which is None or candidate.path in which:
            found.append(_with_results(candidate, watch, finder, beat))
        else:
            found.append(candidate)
    return found


def _with_results(
    candidate: Candidate,
    watch: Watch,
    finder: Finder,
    beat: Callable[[], None],
) -> Candidate:
    def looked_up(job: NewJob) -> NewJob:
        return replace(job, existing=finder(watch, candidate.path, job, beat))

    return replace(candidate, jobs=tuple(map(looked_up, candidate.jobs)))


def results_of(
    held: Iterable[tuple[bytes, Job]],
    watch: Watch,
    finder: Finder,
    beat: Callable[[], None],
) -> list[tuple[Job, tuple[PublishedOutput, ...]]]:
    """Those jobs of the journal (with their sources' paths) whose results exist, with these.
    Blocking; raises LocalPassing."""
    found: list[tuple[Job, tuple[PublishedOutput, ...]]] = []
    for path, job in held:
        results = finder(watch, path, _as_new(job), beat)
        if results:
            found.append((job, results))
    return found


def _as_new(job: Job) -> NewJob:
    return NewJob(job.item, job.stem, Target(job.target, job.prompt, job.outputs), job.skill)
