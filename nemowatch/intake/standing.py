"""Which jobs of a candidate need not be made because their results stand already: asked only after a journal was lost,
when the outbox is all that remembers.

Owns the question, not the answer: what a job's results are called and where they lie, the engine's finder knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nemowatch.config import Watch
from nemowatch.intake.claim import Candidate
from nemowatch.journal.jobs import PublishedOutput
from nemowatch.journal.sources import NewJob

#: (watch, path of the source's main file, its job, sign of life) -> the results that stand, all of them or none. Blocking.
Finder = Callable[[Watch, bytes, NewJob, Callable[[], None]], tuple[PublishedOutput, ...]]


def nothing_stands(
    watch: Watch, path: bytes, job: NewJob, beat: Callable[[], None]
) -> tuple[PublishedOutput, ...]:  # fmt: skip
    """The finder of an inbox without an outbox."""
    return ()


def with_results(
    candidates: Iterable[Candidate], watch: Watch, finder: Finder, beat: Callable[[], None]
) -> list[Candidate]:  # fmt: skip
    """The same candidates, their jobs with what stands of them in the outbox. Blocking; raises LocalPassing."""
    return [
        replace(c, jobs=tuple(replace(job, stands=finder(watch, c.path, job, beat)) for job in c.jobs)) for c in candidates
    ]
