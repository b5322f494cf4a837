"""Which of the jobs that wait for their outbox could be delivered by now. A share that hangs keeps
nobody else waiting."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.intake.inbox import Inbox
from nemowatch.journal import queue, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason
from nemowatch.retry_memory import NotBefore
from nemowatch.stages.source_check import check_results

#: Seconds until an outbox that does not answer counts as one that takes nothing.
PATIENCE = 5.0
#: Outboxes that are asked at once, each by a thread that is there only when it is needed.
THREADS = 64
#: Jobs of an outbox that are tried in one check: each takes milliseconds, and a second on a slow
#: share. Which ones is left to chance, so that names it refuses for ever hold up nobody else.
AT_ONCE = 20

#: Seconds between two tries of a job whose outbox takes the probe and not the result, at first and
#: at most.
PAUSE = 5.0
LONGEST_PAUSE = 3600.0

#: A held job, and the path of its source.
Waiting = tuple[Job, bytes]


class Outboxes:
    """Asks each outbox on a thread of its own, with one question at a time however long it
    hangs."""

    def __init__(
        self,
        journal: Journal,
        inboxes: Mapping[str, Inbox],
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._tries = NotBefore[int](clock)  # by job, since it went on last
        self._pauses: dict[int, float] = {}  # the same jobs: seconds
        self._inboxes = inboxes
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="outbox")
        self._asked: dict[str, asyncio.Future[list[int]]] = {}  # by watch

    def close(self) -> None:
        """Let the threads end, unless a share that hangs keeps one."""
        self._threads.shutdown(wait=False)

    async def deliverable(self) -> list[int]:
        """The jobs held for their outbox whose results it would take."""
        held = await self._journal.read(_waiting)
        for name in held.keys() & self._inboxes.keys():
            self._ask(name, list(filter(self._is_due, held[name])))
        if not self._asked:
            return []

        await asyncio.wait(self._asked.values(), timeout=PATIENCE)
        found = self._answers()
        self._put_off(found)
        return found

    def _is_due(self, waiting: Waiting) -> bool:
        job, _ = waiting
        return self._tries.is_due(job.id)

    def _answers(self) -> list[int]:
        """What the outboxes have said by now; the others are left to answer."""
        found: list[int] = []
        for name, answer in list(self._asked.items()):
            if answer.done():
                found += answer.result()
                del self._asked[name]
        return found

    def _put_off(self, going_on: Iterable[int]) -> None:
        """What only the real result shows is met again at once: then it is tried with growing
        pauses."""
        for job_id in filter(self._tries.is_due, list(self._tries)):
            self._tries.forget(job_id)
        for job_id in going_on:
            pause = self._pauses.get(job_id, PAUSE / 2) * 2
            self._pauses[job_id] = min(pause, LONGEST_PAUSE)
            self._tries.put_off(job_id, self._pauses[job_id])

    def _ask(self, name: str, waiting: list[Waiting]) -> None:
        if name in self._asked or not waiting:
            return

        watch = self._inboxes[name].watch
        some = random.sample(waiting, min(len(waiting), AT_ONCE))
        loop = asyncio.get_running_loop()
        self._asked[name] = loop.run_in_executor(self._threads, _deliverable, watch, some)


def _waiting(conn: sqlite3.Connection) -> dict[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = defaultdict(list)
    for job in queue.held_for(conn, HoldReason.OUTBOX):
        source = sources.of_job(conn, job)
        found[source.watch].append((job, source.path))
    return found


def _deliverable(watch: Watch, waiting: Iterable[Waiting]) -> list[int]:
    found: list[int] = []
    for job, path in waiting:
        if _is_deliverable(watch, path, job):
            found.append(job.id)
    return found


def _is_deliverable(watch: Watch, path: bytes, job: Job) -> bool:
    try:
        check_results(watch, path, job)
    except LocalError:
        return False
    return True
