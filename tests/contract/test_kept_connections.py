"""Which calls share a connection, and what becomes of one that the server has dropped."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpcore
import pytest

from nemowatch.clock import SystemClock
from nemowatch.errors import ConnectionBroken, NotSent
from nemowatch.model import TurnEnd
from nemowatch.remote import kept_connections
from nemowatch.remote.client import Client
from nemowatch.remote.http import Http
from nemowatch.remote.message import HttpRequest, Timeouts
from nemowatch.remote.rate_limiter import RateLimiter
from nemowatch.remote.tcp_streams import as_httpcore
from tests.rigs.patience import PATIENCE
from tests.rigs.remote_client import client_at

pytestmark = pytest.mark.anyio

BALANCE = b'{"code":0,"data":{"available":5,"frozen":0,"total":5}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class Server:
    """Answers every request with a balance, on as many connections as come."""

    def __init__(self, drops_at: int = 0, also_says: bytes = b"", at_once: bool = True) -> None:
        self.drops_at = drops_at  #: the request, counted from 1, whose connection it just closes
        self.also_says = also_says  #: what nobody asked for, after each answer
        self.at_once = at_once  #: that comes together with the answer
        self.answered = asyncio.Event()  #: when not at once, then once this is set
        self.url = ""
        self.paths: list[list[str]] = []  #: of each connection

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine: list[str] = []
        self.paths.append(mine)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                mine.append(head.split(b" ")[1].decode())
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
                await reader.readexactly(int(length or 0))
                if sum(map(len, self.paths)) == self.drops_at:
                    break
                await self._answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        answer = ANSWER % (len(BALANCE), BALANCE)
        if self.at_once:
            writer.write(answer + self.also_says)
            return
        writer.write(answer)
        await self.answered.wait()
        writer.write(self.also_says)


@asynccontextmanager
async def between(folder: Path, server: Server, url: str = "") -> AsyncIterator[Client]:
    """A client of this server, or of another address."""
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    client = client_at(url or server.url, folder)
    try:
        yield client
    finally:
        await client.aclose()
        listener.close()


async def test_calls_share_a_connection_and_a_paid_one_has_its_own(tmp_path: Path) -> None:
    """Reads take what is open; the turn between them connects anew."""
    server = Server()
    async with between(tmp_path, server) as client:
        await client.read_credits()
        await client.read_credits()
        await client.run_turn("skill", "1", "dub it", lambda *_: None)
        await client.read_credits()
    first, second = server.paths
    assert len(first) >= 2
    assert second[0] == "/run_sse"


async def test_a_dropped_connection_is_replaced_for_what_may_be_repeated(tmp_path: Path) -> None:
    """The server closes a kept connection at the second call: the caller notices nothing."""
    server = Server(drops_at=2)
    async with between(tmp_path, server) as client:
        await client.read_credits()
        assert (await client.read_credits()).available == 5
    assert list(map(len, server.paths)) == [2, 1]


async def test_a_paid_call_whose_connection_ends_is_not_repeated(tmp_path: Path) -> None:
    """It was sent once, and its outcome is unknown."""
    server = Server(drops_at=2)
    async with between(tmp_path, server) as client:
        await client.read_credits()
        turn = await client.run_turn("skill", "1", "dub it", lambda *_: None)
    assert turn.end is TurnEnd.CUT
    assert [path for paths in server.paths for path in paths].count("/run_sse") == 1


async def test_what_changes_something_is_not_repeated(tmp_path: Path) -> None:
    """A render is asked for on a connection of its own, once, though a kept one is at hand."""
    server = Server(drops_at=2)
    async with between(tmp_path, server) as client:
        await client.read_credits()
        with pytest.raises(ConnectionBroken):
            await client.submit_render("skill", "r", "1", {}, "high")
    assert list(map(len, server.paths)) == [1, 1]


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_nobody_asked_for_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """A server that sends more after its answer, together with it or later, gets no other call on
    that connection."""
    monkeypatch.setattr(kept_connections, "KEPT_S", 600.0)
    timed_out = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
    server = Server(also_says=timed_out, at_once=at_once)
    async with between(tmp_path, server) as client:
        await client.read_credits()
        server.answered.set()
        async with asyncio.timeout(PATIENCE):
            while any(line.idle for line in client._caller.http._lines._idle):
                await asyncio.sleep(0)
        assert (await client.read_credits()).available == 5
    assert list(map(len, server.paths)) == [1, 1]


async def test_a_refused_name_of_several_addresses_is_said_in_words(tmp_path: Path) -> None:
    """Not in asyncio's, which name each address and its error's number."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        several = OSError(
            f"Multiple exceptions: [Errno 111] Connect call failed ('::1', {port}, 0, 0), "
            f"[Errno 111] Connect call failed ('127.0.0.1', {port})"
        )
        as_theirs = as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError)
        with pytest.raises(httpcore.ConnectError, match=r"^Connection refused$"), as_theirs:
            raise several
        async with between(tmp_path, Server(), f"http://localhost:{port}") as client:
            with pytest.raises(NotSent, match="cannot be reached: Connection refused"):
                await client.read_credits()


@pytest.mark.parametrize("large", [False, True])
async def test_a_limit_ends_a_request_that_still_connects(
    monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """A server that accepts and does not answer the handshake: the whole limit counts, long before
    the one of connecting; so it is for a small request and for a streamed one."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    over = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    listener = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    body: bytes | Iterator[bytes] = b"bytes"
    if large:
        body = iter([b"bytes"])
    request, http = HttpRequest("POST", f"https://127.0.0.1:{port}", {}, body, 5), Http()
    try:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(NotSent, match="within the time limit"):
                await http.fetch(request, Timeouts(total=0.2, silence=None, connect=600))
    finally:
        over.set()
        await http.aclose()
        listener.close()


def test_a_rate_counts_the_whole_time_of_each_piece() -> None:
    """Also of the first and the last: ten seconds at a rate are ten seconds of bytes."""
    clock = _Clock()
    limiter = RateLimiter(1_000_000, clock)
    for _ in range(100):
        clock.now += limiter._reserve(100_000)
    assert clock.now == pytest.approx(10.0)


class _Clock(SystemClock):
    now = 0.0

    def monotonic(self) -> float:
        return self.now
