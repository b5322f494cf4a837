"""Bytes to and from a server, for httpcore: one TCP or TLS connection by asyncio's own streams.

Owns when something of a request may have left this machine, and which address was connected to. It
must not know HTTP. httpcore's own way to asyncio, by anyio, costs more than half of a small call
(docs/platform.md section httpx, point 8).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import httpcore

from nemowatch.content.hosts import literal

#: Bytes that are held for a reader that is slower than its peer, and taken by one read: larger
#: reads are fewer steps for each megabyte of a result.
READ_AHEAD = 512 * 1024
#: Seconds after which a second address of a name is tried beside the first (RFC 8305).
SECOND_ADDRESS_S = 0.25
#: Seconds for the loop to let go of a connection that was ended: it takes a step or two.
CLOSING_S = 1.0
#: Home routers drop a silent connection after some minutes; a turn may be silent for fifteen.
_KEEPALIVE_IDLE_S = 45

#: The number of a system error in asyncio's text of several, one for each address of a name.
_ERRNO = re.compile(r"\[Errno (\d+)\]")

#: Checks the address that was connected to; raises to refuse it.
PeerCheck = Callable[[str], None]


def _nothing() -> None:
    """Nobody wants to know."""


class Sending:
    """Notices when bytes of a request are about to leave."""

    def __init__(self) -> None:
        self.before: Callable[[], None] = _nothing  #: may raise, and then nothing leaves

    def begins(self, data: bytes) -> None:
        """These bytes leave next. Asking a proxy for a tunnel is not part of the request."""
        if not data.startswith(b"CONNECT "):
            self.before()


class Backend(httpcore.AsyncNetworkBackend):
    """Connects, for one connection of httpcore."""

    def __init__(self, peer: PeerCheck | None = None) -> None:
        self.sending = Sending()
        self._peer = peer
        self._limit: asyncio.Timeout | None = None  #: of the step of connecting that is under way
        self._ended = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Connect. Raises ConnectError, ConnectTimeout, and what the check of the peer raises."""
        with as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with self.connecting(timeout):
                reader, writer = await asyncio.open_connection(
                    host, port, limit=READ_AHEAD, happy_eyeballs_delay=_second_after(host)
                )
        try:
            if self._peer is not None:
                self._peer(str(writer.get_extra_info("peername")[0]))
        except BaseException:
            writer.transport.abort()
            raise
        keep_alive(writer.get_extra_info("socket"))
        return NetworkStream(self, reader, writer)

    @contextlib.asynccontextmanager
    async def connecting(self, timeout: float | None) -> AsyncIterator[None]:
        """A time limit in seconds for a step of connecting, which `end` cuts short."""
        try:
            async with asyncio.timeout(timeout) as self._limit:
                if self._ended:
                    self.end()
                yield
        finally:
            self._limit = None

    def end(self) -> None:
        """End whatever connects now or later, as if its time were over."""
        self._ended = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())


class NetworkStream(httpcore.AsyncNetworkStream):
    """An established connection."""

    def __init__(
        self, backend: Backend, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._backend = backend
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, b"" at the end; `max_bytes` is a hint that costs speed."""
        with as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._reader.read(READ_AHEAD)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it, as fast as the peer takes it."""
        if not buffer:
            return
        self._backend.sending.begins(buffer)
        with as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            self._writer.write(buffer)
            transport = self._writer.transport
            has_gone = not transport.is_closing() and transport.get_write_buffer_size() == 0
            if has_gone:  # as nearly always: a small request needs no timer
                return
            async with asyncio.timeout(timeout):
                await self._writer.drain()

    def again(self) -> socket.socket:
        """The same connection once more, for a thread; it stays when this stream is closed."""
        found: socket.socket = self._writer.get_extra_info("socket").dup()
        return found

    async def aclose(self) -> None:
        """End it at once, also under somebody who reads or writes."""
        self._writer.transport.abort()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._writer.wait_closed()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted. Raises ConnectError, ConnectTimeout."""
        try:
            with as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with self._backend.connecting(timeout):
                    await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """Whether an idle connection has ended or has been sent what nobody asked for
        ("is_readable"), and what asyncio knows."""
        if info == "is_readable":
            # a StreamReader has no public word for what it holds
            unread = self._reader._buffer  # type: ignore[attr-defined]
            return bool(unread) or self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


def _second_after(host: str) -> float | None:
    """Seconds until another address is tried as well; an address has no other, and a race that is
    cut off may forget its socket."""
    if literal(host) is None:
        return SECOND_ADDRESS_S
    return None


@contextlib.contextmanager
def as_httpcore(slow: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """asyncio's exceptions as those that httpcore's callers expect."""
    try:
        yield
    except TimeoutError as exc:
        raise slow(str(exc)) from exc
    except OSError as exc:
        raise broken(_words(exc)) from exc


def _words(exc: OSError) -> str:
    """What the system says; asyncio's own text for a refused connection is an address, or one for
    each address of the name: then the first counts."""
    if isinstance(exc, ssl.SSLError | socket.gaierror):
        return str(exc)
    if exc.errno:
        return os.strerror(exc.errno)
    first = _ERRNO.search(str(exc))
    if first is not None:
        return os.strerror(int(first[1]))
    return str(exc)


def keep_alive(sock: socket.socket) -> None:
    """Let the kernel probe a silent connection: it stays open, and a dead peer is noticed."""
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_IDLE_S)
