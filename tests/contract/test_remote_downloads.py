"""Downloads from servers that misbehave byte by byte: cut, lying about sizes, leading elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import subprocess
from pathlib import Path

import pytest

from nemowatch.errors import (
    NoSpace,
    RemotePassing,
    ResultExpired,
    UnsafeUrl,
)
from nemowatch.remote.addresses import Rules
from tests.rigs.raw_server import (
    Writer,
    client_of,
    field,
    head_of,
    nothing,
    sends,
    serving,
)

pytestmark = pytest.mark.anyio


#: Random bytes of any run may begin like JSON or HTML, and are then rightly refused as a result.
RESULT = b"\x00" + random.Random(1).randbytes(299_999)
DIGEST = hashlib.sha256(RESULT).hexdigest()


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
