"""Downloads of results (docs/api.md section 9): GET, resume, verify. Owns the rules by which an
answer may become a part file.

A result is fetched without the token; only addresses of the API itself get the headers. Large
downloads fail in two ways: they are cut, and they are cut silently. So sizes are always compared,
and a resumed download counts only when the server proves that it continues with the same bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nemowatch.clock import Clock
from nemowatch.errors import ConnectionBroken, NotSent, RemotePassing, ResultExpired, UnsafeUrl
from nemowatch.model import Downloaded
from nemowatch.remote import answers, envelope
from nemowatch.remote.addresses import Rules, joined
from nemowatch.remote.boxes import End
from nemowatch.remote.http import Exchange, Http, Limits, Reply, Request, content_length
from nemowatch.remote.interface import Progress
from nemowatch.remote.pace import Pace, longest
from nemowatch.remote.part import Marker, PartFile
from nemowatch.remote.values import is_plain

T = TypeVar("T")

#: Redirects rarely lead to more than one other address; a circle ends here.
_MOST_HOPS = 5
#: Bytes: a minute of 1080p video has about 60 MB; no result is larger than this.
_LARGEST = 16 * 1024**3
#: Bytes, for the time limit of a result of unknown size.
_SUPPOSED = 2 * 1024**3
#: Bytes written and hashed at once.
_BLOCK = 1024 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: An error page or an envelope where a video should be.
_NOT_MEDIA = frozenset({"text/html", "application/json"})
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Want:
    """What to fetch, and where to put it."""

    part: Path
    marker: Path  #: the file that records how far it got
    size: int  #: bytes as the render said, 0 when it did not
    progress: Progress


@dataclass(frozen=True, slots=True)
class Next:
    """The answer was not the file but another address for it."""

    url: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Fetches results."""

    http: Http
    rules: Rules
    pace: Pace
    executor: Executor
    clock: Clock
    silence: float  #: seconds

    async def fetch(self, url: str, want: Want, headers: Mapping[str, str]) -> Downloaded:
        """Fetch `url` into the part file. `headers` contain the token and are sent to the API
        itself only; {} sends none at all.

        Raises ResultExpired, UnsafeUrl, RemotePassing, NoSpace, LocalError; from the API itself
        also what a call raises.
        """
        file = await self._off_loop(lambda: PartFile(want.part, Marker(want.marker)))
        try:
            for _ in range(_MOST_HOPS):
                await self.rules.check(url)
                outcome = await self._get(url, want, file, headers)
                if isinstance(outcome, Downloaded):
                    return outcome
                url = outcome.url
            raise ResultExpired("The result's address leads in circles.")
        finally:
            await self._off_loop(file.close)

    async def _get(
        self,
        url: str,
        want: Want,
        file: PartFile,
        headers: Mapping[str, str],
    ) -> Downloaded | Next:
        home = self.rules.is_home(url)
        own: Mapping[str, str] = {}
        if home:
            own = headers
        total = longest(want.size or _SUPPOSED, self.pace.rate, self.silence)
        limits = Limits(total, self.silence, self.silence)
        request = Request("GET", url, {**own, **_resuming(file)})
        peer = self.rules.peer_check(url)
        async with self.http.exchange(request, limits, peer) as exchange:
            await _send(exchange, home=home)
            if exchange.status in _REDIRECTS:
                return Next(joined(url, exchange.headers.get("location", "")))
            other = None
            if own:
                other = await self._refused(exchange)
            if other is not None:
                return other
            return await self._take(url, want, file, exchange)

    async def _refused(self, exchange: Exchange) -> Next | None:
        """What the API answers instead of the file: an error, or an address in an envelope."""
        plain = exchange.status in (200, 206) and not _is_text(exchange)
        if plain or exchange.status in (404, 410, 416):
            return None
        reply = Reply(exchange.status, exchange.headers, await exchange.read())
        found = answers.result_url(envelope.answer(reply, self.clock.now_ms()))
        if not found:
            return None
        return Next(found)

    async def _take(
        self,
        url: str,
        want: Want,
        file: PartFile,
        exchange: Exchange,
    ) -> Downloaded | Next:
        if _does_not_go_on(exchange, file.size):
            if not file.size:
                raise RemotePassing(
                    "The server sends a part of the result that was not asked for.", status=206
                )
            await self._restart(file)
            return Next(url)

        _check_status(exchange, self.clock.now_ms())
        if exchange.status == 200:
            await self._restart(file, _validator(exchange.headers))
        total = _total(exchange, file.size, want.size)
        await self._receive(exchange, file, total, want.progress)
        return await self._finished(file, total, want.size)

    async def _receive(
        self,
        exchange: Exchange,
        file: PartFile,
        total: int,
        progress: Progress,
    ) -> None:
        most, held = total or _LARGEST, bytearray()
        try:
            async with contextlib.aclosing(exchange.chunks()) as chunks:
                async for chunk in chunks:
                    held += chunk
                    if file.size + len(held) > most:
                        held.clear()
                        await self._restart(file)
                        raise RemotePassing("The result is larger than was said.")
                    if len(held) >= _BLOCK:
                        await self._write(file, held, total, progress)
                    await self.pace.spend(len(chunk))
        finally:
            await self._write(file, held, total, progress)

    async def _write(
        self,
        file: PartFile,
        held: bytearray,
        total: int,
        progress: Progress,
    ) -> None:
        """Write what is held to the file. It is taken out first: what fails halfway must not be
        written twice."""
        data = bytes(held)
        held.clear()
        if data:
            await self._off_loop(lambda: file.append(data))
            progress(file.size, total)

    async def _finished(self, file: PartFile, total: int, said: int) -> Downloaded:
        if file.size < max(total, 1):  # an empty one never is a result
            raise RemotePassing(
                f"The result came incomplete ({file.size} of {total or 'some'} bytes)."
            )
        if not said and await self._off_loop(lambda: _lacks_its_end(file)):
            came = file.size
            await self._restart(file)
            raise RemotePassing(
                f"The result came without its end ({came} bytes): fetching it once more."
            )
        if await self._off_loop(file.looks_like_text):
            await self._restart(file)
            raise ResultExpired("The result's address gives text instead of a video.")
        return await self._off_loop(file.finish)

    async def _restart(self, file: PartFile, validator: str = "") -> None:
        """Begin the part file anew."""
        await self._off_loop(lambda: file.restart(validator))

    async def _off_loop(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, act)


