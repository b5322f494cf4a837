"""Reads the configuration again while the daemon runs, and applies what may change at once. A bad
configuration is refused, and the old one stays in use.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from nemowatch.config.child import load_apart
from nemowatch.config.layout import check_layout
from nemowatch.config.reload import changes, in_force
from nemowatch.config.schema import Config
from nemowatch.errors import ConfigError, ConfigUnread
from nemowatch.fs.threads import aside
from nemowatch.remote.client import Client
from nemowatch.service.engine import Engine
from nemowatch.service.logs import configure_logs
from nemowatch.service.serving import Serving
from nemowatch.service.systemd import Notifier

log = structlog.get_logger("nemowatch.daemon")

#: Seconds that a reload waits for the disks its folders lie on: one that hangs is its inbox's
#: matter.
LAYOUT_SECONDS = 10.0

#: Seconds in which a stop is noticed that has ended the child that reads as well.
STOP_SECONDS = 1.0

Answer = dict[str, object]


class Reloading:
    """One reload at a time."""

    def __init__(
        self,
        path: Path,
        env: Mapping[str, str],
        engine: Engine,
        client: Client,
        notifier: Notifier,
        serving: Serving,
    ) -> None:
        self._path = path
        self._env = env
        self._engine = engine
        self._client = client
        self._notifier = notifier
        self._serving = serving
        self._lock = asyncio.Lock()
        self._asked: set[asyncio.Task[None]] = set()
        self._running = asyncio.Event()
        self._stopping = asyncio.Event()

    def begin(self) -> None:
        """The daemon runs: reloads may begin, READY has been said."""
        self._running.set()

    def end(self) -> None:
        """The daemon stops: systemd hears nothing of a reload after STOPPING."""
        self._stopping.set()

    def ask(self) -> None:
        """Reload soon."""

        async def reload() -> None:
            await self.reload()

        task = asyncio.get_running_loop().create_task(reload(), name="reload")
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def reload(self) -> Answer:
        """Read the configuration again: what may change is applied at once, the rest is named; a
        bad one is refused."""
        await self._running.wait()  # READY must not come early
        async with self._lock:
            self._tell(self._notifier.reloading)
            try:
                return self._apply(await self._read())
            except ConfigError as exc:
                await self._refuse(exc)
                return {"ok": False, "why": exc.text}
            finally:
                self._tell(self._notifier.ready)

    def _tell(self, tell: Callable[[], None]) -> None:
        if self._running.is_set() and not self._stopping.is_set():
            tell()

    async def _refuse(self, exc: ConfigError) -> None:
        """Say so, but for a stop: then systemd ends the child that reads as well, and its end may
        be noticed first."""
        if isinstance(exc.__cause__, ConfigUnread):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._stopping.wait()
        if not self._stopping.is_set():
            log.error("the new configuration is refused, the old one stays in use", why=exc.text)

    async def _read(self) -> Config:
        """The configuration as it is on the disk. Raises ConfigError."""
        fresh = await aside(lambda: load_apart(self._path, self._env))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAYOUT_SECONDS):
                await aside(lambda: check_layout(fresh))
        return fresh

    def _apply(self, fresh: Config) -> Answer:
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
        self._serving.reconfigure()
        configure_logs(config.log.level, config.log.format)
        log.info("configuration reloaded", applied=live, needs_restart=restart)
        return {"ok": True, "applied": live, "needs_restart": restart}
