"""The client against servers that misbehave byte by byte: cut, stalled, dripping, lying about
sizes, leading elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.errors import (
    FileTooLarge,
    NemowatchError,
    NoCredits,
    NoSpace,
    NotSent,
    RemotePassing,
    RequestRefused,
    ResultExpired,
    UnsafeUrl,
)
from nemowatch.model import Turn, TurnEnd
from nemowatch.remote.addresses import Rules
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.remote.interface import Payload

pytestmark = pytest.mark.anyio

Writer = asyncio.StreamWriter
Play = Callable[[bytes, asyncio.StreamReader, Writer], Awaitable[None]]
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
TOKEN = "nmv_usr_very_secret"
#: Seconds that a server keeps silent where the client must not wait for it: half of it is far more
#: than anything takes that does not wait.
LONG = 60.0


@pytest.fixture(autouse=True)
def _no_public_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the system's bundle takes 50 ms a client, and nothing here needs it."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)


def nothing(*_: int) -> None:
    """A progress or heartbeat that nobody watches."""


class Server:
    """Plays one part; keeps the head of each request."""

    def __init__(self, play: Play) -> None:
        self.play, self.heads, self.url, self.over = play, list[bytes](), "", asyncio.Event()
        self.connections = set[asyncio.Task[None]]()

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """One connection."""
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
    """The server on a free port of loopback."""
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
    """A client with short limits."""
    client = Client(
        base_url=url,
        platform="unknown",
        language="en",
        timeout=timeout,
        turn_timeout=turn,
        quiet_timeout=0.5,
        credential=supplied_token({"NEMO_TOKEN": TOKEN}, None),
        state_dir=folder,
        clock=SystemClock(),
    )
    try:
        yield client
    finally:
        await client.aclose()


def sends(*pieces: bytes, pause: float = 0.0) -> Play:
    """Write these, with a pause between, then close."""

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return play


async def turn_of(play: Play, folder: Path, limit: float = 3.0) -> Turn:
    """One paid call against this server; it is made once."""
    async with serving(play) as server, client_of(server.url, folder, turn=limit) as client:
        try:
            return await client.run_turn("skill", "1", "dub", nothing)
        finally:
            assert len(server.heads) == 1


async def test_silence_longer_than_the_read_limit_does_not_end_a_turn(tmp_path: Path) -> None:
    """A plain server sends nothing while it works; the answer still counts."""
    play = sends(SSE, b'data: {"text":"done"}\n\n', pause=0.6)
    assert await turn_of(play, tmp_path) == Turn(TurnEnd.CLOSED, "done")


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


JSON_HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n\r\n"


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
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    ]
    subprocess.run(
        [*command, "-days", "1", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
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
        client = Client(
            base_url=server.url,
            platform="unknown",
            language="en",
            timeout=2,
            turn_timeout=3,
            quiet_timeout=1,
            credential=supplied_token({"NEMO_TOKEN": TOKEN}, None),
            state_dir=tmp_path,
            clock=SystemClock(),
            upload_rate=400_000,
        )
        begun = time.monotonic()
        payload = Payload("a.mp4", fd, facts.st_size, facts.st_mtime_ns)
        assert await client.upload_file("s", "1", payload, nothing) is None
        assert time.monotonic() - begun > 0.2, "faster than its rate allows"
        await client.aclose()
    os.close(fd)
    assert path.read_bytes() in received
    assert b'name="files"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n' in received


# --- downloads ------------------------------------------------------------------------

#: Random bytes of any run may begin like JSON or HTML, and are then rightly refused as a result.
RESULT = b"\x00" + random.Random(1).randbytes(299_999)
DIGEST = hashlib.sha256(RESULT).hexdigest()


def head_of(status: int, *lines: str) -> bytes:
    """A response head."""
    return "\r\n".join([f"HTTP/1.1 {status} X", "Content-Type: video/mp4", *lines, "", ""]).encode()


def field(head: bytes, name: bytes) -> bytes:
    """A request's header, b"" when it is not there."""
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b": ")
        if key.lower() == name:
            return value
    return b""


async def test_the_same_bytes_twice_are_all_there_is(tmp_path: Path) -> None:
    """A result without its index is fetched once more by the other way; when the very same comes
    again it is taken, for a file that is odd is not refused for ever."""
    odd = (
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
        + (5008).to_bytes(4, "big")
        + b"mdat"
        + bytes(range(250)) * 20
    )

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(head_of(200, 'ETag: "one"', f"Content-Length: {len(odd)}") + odd)

    async with serving(play) as server, client_of(server.url, tmp_path / "state") as client:
        done = await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", 0, nothing)
        assert len(server.heads) == 2
    assert (done.size, (tmp_path / "p").read_bytes()) == (len(odd), odd)
    assert os.listdir(tmp_path / "state" / "downloads") == []


