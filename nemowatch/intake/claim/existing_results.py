"""Whose results stand already: asked after a journal was lost or put back, when the outbox is all
that remembers, and of what stands in an inbox at a start, in case nobody noticed that.

Owns the question, not the answer: what a job's results are called and where they lie, the
engine's finder knows.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from nemowatch.config import Watch
from nemowatch.intake.records import Candidate
from nemowatch.journal.jobs import Job, PublishedOutput
from nemowatch.journal.sources import NewJob
from nemowatch.model import Target

#: (watch, path of the source's main file, its job, sign of life) -> the results that stand, all of
#: them or none. Blocking.
Finder = Callable[[Watch, bytes, NewJob, Callable[[], None]], tuple[PublishedOutput, ...]]


def nothing_stands(
    watch: Watch, path: bytes, job: NewJob, beat: Callable[[], None]
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
    """The same candidates, their jobs with what stands of them in the outbox; `which`: only of
    those at these paths (None: all). Blocking; raises LocalPassing."""
    return [
        (
            replace(
                c,
                jobs=tuple(replace(job, stands=finder(watch, c.path, job, beat)) for job in c.jobs),
            )
            if which is None or c.path in which
            else c
        )
        for c in candidates
    ]


def results_of(
    held: Iterable[tuple[bytes, Job]], watch: Watch, finder: Finder, beat: Callable[[], None]
) -> list[tuple[Job, tuple[PublishedOutput, ...]]]:
    """Those jobs of the journal (with their sources' paths) whose results stand, with these.
    Blocking; raises LocalPassing."""
    found = [(job, finder(watch, path, _as_new(job), beat)) for path, job in held]
    return [(job, results) for job, results in found if results]


def _as_new(job: Job) -> NewJob:
    return NewJob(job.item, job.stem, Target(job.target, job.prompt, job.outputs), job.skill)
