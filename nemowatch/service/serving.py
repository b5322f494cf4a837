"""Serves the live page where the configuration says so; otherwise nothing of `web` is loaded. A
failure here ends no job, nor the daemon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from nemowatch.config.schema import Config, Web
from nemowatch.errors import NemowatchError, os_reason, show_path
from nemowatch.fs.own_files import read_own
from nemowatch.fs.threads import aside
from nemowatch.secrecy import hide
from nemowatch.service.background import ends_the_daemon
from nemowatch.service.settings_in_use import InUse

if TYPE_CHECKING:
    from nemowatch.web.desk import Desk

log = structlog.get_logger("nemowatch.web")

#: Seconds until it is tried again after it could not be served.
AGAIN = 30.0
#: What is done where the libraries are not there.
INSTALL = "Install nemowatch with its extra web, as docs/operations.md says (Extras)."


class Serving:
    """Serves the page that the configuration asks for."""

    def __init__(self, config: Callable[[], Config], desk: Callable[[], Desk]) -> None:
        """`desk` is asked for when something is to be served."""
        self._config = config
        self._desk = desk
        self._in_use = InUse(self._wanted)

    def reconfigure(self) -> None:
        """The configuration has changed."""
        self._in_use.compare()

    def _wanted(self) -> tuple[Web, str]:
        config = self._config()
        return config.web, config.site

    async def run(self) -> None:
        """For ever."""
        while True:
            web, _ = self._in_use.take()
            if not web.listen:
                await self._in_use.changed()
                continue
            try:
                await self._serve(web)
            except Exception as exc:
                if ends_the_daemon(exc):
                    raise
                _say(web, exc)
                await self._changed_within(AGAIN)

    async def _serve(self, web: Web) -> None:
        """Until the configuration changes. Raises OSError, ImportError, NemowatchError."""
        password = await aside(partial(read_password, web))
        from nemowatch.web.server import Server

        server = Server(self._desk(), web.listen, password, web.hosts)
        try:
            await server.start()
            log.info("the live page is served", address=f"http://{web.listen}/")
            await self._in_use.changed()
        finally:
            await server.stop()

    async def _changed_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._in_use.changed()


def read_password(web: Web) -> str:
    """What the password is compared with; "" without one. Raises NemowatchError."""
    from nemowatch.web import passwords

    if web.password:
        hide(web.password)
        return passwords.of_words(web.password)
    if web.password_file is None:
        return ""

    path: Path = web.password_file
    makes_one = f"nemowatch password {show_path(path)} makes one."
    try:
        return passwords.of_file(read_own(path, passwords.LONGEST_FILE).decode("utf-8-sig"))
    except FileNotFoundError as exc:
        raise NemowatchError(f"{show_path(path)}: {os_reason(exc)}.", cure=makes_one) from exc
    except OSError as exc:
        cure = "Give the user that runs nemowatch permission to read it."
        raise NemowatchError(f"{show_path(path)}: {os_reason(exc)}.", cure=cure) from exc
    except ValueError as exc:
        raise NemowatchError(f"{show_path(path)} {exc}.", cure=makes_one) from exc


def _say(web: Web, exc: Exception) -> None:
    """Why the page is not served."""
    if isinstance(exc, ImportError):
        log.error("the live page is not served", why="its libraries are missing", cure=INSTALL)
    elif isinstance(exc, NemowatchError):
        log.error("the live page is not served", why=exc.text, cure=exc.cure)
    elif isinstance(exc, OSError):
        log.error("the live page is not served", address=web.listen, why=os_reason(exc))
    else:
        log.exception("internal error", doing="serve the page")
