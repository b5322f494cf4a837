"""A cloud that does harm by the form of its answers: a proxy before the sandbox, in a thread of its
own, which passes everything on except for the sessions of files with LIED_TO in their names.
`lying_cloud` lies in single values; this one in size, depth and time."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.lying_cloud import passed_on

LIED_TO = "lied-to"
#: None: the truth, for this call.
Handler = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

MIB = 1024 * 1024
#: Seconds for which a stream goes on, if nobody ends it.
ENDLESS = 120
#: Where paid turns are asked for.
_CHAT = "/run_sse"


async def huge_error(request: web.Request) -> web.StreamResponse:
    """A refusal of 50 MB, in which every word looks like an address."""
    return await _huge(request, 400)


async def huge_failure(request: web.Request) -> web.StreamResponse:
    """The same as a server error."""
    return await _huge(request, 500)


async def _huge(request: web.Request, status: int) -> web.StreamResponse:
    answer = await _stream(request, "application/json", status=status)
    await answer.write(b'{"code":4000,"message":"')
    for _ in range(50):
        await answer.write(b"a.a." * (MIB // 4))
    await answer.write(b'"}')
    return answer


async def enormous_json(request: web.Request) -> web.StreamResponse:
    """A success of 100 MB of small values, sent in pieces."""
    answer = await _stream(request, "application/json")
    await answer.write(b'{"code":0,"data":{"x":[')
    for _ in range(100):
        await answer.write(b"0," * (MIB // 2))
    await answer.write(b"0]}}")
    return answer


async def deep(request: web.Request) -> web.StreamResponse:
    """A value of a million levels."""
    depth = 1_000_000
    body = b'{"code":0,"data":' + b"[" * depth + b"]" * depth + b"}"
    if request.path == _CHAT:
        return web.Response(body=b"data: " + body + b"\n\n", content_type="text/event-stream")
    return web.Response(body=body, content_type="application/json")


async def endless(request: web.Request) -> web.StreamResponse:
    """Bytes without an end, and in a turn one event after the other."""
    kind = "text/event-stream" if request.path == _CHAT else "application/json"
    answer = await _stream(request, kind)
    event = b'data: {"content":{"parts":[{"text":"' + b"x" * 60_000 + b'"}]}}\n\n'
    ends = asyncio.get_running_loop().time() + ENDLESS
    while asyncio.get_running_loop().time() < ends:
        await answer.write(event)
    return answer


async def endless_line(request: web.Request) -> web.StreamResponse:
    """One line without an end."""
    answer = await _stream(request, "text/event-stream")
    await answer.write(b"data: ")
    for _ in range(2000):
        await answer.write(b"x" * 100_000)
    return answer


async def empty_lines(request: web.Request) -> web.StreamResponse:
    """Twenty million lines with nothing in them."""
    answer = await _stream(request, "text/event-stream")
    for _ in range(20):
        await answer.write(b"\n" * MIB)
    return answer


async def drip(request: web.Request) -> web.StreamResponse:
    """One byte now and then."""
    answer = await _stream(request, "text/event-stream")
    for _ in range(ENDLESS * 5):
        await answer.write(b" ")
        await asyncio.sleep(0.2)
    return answer


async def dripping_turn(request: web.Request) -> web.StreamResponse | None:
    """The same for paid turns; everything else is answered truthfully."""
    if request.path != _CHAT:
        return None
    return await drip(request)


def in_turn(*forms: Handler) -> Handler:
    """Each call gets the next one of these."""
    turns = cycle(forms)

    async def answer(request: web.Request) -> web.StreamResponse | None:
        return await next(turns)(request)

    return answer


async def _stream(request: web.Request, kind: str, status: int = 200) -> web.StreamResponse:
    answer = web.StreamResponse(status=status, headers={"Content-Type": kind})
    await answer.prepare(request)
    return answer


class HostileCloud:
    """The address of the sandbox as the daemon is told it."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self._sessions: set[str] = set()
        self.answer: Handler | None = None  #: what those sessions get; None: the truth
        self.url = ""

    def ledger(self) -> dict[str, Any]:
        """Everything that has happened in the sandbox so far."""
        return self._sandbox.ledger()

    async def serve(self, ready: Future[str], ended: asyncio.Event) -> None:
        """Until the end."""
        timeout = ClientTimeout(60)
        async with ClientSession(timeout=timeout, auto_decompress=False) as client:

            async def handle(request: web.Request) -> web.StreamResponse:
                return await self._handle(client, request)

            app = web.Application(client_max_size=64 * MIB)
            app.router.add_route("*", "/{path:.*}", handle)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            ready.set_result(f"http://{host}:{port}")
            await ended.wait()
            await runner.cleanup()

    async def _handle(self, client: ClientSession, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        if self.answer is not None and self._is_lied_to(request.path, data):
            with suppress(ConnectionError):
                lie = await self.answer(request)
                if lie is None:
                    return await self._pass_on(client, request, data)
                return lie
            return web.Response()
        return await self._pass_on(client, request, data)

    async def _pass_on(
        self, client: ClientSession, request: web.Request, data: bytes
    ) -> web.StreamResponse:

        url = self._sandbox.url + request.raw_path
        headers = passed_on(request.headers)
        async with client.request(request.method, url, headers=headers, data=data) as true:
            body = await true.read()
            if LIED_TO.encode() in data and "with-session" in request.path:
                self._sessions.add(json.loads(body)["data"]["session_id"])
            return web.Response(status=true.status, headers=passed_on(true.headers), body=body)

    def _is_lied_to(self, path: str, data: bytes) -> bool:
        return any(one in path or one.encode() in data for one in self._sessions)


@contextmanager
def hostile(sandbox: SandboxProcess) -> Iterator[HostileCloud]:
    """A hostile cloud in a thread of its own."""
    cloud = HostileCloud(sandbox)
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    ready: Future[str] = Future()
    serving = threading.Thread(target=lambda: loop.run_until_complete(cloud.serve(ready, ended)))
    serving.start()
    cloud.url = ready.result(30)
    try:
        yield cloud
    finally:
        loop.call_soon_threadsafe(ended.set)
        serving.join()
        loop.close()