async def test_a_cut_file_is_never_taken(tmp_path: Path) -> None:
    """A server that cuts, with a length that fits, is asked again, also when it cuts at the same
    place each time."""
    whole = (
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + (5008).to_bytes(4, "big") + b"mdat" + bytes(5000)
    )
    whole += (1008).to_bytes(4, "big") + b"moov" + bytes(1000)
    sizes = iter([3000, 3000, 3000, 3000, len(whole)])

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        data = whole[: next(sizes)]
        writer.write(head_of(200, f"Content-Length: {len(data)}") + data)

    async with serving(play) as server, client_of(server.url, tmp_path / "state") as client:
        for _ in range(2):  # each asks by both ways
            with pytest.raises(RemotePassing, match=r"without its end \(3000 bytes\)"):
                await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", 0, nothing)
        done = await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", 0, nothing)
    assert done.size == len(whole)


async def test_a_cut_download_is_resumed_and_proven(tmp_path: Path) -> None:
    """Range with If-Range; a right 206 goes on where the part file ends, and the hash is that of
    the whole."""
    part = tmp_path / "p"

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        asked = field(head, b"range")
        if b"/download" in head:
            writer.write(head_of(500, "Content-Length: 0"))
            return
        assert field(head, b"authorization") == b""
        if not asked:
            writer.write(
                head_of(200, 'ETag: "one"', f"Content-Length: {len(RESULT)}") + RESULT[:100_000]
            )
            return
        assert field(head, b"if-range") == b'"one"'
        at = int(asked.removeprefix(b"bytes=").rstrip(b"-"))
        assert at == 100_000
        rest = RESULT[at:]
        lines = (
            f"Content-Range: bytes {at}-{len(RESULT) - 1}/{len(RESULT)}",
            f"Content-Length: {len(rest)}",
        )
        writer.write(head_of(206, *lines) + rest)

    async with serving(play) as server:
        for attempt in range(2):  # two clients: what was learned survives a restart
            async with client_of(server.url, tmp_path / "state") as client:
                try:
                    done = await client.download(
                        "s", "r1", f"{server.url}/f", part, len(RESULT), nothing
                    )
                except RemotePassing:
                    assert attempt == 0
        assert len(server.heads) == 3
    assert (done.size, done.sha256) == (len(RESULT), DIGEST)
    assert part.read_bytes() == RESULT


@pytest.mark.parametrize(
    "wrong",
    [
        "200",
        "416",
        "206 elsewhere",
        "206 without a range",
        "206 of another size",
        "206 with less than it says",
    ],
)
async def test_an_answer_that_does_not_go_on_starts_over(tmp_path: Path, wrong: str) -> None:
    """Only a 206 with exactly the missing range counts."""
    part = tmp_path / "p"
    to_the_end = f"Content-Range: bytes 100000-{len(RESULT) - 1}/{len(RESULT)}"
    broken = {
        "206 with less than it says": head_of(206, to_the_end, "Content-Length: 9") + b"x" * 9,
        "416": head_of(416, "Content-Range: bytes */9", "Content-Length: 0"),
        "206 elsewhere": (
            head_of(
                206, f"Content-Range: bytes 7-{len(RESULT) - 1}/{len(RESULT)}", "Content-Length: 9"
            )
            + b"x" * 9
        ),
        "206 without a range": head_of(206, "Content-Length: 9") + b"x" * 9,
        "206 of another size": (
            head_of(206, "Content-Range: bytes 100000-100008/999999", "Content-Length: 9")
            + b"x" * 9
        ),
    }

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        whole = head_of(200, 'ETag: "one"', f"Content-Length: {len(RESULT)}")
        if b"/download" in head:
            writer.write(head_of(500, "Content-Length: 0"))
        elif len(server.heads) == 1:
            writer.write(whole + RESULT[:100_000])
        else:
            writer.write(
                broken.get(wrong, whole + RESULT) if field(head, b"range") else whole + RESULT
            )

    async with serving(play) as server, client_of(server.url, tmp_path / "state") as client:
        with pytest.raises(RemotePassing):
            await client.download("s", "r1", f"{server.url}/f", part, 0, nothing)
        done = await client.download("s", "r1", f"{server.url}/f", part, 0, nothing)
    assert (done.size, done.sha256) == (len(RESULT), DIGEST)
    assert part.read_bytes() == RESULT


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (head_of(200) + RESULT, 0),  # nobody says how large
        (head_of(200) + RESULT[:-1], len(RESULT)),
        (head_of(200) + RESULT, 7),
        (head_of(200, "Content-Encoding: gzip", f"Content-Length: {len(RESULT)}") + RESULT, 0),
        (head_of(200, "Content-Length: 0"), 0),
    ],
)
async def test_sizes_that_disagree_never_become_a_result(
    tmp_path: Path, answer: bytes, said: int
) -> None:
    """Cut without a length, longer than said, changed on the way, empty."""
    async with (
        serving(sends(answer)) as server,
        client_of(server.url, tmp_path / "state") as client,
    ):
        with pytest.raises(RemotePassing):
            await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", said, nothing)


