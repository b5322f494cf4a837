"""Finds results that exist already: after a journal was lost or restored, when only the outbox
still shows what was made, and for files that are in an inbox at a start.

Owns when to look, not how: `outbox.result_finder` knows what a job's results are called and where
they are.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace

from nemowatch.config.watch_section import Watch
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


@dataclass(frozen=True, slots=True)
class ResultLookup:
    """Looks up results with one inbox's finder. Its methods block, and raise LocalPassing."""

    watch: Watch
    finder: Finder
    beat: Callable[[], None]  #: called as a sign of life

    def with_results(
        self,
        candidates: Iterable[Candidate],
        which: Container[bytes] | None = None,
    ) -> list[Candidate]:
        """The same candidates, their jobs with the results that exist in the outbox. `which`: look
        only for those at these paths (None: for all)."""
        found: list[Candidate] = []
        for candidate in candidates:
            if which is None or candidate.path in which:
                found.append(self._with_results(candidate))
            else:
                found.append(candidate)
        return found

    def _with_results(self, candidate: Candidate) -> Candidate:
        found: list[NewJob] = []
        for job in candidate.jobs:
            results = self._find(candidate.path, job)
            found.append(replace(job, existing=(*results, *self._reviewed(candidate.path, job))))
        return replace(candidate, jobs=tuple(found))

    def _reviewed(self, path: bytes, job: NewJob) -> tuple[PublishedOutput, ...]:
        """What was made of the job's text, where a person reviews texts first."""
        review = job.target.review
        if review is None:
            return ()
        target = Target(job.target.name, review.prompt, review.outputs)
        return self._find(path, replace(job, target=target))

    def _find(self, path: bytes, job: NewJob) -> tuple[PublishedOutput, ...]:
        return self.finder(self.watch, path, job, self.beat)

    def results_of(
        self, held: Iterable[tuple[bytes, Job]]
    ) -> list[tuple[Job, tuple[PublishedOutput, ...]]]:
        """The jobs (given with their sources' paths) whose results exist, each with these."""
        found: list[tuple[Job, tuple[PublishedOutput, ...]]] = []
        for path, job in held:
            results = self._find(path, _as_new(job))
            if results:
                found.append((job, results))
        return found


def _as_new(job: Job) -> NewJob:
    return NewJob(job.item, job.stem, Target(job.target, job.prompt, job.outputs), job.skill)
