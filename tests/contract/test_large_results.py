"""Results of many blocks: received in a thread, written by another."""

from __future__ import annotations

import asyncio
import random
import threading
from pathlib import Path

import pytest

from nemowatch.errors import ConnectionBroken, LocalError, NoSpace, RemotePassing
from nemowatch.remote.block_writer import BlockWriter
from nemowatch.remote.part_file import Marker, PartFile
from tests.rigs.raw_server import (
    LONG,
    Writer,
    client_of,
    field,
    head_of,
    nothing,
    sends,
    serving,
)

pytestmark = pytest.mark.anyio

RESULT = b"\x00" + random.Random(1).randbytes(3_500_000)
HALF = 2_500_000


def chunked(body: bytes) -> bytes:
    """A body in chunks of odd sizes."""
    pieces = [body[at : at + 70_001] for at in range(0, len(body), 70_001)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@pytest.mark.parametrize("way", ["length", "chunked", "to the end"])
async def test_every_byte_comes_in_its_place(tmp_path: Path, way: str) -> None:
    """Whether the head says how long it is, or chunks do, or only the render has said it."""
    heads = {
        "length": head_of(200, f"Content-Length: {len(RESULT)}") + RESULT,
        "chunked": head_of(200, "Transfer-Encoding: chunked") + chunked(RESULT),
        "to the end": head_of(200, "Connection: close") + RESULT,
    }
    seen = list[int]()
    async with (
        serving(sends(heads[way])) as server,
        client_of(server.url, tmp_path / "state", LONG) as client,
    ):
        await client.download(
            "s",
            "r",
            f"{server.url}/f",
            tmp_path / "p",
            len(RESULT),
            lambda had, _: seen.append(had),
        )
    assert (tmp_path / "p").read_bytes() == RESULT
    assert seen == sorted(seen)
    assert seen[-1] == len(RESULT)


async def test_more_than_was_said_is_not_kept(tmp_path: Path) -> None:
    """An answer without a length that goes on and on ends, and leaves nothing behind."""
    reply = head_of(200, "Connection: close") + RESULT
    async with (
        serving(sends(reply)) as server,
        client_of(server.url, tmp_path / "state", LONG) as client,
    ):
        with pytest.raises(RemotePassing, match="larger than was said"):
            await client.download("s", "r", f"{server.url}/f", tmp_path / "p", HALF, nothing)
    assert (tmp_path / "p").read_bytes() == b""


@pytest.mark.parametrize("by", ["cancelling", "stopping"])
async def test_a_result_that_is_given_up_halfway_is_resumed(tmp_path: Path, by: str) -> None:
    """The caller leaves long before the server's silence is over, nobody writes after that, and the
    next attempt asks for the rest alone."""
    silent = asyncio.Event()

    async def play(head: bytes, reader: asyncio.StreamReader, writer: Writer) -> None:
        asked = field(head, b"range")
        if asked:
            at = int(asked.removeprefix(b"bytes=").rstrip(b"-"))
            lines = (
                f"Content-Range: bytes {at}-{len(RESULT) - 1}/{len(RESULT)}",
                f"Content-Length: {len(RESULT) - at}",
            )
            writer.write(head_of(206, *lines) + RESULT[at:])
            return
        lines = ('ETag: "one"', f"Content-Length: {len(RESULT)}")
        writer.write(head_of(200, *lines) + RESULT[:HALF])
        await writer.drain()
        silent.set()
        await server.over.wait()

    part, written = tmp_path / "p", asyncio.Event()
    loop = asyncio.get_running_loop()

    def report(had: int, _total: int) -> None:
        if had >= HALF - HALF % (1024 * 1024):
            loop.call_soon_threadsafe(written.set)

    async with serving(play) as server:
        async with client_of(server.url, tmp_path / "state", LONG) as client:
            going = asyncio.create_task(
                client.download("s", "r", f"{server.url}/f", part, len(RESULT), report)
            )
            await silent.wait()
            await written.wait()
            async with asyncio.timeout(LONG / 2):
                if by == "cancelling":
                    going.cancel()
                else:
                    await client.aclose()
                with pytest.raises((asyncio.CancelledError, ConnectionBroken)):
                    await going
            had = part.stat().st_size
            for thread in threading.enumerate():
                if thread.name == "aside":
                    await asyncio.to_thread(thread.join, LONG)
            assert part.stat().st_size == had
        async with client_of(server.url, tmp_path / "state", LONG) as client:
            await client.download("s", "r", f"{server.url}/f", part, len(RESULT), nothing)
    assert part.read_bytes() == RESULT
    assert len(server.heads) == 2
    assert field(server.heads[1], b"range") == b"bytes=%d-" % had


def test_nothing_is_written_behind_a_block_that_could_not_be() -> None:
    """What comes after it would stand in its place; who brings the next blocks hears of it."""
    kept = list[bytes]()

    def write(block: memoryview) -> None:
        if kept:
            raise NoSpace("the disk is full")
        kept.append(bytes(block))

    writer = BlockWriter(write, 4)

    def bring() -> None:
        for number in range(10):
            room = writer.room()
            room[:] = bytes([number]) * 4
            writer.write(room)

    with pytest.raises(NoSpace):
        bring()
    writer.close()
    assert kept == [bytes(4)]


def test_a_part_file_that_is_closed_takes_nothing_more(tmp_path: Path) -> None:
    """A thread that still has it gets an error, and nobody else's file gets its bytes."""
    file = PartFile(tmp_path / "p", Marker(tmp_path / "marker"))
    file.append(memoryview(b"one"))
    file.close()
    other = (tmp_path / "other").open("w+b")  # gets the number of the descriptor
    with other, pytest.raises(LocalError):
        file.append(memoryview(b"two"))
    assert (tmp_path / "other").read_bytes() == b""
    assert (tmp_path / "p").read_bytes() == b"one"
