"""Sends one request, returns its answer, and turns every foreign exception into one of ours. No
other module makes requests with httpx. It must not know what a request means, and it has no token:
the caller passes the headers.

Each exchange has a connection of its own (docs/platform.md section httpx). So an idle connection
that the server has just dropped can never make the outcome of a paid call unknown, a cancelled
request leaks no slot of a shared pool, and a time limit can end a request in any phase by closing
its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from nemowatch import __version__
from nemowatch.errors import ConnectionBroken, NemowatchError, NotSent, RemoteError, RemotePassing
from nemowatch.remote.addresses import is_loopback
from nemowatch.remote.headers import content_length
from nemowatch.remote.http_errors import failure_words

# Both log addresses and headers, but result addresses and the token are secret.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

#: Bytes: an answer to a plain call has some kB, a draft maybe some MB. More is not loaded.
MAX_BODY = 8 * 1024 * 1024
#: Home routers drop a silent connection after some minutes; a turn may be silent for fifteen.
_KEEPALIVE_IDLE_S = 45

#: Checks the address that was connected to; raises to refuse it.
PeerCheck = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `body` is bytes, or a stream together with its exact `length` in bytes."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | AsyncIterator[bytes] = b""
    length: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an exchange may take, in seconds."""

    total: float  #: from the first step to the last byte
    silence: float | None  #: between two signs of life from the peer; None: only `total` counts
    connect: float  #: for each of TCP and TLS


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete, small answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Http:
    """Opens exchanges, all by the same rules: TLS always verified with the system's certificates
    (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), proxies from the environment, HTTP/1.1, no
    redirects, no compression.
    """

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()
        self._open: set[Exchange] = set()
        self._closed = False

    def __repr__(self) -> str:
        state = "open"
        if self._closed:
            state = "closed"
        return f"<Http {state}, {len(self._open)} under way>"

    @contextlib.asynccontextmanager
    async def exchange(
        self, request: Request, limits: Limits, peer: PeerCheck | None = None
    ) -> AsyncIterator[Exchange]:
        """One request and its answer. Raises NotSent when nothing of it was sent, ConnectionBroken
        after that."""
        if self._closed:
            raise NotSent("nemowatch is stopping.")
        exchange = Exchange(request, limits, self._tls, peer)
        self._open.add(exchange)
        try:
            yield exchange
        finally:
            self._open.discard(exchange)
            await exchange.aclose()

    async def fetch(self, request: Request, limits: Limits) -> Reply:
        """A request with a small answer. Raises NotSent, ConnectionBroken, RemotePassing for an
        answer above MAX_BODY."""
        async with self.exchange(request, limits) as exchange:
            await exchange.send()
            return Reply(exchange.status, exchange.headers, await exchange.read())

    async def aclose(self) -> None:
        """End every exchange; those in progress get an error."""
        self._closed = True
        for exchange in list(self._open):
            await exchange.end("nemowatch is stopping.")


