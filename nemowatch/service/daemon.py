"""The daemon as a process: lock, journal, signals, systemd, the control socket, and the engine
between them.

READY is said once configuration, lock and journal are good and the watchers stand; recovery and
scans are ordinary work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from nemowatch import __version__
from nemowatch.clock import Clock, SystemClock, iso
from nemowatch.config import Config, changes, check_layout, in_force
from nemowatch.config.child import load_apart
from nemowatch.errors import ConfigError, JournalCorrupt, NemowatchError, TokenRefused
from nemowatch.fs.threads import aside
from nemowatch.journal import Journal
from nemowatch.journal.lock import StateLock
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.service.control import SOCKET_NAME, ControlServer
from nemowatch.service.engine import Engine
from nemowatch.service.logs import configure_logs, hide
from nemowatch.service.memory import few_arenas, give_back
from nemowatch.service.once import Once
from nemowatch.service.operations import Operations
from nemowatch.service.signals import install_signals, without_loop
from nemowatch.service.state_folder import begin_anew, open_journal, state_id
from nemowatch.service.systemd import Notifier, should_ping

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two looks at the state for STATUS and the watchdog's ping, at most.
BEAT = 1.0
#: Seconds between two returns of memory that is no longer used.
TIDY = 60.0
#: Seconds by which systemd's patience is extended at each beat of a drain.
EXTENSION = 15.0
#: Seconds that a reload waits for the disks its folders lie on: one that hangs is its inbox's
#: matter.
LAYOUT_SECONDS = 10.0
#: Seconds that stopping takes beyond the drain: closing connections, the journal, the socket.
CLOSING = 15.0
#: Threads that read what is sent and write what is fetched: 2 each at a time by default. A share
#: that hangs keeps as many as it had under way; the rest is for the others. They begin when they
#: are needed.
FILE_THREADS = 32
#: Seconds that threads have to end by themselves after that: what they do on a disk that answers
#: takes less.
THREADS = 3.0


def run_daemon(
    config: Config, config_path: Path, state_dir: Path, env: Mapping[str, str], *, once: bool
) -> int:
    """Run until a signal (or, with `once`, until everything that is there has ended); returns the
    exit code.

    Raises JournalError, ConfigError before anything has begun.
    """
    few_arenas()
    configure_logs(config.log.level, config.log.format)
    clock = SystemClock()
    with StateLock(state_dir):
        watches = [watch.name for watch in config.watch]
        journal = open_journal(state_dir, clock, watches)
        try:
            code = asyncio.run(
                Daemon(config, config_path, state_dir, env, journal, clock).run(once=once)
            )
        except JournalCorrupt as exc:
            # damage that the check at the start cannot see: the next start begins anew
            journal.close()
            journal = begin_anew(journal.path, clock, watches, exc)
            raise
        finally:
            journal.close()
    leave_the_hung_behind(code)
    return code


def leave_the_hung_behind(code: int) -> None:
    """End the process here when threads still wait for a share that hangs: Python itself would
    wait for them, and systemd would in the end kill a daemon that has long put everything away."""
    deadline = time.monotonic() + THREADS
    left = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
    for thread in left:
        thread.join(max(deadline - time.monotonic(), 0))
    if any(thread.is_alive() for thread in left):
        log.warning("left a share behind that does not answer")
        sys.stderr.flush()
        os._exit(code)


class Daemon:
    """One process's life."""

    def __init__(
        self,
        config: Config,
        config_path: Path,
        state_dir: Path,
        env: Mapping[str, str],
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._config = config
        self._config_path = config_path
        self._state_dir = state_dir
        self._env = env
        self._journal = journal
        self._clock = clock
        self._since = clock.now_ms()
        self._notifier = Notifier(env)
        self._state = "starting"
        self._now = asyncio.Event()  # a second signal: stop at once
        self._running = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._asked: set[asyncio.Task[None]] = set()
        self._files = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="transfers")
        self._client = self._connect()
        self._engine = Engine(
            config, journal, self._client, clock, state_id=state_id(state_dir, journal)
        )
        self._answers = Operations(self._engine)

    def _connect(self) -> Client:
        api = self._config.api
        token = supplied_token(self._env, api.token_file)
        # a file that gives none now may give one later: a hold, not an end
        with contextlib.suppress(TokenRefused):
            hide(token.read())
        limits, chat = self._config.limits, self._config.chat
        return Client(
            base_url=api.base_url,
            platform=api.platform,
            language=api.language,
            timeout=api.timeout,
            turn_timeout=chat.timeout,
            quiet_timeout=chat.quiet_timeout,
            credential=token,
            state_dir=self._state_dir,
            clock=self._clock,
            upload_rate=limits.upload_rate,
            download_rate=limits.download_rate,
            executor=self._files,
        )

    async def run(self, *, once: bool) -> int:
        """Start, work, stop."""
        engine = self._engine
        undo = install_signals(
            asyncio.get_running_loop(),
            stop=engine.request_stop,
            stop_now=self._stop_now,
            reload=self._ask_reload,
            scan=engine.scan_all,
        )
        handlers = {**self._answers.handlers(), "status": self._status, "reload": self._reload_op}
        control = ControlServer(self._state_dir / SOCKET_NAME, handlers)
        try:
            await control.start()
            await engine.start()
            self._state = "running"
            self._running.set()
            self._notifier.ready()
            log.info(
                "nemowatch runs",
                version=__version__,
                watches=len(engine.inboxes),
                state_dir=str(self._state_dir),
            )
            await self._live(once)
            return await Once(engine).verdict() if once else 0
        finally:
            await self._stop(control)
            undo()
            without_loop()

    async def _live(self, once: bool) -> None:
        beside = [
            asyncio.create_task(self._beat(), name="beat"),
            asyncio.create_task(self._tidy(), name="tidy"),
        ]
        waits = [asyncio.create_task(self._engine.wait(), name="engine")]
        if once:
            waits.append(asyncio.create_task(Once(self._engine).finished(), name="once"))
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*beside, *waits]:
                task.cancel()
            await asyncio.gather(*beside, *waits, return_exceptions=True)

    async def _tidy(self) -> None:
        """What the process no longer needs goes back to the system, when anything was done since
        the last time."""
        before = -1
        while True:
            await asyncio.sleep(TIDY)
            if before != self._journal.changes:
                before = self._journal.changes
                await self._journal.give_back()
                give_back()

    async def _beat(self) -> None:
        """The ping to systemd, on the loop's monotonic timer, and STATUS in words, made anew
        only when something changed."""
        notifier, ping_at = self._notifier, 0.0
        told: tuple[object, ...] = ()
        pause = min(BEAT, notifier.ping_seconds or BEAT)
        while notifier.heard:
            now = self._clock.monotonic()
            if now >= ping_at and should_ping(True, now - self._engine.runner.last_tick):
                notifier.ping()
                # a beat that comes a moment early counts
                ping_at = now + notifier.ping_seconds - pause / 2
            signs = self._signs()
            if signs != told:
                # a journal that fails is the runner's to report
                with contextlib.suppress(NemowatchError):
                    notifier.status(await self._answers.sentence())
                    told = signs
            await asyncio.sleep(pause)

    def _signs(self) -> tuple[object, ...]:
        """What STATUS depends on, as cheaply as it can be had: unless it changes, the sentence
        is the same."""
        engine = self._engine
        boxes = tuple((box.settling, box.health) for box in engine.inboxes.values())
        return (
            self._journal.changes,
            self._journal.full_at,
            boxes,
            tuple(engine.board.rows.values()),
        )

    async def _stop(self, control: ControlServer) -> None:
        self._state = "stopping"
        self._notifier.stopping()
        log.info("nemowatch stops")
        patience = asyncio.create_task(self._be_patient(), name="patience")
        stopping = asyncio.create_task(
            self._engine.stop(self._engine.config.service.drain), name="stopping"
        )
        at_once = asyncio.create_task(self._now.wait(), name="at once")
        await asyncio.wait([stopping, at_once], return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            log.warning("stopped at once: what was under way is left for recovery")
            # the journal is consistent at every moment; waiting is what the second signal forbids
            os._exit(0)
        for task in (patience, at_once):
            task.cancel()
        await asyncio.gather(patience, at_once, return_exceptions=True)
        with contextlib.suppress(NemowatchError):
            stopping.result()
        self._files.shutdown(wait=False)
        await control.aclose()
        await self._notifier.aclose()

    async def _be_patient(self) -> None:
        """While it drains: more time, and the pings go on, for a signal that did not come from
        systemd leaves its watchdog on."""
        extend_at = 0.0
        while self._notifier.heard:
            now = self._clock.monotonic()
            if now >= extend_at:
                self._notifier.extend(EXTENSION + CLOSING)
                extend_at = now + EXTENSION / 2
            self._notifier.ping()
            await asyncio.sleep(min(EXTENSION / 2, self._notifier.ping_seconds or EXTENSION / 2))

    def _stop_now(self) -> None:
        self._now.set()
        self._engine.request_stop()

    # -- what can be asked -------------------------------------------------------------

    async def _status(self, _: dict[str, object]) -> dict[str, object]:
        daemon = {
            "pid": os.getpid(),
            "state": self._state,
            "since": iso(self._since),
            "version": __version__,
        }
        return await self._answers.snapshot(daemon)

    async def _reload_op(self, _: dict[str, object]) -> dict[str, object]:
        return await self._reload()

    def _ask_reload(self) -> None:
        async def reload() -> None:
            await self._reload()

        task = asyncio.get_running_loop().create_task(reload(), name="reload")
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _reload(self) -> dict[str, object]:
        """Read the configuration again: what may change lives on at once, the rest is named; a
        bad one is refused."""
        await self._running.wait()  # READY must not come early
        async with self._reloading:
            self._tell_reload(self._notifier.reloading)
            try:
                return self._take_up(await self._read_again())
            except ConfigError as exc:
                if self._state == "running":  # at a stop systemd ends the child that reads as well
                    log.error("the new configuration is refused, the old one goes on", why=exc.text)
                return {"ok": False, "why": exc.text}
            finally:
                self._tell_reload(self._notifier.ready)

    def _tell_reload(self, tell: Callable[[], None]) -> None:
        if self._state == "running":  # systemd hears nothing of it after STOPPING
            tell()

    async def _read_again(self) -> Config:
        """The configuration as it stands on the disk. Raises ConfigError."""
        fresh = await aside(lambda: load_apart(self._config_path, self._env))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(aside(lambda: check_layout(fresh)), LAYOUT_SECONDS)
        return fresh

    def _take_up(self, fresh: Config) -> dict[str, object]:
        """Go on with `fresh` as far as it can change while running."""
        live, restart = changes(self._engine.config, fresh)
        config = in_force(self._engine.config, fresh)
        limits, chat = config.limits, config.chat
        self._client.adjust(
            language=config.api.language,
            turn_timeout=chat.timeout,
            quiet_timeout=chat.quiet_timeout,
            upload_rate=limits.upload_rate,
            download_rate=limits.download_rate,
        )
        self._engine.reconfigure(config)
        configure_logs(config.log.level, config.log.format)
        log.info("configuration reloaded", applied=live, needs_restart=restart)
        return {"ok": True, "applied": live, "needs_restart": restart}
