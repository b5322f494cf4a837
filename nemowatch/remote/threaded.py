"""An exchange with a large body, of the request or of its answer, in a thread of its own, by
blocking calls: each block goes from the disk to the connection, or back, without a turn of the loop
in between, which is what makes it as fast as curl.

Owns that thread's connection. It must not know what is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpcore

# private to httpcore, which has no public way to it; a test of uploads through such a proxy pins it
from httpcore._backends.sync import TLSinTLSStream

from nemowatch.fs.threads import aside
from nemowatch.remote.tcp_streams import Backend, PeerCheck, Sending, as_httpcore

T = TypeVar("T")

#: Bytes of an answer; more is cut, and then too large to be one.
LONGEST_ANSWER = 8 * 1024 * 1024 + 1


class ThreadBackend(httpcore.NetworkBackend):
    """Connects, for one connection of httpcore that lives in a thread."""

    def __init__(self, peer: PeerCheck | None) -> None:
        self.sending = Sending()
        self._loop = asyncio.get_running_loop()
        self._connecting = Backend(peer)
        self._socket: socket.socket | None = None
        self.ended = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, on the loop: it tries all addresses of a name, and ends at once when `end` is
        called. Raises ConnectError, ConnectTimeout, and what the check of the peer raises."""
        connecting = self._connect(host, port, timeout)
        return self.stream(asyncio.run_coroutine_threadsafe(connecting, self._loop).result())

    async def _connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        stream = await self._connecting.connect_tcp(host, port, timeout)
        try:
            return stream.again()
        finally:
            await stream.aclose()

    def stream(self, made: socket.socket) -> ThreadStream:
        """The stream over a socket, which `end` ends from now on."""
        self._socket = made
        if self.ended:
            self._cut()
        return ThreadStream(self, made)

    def end(self) -> None:
        """End the connection under its thread, from the loop: what that waits for fails."""
        self.ended = True
        self._connecting.end()
        self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # not SSLSocket's own, which would take the session from the thread that uses it
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class ThreadStream(httpcore.NetworkStream):
    """An established connection, used by blocking calls."""

    def __init__(self, backend: ThreadBackend, made: socket.socket) -> None:
        self._backend = backend
        self._socket = made

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, b"" at the end."""
        with as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(timeout)
            return self._checked(self._socket.recv(max_bytes))

    def receive_into(self, into: memoryview, timeout: float | None = None) -> int:
        """Put what has come at the beginning of `into`; bytes, 0 at the end."""
        with as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(timeout)
            return self._checked(self._socket.recv_into(into))

    def _checked(self, came: T) -> T:
        """What came, unless it is the end, made here: that must not look like the server's."""
        if not came and self._backend.ended:
            raise ConnectionAbortedError
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        if not buffer:
            return
        self._backend.sending.begins(buffer)
        with as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            self._socket.settimeout(timeout)
            self._socket.sendall(buffer)

    def close(self) -> None:
        """Close it, from the thread that uses it."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted. Raises ConnectError, ConnectTimeout."""
        made = self._socket
        try:
            with as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                made.settimeout(timeout)
                if isinstance(made, ssl.SSLSocket):
                    return InnerStream(
                        self._backend,
                        made,
                        TLSinTLSStream(made, ssl_context, server_hostname, timeout),
                    )
                made = ssl_context.wrap_socket(
                    made, server_hostname=server_hostname, do_handshake_on_connect=False
                )
                # wrapping has taken the connection from the socket that `end` knows
                stream = self._backend.stream(made)
                made.do_handshake()
                return stream
        except BaseException:
            made.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Nothing that httpcore needs: a connection here serves one request."""
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None


class InnerStream(ThreadStream):
    """A connection in TLS through a proxy that is itself spoken to in TLS."""

    def __init__(self, backend: ThreadBackend, made: socket.socket, inner: TLSinTLSStream) -> None:
        super().__init__(backend, made)
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, b"" at the end."""
        with as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            return self._checked(self._inner.read(max_bytes, timeout))

    def receive_into(self, into: memoryview, timeout: float | None = None) -> int:
        """Put what has come at the beginning of `into`; bytes, 0 at the end."""
        came = self.read(len(into), timeout)
        into[: len(came)] = came
        return len(came)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        if not buffer:
            return
        self._backend.sending.begins(buffer)
        with as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            self._inner.write(buffer, timeout)


class ThreadLine:
    """One connection with one server, for one large body."""

    def __init__(
        self,
        connection: httpcore.HTTPConnection | httpcore.HTTPProxy,
        backend: ThreadBackend,
    ) -> None:
        self._connection = connection
        self._backend = backend

    @property
    def sending(self) -> Sending:
        """Notified before bytes of a request leave."""
        return self._backend.sending

    async def ask(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and wait for its whole answer, which is small. Raises what httpcore
        raises, and what the body of the request raises."""
        return await self.use(request, _loaded)

    async def use(self, request: httpcore.Request, take: Callable[[httpcore.Response], T]) -> T:
        """Send a request, and have `take` read the answer in the same thread. When this is
        cancelled, the thread goes on until it meets the connection, which is ended."""
        try:
            return await aside(lambda: self._exchange(request, take))
        except asyncio.CancelledError:
            self._backend.end()
            raise

    def _exchange(self, request: httpcore.Request, take: Callable[[httpcore.Response], T]) -> T:
        try:
            return take(self._connection.handle_request(request))
        finally:
            self._connection.close()

    async def aclose(self) -> None:
        """End it at once."""
        self._backend.end()


def _loaded(answer: httpcore.Response) -> httpcore.Response:
    """An answer with all that counts of its body."""
    body = bytearray()
    for piece in answer.iter_stream():
        body += piece
        if len(body) >= LONGEST_ANSWER:
            break
    return httpcore.Response(answer.status, headers=answer.headers, content=bytes(body))
