"""The paid call (docs/api.md section 6): one chat turn, sent once. This module answers the question
"may it have begun in the cloud?".

It raises only when the answer is certainly no: nothing left this machine, or a refusal came before
the stream. Everything else is a `TurnResult` that says how it ended. It must never send twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nemowatch.clock import Clock
from nemowatch.errors import NotSent, RateLimited, RemoteError, RemotePassing
from nemowatch.model import TurnEnd, TurnResult
from nemowatch.remote import envelope, values
from nemowatch.remote.event_reader import EventReader
from nemowatch.remote.events import EventKind, TurnAnswer, TurnEvent, classify
from nemowatch.remote.headers import media_type
from nemowatch.remote.http import Exchange, Http
from nemowatch.remote.message import HttpRequest, Reply, Timeouts
from nemowatch.remote.unlabelled import Unlabelled
from nemowatch.remote.wording import is_noise, without_noise

#: Bytes of a stream that are read at once. Millions of empty lines or tiny events take the loop
#: seconds in all.
_PORTION = 8192
#: Reading a portion of what a cloud really sends takes less, in seconds. After one that took longer
#: everybody else has so many times as long.
_NOTABLE = 0.002
_GIVE_WAY = 9


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a turn may take, in seconds."""

    total: float  #: chat.timeout: the whole turn, silent or not
    quiet: float  #: chat.quiet_timeout: heartbeats and nothing else
    small: float  #: api.timeout: connecting, and reading a refusal


async def run(
    http: Http,
    request: HttpRequest,
    patience: Patience,
    clock: Clock,
    heard: Callable[[int], None],
) -> TurnResult:
    """Send the turn and listen until it ends. Raises NotSent, or the refusal that came before the
    stream.

    `heard` is called when bytes come, with how many there are of an event that is not complete.
    A silent stream is not ended before `patience.total`: plain servers send nothing while they
    work.
    """
    limits = Timeouts(
        total=patience.total,
        silence=None,
        connect=min(patience.small, patience.total),
    )
    async with http.exchange(request, limits) as exchange:
        try:
            await exchange.send()
        except NotSent:
            raise
        except RemoteError as exc:
            return _broken(exchange, exc, TurnAnswer())
        if 200 <= exchange.status < 300:
            return await _accepted(exchange, patience, clock, heard)
        return await _refused(exchange, patience, clock)


def _broken(exchange: Exchange, exc: RemoteError, answer: TurnAnswer) -> TurnResult:
    """The end of a turn whose connection broke or reached the time limit."""
    end = TurnEnd.CUT
    if exchange.expired:
        end = TurnEnd.TIMEOUT
    return _stopped(answer, end, exc.text)


def _stopped(answer: TurnAnswer, end: TurnEnd, why: str) -> TurnResult:
    """A turn that did not come to its own end; an error event counts for more than that."""
    if answer.failed:
        return _failed(answer)
    return TurnResult(end, without_noise(answer.text), why)


async def _refused(exchange: Exchange, patience: Patience, clock: Clock) -> TurnResult:
    """A status outside 2xx. A 4xx is a refusal; a 5xx, or any other, says nothing about what was
    done. Nor does a web page: something else than the API has sent it."""
    body = b""
    exchange.limit_to(patience.small)
    with contextlib.suppress(RemoteError):
        body = await exchange.read()
    reply = Reply(exchange.status, exchange.headers, body)
    error = envelope.refusal(reply, clock.now_ms())
    passing = isinstance(error, RemotePassing) and not isinstance(error, RateLimited)
    if not 400 <= exchange.status < 500 or passing:
        # only the envelope's own: a proxy may use the same numbers within an error
        code = envelope.business_code(values.parse(body))
        return TurnResult(TurnEnd.CUT, error=error.text, code=envelope.known_code(code))
    raise error