def _resuming(file: PartFile) -> Mapping[str, str]:
    """The headers that ask for the rest of a file, as long as it is still the same."""
    if not file.size or not file.validator:
        return {}
    return {"Range": f"bytes={file.size}-", "If-Range": file.validator}


async def _send(exchange: Exchange, *, home: bool) -> None:
    """Send the request; a server of results that cannot be reached is not the API's outage."""
    try:
        await exchange.send()
    except NotSent as exc:
        if home:
            raise
        raise ConnectionBroken(f"Fetching the result: {exc.text}") from None


def _lacks_its_end(file: PartFile) -> bool:
    """Whether the video has no end. A server that cuts a file may also announce the wrong length,
    so half a video is never accepted. One without its index may just be unusual: when the very
    same bytes come twice, they are all there is."""
    end = file.end()
    return end is End.CUT or (end is End.NO_INDEX and not file.came_before())


def _is_text(exchange: Exchange) -> bool:
    return exchange.headers.get("content-type", "").partition(";")[0].strip().lower() in _NOT_MEDIA


def _check_status(exchange: Exchange, now_ms: int) -> None:
    """Raise what an answer without the file means. Its text is not quoted, since such pages contain
    addresses."""
    status = exchange.status
    if status == 429:
        raise envelope.refusal(Reply(status, exchange.headers, b""), now_ms)
    if status >= 500 or status == 408:
        raise RemotePassing(f"The server of the result answered {status}.", status=status)
    if status not in (200, 206):
        raise ResultExpired(f"The result's address no longer works ({status}).", status=status)
    if _is_text(exchange):
        raise ResultExpired("The result's address gives a page instead of the file.", status=status)
    if exchange.headers.get("content-encoding", "identity").lower() != "identity":
        raise RemotePassing("The server changes the result on its way.", status=status)


def _does_not_go_on(exchange: Exchange, size: int) -> bool:
    """Whether the server has another file by now, or another part of it than was asked for."""
    if exchange.status == 206:
        return not _brings_the_rest(exchange, size)
    return exchange.status == 416


def _brings_the_rest(exchange: Exchange, size: int) -> bool:
    """Whether a 206 has exactly the bytes from `size` to the end."""
    match = _CONTENT_RANGE.fullmatch(exchange.headers.get("content-range", ""))
    if not match or not size:
        return False
    first, last, whole = (int(group) for group in match.groups())
    return first == size and last == whole - 1


def _total(exchange: Exchange, size: int, said: int) -> int:
    """The size of the complete result in bytes, 0 when only the end of a chunked body will tell.
    Raises RemotePassing when the render and the server disagree, or when a cut would go
    unnoticed."""
    length = content_length(exchange.headers)
    if length:
        total = size + length
        if said and total != said:
            raise RemotePassing(f"The result has {total} bytes, but {said} were announced.")
        return total

    chunked = "chunked" in exchange.headers.get("transfer-encoding", "").lower()
    if not chunked and not said:
        raise RemotePassing(
            "The server does not say how large the result is, so nobody could tell whether it is"
            " whole."
        )
    return said


def _validator(headers: Mapping[str, str]) -> str:
    """The value for If-Range: a strong ETag, else the date of the last change; "" when there is
    neither."""
    etag = headers.get("etag", "")
    if etag.startswith('"') and is_plain(etag):
        return etag
    changed = headers.get("last-modified", "")
    if is_plain(changed):
        return changed
    return ""


#: Errors after which the authenticated way is worth trying: the address does not give the file.
UNREACHABLE = (ResultExpired, UnsafeUrl, RemotePassing)
