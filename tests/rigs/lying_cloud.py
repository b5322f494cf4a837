"""A cloud that lies: a proxy in front of the sandbox that replaces values in its answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

#: A path into an answer: keys and indexes.
Path = tuple[str | int, ...]
#: A value as JSON text, which need not be one that Python can write.
Text = str

_MARK = "~lie~"
#: Headers that belong to a single connection.
_NOT_PASSED_ON = {"content-length", "transfer-encoding", "connection", "date", "server", "host"}
_ENDPOINTS = {
    "anonymous-token": "token",
    "with-session": "session",
    "upload-video": "upload",
    "run_sse": "chat",
    "/state/": "state",
    "/credits/": "credits",
    "/download": "download",
    "/render/": "render",
}


@dataclass
class Lies:
    """What is said instead of the truth."""

    endpoint: str = ""  #: which answers are changed; "" for none
    path: Path = ()
    text: Text = "null"
    seen: dict[str, set[Path]] = field(default_factory=dict)  #: paths to values in true answers

    def told(self, endpoint: str, body: bytes) -> bytes:
        """The answer with the lie put into it."""
        try:
            document = json.loads(body)
        except ValueError:
            return body
        self.seen.setdefault(endpoint, set()).update(ways(document))
        if endpoint != self.endpoint or not _put(document, self.path):
            return body
        return json.dumps(document).replace(f'"{_MARK}"', self.text).encode()


def ways(document: Any, way: Path = ()) -> Iterator[Path]:
    """The path to every value in a document, the document itself included."""
    yield way
    entries: Any = ()
    if isinstance(document, dict):
        entries = document.items()
    if isinstance(document, list):
        entries = enumerate(document[:2])
    for key, value in entries:
        yield from ways(value, (*way, key))


def _put(document: Any, path: Path) -> bool:
    """Put the mark at the end of the path; False if the path leads nowhere."""
    if not path:
        return False
    try:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = _MARK
    except (KeyError, IndexError, TypeError):
        return False
    return True


@asynccontextmanager
async def lying(cloud: Callable[[], str], lies: Lies) -> AsyncIterator[str]:
    """The address of a server that passes everything on to `cloud()`, and lies."""
    async with ClientSession(timeout=ClientTimeout(60), auto_decompress=False) as client:

        async def handle(request: web.Request) -> web.StreamResponse:
            url = cloud() + request.raw_path
            headers = passed_on(request.headers)
            data = await request.read()
            async with client.request(request.method, url, headers=headers, data=data) as true:
                endpoint = _endpoint(request.path)
                body = await true.read()
                if endpoint == "chat":
                    body = b"\n".join(_event(lies, line) for line in body.split(b"\n"))
                else:
                    body = lies.told(endpoint, body)
                return web.Response(status=true.status, headers=passed_on(true.headers), body=body)

        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", handle)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")


def _event(lies: Lies, line: bytes) -> bytes:
    if not line.startswith(b"data:"):
        return line
    return b"data: " + lies.told("chat", line.removeprefix(b"data:"))


def _endpoint(path: str) -> str:
    found = (name for part, name in _ENDPOINTS.items() if part in path)
    return next(found, "other")


def passed_on(headers: Any) -> dict[str, str]:
    """The headers that do not belong to a single connection."""
    return {name: said for name, said in headers.items() if name.lower() not in _NOT_PASSED_ON}
