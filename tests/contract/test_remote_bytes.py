"""Paid calls and uploads to servers that misbehave byte by byte: silent, dripping, refusing."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from nemowatch.errors import (
    FileTooLarge,
    NemowatchError,
    NoCredits,
    NotSent,
    RemotePassing,
    RequestRefused,
)
from nemowatch.model import TurnEnd, TurnResult
from nemowatch.remote.interface import Payload
from tests.rigs.certificate import tls_of
from tests.rigs.raw_server import (
    JSON_HEAD,
    LONG,
    SSE,
    TOKEN,
    Writer,
    client_of,
    nothing,
    sends,
    serving,
    turn_of,
)
from tests.rigs.remote_client import client_at

pytestmark = pytest.mark.anyio


async def test_silence_longer_than_the_read_limit_does_not_end_a_turn(tmp_path: Path) -> None:
    """A plain server sends nothing while it works; the answer still counts."""
    play = sends(SSE, b'data: {"text":"done"}\n\n', pause=0.6)
    assert await turn_of(play, tmp_path) == TurnResult(TurnEnd.CLOSED, "done")


async def test_a_stream_of_nothing_but_lines_leaves_the_loop_to_others(tmp_path: Path) -> None:
    """However many come at once; what is said after them counts."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    others = asyncio.create_task(tick())
    began = time.monotonic()
    play = sends(SSE, b"\n" * 100_000, b'data: {"text":"done"}\n\n')
    assert await turn_of(play, tmp_path, LONG) == TurnResult(TurnEnd.CLOSED, "done")
    others.cancel()
    assert (time.monotonic() - began) / ticks < 0.02


async def test_silence_before_the_head_does_not_end_a_turn(tmp_path: Path) -> None:
    """Nor does a server that answers only when the work is done."""

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        await asyncio.sleep(0.6)
        writer.write(SSE + b'data: {"text":"done"}\n\n')

    assert (await turn_of(play, tmp_path)).end is TurnEnd.CLOSED


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\nContent-Ty", SSE, SSE + b'data: {"text":"half']
)
async def test_a_turn_ends_at_its_time_limit_in_every_phase(tmp_path: Path, first: bytes) -> None:
    """Before the head, inside it, before the first event, inside one."""
    async with asyncio.timeout(LONG / 2):
        turn = await turn_of(sends(first, b"", pause=LONG), tmp_path, limit=0.4)
    assert turn.end is TurnEnd.TIMEOUT


async def test_a_head_that_drips_for_ever_ends_at_the_limit(tmp_path: Path) -> None:
    """Each byte is a sign of life, and the total limit ends a plain call all the same."""
    drip = sends(b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n"] * 600, pause=0.1)
    async with serving(drip) as server, client_of(server.url, tmp_path) as client:
        async with asyncio.timeout(LONG / 2):
            with pytest.raises(RemotePassing):
                await client.read_credits()


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (SSE + b'data: {"text":"a"}\n\n', TurnEnd.CLOSED),
        (SSE[:-2] + b"Transfer-Encoding: chunked\r\n\r\n5\r\ndata:", TurnEnd.CUT),
        (b"", TurnEnd.CUT),
        (b"SSH-2.0-OpenSSH_9.2\r\n", TurnEnd.CUT),
        (JSON_HEAD % 200 + b'{"code":0', TurnEnd.CUT),
        (JSON_HEAD % 200 + b'{"code":0,"data":{"text":"fine"}}', TurnEnd.CLOSED),
        (JSON_HEAD % 500 + b'{"code":2001}', TurnEnd.CUT),
        (JSON_HEAD % 200 + b'{"code":503}', TurnEnd.CUT),
        (SSE + b'{"code":504}', TurnEnd.CUT),
        (JSON_HEAD % 200 + b'{"code":503,"error":{"code":2001}}', TurnEnd.CUT),
        (b"HTTP/1.1 403 X\r\nContent-Type: text/html\r\n\r\n<html>No</html>", TurnEnd.CUT),
        (JSON_HEAD % 302 + b"{}", TurnEnd.CUT),
        (JSON_HEAD % 408 + b"{}", TurnEnd.CUT),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Log in</html>", TurnEnd.CUT),
        (SSE + b'data: {"error":"x nmv_usr_very_secret"}\n\n', TurnEnd.ERROR),
    ],
)
async def test_how_odd_answers_to_the_paid_call_count(
    tmp_path: Path, answer: bytes, end: TurnEnd
) -> None:
    """All of them may have begun a turn, so all are a turn; and none of them shows the token."""
    turn = await turn_of(sends(answer), tmp_path)
    assert turn.end is end
    assert TOKEN not in repr(turn)


