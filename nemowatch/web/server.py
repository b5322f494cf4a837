"""The live page's server: its routes, limits, start and stop. It runs on the daemon's loop; what
takes time runs on threads of its own."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from nemowatch.config.listening import split
from nemowatch.web.actions import Actions
from nemowatch.web.desk import Desk
from nemowatch.web.events import Events
from nemowatch.web.figures import FigureRoutes
from nemowatch.web.folders import Folders
from nemowatch.web.guard import MOST_FORM, Guard, dress
from nemowatch.web.pages import Pages
from nemowatch.web.results import ResultRoutes
from nemowatch.web.sessions import Sessions
from nemowatch.web.views import Overviews

#: Threads that render pages and try passwords.
THREADS = 2
#: Seconds within which requests under way must end.
CLOSE_SECONDS = 1.0
#: Seconds after which a connection without a request is closed: aiohttp would keep it for an hour,
#: and each takes one of the files that the daemon may have open.
IDLE_SECONDS = 30.0


class Server:
    """Serves the page from `start` to `stop`."""

    def __init__(
        self,
        desk: Desk,
        listen: str,
        password: str,
        hosts: Iterable[str],
    ) -> None:
        """`password`: the line of the password file; "" for none."""
        self._listen = listen
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="web")
        sessions = Sessions(password, desk.clock, self._threads)
        overviews = Overviews(desk, self._threads)
        events = Events(desk, overviews)
        app = web.Application(
            client_max_size=MOST_FORM, middlewares=[Guard(sessions, hosts).middleware]
        )
        app.add_routes(FigureRoutes(desk).routes())
        app.add_routes(Pages(desk, overviews, sessions).routes())
        results = ResultRoutes(desk)
        folders = Folders(desk)
        app.add_routes(
            [
                web.get("/events", events.stream),
                web.get("/folders", folders.page),
                web.post("/drop", folders.drop),
                web.post("/order", Actions(desk).order),
                web.get(r"/file/{job:\d{1,12}}/{turn:\d{1,6}}/{number:\d{1,4}}", results.file),
            ]
        )
        app.on_response_prepare.append(dress)
        app.on_shutdown.append(events.close)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            keepalive_timeout=IDLE_SECONDS,
            shutdown_timeout=CLOSE_SECONDS,
        )

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await self._runner.setup()
        host, port = split(self._listen)
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Stop listening, and end whatever is open."""
        await self._runner.cleanup()
        self._threads.shutdown(wait=False)
