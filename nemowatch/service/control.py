"""The daemon's control socket: one JSON line asks, one JSON line answers.

Owns the socket file, its framing, its limits, and how errors cross it. Does not know what the
operations do: handlers are given. Who may ask is the file's mode: the daemon's user and root.

    {"op": "retry", "jobs": [3]}  ->  {"ok": true, "result": …}
                                      {"ok": false, "error": {"code": …, "text": …, "cure": …}}
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from nemowatch.errors import NemowatchError, failing_as, show_path
from nemowatch.service.control_client import MAX_REQUEST, address_of, as_line

#: gets the request without "op"; what it returns must be JSON
Handler = Callable[[dict[str, Any]], Awaitable[Any]]

#: Seconds a client has to send its line, and to take its answer: both are on this machine.
CLIENT_SECONDS = 5.0
#: Clients at once: commands are typed by people; more than this is a loop gone wild.
MAX_CLIENTS = 32
#: Seconds that operations under way have to end when the server closes.
CLOSE_SECONDS = 5.0

log = structlog.get_logger("nemowatch.control")


class ControlServer:
    """Answers requests on a unix socket at `path`. The caller holds the state folder's lock from
    before `start` on."""

    def __init__(
        self, path: Path, handlers: Mapping[str, Handler], *, client_seconds: float = CLIENT_SECONDS
    ) -> None:
        self._path = path
        self._handlers = handlers
        self._client_seconds = client_seconds
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<ControlServer {show_path(self._path)}, {len(self._clients)} clients>"

    async def start(self) -> None:
        """Listen. Raises NemowatchError when the path is taken by something that is no socket,
        or cannot be made."""
        what = "the control socket cannot be made"
        cure = "Give the user that runs nemowatch permission to write there."
        with failing_as(NemowatchError, self._path, what, cure=cure):
            _remove_socket(self._path)
            listener = _listen(self._path)
        # From 3.13 on asyncio would remove the file itself, by a name that may lead through a
        # closed descriptor.
        keep: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
        self._server = await asyncio.start_unix_server(
            self._accept,
            sock=listener,
            limit=MAX_REQUEST,
            **keep,
        )

    async def aclose(self) -> None:
        """Stop listening, remove the socket, and give operations under way CLOSE_SECONDS to end."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        _remove_socket(self._path)
        if self._clients:
            _, late = await asyncio.wait(self._clients, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            # the client went away, is too slow, or the daemon ends: no one to answer
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self._clients.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) > MAX_CLIENTS:
            # a request that is left unread when its socket closes takes the answer with it
            async with asyncio.timeout(self._client_seconds):
                await reader.read(MAX_REQUEST)
            answer = _refusal("busy", "Too many commands at once.", "Wait a moment and ask again.")
        else:
            answer = await self._answer(reader)
        if answer:
            writer.write(answer)
            async with asyncio.timeout(self._client_seconds):
                await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(self._client_seconds):
                line = await reader.readline()
        except ValueError:  # StreamReader's word for a line beyond the limit
            return _refusal("usage", f"A request may have {MAX_REQUEST} bytes.")
        if not line.endswith(b"\n"):
            return b""  # hung up in the middle
        try:
            op, args = _parse(line)
        except (ValueError, RecursionError) as exc:
            # the second: brackets in brackets, thousands deep
            return _refusal("usage", f"Not a request: {exc}.")
        return await self._perform(op, args)

    async def _perform(self, op: str, args: dict[str, Any]) -> bytes:
        handler = self._handlers.get(op)
        if handler is None:
            return _refusal(
                "usage",
                f"The daemon knows no operation {op!r}.",
                "Restart it: it may be an older version.",
            )
        try:
            return as_line({"ok": True, "result": await handler(args)})
        except NemowatchError as exc:
            return _refusal(exc.code, exc.text, exc.cure)
        except Exception:
            # whatever an operation does wrong, the daemon goes on and the client hears of it
            log.exception("control operation failed", op=op)
            return _refusal("error", f"The daemon could not carry out {op!r}.", "Its log says why.")


def _parse(line: bytes) -> tuple[str, dict[str, Any]]:
    request = json.loads(line)
    if not isinstance(request, dict) or not isinstance(request.get("op"), str):
        raise ValueError('an object with "op" is expected')
    op: str = request.pop("op")
    return op, request


def _refusal(code: str, text: str, cure: str = "") -> bytes:
    return as_line({"ok": False, "error": {"code": code, "text": text, "cure": cure}})


def _remove_socket(path: Path) -> None:
    """Remove what an earlier daemon left; anything that is not a socket stays and makes the bind
    fail."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        # Linux gives the file this mode, less the umask: never open to others
        os.fchmod(listener.fileno(), 0o600)
        with address_of(path) as address:
            listener.bind(address)
        path.chmod(0o600)  # the umask may have taken bits of the owner
        listener.listen(MAX_CLIENTS)
    except OSError:
        listener.close()
        raise
    return listener
