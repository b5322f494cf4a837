"""The stand-in for the NemoVideo API on loopback: its routes, its start and its end. It serves
docs/api.md and nothing more. What a call does is in `endpoints`, `renders`, `uploads`,
`chat` and `downloads`, what goes wrong in `faults`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from nemowatch.sandbox import chat, control, downloads, endpoints, renders, reply, uploads
from nemowatch.sandbox.door import MAX_JSON, guarded
from nemowatch.sandbox.faults import Faults, parse
from nemowatch.sandbox.host import Host
from nemowatch.sandbox.media import sample_video
from nemowatch.sandbox.settings import Settings
from nemowatch.sandbox.world import World

#: Method, path, endpoint (a name of `faults.ENDPOINTS`, or `cdn`), handler.
ROUTES = (
    ("POST", "/api/auth/anonymous-token", "token", endpoints.token),
    ("POST", "/api/tasks/me/with-session/nemo_agent", "session", endpoints.open_session),
    ("POST", "/api/upload-video/nemo_agent/me/{sid}", "upload", uploads.upload),
    ("POST", "/run_sse", "chat", chat.chat),
    ("GET", "/api/state/nemo_agent/me/{sid}/latest", "state", endpoints.state),
    ("GET", "/api/credits/balance/simple", "credits", endpoints.credits),
    ("POST", "/api/render/proxy/lambda", "render", renders.render),
    ("GET", "/api/render/proxy/lambda/{rid}", "poll", renders.poll),
    ("POST", "/api/render/proxy/lambda/{rid}/cancel", "cancel", renders.cancel),
    ("GET", "/api/render/proxy/{rid}/download", "fallback_download", downloads.fallback),
    ("GET", "/cdn/uploads/{digest}/{name}", "cdn", downloads.upload),
    ("GET", "/cdn/results/{number}/output.mp4", "download", downloads.result),
)
#: Seconds for which stopping waits for requests in progress; a test's client has gone by then.
GRACE = 0.2


class Sandbox:
    """A running sandbox: where it listens, what it knows, and how it goes down and up."""

    def __init__(self, host: str, world: World, faults: Faults) -> None:
        self.host, self.world, self.faults = host, world, faults
        self.port = 0
        self.door = Host(world, faults, self.go_down)
        logger = logging.getLogger(f"{__name__}.{id(self)}")
        logger.setLevel(logging.DEBUG)  # a first request that is not HTTP is only logged here
        logger.propagate = False
        logger.addHandler(_Unparsed(world))
        self._runner = web.AppRunner(
            _app(self.door),
            access_log=None,
            shutdown_timeout=GRACE,
            handle_signals=False,
            logger=logger,
        )
        self._listener: asyncio.Server | None = None
        self._up = asyncio.Event()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self.host}:{self.port}"

    async def start(self, port: int) -> None:
        """Listen; port 0 takes a free one."""
        await self._runner.setup()
        await self._listen(port)
        self.door.base_url = self.url

    async def _listen(self, port: int) -> None:
        server = self._runner.server
        assert server is not None
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            server, self.host, port, reuse_address=True, backlog=1024
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    def go_down(self, seconds: float) -> None:
        """After what is being written now, reset every connection and refuse new ones for
        `seconds`."""
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        self._up.clear()
        self.door.later(self._down(seconds))

    def go_up(self) -> None:
        """Listen again, before that time is over."""
        self._up.set()

    async def _down(self, seconds: float) -> None:
        await asyncio.sleep(0.01)  # the answer that asked for this goes out first
        server = self._runner.server
        assert server is not None
        for connection in list(server.connections):
            reply.reset(connection.transport)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._up.wait()
        await self._listen(self.port)

    async def stop(self) -> None:
        """Stop listening and end every request."""
        for task in list(self.door.background):
            task.cancel()
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()


class _Unparsed(logging.Handler):
    """Records bytes that are not HTTP as violations: they never reach an endpoint, and aiohttp only
    logs them."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.DEBUG)
        self.world = world

    def emit(self, record: logging.LogRecord) -> None:
        """Record a request that could not be parsed."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            what = "bytes that are no HTTP request (a wrong Content-Length?)"
            self.world.violation("", what, str(error.message))
            return
        left = isinstance(error, ConnectionError | web.RequestPayloadError)
        if error is not None and not left:
            self.world.problems.append("".join(traceback.format_exception(error)))


def _app(host: Host) -> web.Application:
    app = web.Application(client_max_size=MAX_JSON)
    for method, path, endpoint, handler in ROUTES:
        app.router.add_route(method, path, guarded(host, endpoint, handler))
    app.add_routes(control.routes(host))
    app.router.add_route("*", "/{rest:.*}", guarded(host, "unknown", _unknown))
    return app


async def _unknown(call: Any) -> reply.Response:
    call.violation("no such endpoint", f"{call.request.method} {call.request.path}")
    return reply.as_json({"detail": "Not Found"}, 404)


@asynccontextmanager
async def run_sandbox(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    faults: Iterable[str] = (),
    tokens: Iterable[str] = (),
    **settings: Any,
) -> AsyncIterator[Sandbox]:
    """A sandbox inside this process, for the length of an `async with`; `settings` are fields of
    `Settings`.

    Raises ValueError for a fault or a setting that does not exist, OSError when the port is
    taken.
    """
    chosen = Settings()
    chosen.change(settings)
    rules = Faults(list(map(parse, faults)))
    with tempfile.TemporaryDirectory(prefix="nemowatch-sandbox-") as folder:
        world = World(chosen, Path(folder), time.monotonic)
        world.accepted = set(tokens)
        uploads.sample_blob(world, sample_video())
        sandbox = Sandbox(host, world, rules)
        await sandbox.start(port)
        try:
            yield sandbox
        finally:
            await sandbox.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nemowatch sandbox", description="The NemoVideo API, played on loopback."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        help="0 takes a free one",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="ENDPOINT:KIND[:ARG][@WHEN]",
    )
    parser.add_argument(
        "--token",
        action="append",
        default=[],
        help="the supplied tokens that are good; default: all",
    )
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does")
    for setting in fields(Settings):
        parser.add_argument(
            "--" + setting.name.replace("_", "-"),
            type=_KINDS[str(setting.type)],
            default=setting.default,
            dest=setting.name,
            metavar=str(setting.type),
            help=setting.metadata["help"],
        )
    return parser


def _yes_no(text: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise argparse.ArgumentTypeError("yes or no")
    return text.lower() in ("yes", "true", "1")


#: How an option is read, by the type of its setting.
_KINDS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": _yes_no,
}


async def serve(options: argparse.Namespace) -> None:
    """Run until told to stop; print one line on standard output once it listens."""
    settings = {setting.name: getattr(options, setting.name) for setting in fields(Settings)}
    chosen = {"faults": options.fault, "tokens": options.token}
    async with run_sandbox(options.host, options.port, **chosen, **settings) as sandbox:
        # how a caller learns the address
        print(f"sandbox listening on {sandbox.url}", flush=True)  # noqa: T201
        await _stop_wanted(options.until_eof)


async def _stop_wanted(until_eof: bool) -> None:
    """Wait for SIGTERM, SIGINT or the end of standard input, so that a caller that dies leaves
    nothing running."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    if until_eof:
        loop.add_reader(0, _end_at_eof, end)
    await end.wait()
    if until_eof:
        loop.remove_reader(0)


def _end_at_eof(end: asyncio.Event) -> None:
    if not os.read(0, 1024):
        end.set()


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when it was interrupted; exits with 2 for a wrong option or a taken
    port."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        asyncio.run(serve(options))
    except (ValueError, OSError) as problem:
        parser.error(str(problem))
    return 0
