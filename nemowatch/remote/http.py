"""Sends one request, returns its answer, and turns every foreign exception into one of ours. No
other module makes requests. It must not know what a request means, and it has no token: the caller
passes the headers.

Each exchange has a line (`kept_connections`) to itself: a time limit can end a request in any phase
by closing it, and a cancelled request leaks no slot of a shared pool (docs/platform.md section
httpx). Only a request that is safe to repeat takes a line that was kept, and is repeated once on a
new one where the server has just dropped that. So a dropped line can never make the outcome of a
paid call unknown: that call always connects anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Self, TypeVar

import httpcore

from nemowatch import __version__
from nemowatch.errors import ConnectionBroken, NemowatchError, NotSent, RemoteError
from nemowatch.remote.body import AnswerBody, refuse_larger
from nemowatch.remote.headers import as_mapping, content_length
from nemowatch.remote.http_errors import failure_words
from nemowatch.remote.kept_connections import Address, KeptConnections, ServerConnection
from nemowatch.remote.message import HttpRequest, Reply, Timeouts
from nemowatch.remote.tcp_streams import PeerCheck
from nemowatch.remote.threaded import ThreadLine

# It logs addresses and headers, but result addresses and the token are secret.
logging.getLogger("httpcore").setLevel(logging.WARNING)

T = TypeVar("T")

#: Bytes: an answer to a plain call has some kB, a draft maybe some MB. More is not loaded.
MAX_BODY = 8 * 1024 * 1024
#: How a line that was kept shows that its server has dropped it meanwhile.
_DROPPED = (httpcore.NetworkError, httpcore.RemoteProtocolError, httpcore.ConnectionNotAvailable)


class Http:
    """Opens exchanges, all by the same rules: TLS always verified with the system's certificates
    (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), proxies from the environment, HTTP/1.1, no
    redirects, no compression.
    """

    def __init__(self) -> None:
        self._lines = KeptConnections(ssl.create_default_context())
        self._open: set[Exchange] = set()
        self._closed = False

    def __repr__(self) -> str:
        state = "open"
        if self._closed:
            state = "closed"
        return f"<Http {state}, {len(self._open)} under way>"

    @contextlib.asynccontextmanager
    async def exchange(
        self, request: HttpRequest, limits: Timeouts, peer: PeerCheck | None = None
    ) -> AsyncIterator[Exchange]:
        """One request and its answer. Raises NotSent when nothing of it was sent, ConnectionBroken
        after that."""
        if self._closed:
            raise NotSent("nemowatch is stopping.")
        exchange = Exchange(request, limits, self._lines, peer)
        self._open.add(exchange)
        try:
            yield exchange
        finally:
            self._open.discard(exchange)
            await exchange.aclose()

    async def fetch(self, request: HttpRequest, limits: Timeouts) -> Reply:
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
        await self._lines.aclose()


def _unheard(_size: int) -> None:
    """A progress that nobody watches."""


class Exchange:
    """One request, its connection and its answer. Made by `Http.exchange`."""

    def __init__(
        self,
        request: HttpRequest,
        limits: Timeouts,
        lines: KeptConnections,
        peer: PeerCheck | None,
    ) -> None:
        self._request = request
        self._limits = limits
        self._lines = lines
        self._peer = peer
        self._line: ServerConnection | ThreadLine | None = None
        self._response: httpcore.Response | None = None
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
            self._response = await self._answered(Address.of(self._request.url))
        except Exception as exc:  # noqa: BLE001 - libraries raise what they like
            raise self._ours(exc) from None
        self._begun(self._response)
        return self

    async def take(self, use: Callable[[AnswerBody], T]) -> T:
        """Send the request from a thread of its own, and have `use` read the answer's body there:
        for a large one. Raises also what `use` raises."""
        self.limit_to(self._limits.total)

        def answered(answer: httpcore.Response) -> T:
            self._begun(answer)
            return use(AnswerBody(answer, self.headers, self._limits.silence))

        try:
            address = Address.of(self._request.url)
            line = self._in_thread(address)
            return await line.use(self._built(address), answered)
        except Exception as exc:  # noqa: BLE001 - the border
            raise self._ours(exc) from None

    def _begun(self, answer: httpcore.Response) -> None:
        """The head of the answer is here."""
        self.status = answer.status
        self.headers = as_mapping(answer.headers)

    async def _answered(self, address: Address) -> httpcore.Response:
        """The answer, over a line that was kept or a new one."""
        if not isinstance(self._request.body, bytes):
            return await self._in_thread(address).ask(self._built(address))
        if self._request.repeatable:
            kept = self._lines.kept(address, self._peer)
            if kept is not None:
                with contextlib.suppress(*_DROPPED):
                    return await self._ask(kept, address)
                await kept.aclose()
                if self._why_ended:
                    raise EOFError  # it was ended here, not dropped there
                self.sent = False
        return await self._ask(self._lines.fresh(address, self._peer), address)

    async def _ask(self, line: ServerConnection, address: Address) -> httpcore.Response:
        self._use(line)
        return await line.ask(self._built(address))

    def _in_thread(self, address: Address) -> ThreadLine:
        """A line for a large body, of the request or of its answer."""
        line = self._lines.in_thread(address, self._peer)
        self._use(line)
        return line

    def _use(self, line: ServerConnection | ThreadLine) -> None:
        self._line = line
        line.sending.before = self._sending

    def _sending(self) -> None:
        """Something of the request leaves now."""
        if self.sent:
            return
        # the time limit was reached while connecting, when there was nothing to close yet
        if self._why_ended:
            raise NotSent(self._why_ended)
        self.sent = True

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The raw body as it comes. Close the generator (`contextlib.aclosing`) when leaving
        early."""
        assert self._response is not None
        body = self._response.aiter_stream()
        async with contextlib.aclosing(body) as raw:  # type: ignore[type-var]
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

    async def read(
        self,
        most: int = MAX_BODY,
        progress: Callable[[int], None] = _unheard,
    ) -> bytes:
        """The complete body; `progress` is told how many bytes are there. Raises RemotePassing when
        it has more than `most` bytes, without loading them."""
        refuse_larger(content_length(self.headers), most, self.status)
        body = bytearray()
        async with contextlib.aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                progress(len(body))
                refuse_larger(len(body), most, self.status)
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
        if self._line is not None:
            with contextlib.suppress(Exception):
                await self._line.aclose()

    async def aclose(self) -> None:
        """Release the connection, and stop the timer."""
        if self._timer:
            self._timer.cancel()
        if self._response is not None:
            with contextlib.suppress(Exception):
                await self._response.aclose()
        if self._line is not None:
            with contextlib.suppress(Exception):
                await self._lines.give_back(self._line)
        if self._ending:
            await asyncio.wait([self._ending])

    def _built(self, address: Address) -> httpcore.Request:
        request = self._request
        headers: dict[str, str | bytes] = {
            "Host": address.host,
            "Accept": "*/*",
            "User-Agent": f"nemowatch/{__version__}",
            "Accept-Encoding": "identity",
            **request.headers,
        }
        length = request.length
        if isinstance(request.body, bytes):
            length = len(request.body)
        if length or request.method == "POST":
            headers["Content-Length"] = str(length)
        silence = self._limits.silence
        timeout = {"connect": self._limits.connect, "read": silence, "write": silence}
        return httpcore.Request(
            request.method,
            address.url,
            headers=[*headers.items()],
            content=request.body,
            extensions={"timeout": timeout},
        )

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
