"""Notifies each open page of news by server-sent events; the page then fetches what is new. A
browser that was away reconnects by itself and is notified at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from nemowatch.web.desk import Desk
from nemowatch.web.views import Overviews

#: Seconds between two checks for news.
LOOK = 1.0
#: The pause between two notifications, as a multiple of the time that rendering takes: a page of
#: thousands of jobs uses at most a tenth of the machine.
RESTS = 10
#: Seconds without news after which something is sent anyway, so that a dead connection is noticed.
ALIVE = 20.0
#: Seconds within which a browser must take what is sent.
PATIENCE = 10.0
#: The most pages open at once; more come from a script that loops.
MOST = 100


class Events:
    """The event streams of all open pages."""

    def __init__(self, desk: Desk, overviews: Overviews) -> None:
        self._desk = desk
        self._overviews = overviews
        self._open: set[asyncio.Task[None]] = set()
        self._ends = asyncio.Event()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """`GET /events`."""
        if len(self._open) >= MOST:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n")
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        response.headers["X-Accel-Buffering"] = "no"  # have a proxy pass events on at once
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await response.prepare(request)
            with suppress(ConnectionError, TimeoutError):
                await self._send_all(response)
        finally:
            self._open.discard(task)
        return response

    async def _send_all(self, response: web.StreamResponse) -> None:
        told: object = None
        silent = 0.0
        while not self._ends.is_set():
            news = self._desk.news()
            if news != told:
                told = news
                silent = 0.0
                await self._write(response, b"event: news\ndata:\n\n")
            elif silent >= ALIVE:
                silent = 0.0
                await self._write(response, b":\n\n")
            pause = max(LOOK, RESTS * self._overviews.seconds)
            silent += pause
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._ends.wait()

    async def _write(self, response: web.StreamResponse, data: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await response.write(data)

    async def close(self, _: web.Application) -> None:
        """End every stream: the server waits for open ones when it stops."""
        self._ends.set()
