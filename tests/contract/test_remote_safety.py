"""What is fetched and what is sent cannot be led astray: redirects, names that change, proxies,
certificates, swapped files."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.errors import LocalError, UnsafeUrl
from nemowatch.fs.identity import snapshot
from nemowatch.fs.safe_open import open_below
from nemowatch.remote import addresses
from nemowatch.remote.addresses import Rules, origin
from nemowatch.remote.http import Http
from nemowatch.remote.interface import Payload
from nemowatch.remote.rate_limiter import RateLimiter
from nemowatch.remote.transfer import ResultTransfer, Want
from tests.rigs.certificate import tls_of
from tests.rigs.remote_client import client_at

pytestmark = pytest.mark.anyio

TOKEN = "nmv_usr_cGxhbnRlZA"
SECRET = b"what stands outside the inbox"
RESULT = b"\0\0\0\x18ftypmp42" + b"\0" * 12


class Server:
    """Answers every request alike; keeps what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.asked, self.url = answer, list[bytes](), ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            if b"Content-Length: " in self.asked[-1]:
                length = int(self.asked[-1].split(b"Content-Length: ")[1].split(b"\r\n")[0])
                self.asked.append(await reader.readexactly(length))
            writer.write(self.answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def serving(
    reply: bytes, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    """The server on a free port of loopback."""
    server = Server(reply)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.url = f"{'https' if tls else 'http'}://{host}:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


async def fetch(
    url: str,
    folder: Path,
    home: str = "https://api.example.com",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Fetch a result under the strict rules, as for a cloud that is not on this machine."""
    part, want = folder / "part", Want(folder / "part", folder / "marker", 0, lambda *_: None)
    with ThreadPoolExecutor(1) as executor:
        clock, http = SystemClock(), Http()
        transfer = ResultTransfer(
            http, Rules(origin(home), True), RateLimiter(0, clock), executor, clock, 2.0
        )
        try:
            await transfer.fetch(url, want, headers or {})
        finally:
            await http.aclose()
    return part.read_bytes()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_redirect_into_one_s_own_network_is_not_followed(
    tmp_path: Path, scheme: str
) -> None:
    """Neither over http nor over https: the neighbour hears nothing, and the token stays."""
    async with serving(answer(200, RESULT)) as neighbour:
        leads = answer(
            302, Location=neighbour.url.replace("http:", f"{scheme}:") + "/latest/meta-data"
        )
        async with serving(leads) as api:
            with pytest.raises(UnsafeUrl):
                await fetch(
                    f"{api.url}/r/download", tmp_path, api.url, {"Authorization": f"Bearer {TOKEN}"}
                )
        assert len(api.asked) == 1
        assert neighbour.asked == []


async def test_a_redirect_to_another_host_over_http_is_not_followed(tmp_path: Path) -> None:
    """A result never travels in the clear, wherever its host is."""
    async with serving(answer(302, Location="http://8.8.8.8/result.mp4")) as api:
        with pytest.raises(UnsafeUrl, match="https"):
            await fetch(f"{api.url}/r/download", tmp_path, api.url)


async def test_a_name_that_changes_between_look_up_and_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was public when asked and is this machine when connected to: the request is never sent."""

    async def public(host: str, port: int) -> list[str]:
        return ["8.8.8.8"]

    monkeypatch.setattr(addresses, "_addresses", public)
    async with serving(answer(200, RESULT), host="localhost") as neighbour:
        with pytest.raises(UnsafeUrl):
            await fetch(neighbour.url.replace("http:", "https:") + "/x", tmp_path)
        assert neighbour.asked == []


# --- proxies and certificates ---------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS whose certificate (for api.test, localhost) only `tmp_path/ca.pem` vouches
    for."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "ca.pem"
    names = "subjectAltName=DNS:api.test,DNS:localhost"
    return tls_of(key, cert, "/CN=api.test", "-addext", names)


class Tunnel:
    """A forward proxy that knows CONNECT and leads every host to one port of loopback."""

    def __init__(self, port: int) -> None:
        self.port, self.heads, self.url = port, list[bytes](), ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        inner, outer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, outer), pump(inner, writer))


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Bytes from one side to the other."""
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()


async def test_the_proxy_and_the_certificates_of_the_environment_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: ssl.SSLContext
) -> None:
    """HTTPS_PROXY leads there, with its password for the proxy alone; SSL_CERT_FILE vouches; the
    token is in the tunnel only."""
    balance = b'{"code": 0, "data": {"available": 120, "frozen": 0, "total": 120}}'
    async with serving(answer(200, balance, Content_Type="application/json"), authority) as api:
        tunnel = Tunnel(int(api.url.rpartition(":")[2]))
        listener = await asyncio.start_server(tunnel.serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass-of-the-proxy@127.0.0.1:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        client = client_at("https://api.test", tmp_path, TOKEN)
        try:
            assert (await client.read_credits()).available == 120
        finally:
            await client.aclose()
            listener.close()
    assert tunnel.heads[0].startswith(b"CONNECT api.test:443")
    assert b"Proxy-Authorization: Basic" in tunnel.heads[0]
    assert TOKEN.encode() not in b"".join(tunnel.heads)
    assert b"Bearer " + TOKEN.encode() in api.asked[0]
    assert b"roxy-Authorization" not in api.asked[0]


async def test_a_proxy_may_be_spoken_to_in_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: ssl.SSLContext
) -> None:
    """What is read, uploaded and fetched goes in TLS within TLS; the proxy sees none of it."""
    clip = b"a clip's bytes " * 50_000
    (tmp_path / "clip.mp4").write_bytes(clip)
    fd = open_below(tmp_path, b"clip.mp4")
    look = snapshot(fd)
    found = b'{"code": 0, "data": {"available": 120, "files": [{"filename": "clip.mp4"}]}}'
    async with serving(answer(200, found, Content_Type="application/json"), authority) as api:
        tunnel = Tunnel(int(api.url.rpartition(":")[2]))
        listener = await asyncio.start_server(tunnel.serve, "127.0.0.1", 0, ssl=authority)
        port = listener.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        client = client_at("https://api.test", tmp_path, TOKEN)
        try:
            await client.read_credits()
            payload = Payload("clip.mp4", fd, look.size, look.mtime_ns)
            assert await client.upload_file("s", "1", payload, lambda *_: None)
            assert clip in api.asked[-1]
            api.answer = answer(200, RESULT * 100_000)
            part = tmp_path / "part"
            await client.download("s", "1", "https://api.test/x", part, 0, lambda *_: None)
            assert part.read_bytes() == RESULT * 100_000
        finally:
            await client.aclose()
            listener.close()
            os.close(fd)
    assert [head.partition(b" HTTP")[0] for head in tunnel.heads] == [b"CONNECT api.test:443"] * 3
    assert TOKEN.encode() not in b"".join(tunnel.heads)


# --- what is sent ---------------------------------------------------------------------


@contextmanager
def restless(*changes: Callable[[], None]) -> Iterator[None]:
    """Somebody who changes the inbox all the time, as quick as can be."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            for change in changes:
                change()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def swap(path: Path, other: Path) -> Callable[[], None]:
    """Let `path` be what `other` is, in one step, by way of a third name."""

    def change() -> None:
        third = path.with_name(path.name + ".third")
        path.rename(third)
        other.rename(path)
        third.rename(other)

    return change


@pytest.mark.parametrize("what", ["file", "folder", "folder above"])
def test_nothing_outside_is_opened_while_links_are_swapped_in(tmp_path: Path, what: str) -> None:
    """A file, its folder or the one above it, in turn the real thing and a link that leads out:
    never what lies outside."""
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    for root, content in ((inbox, b"ours"), (outside, SECRET)):
        (root / "dub-es/a").mkdir(parents=True)
        (root / "dub-es/a/clip.mp4").write_bytes(content)
    place = {"file": "dub-es/a/clip.mp4", "folder": "dub-es/a", "folder above": "dub-es"}[what]
    link = tmp_path / "link"
    link.symlink_to(outside / place)
    found: list[bytes] = []
    refused = 0
    with restless(swap(inbox / place, link)):
        for _ in range(3000):
            try:
                fd = open_below(inbox, b"dub-es/a/clip.mp4")
            except LocalError:
                refused += 1
                continue
            found.append(os.pread(fd, 100, 0))
            os.close(fd)
    assert set(found) == {b"ours"}
    assert refused  # it really was in the way


async def test_what_is_swapped_in_after_the_check_is_not_what_is_sent(tmp_path: Path) -> None:
    """The descriptor is what is sent: another file under its name, before or while it goes,
    changes nothing in the cloud."""
    inbox = tmp_path / "inbox"
    (inbox / "dub-es").mkdir(parents=True)
    clip = inbox / "dub-es/clip.mp4"
    clip.write_bytes(b"ours" * 100_000)
    fd = open_below(inbox, b"dub-es/clip.mp4")
    look = snapshot(fd)
    (tmp_path / "private").write_bytes(SECRET * 20_000)
    clip.unlink()
    clip.symlink_to(tmp_path / "private")
    async with serving(
        answer(200, b'{"code": 0, "data": {"files": [{"filename": "clip.mp4"}]}}')
    ) as api:
        client = client_at(api.url, tmp_path, TOKEN)
        try:
            await client.upload_file(
                "s", "1", Payload("clip.mp4", fd, look.size, look.mtime_ns), lambda *_: None
            )
        finally:
            await client.aclose()
            os.close(fd)
    assert b"ours" * 100_000 in api.asked[1]
    assert SECRET not in api.asked[1]