async def _accepted(
    exchange: Exchange,
    patience: Patience,
    clock: Clock,
    heard: Callable[[int], None],
) -> TurnResult:
    kind = media_type(exchange.headers)
    if kind == "application/json":
        return await _document(exchange, heard)
    if kind == "text/html":
        return TurnResult(TurnEnd.CUT, error="A web page came instead of the answer.")
    return await _listen(exchange, patience, clock, heard)


async def _document(exchange: Exchange, heard: Callable[[int], None]) -> TurnResult:
    """JSON instead of a stream. A business code in it is a refusal before the stream began."""
    try:
        body = await exchange.read(progress=heard)
    except RemoteError as exc:
        return _broken(exchange, exc, TurnAnswer())
    document = values.parse(body)
    if document is None:
        return TurnResult(TurnEnd.CUT, error="The cloud's answer could not be read.")
    return _told(document, body, exchange.status)


def _told(document: Any, body: bytes, status: int) -> TurnResult:
    """What a document in place of a stream says. Raises the refusal that its own code means. A code
    that only says "later" proves no more than a 5xx does."""
    if envelope.business_code(document):
        try:
            envelope.raise_refusal(document, status)
        except RateLimited:
            raise
        except RemotePassing as exc:
            return TurnResult(TurnEnd.CUT, error=exc.text)
    answer = TurnAnswer()
    for event in classify("", body.decode("utf-8", "replace")):
        answer.take(event)
    return _closed(answer)


async def _listen(
    exchange: Exchange,
    patience: Patience,
    clock: Clock,
    heard: Callable[[int], None],
) -> TurnResult:
    reader, answer, quiet = EventReader(), TurnAnswer(), _Quiet(patience.quiet, clock)
    unlabelled = Unlabelled()
    try:
        async with contextlib.aclosing(exchange.chunks()) as chunks:
            async for chunk in chunks:
                unlabelled.take(chunk)
                for begin in range(0, len(chunk), _PORTION):
                    began = clock.monotonic()
                    events = reader.feed(chunk[begin : begin + _PORTION])
                    if _take(events, answer, quiet):
                        return _timed_out(answer, patience)
                    await _give_way(clock.monotonic() - began)
                heard(reader.kept)
    except RemoteError as exc:
        return _broken(exchange, exc, answer)
    for event in reader.finish():
        answer.take(event)
    document = unlabelled.document
    if document is not None:
        return _told(document, unlabelled.body, exchange.status)
    return _closed(answer)


def _take(events: Iterable[TurnEvent], answer: TurnAnswer, quiet: _Quiet) -> bool:
    """Take these events in; returns whether one is a heartbeat too many."""
    for event in events:
        answer.take(event)
        if quiet.too_long(event):
            return True
    return False


async def _give_way(seconds: float) -> None:
    """Let everything else go on, after reading for so long."""
    if seconds > _NOTABLE:
        await asyncio.sleep(_GIVE_WAY * seconds)


def _failed(answer: TurnAnswer) -> TurnResult:
    text = without_noise(answer.text)
    return TurnResult(TurnEnd.ERROR, text, answer.error, answer.code)


def _closed(answer: TurnAnswer) -> TurnResult:
    text = without_noise(answer.text)
    has_answered = text and not is_noise(text)
    is_over = has_answered and not answer.code and is_noise(answer.error)
    if answer.failed and not is_over:
        return _failed(answer)
    return TurnResult(TurnEnd.CLOSED, text)


def _timed_out(answer: TurnAnswer, patience: Patience) -> TurnResult:
    why = f"Nothing but heartbeats for {patience.quiet:g} seconds."
    return _stopped(answer, TurnEnd.TIMEOUT, why)


class _Quiet:
    """Notices when nothing but heartbeats has come for too long. Silence does not count."""

    def __init__(self, limit: float, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._beating = False
        self._since = 0.0

    def too_long(self, event: TurnEvent) -> bool:
        """Whether this event is one heartbeat too many."""
        now = self._clock.monotonic()
        if event.kind is not EventKind.HEARTBEAT:
            self._beating = False
        elif not self._beating:
            self._beating, self._since = True, now
        return self._beating and now - self._since >= self._limit