async def test_a_size_that_the_render_gets_wrong_holds_nothing_up(tmp_path: Path) -> None:
    """The file is fetched once more by the other way; the very same bytes are taken then."""
    answer = head_of(200, f"Content-Length: {len(RESULT)}") + RESULT
    async with (
        serving(sends(answer)) as server,
        client_of(server.url, tmp_path / "state") as client,
    ):
        done = await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", 7, nothing)
        assert len(server.heads) == 2
    assert (done.size, done.sha256) == (len(RESULT), DIGEST)


async def test_redirects_lose_the_token_when_they_leave_the_api(tmp_path: Path) -> None:
    """The fallback leads to another host: the file comes, the token stays."""
    async with serving(sends(head_of(200, f"Content-Length: {len(RESULT)}") + RESULT)) as other:

        async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
            assert field(head, b"authorization")
            assert field(head, b"x-skill-source") == b"s"
            writer.write(
                head_of(302, f"Location: {other.url}/elsewhere?signature=1", "Content-Length: 0")
            )

        async with serving(play) as server, client_of(server.url, tmp_path / "state") as client:
            done = await client.download("s", "r1", "", tmp_path / "p", 0, nothing)
        assert done.sha256 == DIGEST
        assert b"secret" not in b"".join(other.heads)
        assert b"X-Skill" not in b"".join(other.heads)


async def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    """And count as an address that does not work."""
    circle = sends(head_of(302, "Location: /again", "Content-Length: 0"))
    async with serving(circle) as server, client_of(server.url, tmp_path / "state") as client:
        with pytest.raises(ResultExpired):
            await client.download("s", "r1", f"{server.url}/f", tmp_path / "p", 0, nothing)


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/x",
        "https://10.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "https://100.64.0.1/x",
        "https://[fe80::1%25eth0]/x",
        "https://[::]/x",
        "https://[::10.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://[::ffff:0:a00:1]/x",
        "https://[fec0::1]/x",
        "https://[ff02::1]/x",
        "https://224.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://127.1/x",
        "https://0177.0.0.1/x",
        "https://0/x",
        "file:///etc/passwd",
        "https://",
        "https://[bad/x",
        "https://x:99999/",
        "ftp://8.8.8.8/x",
    ],
)
async def test_addresses_that_are_never_fetched(url: str) -> None:
    """Not https, or somebody's own network; the text never quotes the address."""
    with pytest.raises(UnsafeUrl) as caught:
        await Rules.of("https://api.example.com").check(url)
    assert "/x" not in str(caught.value)


async def test_public_https_and_the_api_itself_are_fetched() -> None:
    """The rules let through what they should; on loopback both are off."""
    await Rules.of("https://api.example.com").check("https://8.8.8.8/x")
    await Rules.of("https://api.example.com").check("https://[2606:4700::1111]/x")
    # as DNS64 answers
    await Rules.of("https://api.example.com").check("https://[64:ff9b::8.8.8.8]/x")
    await Rules.of("http://10.1.1.1:8000").check("http://10.1.1.1:8000/api/render/proxy/r/download")
    await Rules.of("http://127.0.0.1:9").check("http://127.0.0.1:10/x")


async def test_the_peer_is_asked_about_unless_it_is_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy may be in one's own network; what NO_PROXY exempts, and the other scheme, go
    straight."""
    rules, url = Rules.of("https://api.example.com"), "https://cdn.example.com/x"
    with pytest.raises(UnsafeUrl):
        rules.peer_check(url)("192.168.1.1")
    monkeypatch.setenv("HTTP_PROXY", "http://192.168.1.1:3128")
    with pytest.raises(UnsafeUrl):
        rules.peer_check(url)("192.168.1.1")
    monkeypatch.setenv("HTTPS_PROXY", "http://192.168.1.1:3128")
    rules.peer_check(url)("192.168.1.1")
    monkeypatch.setenv("NO_PROXY", ".example.com")
    with pytest.raises(UnsafeUrl):
        rules.peer_check(url)("192.168.1.1")
    rules.peer_check("https://api.example.com/x")("192.168.1.1")
    Rules.of("http://127.0.0.1:9").peer_check(url)("127.0.0.1")


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small filesystem")
async def test_a_full_disk_is_no_space_and_the_download_goes_on_later(tmp_path: Path) -> None:
    """The disk's own error, not the network's; what stands is not doubled by the next attempt."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    play = sends(head_of(200, 'ETag: "one"', f"Content-Length: {len(RESULT)}") + RESULT)
    try:
        async with serving(play) as server, client_of(server.url, tmp_path / "state") as client:
            with pytest.raises(NoSpace):
                await client.download("s", "r1", f"{server.url}/f", small / "p", 0, nothing)
            subprocess.run(["mount", "-o", "remount,size=1m", str(small)], check=True)
            done = await client.download("s", "r1", f"{server.url}/f", small / "p", 0, nothing)
        assert done.sha256 == DIGEST
        assert (small / "p").read_bytes() == RESULT
    finally:
        subprocess.run(["umount", str(small)], check=True)
