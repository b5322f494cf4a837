"""Downloads of results (docs/api.md section 9): GET, resume, verify. Owns the rules by which an
answer may become a part file.

A result is fetched without the token; only addresses of the API itself get the headers. Large
downloads fail in two ways: they are cut, and they are cut silently. So sizes are always compared,
and a resumed download counts only when the server proves that it continues with the same bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nemowatch.clock import Clock
from nemowatch.errors import ConnectionBroken, NotSent, RemotePassing, ResultExpired
from nemowatch.model import Downloaded
from nemowatch.remote import answers, envelope, result_head
from nemowatch.remote.addresses import Rules, joined
from nemowatch.remote.boxes import FileEnd
from nemowatch.remote.http import Exchange, Http, Limits, Reply, Request
from nemowatch.remote.interface import Progress
from nemowatch.remote.part_file import Marker, PartFile
from nemowatch.remote.rate_limiter import RateLimiter, longest

T = TypeVar("T")

#: Redirects rarely lead to more than one other address; a circle ends here.
_MOST_HOPS = 5
#: Bytes, for the time limit of a result of unknown size.
_SUPPOSED = 2 * 1024**3
#: Bytes written and hashed at once.
_BLOCK = 1024 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


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
    limiter: RateLimiter
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
        total = longest(want.size or _SUPPOSED, self.limiter.rate, self.silence)
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
        plain = exchange.status in (200, 206) and not result_head.is_text(exchange)
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
        if result_head.does_not_go_on(exchange, file.size):
            if not file.size:
                raise RemotePassing(
                    "The server sends a part of the result that was not asked for.", status=206
                )
            await self._restart(file)
            return Next(url)

        result_head.check_status(exchange, self.clock.now_ms())
        if exchange.status == 200:
            await self._restart(file, result_head.validator(exchange.headers))
        total = result_head.total_size(exchange, file.size, want.size)
        await self._receive(exchange, file, total, want.progress)
        return await self._finished(file, total, want.size)

    async def _receive(
        self,
        exchange: Exchange,
        file: PartFile,
        total: int,
        progress: Progress,
    ) -> None:
        writer = _Writer(file, self._off_loop, total, progress)
        most = total or answers.LARGEST_RESULT
        try:
            async with contextlib.aclosing(exchange.chunks()) as chunks:
                async for chunk in chunks:
                    if writer.size + len(chunk) > most:
                        await writer.drop()
                        await self._restart(file)
                        raise RemotePassing("The result is larger than was said.")
                    await writer.take(chunk)
                    await self.limiter.spend(len(chunk))
        finally:
            await writer.finish()

    async def _finished(self, file: PartFile, total: int, said: int) -> Downloaded:
        if file.size < max(total, 1):  # an empty one never is a result
            raise RemotePassing(
                f"The result came incomplete ({file.size} of {total or 'some'} bytes)."
            )
        came = file.size
        if came != said and await self._off_loop(lambda: _lacks_its_end(file)):
            await self._restart(file)
            raise RemotePassing(
                f"The result came without its end ({came} bytes): fetching it once more."
            )
        is_text = await self._off_loop(file.looks_like_text)
        # another size than was said is believed once the very same video has come twice
        if said not in (0, came) and (
            is_text or not await self._off_loop(file.remember_and_compare)
        ):
            await self._restart(file)
            raise RemotePassing(
                f"The result has {came} bytes, but {said} were announced: fetching it once more."
            )
        if is_text:
            await self._restart(file)
            raise ResultExpired("The result's address gives text instead of a video.")
        return await self._off_loop(file.finish)

    async def _restart(self, file: PartFile, validator: str = "") -> None:
        """Begin the part file from its start."""
        await self._off_loop(lambda: file.restart(validator))

    async def _off_loop(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, act)


class _Writer:
    """Writes what comes, a block at a time, while the next one comes: disk and network work side by
    side, and at most two blocks are in memory."""

    def __init__(
        self,
        file: PartFile,
        off_loop: Callable[[Callable[[], None]], Awaitable[None]],
        total: int,
        progress: Progress,
    ) -> None:
        self._file = file
        self._off_loop = off_loop
        self._total = total
        self._progress = progress
        self._held: list[bytes] = []
        self._held_size = 0
        self._writing: asyncio.Task[None] | None = None
        self.size = file.size  #: bytes that have come, written or not

    async def take(self, chunk: bytes) -> None:
        """The next bytes. Raises LocalError for those before."""
        self._held.append(chunk)
        self._held_size += len(chunk)
        self.size += len(chunk)
        if self._held_size >= _BLOCK:
            await self._begin()

    async def _begin(self) -> None:
        """Write what is held, once what was held before is written. It is taken out first: what
        fails halfway must not be written twice."""
        await self._written()
        blocks, self._held, self._held_size = self._held, [], 0
        if blocks:
            self._writing = asyncio.get_running_loop().create_task(self._write(blocks))

    async def _write(self, blocks: list[bytes]) -> None:
        await self._off_loop(lambda: self._file.append(blocks))
        self._progress(self._file.size, self._total)

    async def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def drop(self) -> None:
        """Forget what is held."""
        self._held, self._held_size = [], 0
        await self._written()

    async def finish(self) -> None:
        """Write all that has come."""
        await self._begin()
        await self._written()


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
    return end is FileEnd.CUT or (end is FileEnd.NO_INDEX and not file.remember_and_compare())
