"""What the process reports to systemd at regular intervals: that it is alive, how it is, and, while
it stops, that it needs more time.

Runs on the loop's monotonic timer. It decides nothing, and does nothing where nothing listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nemowatch.clock import Clock
from nemowatch.errors import NemowatchError
from nemowatch.retry_memory import NotBefore, SayOnce
from nemowatch.service.engine import Engine
from nemowatch.service.systemd import Notifier, should_ping

#: Seconds between two checks of the state for STATUS and the watchdog's ping, at most.
BEAT = 1.0
#: Seconds by which systemd's patience is extended at each beat of a drain.
EXTENSION = 15.0
#: Seconds that stopping takes beyond the drain: closing connections, the journal, the socket.
CLOSING = 15.0
#: What is done no sooner than after its interval.
PING, EXTEND = "ping", "extend"
#: What is said only when it changes.
STATUS = "status"

Sentence = Callable[[], Awaitable[str]]


class Heartbeat:
    """Reports to systemd, through the notifier."""

    def __init__(
        self,
        notifier: Notifier,
        engine: Engine,
        clock: Clock,
        sentence: Sentence,
    ) -> None:
        self._notifier = notifier
        self._engine = engine
        self._clock = clock
        self._sentence = sentence  # how everything is, in one line; raises NemowatchError
        self._pauses = NotBefore[str](clock)
        self._signs = SayOnce[str]()

    async def run(self) -> None:
        """While the daemon works: the ping, and STATUS in words, worked out only when something
        changed."""
        pause = min(BEAT, self._notifier.ping_seconds or BEAT)
        while self._notifier.heard:
            self._ping(pause)
            if self._signs.record(STATUS, self._state()):
                await self._say_status()
            await asyncio.sleep(pause)

    def _ping(self, pause: float) -> None:
        silent_for = self._clock.monotonic() - self._engine.runner.last_tick
        if self._pauses.is_due(PING) and should_ping(silent_for):
            self._notifier.ping()
            # a beat that comes a moment early counts
            self._pauses.put_off(PING, self._notifier.ping_seconds - pause / 2)

    async def _say_status(self) -> None:
        try:
            self._notifier.status(await self._sentence())
        except NemowatchError:  # a journal that fails is the runner's to report
            self._signs.over(STATUS)

    def _state(self) -> tuple[object, ...]:
        """What STATUS depends on, as cheaply as it can be had: unless it changes, the sentence
        is the same."""
        engine = self._engine
        boxes = tuple((box.settling, box.health) for box in engine.inboxes.values())
        return (
            engine.journal.changes,
            engine.journal.full_at,
            boxes,
            tuple(engine.board.rows.values()),
            engine.account.now,
        )

    async def be_patient(self) -> None:
        """While it drains: more time, and the pings go on, for a signal that did not come from
        systemd leaves its watchdog on."""
        pause = min(EXTENSION / 2, self._notifier.ping_seconds or EXTENSION / 2)
        while self._notifier.heard:
            if self._pauses.is_due(EXTEND):
                self._notifier.extend(EXTENSION + CLOSING)
                self._pauses.put_off(EXTEND, EXTENSION / 2)
            self._notifier.ping()
            await asyncio.sleep(pause)
