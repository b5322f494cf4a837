"""Sends messages while the daemon runs: makes them of what is due, and gives each to every channel
until that has taken it.

A channel that is down is tried again after ever longer pauses, with what waits for it in order.
After a crash a message may come twice, with the same id; none is lost. It only reads and writes the
journal's own tables of notifications, so that no job ever waits for it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.intake.watch.health import Health
from nemowatch.journal import notices
from nemowatch.journal.database import Journal
from nemowatch.journal.notices import Delivery
from nemowatch.notify import news
from nemowatch.notify.channels import Channel
from nemowatch.notify.message import read
from nemowatch.notify.news import NewsContext
from nemowatch.notify.not_taken import NotTaken
from nemowatch.reporting.overview import Trouble
from nemowatch.retry_memory import SayOnce

log = structlog.get_logger("nemowatch.notify")

#: Seconds between two looks whether the journal has changed.
LOOK = 3.0
#: Seconds until a channel that did not take a message is tried again, at first and at most.
AGAIN, AGAIN_AT_MOST = 15.0, 3600.0
#: Messages that a channel is given in a row.
AT_ONCE = 20
#: Messages that wait for one channel at most; older ones are given up.
MOST_WAITING = 500
#: What is older is given up where the channel has refused it this often.
OLDEST_MS, TRIED_ENOUGH = 7 * 86_400_000, 20


class NotifyWorker:
    """Sends messages to some channels."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        config: Config,
        site: str,
        channels: list[Channel],
        inboxes: Callable[[], Mapping[str, Health]],
        troubles: Callable[[], Mapping[str, Sequence[Trouble]]],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._on = config.notify.on
        self._site = site
        self._channels = {channel.key: channel for channel in channels}
        # `finish` comes while `run` goes on: what one of them sends is not the other's
        self._sending = {channel.key: asyncio.Lock() for channel in channels}
        self._inboxes = inboxes
        self._troubles = troubles
        self._seen: object = None  # what was known at the last look
        self._next = 0  # UTC ms of the next thing to do
        self._failing = SayOnce[str]()

    async def run(self) -> None:
        """For ever. Raises JournalError when the journal can no longer be used."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK)

    async def finish(self, seconds: float) -> None:
        """Tell at once what there is to tell, and take no longer than that."""
        await self._write_down(at_once=True)
        try:
            async with asyncio.timeout(seconds):
                await self._deliver()
        except TimeoutError:
            log.warning("notifications wait for the next start")

    async def _look(self) -> None:
        seen = (dict(self._inboxes()), dict(self._troubles()))
        state = (self._journal.changes, seen)
        if state == self._seen and not news.is_due(self._next, self._clock.now_ms()):
            return
        await self._write_down()
        await self._deliver()
        self._seen = (self._journal.changes, seen)
        self._next = await self._journal.read(self._next_time)

    def _next_time(self, conn: sqlite3.Connection) -> int:
        times = list(notices.subjects(conn).values())
        delivery = notices.next_delivery(conn)
        if delivery is not None:
            times.append(delivery)
        return min(times, default=self._clock.now_ms() + news.LONGEST_MS)

    async def _write_down(self, *, at_once: bool = False) -> None:
        known = NewsContext(
            self._site,
            self._clock.now_ms(),
            self._on,
            tuple(self._channels),
            self._inboxes(),
            self._troubles(),
            at_once,
        )
        if await self._journal.read(partial(news.has_any, known=known)):
            await self._journal.write(partial(news.write_down, known=known))

    async def _deliver(self) -> None:
        """Each channel for itself: one that hangs holds up no other."""
        await asyncio.gather(*map(self._deliver_to, self._channels.values()))

    async def _deliver_to(self, channel: Channel) -> None:
        async with self._sending[channel.key]:
            await self._send_waiting(channel)

    async def _send_waiting(self, channel: Channel) -> None:
        waiting = await self._journal.read(lambda conn: notices.waiting(conn, channel.key, AT_ONCE))
        if not waiting or not news.is_due(waiting[0].due_at, self._clock.now_ms()):
            return
        for delivery in waiting:
            if not await self._try(channel, delivery):
                return

    async def _try(self, channel: Channel, delivery: Delivery) -> bool:
        """Whether the channel has taken it."""
        message = read(delivery.message)
        try:
            await channel.send(message)
        except NotTaken as exc:
            await self._put_off(channel, delivery, exc)
            return False
        taken = partial(notices.delivered, notice=delivery.notice, channel=channel.key)
        await self._journal.write(taken)
        self._failing.over(channel.key)
        log.info("notified", what=message.event, title=message.title, through=channel.shown)
        return True

    async def _put_off(
        self,
        channel: Channel,
        delivery: Delivery,
        refusal: NotTaken,
    ) -> None:
        now = self._clock.now_ms()
        pause = min(AGAIN * 2.0 ** min(delivery.tries, 20), AGAIN_AT_MOST)
        due_at = now + round(1000 * pause)
        oldest = now - OLDEST_MS if delivery.tries >= TRIED_ENOUGH else 0

        def write(conn: sqlite3.Connection) -> int:
            notices.put_off(conn, delivery.notice, channel.key, due_at)
            return notices.give_up(conn, channel.key, oldest, MOST_WAITING)

        lost = await self._journal.write(write)
        if self._failing.record(channel.key):
            log.warning(
                "notification failed; trying again until it works",
                through=channel.shown,
                why=refusal.why,
                cure=refusal.cure,
            )
        if lost:
            log.error("notifications given up", through=channel.shown, messages=lost)
