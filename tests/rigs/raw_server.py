"""A server whose answers a test writes byte by byte, and a client for it with short limits."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from nemowatch.model import TurnResult
from nemowatch.remote.client import Client
from tests.rigs.remote_client import client_at

Writer = asyncio.StreamWriter
Play = Callable[[bytes, asyncio.StreamReader, Writer], Awaitable[None]]
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
TOKEN = "nmv_usr_very_secret"
#: Seconds of a server's silence for which the client must not wait: half of it is far longer than
#: anything takes that does not wait.
LONG = 60.0


def nothing(*_: int) -> None:
    """Receive progress or heartbeats that nobody watches."""


class Server:
    """Plays one part, and keeps the head of each request."""

    def __init__(self, play: Play) -> None:
        self.play, self.heads, self.url, self.over = play, list[bytes](), "", asyncio.Event()
        self.connections = set[asyncio.Task[None]]()

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        task.add_done_callback(self.connections.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            await self.play(head, reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the connection is over, or the server
        finally:
            writer.close()


@asynccontextmanager
async def serving(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Run a server on a free port of loopback that plays this part."""
    server = Server(play)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    server.url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        server.over.set()
        listener.close()
        for connection in server.connections:
            connection.cancel()


@asynccontextmanager
async def client_of(
    url: str, folder: Path, timeout: float = 0.4, turn: float = 3.0
) -> AsyncIterator[Client]:
    """A client with short limits for the server at this address."""
    client = client_at(url, folder, TOKEN, timeout=timeout, turn_timeout=turn, quiet_timeout=0.5)
    try:
        yield client
    finally:
        await client.aclose()


def sends(*pieces: bytes, pause: float = 0.0) -> Play:
    """A part that writes these bytes with a pause between them, and then closes the connection."""

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return play


async def turn_of(play: Play, folder: Path, limit: float = 3.0) -> TurnResult:
    """Make one paid call to a server that plays this part; it is made only once."""
    async with serving(play) as server, client_of(server.url, folder, turn=limit) as client:
        try:
            return await client.run_turn("skill", "1", "dub", nothing)
        finally:
            assert len(server.heads) == 1


JSON_HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n\r\n"


def head_of(status: int, *lines: str) -> bytes:
    """The head of a response."""
    return "\r\n".join([f"HTTP/1.1 {status} X", "Content-Type: video/mp4", *lines, "", ""]).encode()


def field(head: bytes, name: bytes) -> bytes:
    """A header of a request; b"" if it is missing."""
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b": ")
        if key.lower() == name:
            return value
    return b""
