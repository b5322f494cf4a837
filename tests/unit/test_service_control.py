"""The control socket: what crosses it, and what hostile clients cannot do."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import DaemonNeeded, NemowatchError, NoCredits, UsageError
from nemowatch.service import control
from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import MAX_REQUEST, call
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio


async def echo(args: dict[str, Any]) -> Any:
    return args


async def broke(args: dict[str, Any]) -> Any:
    raise NoCredits("No credits left.", cure="Top up.")


async def usage(args: dict[str, Any]) -> Any:
    raise UsageError("There is no job 7.", cure="See nemowatch jobs.")


async def bug(args: dict[str, Any]) -> Any:
    raise KeyError("inner detail")


async def unprintable(args: dict[str, Any]) -> Any:
    return object()


HANDLERS = {"echo": echo, "broke": broke, "usage": usage, "bug": bug, "unprintable": unprintable}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """A server's socket; its clients have 0.3 s."""
    server = ControlServer(tmp_path / "control.sock", HANDLERS, client_seconds=0.3)
    await server.start()
    yield tmp_path / "control.sock"
    await server.aclose()


async def ask(path: Path, op: str, /, **args: Any) -> Any:
    return await asyncio.to_thread(call, path, op, **args)


async def raw(path: Path, data: bytes, *, eof: bool = False) -> bytes:
    """What the server says to `data`, until it hangs up."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        writer.write(data)
        await writer.drain()
        if eof:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


async def test_an_answer_comes_back_whole(path: Path) -> None:
    """Arguments and results keep their shape, a file name that is not UTF-8 included."""
    args = {"path": os.fsdecode(b"/in/\xff.mp4"), "jobs": [1, 2], "text": "дубль\n", "op_": None}
    assert await ask(path, "echo", **args) == args


async def test_only_the_owner_may_ask(path: Path) -> None:
    """The socket's mode is 0600 under any umask."""
    assert path.stat().st_mode & 0o777 == 0o600


async def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    """A umask of 0 opens nothing, one of 0777 closes nothing to the owner."""
    for mask in (0, 0o777):
        before = os.umask(mask)
        try:
            server = ControlServer(tmp_path / f"{mask}.sock", HANDLERS)
            await server.start()
        finally:
            os.umask(before)
        assert (tmp_path / f"{mask}.sock").stat().st_mode & 0o777 == 0o600
        await server.aclose()


async def test_an_error_of_ours_crosses_with_code_text_and_cure(path: Path) -> None:
    """The client raises what the daemon's operation raised."""
    with pytest.raises(NemowatchError) as caught:
        await ask(path, "broke")
    assert (caught.value.code, caught.value.text, caught.value.cure) == (
        "credits",
        "No credits left.",
        "Top up.",
    )


async def test_a_usage_error_stays_one(path: Path) -> None:
    """So that the command's exit code is 2."""
    with pytest.raises(UsageError, match="no job 7"):
        await ask(path, "usage")


@pytest.mark.parametrize("op", ["bug", "unprintable"])
async def test_a_bug_is_answered_plainly_and_the_server_goes_on(path: Path, op: str) -> None:
    """No inner detail crosses, and the next request is served."""
    with pytest.raises(NemowatchError, match="could not carry out") as caught:
        await ask(path, op)
    assert "inner detail" not in str(caught.value)
    assert await ask(path, "echo", a=1) == {"a": 1}


async def test_an_unknown_operation_is_named(path: Path) -> None:
    """The client hears which operation the daemon does not know."""
    with pytest.raises(UsageError, match="'fly'"):
        await ask(path, "fly")


async def test_nobody_listening_means_that_the_daemon_is_needed(tmp_path: Path) -> None:
    """No file, and a file left by a dead daemon, are the same to a command."""
    with pytest.raises(DaemonNeeded):
        call(tmp_path / "control.sock", "echo")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    with pytest.raises(DaemonNeeded):
        call(tmp_path / "control.sock", "echo")


async def test_a_stale_socket_is_replaced_and_removed_at_the_end(tmp_path: Path) -> None:
    """What a killed daemon left is no obstacle; a clean end leaves nothing."""
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = ControlServer(path, HANDLERS)
    await server.start()
    assert await ask(path, "echo") == {}
    await server.aclose()
    assert not path.exists()


async def test_a_file_in_the_socket_s_place_is_kept(tmp_path: Path) -> None:
    """Something that is no socket is never deleted: starting fails and names it."""
    path = tmp_path / "control.sock"
    path.write_text("precious")
    with pytest.raises(NemowatchError, match=r"control\.sock"):
        await ControlServer(path, HANDLERS).start()
    assert path.read_text() == "precious"


