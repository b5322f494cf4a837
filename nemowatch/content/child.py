"""One child process that reads for this one, within limits of memory, CPU time and elapsed time.

Owns starting it, asking it, waiting for it and ending it; `serve` is what runs in it. Used for
whatever people drop (`children`) and for the configuration (`config.child`). It loads none of the
parsers.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nemowatch import __version__
from nemowatch.content import messages
from nemowatch.content.child_errors import ChildFailed, ChildFailure, error_of
from nemowatch.content.messages import Garbage, Tag

#: The variables that a child needs for Python to start. It gets no tokens or credentials, and
#: nothing of systemd's sockets and watchdog.
_NEEDED = ("HOME", "LANG", "LD_LIBRARY_PATH")
_NEEDED_KINDS = ("LC_", "PYTHON")
#: The child that reads the configuration also needs the settings. As there are passwords among
#: them, a child that reads what people drop must not have them.
CONFIG = "config"
_KINDS_FOR = {CONFIG: (*_NEEDED_KINDS, "NEMOWATCH_")}
#: Seconds to wait for the end of a killed child; one that a hung share holds stays until the share
#: lets go of it.
_GONE = 0.5
#: Bytes received at once: most messages are smaller.
PIECE = 64 * 1024
#: Seconds between two signs of life to the caller.
_TICK = 0.5


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """The limits of one request."""

    cpu: int  #: seconds of CPU time
    wall: float  #: seconds for reading, and as many again for understanding what was read
    required: bool = True  #: no answer is better than one without a memory limit


def _nothing() -> None:
    return


def environment(purpose: str, env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child, which finds its modules where this process does."""
    kinds = _KINDS_FOR.get(purpose, _NEEDED_KINDS)
    needed = {}
    for name, value in env.items():
        if name in _NEEDED or name.upper().startswith(kinds):
            needed[name] = value
    folders = [folder or os.curdir for folder in sys.path]
    return {**needed, "PYTHONPATH": os.pathsep.join(folders)}


