"""Downloads of results (docs/api.md section 9). Owns which address is asked, with which headers and
limits; each is asked, and its answer taken, in a thread of its own (`taking`).

A result is fetched without the token; only addresses of the API itself get the headers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nemowatch.clock import Clock
from nemowatch.errors import ConnectionBroken, NotSent, ResultExpired
from nemowatch.model import Downloaded
from nemowatch.remote.addresses import Rules
from nemowatch.remote.http import Exchange, Http
from nemowatch.remote.interface import Progress
from nemowatch.remote.message import HttpRequest, Timeouts
from nemowatch.remote.part_file import Marker, PartFile
from nemowatch.remote.rate_limiter import RateLimiter, longest
from nemowatch.remote.taking import Next, Taking

T = TypeVar("T")

#: Redirects rarely lead to more than one other address; a circle ends here.
_MOST_HOPS = 5
#: Bytes, for the time limit of a result of unknown size.
_SUPPOSED = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Want:
    """What to fetch, and where to put it."""

    part: Path
    marker: Path  #: the file that records how far it got
    size: int  #: bytes as the render said, 0 when it did not
    progress: Progress


@dataclass(frozen=True, slots=True)
class ResultTransfer:
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
        limits = Timeouts(total, self.silence, self.silence)
        request = HttpRequest("GET", url, {**own, **_resuming(file)})
        peer = self.rules.peer_check(url)
        async with self.http.exchange(request, limits, peer) as exchange:
            taking = Taking(
                exchange=exchange,
                url=url,
                file=file,
                said=want.size,
                progress=want.progress,
                limiter=self.limiter,
                clock=self.clock,
                by_the_api=bool(own),
            )
            return await _taken(exchange, taking, home=home)

    async def _off_loop(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, act)


def _resuming(file: PartFile) -> Mapping[str, str]:
    """The headers that ask for the rest of a file, as long as it is still the same."""
    if not file.size or not file.validator:
        return {}
    return {"Range": f"bytes={file.size}-", "If-Range": file.validator}


async def _taken(exchange: Exchange, taking: Taking, *, home: bool) -> Downloaded | Next:
    """Send the request and take the answer; a server of results that cannot be reached is not the
    API's outage."""
    try:
        return await exchange.take(taking.outcome)
    except NotSent as exc:
        if home:
            raise
        raise ConnectionBroken(f"Fetching the result: {exc.text}") from None
