"""Which due jobs may start now: the lanes, their bounds, and one pass over the journal.

Owns the choice. It starts nothing and keeps nothing: what is due is in the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import filterfalse, islice

from nemowatch.config.schema import Limits
from nemowatch.journal import holds, job_counts, queue, source_members
from nemowatch.journal.jobs import Job
from nemowatch.journal.queries import version
from nemowatch.model import WORKING, HoldReason, State
from nemowatch.stages.table import TABLE, Lane

#: Calls at once in the lanes that `[limits]` does not bound: small ones, so that they cannot crowd
#: the loop.
FREE_LANES = {Lane.POLLS: 8, Lane.RENDERS: 4, Lane.LOCAL: 2}
#: Bytes of a file that goes beside larger ones: seconds on a slow line, where those take hours.
SMALL = 16 * 1024 * 1024
#: Among so many due jobs a small file is looked for: folders take turns, so it is soon among them.
SMALL_AMONG = 64
#: States that count as renders the cloud has at once.
RENDERS_THERE = (State.SUBMITTING, State.RENDERING)
#: The states of each lane, those furthest along first.
LANES: dict[Lane, tuple[State, ...]] = {
    lane: tuple(reversed([state for state, step in TABLE.items() if step.lane is lane]))
    for lane in Lane
}
#: The lanes between two polls.
UNPOLLED = tuple(lane for lane in Lane if lane is not Lane.POLLS)
#: What becomes due by the runner's own timer; renders are polled when the schedule says so.
TIMED = WORKING - set(LANES[Lane.POLLS])


@dataclass(frozen=True, slots=True)
class Busy:
    """What is under way."""

    jobs: Mapping[int, Lane]
    #: these take no place in their lane: they hang with their share, or wait for an answer
    placeless: frozenset[int]
    set_aside: frozenset[int] = frozenset()  #: nobody works on these before the next start
    large: frozenset[int] = frozenset()  #: these send or receive more than SMALL

    @property
    def skipped(self) -> frozenset[int]:
        """Jobs that are not to be started."""
        return self.set_aside | self.jobs.keys()

    def taken(self, lane: Lane) -> int:
        """Places of a lane that are in use."""
        return self._count(self.jobs.keys() - self.placeless, lane)

    def is_all_large(self, lane: Lane) -> bool:
        """Whether each place of a lane that is in use is a large file's."""
        return not self._count(self.jobs.keys() - self.placeless - self.large, lane)

    def _count(self, moving: Set[int], lane: Lane) -> int:
        lanes = [self.jobs[job_id] for job_id in moving]
        return lanes.count(lane)


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """What one pass over the journal found."""

    start: tuple[tuple[Lane, Job], ...]
    next_due: int | None  #: UTC ms at which something else becomes due, polls left out
    next_poll: int | None  #: UTC ms at which the next render is to be polled; None: not known yet
    cloud_held: bool
    newest: int  #: the job that was made last

    def is_due(self, now_ms: int) -> bool:
        """Whether something has become due since."""
        return self.next_due is not None and self.next_due <= now_ms


def choose(
    conn: sqlite3.Connection,
    now_ms: int,
    limits: Limits,
    busy: Busy,
    *,
    polling: bool,
    in_doubt: bool = False,
) -> LaneChoice:
    """The jobs that may start. `polling`: the schedule says that renders are polled now.
    `in_doubt`: the cloud has failed those that come first, and may not fail others."""
    cloud_held = HoldReason.OUTAGE in holds.active(conn)
    start: list[tuple[Lane, Job]] = []
    polled: set[int] = set()
    for lane in _open_lanes(cloud_held=cloud_held, polling=polling):
        for job in _of_lane(conn, lane, now_ms, limits, busy, in_doubt=in_doubt):
            start.append((lane, job))
            if lane is Lane.POLLS:
                polled.add(job.id)

    next_poll = None
    if not cloud_held:
        next_poll = _next_poll(conn, busy, polled)
    return LaneChoice(
        start=tuple(start),
        next_due=queue.next_due(conn, now_ms, TIMED),
        next_poll=next_poll,
        cloud_held=cloud_held,
        newest=queue.newest(conn),
    )