async def test_a_path_longer_than_a_socket_address_works(tmp_path: Path) -> None:
    """A state folder deep down the tree is served like any other."""
    deep = tmp_path / ("d" * 120) / "ö".join("xyz")
    deep.mkdir(parents=True)
    server = ControlServer(deep / "control.sock", HANDLERS)
    await server.start()
    assert (deep / "control.sock").stat().st_mode & 0o777 == 0o600
    assert await ask(deep / "control.sock", "echo", a=1) == {"a": 1}
    await server.aclose()
    assert list(deep.iterdir()) == []
    with pytest.raises(DaemonNeeded):
        call(deep / "control.sock", "echo")


@pytest.mark.parametrize(
    "data",
    [b"hello\n", b"[]\n", b'{"op": 3}\n', b"{}\n", b"\xff\xfe\n", b"\n", b"[" * 100_000 + b"\n"],
)
async def test_what_is_no_request_gets_a_plain_refusal(path: Path, data: bytes) -> None:
    """Bytes of any kind are answered, never fatal."""
    answer = json.loads(await raw(path, data))
    assert answer["ok"] is False
    assert answer["error"]["code"] == "usage"
    assert await ask(path, "echo", a=1) == {"a": 1}


async def test_a_line_without_end_is_cut_off(path: Path) -> None:
    """A request above the limit is never taken whole."""
    answer = await raw(path, b"x" * (MAX_REQUEST * 3))
    assert answer == b"" or b"bytes" in answer
    assert await ask(path, "echo", a=1) == {"a": 1}


async def test_too_long_a_command_is_refused_before_it_is_sent(path: Path) -> None:
    """The person hears the length, not a broken connection."""
    with pytest.raises(UsageError, match="too long"):
        await ask(path, "echo", text="x" * MAX_REQUEST)


async def test_a_slow_client_is_hung_up_on(path: Path) -> None:
    """Half a line and then silence ends the connection; others are served meanwhile."""
    slow = asyncio.create_task(raw(path, b'{"op": "ec'))
    assert await ask(path, "echo", a=1) == {"a": 1}
    assert await asyncio.wait_for(slow, PATIENCE) == b""


async def test_a_client_that_hangs_up_in_the_middle_harms_nothing(path: Path) -> None:
    """Half a line and an end is no request."""
    assert await raw(path, b'{"op": "echo"', eof=True) == b""
    assert await ask(path, "echo", a=1) == {"a": 1}


async def test_several_are_served_at_once(tmp_path: Path) -> None:
    """Two operations that wait for each other both end."""
    meeting = asyncio.Barrier(2)

    async def meet(args: dict[str, Any]) -> Any:
        await meeting.wait()
        return args["who"]

    server = ControlServer(tmp_path / "control.sock", {"meet": meet})
    await server.start()
    both = await asyncio.gather(
        ask(tmp_path / "control.sock", "meet", who=1), ask(tmp_path / "control.sock", "meet", who=2)
    )
    await server.aclose()
    assert both == [1, 2]


async def test_too_many_clients_are_told_to_wait(tmp_path: Path) -> None:
    """Beyond the limit a command hears that the daemon is busy, and is served again later."""
    path = tmp_path / "control.sock"
    server = ControlServer(path, HANDLERS, client_seconds=PATIENCE)
    await server.start()
    idle = [await asyncio.open_unix_connection(str(path)) for _ in range(control.MAX_CLIENTS)]
    with pytest.raises(NemowatchError) as caught:
        await ask(path, "echo")
    assert caught.value.code == "busy"
    for _, writer in idle:
        writer.close()
        await writer.wait_closed()
    assert await _when_not_busy(path) == {"a": 1}
    await server.aclose()


async def _when_not_busy(path: Path) -> Any:
    """An answer, as soon as there is room for a client."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await ask(path, "echo", a=1)
        except NemowatchError as error:
            is_late = asyncio.get_running_loop().time() > end
            if error.code != "busy" or is_late:
                raise


async def test_closing_lets_an_operation_end(tmp_path: Path) -> None:
    """An answer that is being made when the server closes still reaches its client."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(args: dict[str, Any]) -> Any:
        begun.set()
        await go_on.wait()
        return "done"

    server = ControlServer(tmp_path / "control.sock", {"slow": slow})
    await server.start()
    asking = asyncio.create_task(ask(tmp_path / "control.sock", "slow"))
    await begun.wait()
    closing = asyncio.create_task(server.aclose())
    await asyncio.sleep(0)
    go_on.set()
    assert await asking == "done"
    await closing


async def test_a_daemon_that_hangs_is_said_to_hang(tmp_path: Path) -> None:
    """A socket that accepts and never answers ends the command within its limit."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "control.sock"))
        listener.listen()
        with pytest.raises(NemowatchError, match="did not answer"):
            call(tmp_path / "control.sock", "echo", wait=0.2)


async def test_an_answer_cut_short_is_an_error(tmp_path: Path) -> None:
    """A daemon killed in the middle of its answer is no result."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"ok": tr')
        writer.close()

    async with await asyncio.start_unix_server(cut, str(tmp_path / "control.sock")):
        with pytest.raises(NemowatchError, match="cut short"):
            await ask(tmp_path / "control.sock", "echo")
