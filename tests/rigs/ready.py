"""Python processes that begin with nemowatch loaded: forks of a process that has loaded it.

Owns starting them and reporting how they end, with the part of `subprocess.Popen` that tests use.
Starting Python and importing nemowatch takes a second of CPU, and most tests start a dozen
processes. A fork runs the same main module with the same arguments, environment and streams. Tests
of starting, of memory and of imports use `subprocess` itself.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

import nemowatch
from nemowatch.sandbox.process import SandboxProcess

CHECKOUT = Path(__file__).parents[2]
#: The most bytes of arguments and environment in a message.
LARGEST = 128 * 1024
#: The streams of a process, and the descriptor that reports its end.
STREAMS = 3

Stream = IO[Any] | int


class Ready:
    """Such a process, with as much of `subprocess.Popen` as tests need."""

    def __init__(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        *,
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = subprocess.DEVNULL,
        stderr: Stream = subprocess.DEVNULL,
    ) -> None:
        """Run `python WORDS`: `-m MODULE ...` or `FILE ...`."""
        self.returncode: int | None = None
        self._words = list(words)
        self._lock = threading.Lock()
        self._end, theirs = socket.socketpair()
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            streams = [_descriptor(stream, nothing) for stream in (stdin, stdout, stderr)]
            request = {"words": self._words, "env": dict(env), "cwd": str(Path.cwd())}
            _forker().ask(json.dumps(request).encode(), [*streams, theirs.fileno()])
        finally:
            os.close(nothing)
            theirs.close()
        self.pid = int(self._line())

    def _line(self) -> str:
        found = b""
        while not found.endswith(b"\n"):
            piece = self._end.recv(1)
            if not piece:
                raise RuntimeError(f"no process came of {self._words}")
            found += piece
        return found.decode()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the process runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process to end. Raises subprocess.TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            if self.returncode is None:
                self._await(until, timeout)
            assert self.returncode is not None
            return self.returncode

    def _await(self, until: float | None, timeout: float | None) -> None:
        self._end.settimeout(None if until is None else max(until - time.monotonic(), 0.0))
        try:
            self.returncode = int(self._line())
        except (TimeoutError, BlockingIOError):
            raise subprocess.TimeoutExpired(self._words, timeout or 0.0) from None
        self._end.close()

    def send_signal(self, number: int) -> None:
        """Send the process a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    words: Sequence[str], env: Mapping[str, str], *, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS` to its end; the result has what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Ready(words, env, stdout=out, stderr=err)
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(list(words), code, _text(out), _text(err))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


def _descriptor(stream: Stream, nothing: int) -> int:
    if stream == subprocess.DEVNULL:
        return nothing
    return stream if isinstance(stream, int) else stream.fileno()


class ReadySandbox(SandboxProcess):
    """The sandbox as a process that begins with nemowatch loaded."""

    def _started(self, words: list[str]) -> Any:
        their_input, our_input = os.pipe()
        our_output, their_output = os.pipe()
        try:
            made: Any = Ready(words, os.environ, stdin=their_input, stdout=their_output, stderr=2)
        finally:
            os.close(their_input)
            os.close(their_output)
        made.stdin = os.fdopen(our_input, "w")
        made.stdout = os.fdopen(our_output)
        return made


# -- the process that forks


class _Forker:
    """The process that has loaded nemowatch; it ends when this one does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.rigs.ready", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        atexit.register(self._leave)

    def _leave(self) -> None:
        self._socket.close()
        self._process.wait()

    def ask(self, request: bytes, descriptors: list[int]) -> None:
        """Ask the process to fork. It answers through the last descriptor."""
        with self._lock:
            socket.send_fds(self._socket, [request], descriptors)


@cache
def _forker() -> _Forker:
    return _Forker()


def serve(requests: socket.socket) -> None:
    """Fork for each request, until nobody is left to ask."""
    _load()
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, LARGEST, STREAMS + 1)
        if not request:
            return
        if os.fork() == 0:
            requests.close()
            _mind(json.loads(request), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


def _load() -> None:
    """Import all of nemowatch."""
    for module in pkgutil.walk_packages(nemowatch.__path__, "nemowatch."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.freeze()


def _mind(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Fork once more, report the process id, and then report how the process ended."""
    *streams, answer = descriptors
    pid = os.fork()
    if pid == 0:
        _become(request, streams)
    for stream in streams:
        os.close(stream)
    os.write(answer, f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(answer, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], streams: list[int]) -> NoReturn:
    """Turn this process into the one that was asked for."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(STREAMS, 4096)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    _mark()
    code = _ended(request["words"])
    # as multiprocessing ends its forks: tearing down all modules takes longer than a command
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _mark() -> None:
    """Take a new mark, as a process does at its start: its part files are recognized by it."""
    mark = secrets.token_hex(4)
    for module in list(sys.modules.values()):
        if hasattr(module, "PROCESS") and module.__name__.startswith("nemowatch."):
            module.PROCESS = mark


def _ended(words: list[str]) -> int:
    """Run a main module to its end; returns its exit code."""
    try:
        _run(*words)
    except SystemExit as exc:
        if isinstance(exc.code, str):
            print(exc.code, file=sys.stderr)
            return 1
        return exc.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _run(first: str, *rest: str) -> None:
    if first == "-P":
        _run(*rest)
    elif first == "-m":
        sys.argv = list(rest)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