class Exchange:
    """One request, its connection and its answer. Made by `Http.exchange`."""

    def __init__(
        self,
        request: Request,
        limits: Limits,
        tls: ssl.SSLContext,
        peer: PeerCheck | None,
    ) -> None:
        self._request = request
        self._limits = limits
        self._tls = tls
        self._peer = peer
        self._client: httpx.AsyncClient | None = None
        self._response: httpx.Response | None = None
        self._why_ended = ""
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self.sent = False  #: some byte of the request may have been sent
        self.expired = False  #: the total time limit ended it
        self.status = 0
        self.headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return (
            f"<Exchange {self._request.method} status={self.status} sent={self.sent}"
            f" expired={self.expired}>"
        )

    async def send(self) -> Self:
        """Send the request and wait for the head of its answer."""
        self.limit_to(self._limits.total)
        try:
            # this machine itself is never called through a proxy, whatever the environment says
            trust_env = not is_loopback(self._request.url)
            self._client = httpx.AsyncClient(
                verify=self._tls,
                timeout=self._timeouts(),
                trust_env=trust_env,
            )
            self._response = await self._client.send(self._built(self._client), stream=True)
        except Exception as exc:  # noqa: BLE001 - libraries raise what they like
            raise self._ours(exc) from None
        self.status = self._response.status_code
        self.headers = {name.lower(): value for name, value in self._response.headers.items()}
        return self

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The raw body as it comes. Close the generator (`contextlib.aclosing`) when leaving
        early."""
        assert self._response is not None
        async with contextlib.aclosing(self._response.aiter_raw()) as raw:  # type: ignore[type-var]
            while True:
                try:
                    chunk = await anext(raw)
                except StopAsyncIteration:
                    break
                except Exception as exc:  # noqa: BLE001 - the border
                    raise self._ours(exc) from None
                yield chunk
        if self._why_ended:
            raise self._ours(EOFError())

    async def read(self, most: int = MAX_BODY) -> bytes:
        """The complete body. Raises RemotePassing when it has more than `most` bytes, without
        loading them."""
        if content_length(self.headers) > most:
            raise RemotePassing("The answer is too large to be one.", status=self.status)
        body = bytearray()
        async with contextlib.aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > most:
                    raise RemotePassing("The answer is too large to be one.", status=self.status)
        return bytes(body)

    def limit_to(self, seconds: float) -> None:
        """Give the exchange this many seconds from now to finish."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(seconds, 0), self._expire)

    def _expire(self) -> None:
        self.expired = True
        self._ending = asyncio.ensure_future(
            self.end("No complete answer came within the time limit.")
        )

    async def end(self, why: str) -> None:
        """Close the connection under the request. Its caller gets an error that says
        `why`."""
        self._why_ended = self._why_ended or why
        await self._close()

    async def aclose(self) -> None:
        """Close the connection and the timer."""
        if self._timer:
            self._timer.cancel()
        await self._close()
        if self._ending:
            await asyncio.wait([self._ending])

    async def _close(self) -> None:
        with contextlib.suppress(Exception):
            if self._response is not None:
                await self._response.aclose()
        with contextlib.suppress(Exception):
            if self._client is not None:
                await self._client.aclose()

    def _timeouts(self) -> httpx.Timeout:
        silence = self._limits.silence
        return httpx.Timeout(
            connect=self._limits.connect,
            read=silence,
            write=silence,
            pool=None,
        )

    def _built(self, client: httpx.AsyncClient) -> httpx.Request:
        headers = {
            "User-Agent": f"nemowatch/{__version__}",
            "Accept-Encoding": "identity",
            **self._request.headers,
        }
        body = self._request.body
        if not isinstance(body, bytes):
            headers["Content-Length"] = str(self._request.length)
        return client.build_request(
            self._request.method,
            self._request.url,
            headers=headers,
            content=body or None,
            extensions={"trace": self._trace},
        )

    async def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Called for each step of httpcore; raising stops it."""
        if event == "connection.connect_tcp.complete":
            await self._connected(info["return_value"])
        elif (
            event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT"
        ):
            # the time limit was reached while connecting, when there was nothing to close yet
            if self._why_ended:
                raise NotSent(self._why_ended)
            self.sent = True

    async def _connected(self, stream: Any) -> None:
        try:
            if self._peer is not None:
                self._peer(str(stream.get_extra_info("server_addr")[0]))
            _keep_alive(stream.get_extra_info("socket"))
        except BaseException:
            await stream.aclose()
            raise

    def _ours(self, exc: Exception) -> NemowatchError:
        """The error of ours that a foreign exception means."""
        if isinstance(exc, NemowatchError):
            return exc
        if self._why_ended:
            return self._kind()(self._why_ended, status=self.status)
        return self._kind()(failure_words(exc), status=self.status)

    def _kind(self) -> type[RemoteError]:
        if self.sent:
            return ConnectionBroken
        return NotSent


def _keep_alive(sock: socket.socket) -> None:
    """Let the kernel probe a silent connection: it stays open, and a dead peer is noticed."""
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_IDLE_S)
