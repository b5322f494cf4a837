"""What systemd receives from the notifier, on real datagram sockets."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.service.systemd import (
    STATUS_BYTES,
    Notifier,
    should_ping,
    status_line,
    watchdog_seconds,
)
from tests.rigs.rows import each_row

pytestmark = pytest.mark.anyio


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A manager's end of the notification socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(5)
        receiver.bind(str(tmp_path / "notify"))
        yield receiver


def env_of(receiver: socket.socket, **more: str) -> dict[str, str]:
    """The environment systemd would give for this socket."""
    name = receiver.getsockname()
    address = "@" + name[1:].decode() if isinstance(name, bytes) else name
    return {"NOTIFY_SOCKET": address, **more}


def drain(receiver: socket.socket) -> list[str]:
    """Everything that has arrived."""
    receiver.setblocking(False)
    found = []
    while True:
        try:
            found.append(receiver.recv(8192).decode("utf-8"))
        except BlockingIOError:
            return found


async def test_ready_goes_alone_and_status_in_any_script_arrives_as_utf8(
    manager: socket.socket,
) -> None:
    """A status in Chinese and Cyrillic arrives whole, and READY is a message of its own."""
    notifier = Notifier(env_of(manager))
    notifier.status("2 рендера, 视频.mp4 43 %")
    notifier.ready()
    await notifier.aclose()
    assert drain(manager) == ["STATUS=2 рендера, 视频.mp4 43 %", "READY=1"]


async def test_status_is_sent_only_when_it_changed(manager: socket.socket) -> None:
    """The same status said again is silence."""
    notifier = Notifier(env_of(manager))
    for text in ("idle", "idle", "1 uploading", "1 uploading", "idle"):
        notifier.status(text)
    await notifier.aclose()
    assert drain(manager) == ["STATUS=idle", "STATUS=1 uploading", "STATUS=idle"]


async def test_a_status_cannot_smuggle_another_message(manager: socket.socket) -> None:
    """A file name with a newline stays part of the status, and a byte that is not UTF-8 is shown
    as an escape."""
    notifier = Notifier(env_of(manager))
    notifier.status("uploading a\nSTOPPING=1\n" + os.fsdecode(b"\xff.mp4"))
    await notifier.aclose()
    assert drain(manager) == ["STATUS=uploading a STOPPING=1 \\udcff.mp4"]


def test_a_long_status_is_cut_between_characters() -> None:
    """A status never exceeds the limit in bytes and stays valid text."""
    line = status_line("視" * 5000)
    assert len(line.encode("utf-8")) <= STATUS_BYTES
    assert line.endswith("視…")


async def test_reload_carries_the_monotonic_time(manager: socket.socket) -> None:
    """RELOADING names the monotonic clock in microseconds at the moment of the call."""
    before = time.monotonic_ns() // 1000
    notifier = Notifier(env_of(manager))
    notifier.reloading()
    after = time.monotonic_ns() // 1000
    await notifier.aclose()
    first, second = drain(manager)[0].split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= after


async def test_stop_and_extension_are_announced_in_order(manager: socket.socket) -> None:
    """STOPPING and then the extension in microseconds."""
    notifier = Notifier(env_of(manager))
    notifier.stopping()
    notifier.extend(1.5)
    await notifier.aclose()
    assert drain(manager) == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=1500000"]


async def test_pings_only_when_systemd_watches_this_process(manager: socket.socket) -> None:
    """WATCHDOG is sent when WATCHDOG_PID is ours, never for another process."""
    ours = Notifier(env_of(manager, WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getpid())))
    ours.ping()
    await ours.aclose()
    other = Notifier(env_of(manager, WATCHDOG_USEC="30000000", WATCHDOG_PID="1"))
    other.ping()
    await other.aclose()
    assert drain(manager) == ["WATCHDOG=1"]
    assert (ours.watchdog_seconds, ours.ping_seconds, other.watchdog_seconds) == (30, 10, 0)


async def test_an_abstract_socket_works() -> None:
    """An address that begins with @ lies in the abstract namespace."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0nemowatch-test-{os.getpid()}")
        notifier = Notifier(env_of(receiver))
        notifier.ready()
        await notifier.aclose()
        assert drain(receiver) == ["READY=1"]


async def test_without_a_manager_everything_is_silence() -> None:
    """Without NOTIFY_SOCKET no call fails, and no ping is wanted."""
    notifier = Notifier({"WATCHDOG_USEC": "1000000"})
    notifier.ready()
    notifier.status("idle")
    notifier.ping()
    notifier.reloading()
    notifier.extend(3)
    notifier.stopping()
    await notifier.aclose()
    assert notifier.watchdog_seconds == 0


async def test_a_manager_that_is_gone_or_replaced_harms_nothing(tmp_path: Path) -> None:
    """Messages to nobody are lost quietly; a new socket at the same address gets the next ones."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as first:
        first.settimeout(5)
        first.bind(str(path))
        notifier = Notifier({"NOTIFY_SOCKET": str(path)})
        notifier.status("one")
        assert first.recv(100) == b"STATUS=one"
    path.unlink()
    notifier.status("two")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as second:
        second.bind(str(path))
        notifier.status("three")
        await notifier.aclose()
        assert drain(second)[-1] == "STATUS=three"


async def test_a_stuck_manager_never_blocks_the_caller(manager: socket.socket) -> None:
    """With the receiver's queue full and nobody reading, calls return and pings do not pile
    up."""
    notifier = Notifier(env_of(manager, WATCHDOG_USEC="3000000"))
    for n in range(2000):
        notifier.status(f"{n}")
        notifier.ping()
    received = []
    while not received or received[-1] != b"STATUS=1999":
        received.append(manager.recv(100))
    await notifier.aclose()
    assert received.count(b"WATCHDOG=1") < 2000


async def test_after_closing_nothing_is_sent(manager: socket.socket) -> None:
    """A late call, and a second close, do nothing."""
    notifier = Notifier(env_of(manager))
    await notifier.aclose()
    notifier.ready()
    await notifier.aclose()
    assert drain(manager) == []


@each_row(
    [
        (0, True),
        (29.9, True),
        (30.1, False),
        (-1, False),
        (float("inf"), False),
    ]
)
def test_a_ping_needs_a_recent_tick(age: float, expected: bool) -> None:
    """An old tick withholds the ping."""
    assert should_ping(age) is expected


@pytest.mark.parametrize("text", ["", "soon", "-5", "١٢"])
def test_a_watchdog_time_that_is_no_number_means_none(text: str) -> None:
    """A WATCHDOG_USEC that cannot be read never raises."""
    assert watchdog_seconds({"WATCHDOG_USEC": text}, 1) == 0
