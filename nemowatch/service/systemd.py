"""What systemd is notified of: READY, STATUS, WATCHDOG, RELOADING, STOPPING, EXTEND_TIMEOUT_USEC.

Owns the notification socket and the one thread that writes to it: sdnotify sends on a blocking
socket, which never happens on the event loop. Decides nothing about the daemon's health; the
engine says when a ping is due. Without NOTIFY_SOCKET everything here does nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import sdnotify

#: Seconds one message may wait for systemd: a stuck manager must not keep the daemon from ending.
SEND_SECONDS = 5.0
#: Bytes of a status text: systemd drops a whole message of more than 4096.
STATUS_BYTES = 1000
#: Seconds since the runner's last tick that still count as recent: its own timer fires every second
#: or so.
RECENT_TICK_SECONDS = 30.0
#: Pings within one watchdog period: two may be late or lost and the third still arrives.
PINGS_PER_PERIOD = 3

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def should_ping(runner_tick_age: float) -> bool:
    """Whether the daemon may call itself alive: the runner ticked lately, so many seconds ago.
    That the loop answers shows by its asking."""
    return 0 <= runner_tick_age <= RECENT_TICK_SECONDS


def watchdog_seconds(env: Mapping[str, str], pid: int) -> float:
    """The silence in seconds after which systemd ends process `pid`; 0 when it does not watch
    this process."""
    if env.get("WATCHDOG_PID", str(pid)) != str(pid):
        return 0.0
    text = env.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isascii() and text.isdigit() else 0.0


class Notifier:
    """Messages to systemd, in order, from a thread of their own. No method blocks or raises,
    `aclose` waits."""

    def __init__(self, env: Mapping[str, str]) -> None:
        address = env.get("NOTIFY_SOCKET", "")
        #: Seconds of silence systemd allows (WatchdogSec); 0 when no ping is wanted.
        self.watchdog_seconds = watchdog_seconds(env, os.getpid()) if address else 0.0
        #: Seconds between two pings; 0 when none is wanted.
        self.ping_seconds = self.watchdog_seconds / PINGS_PER_PERIOD
        self._line = _Line(address) if address else None
        self._status = ""

    def __repr__(self) -> str:
        where = self._line.address if self._line else "nobody"
        return (
            f"<Notifier to {where}, watchdog {self.watchdog_seconds:g} s, status {self._status!r}>"
        )

    @property
    def heard(self) -> bool:
        """Whether anybody listens at all."""
        return self._line is not None

    def ready(self) -> None:
        """The daemon works, or has finished a reload. Goes alone: systemd gets it whatever else
        is lost."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`, in any script; sent only when it differs from the
        last one."""
        line = status_line(text)
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def ping(self) -> None:
        """The daemon is alive; call it only when `should_ping` agrees. A ping still on its way
        is enough."""
        if self._line and self.watchdog_seconds:
            self._line.send_once("WATCHDOG=1")

    def reloading(self) -> None:
        """A reload begins; `ready` ends it. The monotonic time lets systemd (Type=notify-reload)
        match the two."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The daemon is on its way out."""
        self._send("STOPPING=1")

    def extend(self, seconds: float) -> None:
        """Ask for `seconds` more from now before a start, a stop or the whole run counts as
        hung."""
        self._send(f"EXTEND_TIMEOUT_USEC={max(1, round(seconds * 1_000_000))}")

    async def aclose(self) -> None:
        """Wait until everything is sent (each message at most SEND_SECONDS), then let the thread
        end."""
        if self._line:
            await asyncio.wrap_future(self._line.close())

    def _send(self, message: str) -> None:
        if self._line:
            self._line.send(message)


def status_line(text: str) -> str:
    """`text` on one line, valid UTF-8, at most STATUS_BYTES bytes, cut on a character's
    boundary."""
    line = _CONTROL.sub(" ", text).strip()
    data = line.encode("utf-8", "backslashreplace")
    if len(data) > STATUS_BYTES:
        data = data[: STATUS_BYTES - len("…".encode())]
        return data.decode("utf-8", "ignore") + "…"
    return data.decode("utf-8")


class _Line:
    """The socket and its one thread. The socket is reconnected when a send fails: a manager
    may replace its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sd-notify")
        self._sender: _Sender | None = None
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._closed = False

    def send(self, message: str) -> None:
        with self._lock:
            if not self._closed:
                self._thread.submit(self._deliver, message)

    def send_once(self, message: str) -> None:
        """Send it unless the same message still waits: while systemd is stuck they must not pile
        up."""
        with self._lock:
            if self._closed or message in self._waiting:
                return
            self._waiting.add(message)
            self._thread.submit(self._deliver, message)

    def close(self) -> Future[None]:
        """No further message; the future is done when the last one is sent and the socket
        closed."""
        done: Future[None] = Future()
        with self._lock:
            if self._closed:
                done.set_result(None)
                return done
            self._closed = True
            ended = self._thread.submit(self._hang_up)
        ended.add_done_callback(lambda _: done.set_result(None))
        self._thread.shutdown(wait=False)
        return done

    def _deliver(self, message: str) -> None:
        with self._lock:
            self._waiting.discard(message)
        if not self._try(message):
            # once more on a new socket; after that it is lost, as the protocol allows
            self._try(message)

    def _try(self, message: str) -> bool:
        try:
            if self._sender is None:
                self._sender = _Sender(self.address)
            self._sender.notify(latin1_of_utf8(message))
        except OSError:
            self._hang_up()
            return False
        return True

    def _hang_up(self) -> None:
        if self._sender is not None:
            self._sender.socket.close()
            self._sender = None


class _Sender(sdnotify.SystemdNotifier):  # type: ignore[misc]  # sdnotify ships no types
    """sdnotify on an address of our choosing, with a time limit.

    Its own constructor reads the process's environment and leaks the socket when it cannot connect.
    """

    def __init__(self, address: str) -> None:
        self.debug = True  # sdnotify swallows errors otherwise, and we could not reconnect
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.settimeout(SEND_SECONDS)
        try:
            self.socket.connect("\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            self.socket.close()
            raise


def latin1_of_utf8(message: str) -> str:
    """The text that sdnotify, which encodes Latin-1, turns into the UTF-8 bytes of `message`."""
    return message.encode("utf-8").decode("latin-1")
