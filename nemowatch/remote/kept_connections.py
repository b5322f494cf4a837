"""Connections with servers, and which of them are kept for the next call. Owns each connection's
making and keeping; it must not know what is asked over one.

A line serves one exchange at a time and belongs to it alone, so that ending the exchange is closing
the line. One that has just served a call is kept for a few seconds: the next call of a job follows
at once, and need not connect and shake hands again.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from nemowatch.errors import NotSent
from nemowatch.remote.addresses import proxy_of
from nemowatch.remote.tcp_streams import Backend, PeerCheck, Sending
from nemowatch.remote.threaded import ThreadBackend, ThreadLine

#: Seconds for which an idle line is kept: less than the five after which common servers (uvicorn)
#: close theirs, so that few calls meet one that is just being closed.
KEPT_S = 4.0
#: Idle lines that are kept: as many calls as are made at once by default.
MOST_KEPT = 8

#: A URL whose path is sent as it stands, without anything to encode or to resolve: that of every
#: call to the API. Taking one apart by all the rules costs as much as sending a request.
_PLAIN = re.compile(r"(https?://[a-z0-9.:-]+)((?:/[a-zA-Z0-9_-][a-zA-Z0-9_.-]*)+)")

Origin = tuple[bytes, bytes, int]


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as httpcore wants it. Raises what httpx raises for one that is not valid."""

    url: httpcore.URL
    host: bytes  #: for the Host header
    proxy: str  #: "" for none

    @classmethod
    def of(cls, url: str) -> Address:
        """Of a URL: percent-encoded, the host in ASCII."""
        plain = _PLAIN.fullmatch(url)
        if plain is None:
            parsed = _parsed(url)
            path = parsed.raw_path
        else:
            parsed = _server(plain[1])
            path = plain[2].encode("ascii")
        target = httpcore.URL(
            scheme=parsed.raw_scheme,
            host=parsed.raw_host,
            port=parsed.port,
            target=path,
        )
        return cls(target, parsed.netloc, proxy_of(url))

    @property
    def origin(self) -> Origin:
        """What a kept line must agree in."""
        found = self.url.origin
        return (found.scheme, found.host, found.port)


@lru_cache(maxsize=16)
def _server(address: str) -> httpx.URL:
    """A server's address, taken apart: all calls of a daemon go to a few of them. Only that is
    kept: a whole URL may be signed, and so a secret."""
    return _parsed(address)


def _parsed(url: str) -> httpx.URL:
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https"):
        raise httpcore.UnsupportedProtocol(parsed.scheme)
    return parsed


