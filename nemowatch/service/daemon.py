"""The daemon as a process: lock, journal, signals, systemd, the control socket, and the engine
between them.

READY is said once configuration, lock and journal are good and the watchers run; recovery and
scans are ordinary work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from nemowatch import __version__
from nemowatch.clock import Clock, SystemClock, iso
from nemowatch.config.find import needed_option
from nemowatch.config.schema import Config
from nemowatch.cures import name_installation
from nemowatch.errors import JournalCorrupt, NemowatchError, TokenRefused
from nemowatch.journal.database import Journal
from nemowatch.journal.lock import StateLock
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.reporting.json_records import status_record
from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import SOCKET_NAME
from nemowatch.service.engine import Engine
from nemowatch.service.exit_despite_hung import leave_the_hung_behind
from nemowatch.service.heartbeat import Heartbeat
from nemowatch.service.logs import configure_logs, hide
from nemowatch.service.memory import few_arenas, give_back
from nemowatch.service.once import Once
from nemowatch.service.operations import Operations
from nemowatch.service.reloading import Reloading
from nemowatch.service.serving import Serving
from nemowatch.service.signals import install_signals, without_loop
from nemowatch.service.started_by import start_command
from nemowatch.service.state_folder import begin_new_journal, open_journal, state_id
from nemowatch.service.systemd import Notifier

if TYPE_CHECKING:
    from nemowatch.reporting.overview import Overview
    from nemowatch.reporting.page_model import PageModel
    from nemowatch.web.desk import Desk

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two returns of memory that is no longer used.
TIDY = 60.0
#: Seconds that the end of `run --once` waits for notifications; what is late is sent next time.
TELLING = 30.0
#: Threads that read what is sent and write what is fetched: 2 each at a time by default. A share
#: that hangs keeps as many as it had under way; the rest is for the others. They begin when they
#: are needed.
FILE_THREADS = 32


def run_daemon(
    config: Config,
    config_path: Path,
    state_dir: Path,
    env: Mapping[str, str],
    *,
    once: bool,
) -> int:
    """Run until a signal (or, with `once`, until everything that is there has ended); returns the
    exit code.

    Raises JournalError, ConfigError before anything has begun.
    """
    few_arenas()
    configure_logs(config.log.level, config.log.format)
    clock = SystemClock()
    name_installation(needed_option(config_path, env), start_command())
    with StateLock(state_dir):
        watches = [watch.name for watch in config.watch]
        journal = open_journal(state_dir, clock, watches)
        try:
            code = asyncio.run(
                Daemon(config, config_path, state_dir, env, journal, clock).run(once=once)
            )
        except JournalCorrupt as exc:
            # damage that the check at the start cannot see: the next start begins a new one
            journal.close()
            journal = begin_new_journal(journal.path, clock, watches, exc)
            raise
        finally:
            journal.close()
    leave_the_hung_behind(code)
    return code


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
        self._state_dir = state_dir
        self._env = env
        self._journal = journal
        self._clock = clock
        self._since = clock.now_ms()
        self._notifier = Notifier(env)
        self._state = "starting"
        self._now = asyncio.Event()  # a second signal: stop at once
        self._files = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="transfers")
        self._client = self._connect()
        self._engine = Engine(
            config, journal, self._client, clock, state_id=state_id(state_dir, journal)
        )
        self._answers = Operations(self._engine)
        self._heartbeat = Heartbeat(self._notifier, self._engine, clock, self._answers.sentence)
        self._serving = Serving(lambda: self._engine.config, self._desk)
        self._reloading = Reloading(
            config_path, env, self._engine, self._client, self._notifier, self._serving
        )

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
            reload=self._reloading.ask,
            scan=engine.scan_all,
        )
        handlers = {**self._answers.handlers(), "status": self._status, "reload": self._reload_op}
        control = ControlServer(self._state_dir / SOCKET_NAME, handlers)
        try:
            await control.start()
            await engine.start()
            self._state = "running"
            self._reloading.begin()
            self._notifier.ready()
            log.info(
                "nemowatch runs",
                version=__version__,
                watches=len(engine.inboxes),
                state_dir=str(self._state_dir),
            )
            await self._live(once)
            if not once:
                return 0
            await engine.telling.finish(TELLING)
            return await Once(engine).verdict()
        finally:
            await self._stop(control)
            undo()
            without_loop()

    async def _live(self, once: bool) -> None:
        beside = [
            asyncio.create_task(self._heartbeat.run(), name="beat"),
            asyncio.create_task(self._tidy(), name="tidy"),
            asyncio.create_task(self._serving.run(), name="web"),
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

    async def _stop(self, control: ControlServer) -> None:
        self._state = "stopping"
        self._reloading.end()
        self._notifier.stopping()
        log.info("nemowatch stops")
        patience = asyncio.create_task(self._heartbeat.be_patient(), name="patience")
        stopping = asyncio.create_task(
            self._engine.stop(self._engine.config.service.drain), name="stopping"
        )
        at_once = asyncio.create_task(self._now.wait(), name="at once")
        await asyncio.wait([stopping, at_once], return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            log.warning("stopped at once: work under way resumes at the next start")
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

    def _stop_now(self) -> None:
        self._now.set()
        self._engine.request_stop()

    # -- what can be asked -------------------------------------------------------------

    def _about(self) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "state": self._state,
            "since": iso(self._since),
            "version": __version__,
        }

    async def _status(self, _: dict[str, object]) -> dict[str, object]:
        return await self._answers.snapshot(self._about())

    def _desk(self) -> Desk:
        """What the live page may ask of this daemon."""
        from nemowatch.web.desk import Desk

        engine = self._engine
        own = list(engine.inboxes.values())

        async def page() -> PageModel:
            return await engine.page.model(own[0].watch.page, own)

        async def overview() -> Overview:
            return await self._answers.overview(1, self._about())

        async def status() -> dict[str, object]:
            return status_record(await overview())

        return Desk(
            config=lambda: engine.config,
            site=engine.config.site or socket.gethostname(),
            journal=self._journal,
            clock=self._clock,
            disks=engine.disks,
            inboxes=engine.inboxes,
            page=page,
            news=lambda: engine.page.news(own),
            overview=overview,
            status=status,
            order=engine.order,
        )

    async def _reload_op(self, _: dict[str, object]) -> dict[str, object]:
        return await self._reloading.reload()
