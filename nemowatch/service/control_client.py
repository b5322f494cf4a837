"""Asking the daemon over its control socket: the side of the commands, which loads neither asyncio
nor a log. Owns the form of a request, an answer and the socket's address; `control` is the
server."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nemowatch.errors import DaemonNeeded, NemowatchError, UsageError, os_reason, show_path

#: The socket's file in the state folder.
SOCKET_NAME = "control.sock"
#: Bytes of one request: a prompt of many pages fits, a runaway client does not.
MAX_REQUEST = 1024 * 1024
#: Seconds that `call` waits for the answer: the slowest operation waits for the journal's disk.
CALL_SECONDS = 30.0
#: Bytes of a socket's address in the kernel (struct sockaddr_un), its closing NUL included.
SUN_PATH = 108


def call(path: Path, op: str, /, *, wait: float = CALL_SECONDS, **args: Any) -> Any:
    """Ask the daemon that listens at `path` and return its result. Blocks up to `wait` seconds.

    Raises DaemonNeeded when nothing listens there, UsageError for a request of more than
    MAX_REQUEST bytes, and NemowatchError (with the daemon's code, text and cure) for whatever
    the daemon refuses.
    """
    request = as_line({**args, "op": op})
    if len(request) > MAX_REQUEST:
        raise UsageError(
            f"This is too long for one command: {len(request)} bytes.", cure="Shorten it."
        )
    try:
        with _connect(path, wait) as connection:
            connection.sendall(request)
            with connection.makefile("rb") as stream:
                line = stream.readline()
    except TimeoutError as exc:
        raise NemowatchError(
            f"The daemon did not answer within {wait:g} seconds.", cure="See its log."
        ) from exc
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as exc:
        raise DaemonNeeded from exc
    except PermissionError as exc:
        cure = "Run the command as the user that runs the daemon, or as root."
        raise NemowatchError(
            f"{show_path(path)}: this user may not talk to the daemon.", cure=cure
        ) from exc
    except OSError as exc:
        text = f"The daemon closed the connection: {os_reason(exc)}."
        raise NemowatchError(text, cure="See its log.") from exc
    return _result(line)


def _result(line: bytes) -> Any:
    try:
        answer = json.loads(line)
        if answer["ok"]:
            return answer["result"]
        error = answer["error"]
        code, text, cure = str(error["code"]), str(error["text"]), str(error["cure"])
    except (ValueError, TypeError, KeyError) as exc:
        raise NemowatchError(
            "The daemon's answer was cut short.", cure="See its log, and ask again."
        ) from exc
    raised = (
        UsageError(text, cure=cure)
        if code in ("usage", "config")
        else NemowatchError(text, cure=cure)
    )
    raised.code = code
    raise raised


def as_line(message: dict[str, Any]) -> bytes:
    """One message as it crosses the socket."""
    # ASCII keeps file names that are not UTF-8 (surrogates, in Python) whole in both directions.
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _connect(path: Path, wait: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        connection.settimeout(wait)
        with address_of(path) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


@contextmanager
def address_of(path: Path) -> Iterator[bytes]:
    """`path` as the kernel takes it: one that is too long is named through a descriptor of its
    folder."""
    raw = os.fsencode(path)
    if len(raw) < SUN_PATH:
        yield raw
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield b"/proc/self/fd/%d/%s" % (folder, os.fsencode(path.name))
    finally:
        os.close(folder)