class Child:
    """A child process. Not thread-safe: one request at a time."""

    def __init__(self, purpose: str, env: Mapping[str, str]) -> None:
        """Start it; it becomes ready by itself. Raises OSError when no process can be started."""
        self._deadline = 0.0
        self._wall = 0.0
        self._is_ready = False
        self._is_parsing = False
        self._received = bytearray()  # and not used yet
        self.is_last = False  #: it ends after its last answer
        self.owed = 0  #: requests whose outcome was not received yet

        # its complaints; a pipe that nobody reads would fill up and stop it
        self._complaints = os.fdopen(os.memfd_create("complaints"), "w+b", 0)
        try:
            self._socket, theirs = socket.socketpair()
        except OSError:
            self._complaints.close()
            raise
        # -B: of a module that was never compiled it may write 64 KiB (`serve.WRITTEN`), and Python
        # up to 3.13 takes the half for the whole: the next import would fail
        command = [sys.executable, "-P", "-B", "-m", "nemowatch.content.serve"]
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), purpose],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=[theirs.fileno()],
                env=environment(purpose, env),
                # so that a terminal's Ctrl-C only reaches the daemon, which ends the child
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        finally:
            theirs.close()

    def __repr__(self) -> str:
        return f"Child(pid={self.pid}, ready={self._is_ready})"

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(
        self,
        task: str,
        arguments: tuple[Any, ...],
        limits: ChildLimits,
        fds: Sequence[int] = (),
    ) -> None:
        """Have it call `module:function`. `fds`: the open file of which it gets a descriptor.
        Several requests may be sent before their answers are received, in the same order."""
        self._wall = limits.wall
        self.owed += 1

        request = messages.ChildRequest(task, arguments, limits.cpu, limits.wall, limits.required)
        with suppress(ConnectionError):  # it has ended: `receive` says how
            # sent together, so that the child wakes only once
            whole = b"?" + messages.request_frame(request)
            sent = socket.send_fds(self._socket, [whole], fds)
            if sent < len(whole):
                self._socket.sendall(whole[sent:])

    def receive(self, beat: Callable[[], None] = _nothing) -> Any:
        """Wait for the next answer. `beat` is called while the child works on what it has read,
        and not while it waits for the file.

        Raises ChildFailed, OrderError for content that cannot be used, UnsafeContent for content
        beyond the limits of what is read, and OSError for a file that cannot be read.
        """
        self._is_parsing = False
        self._deadline = time.monotonic() + self._wall
        while True:
            try:
                tag, body = self._message(beat)
                value = messages.unpacked(body)
                if tag in (Tag.ANSWER, Tag.LAST):
                    self.owed -= 1
                    self.is_last = tag is Tag.LAST
                    return value
                self._note(tag, value)
            except Garbage as exc:
                raise ChildFailed(ChildFailure.GARBAGE, str(exc)) from exc

    def _note(self, tag: Tag, value: Any) -> None:
        """Take in a message that is not an answer. Raises the error that it stands for."""
        if tag is Tag.READY:
            self._become_ready(value)
        elif tag is Tag.PARSING:
            self._is_parsing = True
            self._deadline = time.monotonic() + self._wall
        else:
            self.owed -= 1
            raise error_of(tag, value)

    def _become_ready(self, version: Any) -> None:
        if version != __version__:
            raise ChildFailed(ChildFailure.UPDATED)
        self._is_ready = True

    def _message(self, beat: Callable[[], None]) -> tuple[Tag, bytes]:
        tag, length = messages.opened(self._bytes(messages.HEADER_SIZE, beat))
        return tag, self._bytes(length, beat)

    def _bytes(self, count: int, beat: Callable[[], None]) -> bytes:
        """Exactly `count` bytes of what it sends. Raises ChildFailed."""
        while len(self._received) < count:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise self._late()
            self._socket.settimeout(min(left, _TICK))
            try:
                piece = self._socket.recv(max(count - len(self._received), PIECE))
            except TimeoutError:
                if self._is_parsing:
                    beat()
                continue
            except ConnectionError:
                piece = b""
            if not piece:
                raise self._ended()
            self._received += piece
        found = bytes(self._received[:count])
        del self._received[:count]
        return found

    def _late(self) -> ChildFailed:
        """The error for being late: in working on a file, or in reading it."""
        if self._is_parsing:
            return ChildFailed(ChildFailure.SLOW)
        return ChildFailed(ChildFailure.SILENT)

    def _ended(self) -> ChildFailed:
        """The error for a child that has closed its socket, by how it has ended."""
        try:
            code = self._process.wait(_GONE)
        except subprocess.TimeoutExpired:
            return ChildFailed(ChildFailure.KILLED, "it closed its connection")
        if code == -signal.SIGXCPU:
            return ChildFailed(ChildFailure.COMPUTING, code=code)
        if self._is_ready:
            return ChildFailed(ChildFailure.KILLED, self._last_words(), code)
        return ChildFailed(ChildFailure.NOT_READY, self._last_words(), code)

    def _last_words(self) -> str:
        """The last line of its complaints; "" when there are none."""
        said = os.pread(self._complaints.fileno(), 64 * 1024, 0)
        return said.decode(errors="backslashreplace").strip().rpartition("\n")[2]

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()  # this does nothing to one that has ended
        self._close()
        try:
            self._process.wait(_GONE)
        except subprocess.TimeoutExpired:
            _leave(self._process)

    def _close(self) -> None:
        self._socket.close()
        self._complaints.close()


#: Killed children that a hung share still holds; they are checked when another one ends.
_left: list[subprocess.Popen[bytes]] = []
_left_lock = threading.Lock()


def _leave(process: subprocess.Popen[bytes]) -> None:
    with _left_lock:
        _left[:] = [one for one in [*_left, process] if one.poll() is None]