class Looks:
    """Looks into the journal, one after the other. Where nothing could be started, nothing has
    changed and nothing has become due, the next one finds the same: at rest most of them do."""

    def __init__(self) -> None:
        self._seen: object = None  # all that the latest choice depended on, but for the time
        self._choice: LaneChoice | None = None  # None: it is to be made anew

    def choose(
        self,
        conn: sqlite3.Connection,
        now_ms: int,
        limits: Limits,
        busy: Busy,
        *,
        polling: bool,
        in_doubt: bool,
    ) -> LaneChoice:
        """As the function `choose`."""
        seen = (version(conn), limits, busy.set_aside, in_doubt)
        rests = not busy.jobs and not polling
        known = self._choice
        if known is not None and rests and seen == self._seen and not known.is_due(now_ms):
            return known

        choice = choose(conn, now_ms, limits, busy, polling=polling, in_doubt=in_doubt)
        self._seen, self._choice = seen, None
        if rests and not choice.start:
            self._choice = choice
        return choice


def _open_lanes(*, cloud_held: bool, polling: bool) -> tuple[Lane, ...]:
    """The lanes in which anything may start, in order."""
    if cloud_held:
        return (Lane.LOCAL,)
    if polling:
        return tuple(Lane)
    return UNPOLLED


def _of_lane(
    conn: sqlite3.Connection,
    lane: Lane,
    now_ms: int,
    limits: Limits,
    busy: Busy,
    *,
    in_doubt: bool,
) -> list[Job]:
    free = bound(lane, limits) - busy.taken(lane)
    if free == 0 and busy.is_all_large(lane):
        return _small_one(conn, lane, now_ms, busy)
    if free <= 0:
        return []

    skipped = busy.skipped
    due: list[Job] = []
    if in_doubt:
        due += queue.due(conn, LANES[lane], now_ms, free, skipped=skipped, fresh=True)
    due += queue.due(conn, LANES[lane], now_ms, free, skipped=skipped)
    waiting: dict[int, Job] = {}
    for job in due:
        waiting.setdefault(job.id, job)

    first = list(waiting.values())[:free]
    if lane is Lane.RENDERS:
        return _within_renders(conn, first, limits.renders - busy.taken(lane))
    return first


def _small_one(conn: sqlite3.Connection, lane: Lane, now_ms: int, busy: Busy) -> list[Job]:
    """One job beyond the bound, where all places are large files': the next one of a small file."""
    due = queue.due(conn, LANES[lane], now_ms, SMALL_AMONG, skipped=busy.skipped)
    sizes = ((job, source_members.clip_bytes(conn, job.source_id, job.item)) for job in due)
    small = (job for job, size in sizes if size <= SMALL)
    return list(islice(small, 1))


def _within_renders(conn: sqlite3.Connection, waiting: list[Job], allowed: int) -> list[Job]:
    """`limits.renders` bounds what the cloud has at once: a new render starts only below it."""
    room = max(allowed - job_counts.count_in(conn, RENDERS_THERE), 0)
    begun = filterfalse(_is_new_render, waiting)
    new = filter(_is_new_render, waiting)
    return [*begun, *list(new)[:room]]


def _is_new_render(job: Job) -> bool:
    return job.state is State.INSTRUCTED


def _next_poll(conn: sqlite3.Connection, busy: Busy, started: set[int]) -> int | None:
    """None where no render waits, or where none can be polled before a place is free: whoever
    leaves it nudges the runner."""
    if busy.taken(Lane.POLLS) + len(started) >= FREE_LANES[Lane.POLLS]:
        return None
    return queue.next_in(conn, State.RENDERING, busy.skipped | started)


def bound(lane: Lane, limits: Limits) -> int:
    """How many jobs of a lane run at once."""
    bounds = {
        Lane.UPLOADS: limits.uploads,
        Lane.TURNS: limits.turns,
        Lane.DOWNLOADS: limits.downloads,
    }
    return bounds.get(lane) or FREE_LANES[lane]
