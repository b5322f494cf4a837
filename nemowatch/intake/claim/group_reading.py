"""Reads ready groups in a worker thread.

Owns what is asked about each file, and how long one go may take. `claimer` and `text_lane` decide
which thread reads which groups.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from nemowatch.fs.threads import WorkerThread
from nemowatch.intake.claim.acceptance import Acceptance
from nemowatch.intake.claim.group import Group
from nemowatch.intake.ready.ahead import AT_ONCE, Ahead, each_opened_ahead
from nemowatch.intake.ready.inspect import inspect
from nemowatch.intake.ready.inspection_result import Inspected, Terms
from nemowatch.intake.scan.paths import promises_text
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot

#: Seconds of reading in one go, so that a burst never keeps the inbox from checking other files.
BUDGET = 1.0

#: A group, and what was read of each of its files.
Read: TypeAlias = tuple[Group, list[Inspected]]


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """What is asked about one file. Equal questions have the same answer while the file does not
    change."""

    path: bytes
    terms: Terms
    last: Snapshot | None  #: the file at its last check; None when it is not tracked


@dataclass(frozen=True, slots=True)
class ReadingWork:
    """A group, and what is asked about each of its files."""

    group: Group
    questions: tuple[ReadingQuestion, ...]


class GroupReading:
    """Reads groups of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        acceptance: Acceptance,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._acceptance = acceptance

    def work(self, group: Group) -> ReadingWork:
        """What is asked about the files of this group now."""
        return ReadingWork(group, tuple(map(self.question, group.paths)))

    def question(self, path: bytes) -> ReadingQuestion:
        """What is asked about this file now."""
        last = None
        tracked = self._state.tracked.get(path)
        if tracked is not None:
            last = tracked.last
        return ReadingQuestion(path, self._acceptance.terms(path), last)

    async def read(self, work: list[ReadingWork], worker: WorkerThread) -> list[Read]:
        """Read groups in the worker's thread until the time is used up, but at least one. Raises
        LocalPassing when the share is unavailable."""
        if not work:
            return []

        def read() -> list[Read]:
            until = time.monotonic() + BUDGET
            done: list[Read] = []
            with closing(self._readings(work, worker)) as readings:
                for one in readings:
                    done.append(one)
                    if time.monotonic() > until:
                        break
            return done

        return await worker.run(read)

    def _readings(
        self, work: list[ReadingWork], worker: WorkerThread
    ) -> Generator[Read, None, None]:
        """Read one group after the other, in the worker's thread."""
        root = self._root_monitor.root
        portions = [work[at : at + AT_ONCE] for at in range(0, len(work), AT_ONCE)]
        seen = list(map(_last_seen, portions))
        # a child is not asked for words while it owes what it was asked before
        early = not any(map(promises_text, chain.from_iterable(seen)))
        opened = each_opened_ahead(root, seen, worker.beat, early=early)
        with closing(opened):
            for some, ahead in zip(portions, opened, strict=True):
                for one in some:
                    found = [self._inspect(question, worker, ahead) for question in one.questions]
                    yield one.group, found

    def _inspect(self, asked: ReadingQuestion, worker: WorkerThread, ahead: Ahead) -> Inspected:
        """Read one file, in the worker's thread."""
        root = self._root_monitor.root
        rule = self._root_monitor.settle_rules.at(asked.path)
        return inspect(root, asked.path, asked.last, rule, asked.terms, worker.beat, ahead)


def _last_seen(work: list[ReadingWork]) -> dict[bytes, Snapshot | None]:
    """The files of these groups, each as it was at its last check."""
    asked = chain.from_iterable(one.questions for one in work)
    return {question.path: question.last for question in asked}
