"""Looks at every hold and lets go what may go on: by asking the world, never by waiting for a
person who need not come.

One line in the log when a hold begins and one when it ends, however many jobs it concerns.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nemowatch.clock import Clock
from nemowatch.config import Config, Watch
from nemowatch.errors import (
    LocalError,
    NotSent,
    RemoteError,
    RemotePassing,
    RenderUnknown,
    TokenRefused,
)
from nemowatch.fs import space
from nemowatch.holds import budget
from nemowatch.holds.admission import the_cap
from nemowatch.holds.budget import Cap
from nemowatch.intake.inbox import Inbox
from nemowatch.jobs.job_log import JobLog, causes
from nemowatch.journal import Journal, account, holds, jobs, spend
from nemowatch.journal.holds import HoldRow
from nemowatch.model import MB, PAID, Credits, HoldReason, RenderStatus, State
from nemowatch.remote.interface import RemoteApi

#: Bytes that a disk must take to count as having space again, at least; a result that still does
#: not fit is held once more, at no cost.
SPACE_AGAIN = 8 * MB
#: Seconds until a disk that does not say how full it is counts as full: a share that hangs must
#: hold up nothing else.
DISK_SECONDS = 5.0
#: Outboxes that are asked at once, each by a thread that is there only when it is needed: more
#: inboxes nobody has on one host.
DISKS = 64


#: What the question for the balance brought; None: nobody needed to ask.
Answer = Credits | RemoteError | LocalError | None

#: States of a job that is trying an export now: its answer is about to come.
EXPORTING = (State.INSTRUCTED, State.SUBMITTING)


class HoldKeeper:
    """Checks holds."""

    def __init__(
        self,
        journal: Journal,
        api: RemoteApi,
        config: Callable[[], Config],
        inboxes: Mapping[str, Inbox],
        clock: Clock,
        nudge: Callable[[], None],
        job_log: JobLog,
    ) -> None:
        self._journal = journal
        self._api = api
        self._config = config
        self._inboxes = inboxes
        self._clock = clock
        self._nudge = nudge
        self._job_log = job_log
        self._woken: dict[HoldReason, int] = {}
        self._disk = ThreadPoolExecutor(DISKS, thread_name_prefix="space")
        self._measuring: dict[str, asyncio.Future[bool]] = {}  # by watch
        self._one = asyncio.Lock()
        # looks: asked for, and how many of these the latest look answers
        self._asked = self._begun = 0

    def close(self) -> None:
        """Let its thread end, unless a share that hangs keeps it."""
        self._disk.shutdown(wait=False)

    async def check(self) -> None:
        """Look at everything that is held; however many looks are asked for while one is under
        way, they are one look after it. Never raises for what the cloud or the disk answers."""
        self._asked += 1
        mine = self._asked
        async with self._one:
            if self._begun < mine:
                self._begun = self._asked
                await self._look()

    async def _look(self) -> None:
        standing = await self._journal.read(holds.standing)
        credits = await self._ask(standing)
        slow = [] if HoldReason.OUTAGE in standing else await self._slow_renders()
        room = HoldReason.SPACE in standing and await self._has_space()
        await self._journal.write(lambda conn: self._release(conn, standing, credits, room=room))
        for job_id in slow:
            await self._journal.write(
                partial(jobs.wake_one, job_id=job_id, now_ms=self._clock.now_ms())
            )
        self._nudge()
        await self._tell()

    async def _tell(self) -> None:
        """Say in the log what has begun and what is over."""
        woken, self._woken = self._woken, {}
        asked_at = self._clock.monotonic()
        self._job_log.stands(await self._journal.read(causes), woken, asked_at)

    async def price_told(self) -> None:
        """A paid turn is over: what waits for its price, or for what it did not cost, may go on
        at once."""
        if self._config().limits.daily_credits:
            await self._journal.write(lambda conn: self._wake_capped(conn, self._clock.now_ms()))
            self._nudge()

    async def in_outage(self) -> bool:
        """Whether the cloud counts as out of reach."""
        return HoldReason.OUTAGE in await self._journal.read(holds.standing)

    async def _ask(self, standing: Mapping[HoldReason, HoldRow]) -> Answer:
        """The balance: it answers for the outage, the token and the credits at once. None when
        nobody needs it."""
        if not standing.keys() & {HoldReason.OUTAGE, HoldReason.TOKEN, HoldReason.CREDITS}:
            return None
        try:
            return await self._api.read_credits()
        except (RemoteError, LocalError) as exc:
            # the second: the anonymous token cannot be read or stored here
            return exc

    async def _slow_renders(self) -> list[int]:
        """Jobs held for a slow render that has come to an end: asked about here, so that waiting
        writes no history."""
        ended = []
        for job in await self._journal.read(
            lambda conn: jobs.held_for(conn, HoldReason.SLOW_RENDER)
        ):
            try:
                render = await self._api.poll_render(job.skill, job.render_id)
            except RenderUnknown:
                ended.append(job.id)
            except (RemoteError, LocalError):
                continue
            else:
                if render.status in (RenderStatus.COMPLETED, RenderStatus.FAILED):
                    ended.append(job.id)
        return ended

    async def _has_space(self) -> bool:
        """Whether every outbox that answers has room again. Each is asked on a thread of its
        own, with one question at a time however long it hangs; one that hangs keeps nobody else
        waiting."""
        loop, parts = asyncio.get_running_loop(), await self._journal.read(_held_parts)
        for name, inbox in self._inboxes.items():
            if name not in self._measuring or self._measuring[name].done():
                self._measuring[name] = loop.run_in_executor(
                    self._disk, has_room, inbox.watch, parts
                )
        if not self._measuring:
            return True
        done, _ = await asyncio.wait(self._measuring.values(), timeout=DISK_SECONDS)
        return bool(done) and all(found.result() for found in done)

    def _release(
        self,
        conn: sqlite3.Connection,
        standing: Mapping[HoldReason, HoldRow],
        answer: Answer,
        *,
        room: bool,
    ) -> None:
        now = self._clock.now_ms()
        for reason, row in standing.items():
            if self._gone(conn, row, answer, room=room):
                self._end(conn, reason, now)
            elif reason is HoldReason.TOKEN and isinstance(answer, TokenRefused):
                # why may have changed: empty, then wrong
                holds.put(conn, reason, f"{answer.text} {answer.cure}".strip(), now)
        self._own_holds(conn, now)

    def _gone(self, conn: sqlite3.Connection, row: HoldRow, answer: Answer, *, room: bool) -> bool:
        """Whether the cause of an account's hold is gone."""
        if row.reason is HoldReason.OUTAGE:
            return not isinstance(answer, NotSent | RemotePassing | LocalError)
        if row.reason is HoldReason.TOKEN:
            return isinstance(answer, Credits)
        if row.reason is HoldReason.CREDITS:
            return isinstance(answer, Credits) and self._enough(conn, answer, row)
        if row.reason is HoldReason.SPACE:
            return room
        return row.reason is HoldReason.PLAN and not self._try_one(conn, row)

    @staticmethod
    def _enough(conn: sqlite3.Connection, found: Credits, row: HoldRow) -> bool:
        """More than when it ran out, or enough for a turn as the contract prices it."""
        grown = row.seen is None or found.total > row.seen
        return (found.available > 0 and grown) or found.available >= spend.EXPECTED_CREDITS

    def _try_one(self, conn: sqlite3.Connection, row: HoldRow) -> bool:
        """Nothing but an export tells whether the plan allows one, and asking costs nothing: let
        one job try that has come so far. False when there is none: then the hold has nobody left
        to end it."""
        held = [job for job in jobs.held_for(conn, row.reason) if State(job.back) in PAID]
        if held:
            jobs.wake_one(conn, held[0].id, self._clock.now_ms())
        return bool(held) or jobs.count_in(conn, EXPORTING) > 0

    def _end(self, conn: sqlite3.Connection, reason: HoldReason, now: int) -> None:
        holds.drop(conn, reason)
        self._woken[reason] = jobs.wake_held(conn, reason, now)

    def _own_holds(self, conn: sqlite3.Connection, now: int) -> None:
        """Holds that are no account's: hours, the day's cap, pauses."""
        limits = self._config().limits
        local = datetime.fromtimestamp(now / 1000, tz=UTC).astimezone()
        if budget.within_hours(limits.hours, local):
            jobs.wake_held(conn, HoldReason.HOURS, now)
        self._wake_capped(conn, now)
        for reason in (HoldReason.SPACE, HoldReason.OUTAGE, HoldReason.TOKEN, HoldReason.CREDITS):
            if reason not in holds.standing(conn):
                jobs.wake_held(conn, reason, now)
        if not account.is_paused(conn):
            self._wake_paused(conn, now)

    def _wake_capped(self, conn: sqlite3.Connection, now: int) -> None:
        """As many as the day's credits have room for, those that wait longest first: one is
        asked anew before it pays."""
        caps: dict[str, Cap] = {}
        woken = list[str]()
        for job in jobs.held_for(conn, HoldReason.CAP):
            if job.skill not in caps:
                caps[job.skill] = the_cap(conn, self._config().limits.daily_credits, job.skill, now)
                for _ in woken:
                    caps[job.skill] = caps[job.skill].with_another()
            if not caps[job.skill].closed:
                jobs.wake_one(conn, job.id, now)
                woken.append(job.skill)
                caps = {skill: cap.with_another() for skill, cap in caps.items()}
        for skill, cap in caps.items():
            if cap.closed:
                jobs.explain_held(conn, HoldReason.CAP, skill, budget.cap_words(cap))

    def _wake_paused(self, conn: sqlite3.Connection, now: int) -> None:
        for watch, folder, _ in jobs.paused_folders(conn):
            inbox = self._inboxes.get(watch)
            if inbox is not None and not inbox.paused(folder):
                jobs.wake_paused(conn, watch, folder, now)


def _held_parts(conn: sqlite3.Connection) -> list[tuple[Path, int]]:
    """What is being fetched and found no space: the part file, and how many bytes it is to have
    (0: nobody knows)."""
    return [
        (Path(os.fsdecode(job.part)), job.result_size)
        for job in jobs.held_for(conn, HoldReason.SPACE)
        if job.part
    ]


def has_room(watch: Watch, parts: Iterable[tuple[Path, int]]) -> bool:
    """Whether the outbox takes the smallest of what waits for it: that one is done then, and the
    others wait on."""
    missing = [_missing(part, size) for part, size in parts if part.is_relative_to(watch.outbox)]
    return space.has_room(watch.outbox, max(SPACE_AGAIN, min(missing, default=0)))


def _missing(part: Path, size: int) -> int:
    """Bytes that are still to be written."""
    with contextlib.suppress(OSError):  # not begun
        size -= part.lstat().st_size
    return max(size, 0)