class ServerConnection:
    """One connection with one server, made when it is first used."""

    def __init__(self, address: Address, tls: ssl.SSLContext, peer: PeerCheck | None) -> None:
        self.origin = address.origin
        self._backend = Backend(peer)
        self.kept_since = 0.0
        self.keeps = _keeps(address, peer)  #: whether it may serve another call
        self._connection = _connection(address, tls, self._backend)
        _spare_locks(self._connection)

    def __repr__(self) -> str:
        return f"<ServerConnection keeps={self.keeps} {type(self._connection).__name__}>"

    @property
    def sending(self) -> Sending:
        """Notified before bytes of a request leave."""
        return self._backend.sending

    async def ask(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request and wait for the head of its answer. Raises what httpcore raises."""
        answer = await self._connection.handle_async_request(request)
        _spare_locks(self._connection)
        return answer

    @property
    def idle(self) -> bool:
        """Whether it has served its call to the end, and the server keeps it open and has sent
        nothing since."""
        connection = self._connection
        if not isinstance(connection, httpcore.AsyncHTTPConnection):
            return False
        return connection.is_idle() and not connection.has_expired() and not _left(connection)

    async def aclose(self) -> None:
        """End it at once, also while it connects."""
        self._backend.end()
        await self._connection.aclose()


class KeptConnections:
    """All lines of a client that nobody uses now."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._idle: list[ServerConnection] = []  # the one that was kept first comes first
        self._sweep: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    def fresh(self, address: Address, peer: PeerCheck | None) -> ServerConnection:
        """A new line."""
        return ServerConnection(address, self._tls, peer)

    def in_thread(self, address: Address, peer: PeerCheck | None) -> ThreadLine:
        """A new line for one large body."""
        backend = ThreadBackend(peer)
        return ThreadLine(_connection_in_thread(address, self._tls, backend), backend)

    def kept(self, address: Address, peer: PeerCheck | None) -> ServerConnection | None:
        """The line to this server that was used last and is still open; None also for what is never
        kept."""
        if not _keeps(address, peer):
            return None
        for line in reversed(self._idle):
            if line.origin == address.origin and line.idle:
                self._idle.remove(line)
                return line
        return None

    async def give_back(self, line: ServerConnection | ThreadLine) -> None:
        """Keep a line for the next call, or end it."""
        full = self._closed or len(self._idle) >= MOST_KEPT
        if full or isinstance(line, ThreadLine) or not line.keeps or not line.idle:
            await line.aclose()
            return
        loop = asyncio.get_running_loop()
        line.kept_since = loop.time()
        self._idle.append(line)
        if self._sweep is None:
            self._sweep = loop.call_later(KEPT_S, self._end_old)

    def _end_old(self) -> None:
        """End what was kept for long enough."""
        loop = asyncio.get_running_loop()
        self._sweep = None
        oldest = loop.time() - KEPT_S
        while self._idle and self._idle[0].kept_since <= oldest:
            task = loop.create_task(self._idle.pop(0).aclose())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        if self._idle:
            wait = self._idle[0].kept_since - oldest
            self._sweep = loop.call_later(wait, self._end_old)

    async def aclose(self) -> None:
        """End all that are kept, and keep no more."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        idle, self._idle = self._idle, []
        for line in idle:
            await line.aclose()
        await asyncio.gather(*self._closing)


class _Alone:
    """In the place of httpcore's locks. Nobody else uses the connection, and a free lock costs a
    turn of the loop, too: three a call, a twelfth of what the loop does for a small file."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


_ALONE = _Alone()


def _spare_locks(connection: httpcore.AsyncHTTPConnection | httpcore.AsyncHTTPProxy) -> None:
    """Have the rest of this call, and those that follow, wait for no lock."""
    if not isinstance(connection, httpcore.AsyncHTTPConnection):
        return
    connection._request_lock = _ALONE  # type: ignore[assignment]
    http = connection._connection  # httpcore has no public way to it
    if isinstance(http, httpcore.AsyncHTTP11Connection):
        http._state_lock = _ALONE  # type: ignore[assignment]


def _left(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Whether more came together with the end of an answer: it would be taken for the next one."""
    http = connection._connection  # httpcore has no public way to it
    if not isinstance(http, httpcore.AsyncHTTP11Connection):
        return False
    return http._h11_state.trailing_data[0] != b""


def _keeps(address: Address, peer: PeerCheck | None) -> bool:
    """Whether a line may serve another call: not where who is at its other end is to be checked or
    chosen each time."""
    return peer is None and not address.proxy


def _connection(
    address: Address, tls: ssl.SSLContext, backend: Backend
) -> httpcore.AsyncHTTPConnection | httpcore.AsyncHTTPProxy:
    if not address.proxy:
        return httpcore.AsyncHTTPConnection(
            address.url.origin, ssl_context=tls, network_backend=backend
        )
    return httpcore.AsyncHTTPProxy(**_proxy(address, tls), network_backend=backend)


def _connection_in_thread(
    address: Address, tls: ssl.SSLContext, backend: ThreadBackend
) -> httpcore.HTTPConnection | httpcore.HTTPProxy:
    if not address.proxy:
        return httpcore.HTTPConnection(address.url.origin, ssl_context=tls, network_backend=backend)
    return httpcore.HTTPProxy(**_proxy(address, tls), network_backend=backend)


def _proxy(address: Address, tls: ssl.SSLContext) -> dict[str, Any]:
    """How httpcore goes through the proxy. Raises NotSent for one of another kind."""
    parts = urlsplit(address.proxy)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotSent(
            "The proxy that the environment names is of a kind that is not supported; use an http"
            " proxy."
        )
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    own_tls = None
    if parts.scheme == "https":
        own_tls = tls
    return {
        "proxy_url": address.proxy.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1),
        "proxy_auth": auth,
        "ssl_context": tls,
        "proxy_ssl_context": own_tls,
        "max_connections": 1,
    }