@pytest.mark.parametrize(
    ("answer", "silent", "error"),
    [
        (JSON_HEAD % 200 + b'{"code":2001,"message":"none"}', 0.6, NoCredits),
        (JSON_HEAD % 403 + b"<html>", LONG, RequestRefused),
        (b"HTTP/1.1 422 X\r\nContent-Length: 500\r\n\r\n{", LONG, RequestRefused),
    ],
)
async def test_refusals_before_the_stream_are_certain(
    tmp_path: Path, answer: bytes, silent: float, error: type[NemowatchError]
) -> None:
    """Also when the refusal's own body never comes whole, and without waiting for it as long as
    for a turn."""
    async with asyncio.timeout(LONG / 2):
        with pytest.raises(error):
            await turn_of(sends(answer, pause=silent), tmp_path, limit=LONG)


async def test_closing_the_client_ends_a_turn_at_once(tmp_path: Path) -> None:
    """A shutdown does not wait for the time limit, and the outcome is open."""
    begun = asyncio.Event()

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(SSE + b": hello\n\n")
        await writer.drain()
        await server.over.wait()

    async with serving(play) as server, client_of(server.url, tmp_path, turn=30) as client:
        task = asyncio.create_task(client.run_turn("skill", "1", "dub", lambda _: begun.set()))
        await begun.wait()
        await client.aclose()
        async with asyncio.timeout(2):
            assert (await task).end is TurnEnd.CUT
        with pytest.raises(NotSent):
            await client.run_turn("skill", "1", "dub", nothing)


async def test_a_proxy_that_refuses_the_tunnel_means_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy of the environment is used, and what it refuses never left."""
    async with serving(sends(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with client_of("https://api.invalid", tmp_path) as client:
            with pytest.raises(NotSent):
                await client.run_turn("skill", "1", "dub", nothing)
        assert proxy.heads[0].startswith(b"CONNECT api.invalid:443")


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
async def test_a_certificate_nobody_vouches_for_means_not_sent(tmp_path: Path) -> None:
    """TLS is always verified, on loopback too; the text says what is wrong."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    tls = tls_of(key, cert, "/CN=127.0.0.1")
    async with serving(sends(SSE), tls) as server, client_of(server.url, tmp_path) as client:
        with pytest.raises(NotSent, match="certificate"):
            await client.run_turn("skill", "1", "dub", nothing)
        assert not server.heads


# --- uploads --------------------------------------------------------------------------


async def test_a_server_that_refuses_while_we_send_is_heard(tmp_path: Path) -> None:
    """413 after the first bytes, then the connection closes: the refusal counts, not the broken
    pipe."""

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await reader.read()

    path = tmp_path / "big.mp4"
    path.write_bytes(b"x" * 3_000_000)
    fd = os.open(path, os.O_RDONLY)
    facts = os.fstat(fd)
    try:
        async with serving(play) as server, client_of(server.url, tmp_path, timeout=2) as client:
            with pytest.raises(FileTooLarge):
                await client.upload_file(
                    "s", "1", Payload("b.mp4", fd, facts.st_size, facts.st_mtime_ns), nothing
                )
    finally:
        os.close(fd)


async def test_the_upload_rate_is_kept_and_the_length_is_exact(tmp_path: Path) -> None:
    """200 kB at 400 kB/s take about half a second; the body has exactly the announced bytes."""
    received = bytearray()

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        received.extend(await reader.readexactly(length))
        writer.write(JSON_HEAD % 200 + b'{"code":0,"data":{"files":[]}}')

    path = tmp_path / "a.mp4"
    path.write_bytes(os.urandom(200_000))
    fd = os.open(path, os.O_RDONLY)
    facts = os.fstat(fd)
    async with serving(play) as server:
        client = client_at(server.url, tmp_path, TOKEN, upload_rate=400_000)
        begun = time.monotonic()
        payload = Payload("a.mp4", fd, facts.st_size, facts.st_mtime_ns)
        assert await client.upload_file("s", "1", payload, nothing) is None
        assert time.monotonic() - begun > 0.2, "faster than its rate allows"
        await client.aclose()
    os.close(fd)
    assert path.read_bytes() in received
    assert b'name="files"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n' in received
