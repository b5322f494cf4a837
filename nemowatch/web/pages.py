"""The pages, each as a whole or, for an open page that has news, only its content."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from aiohttp import web

from nemowatch.i18n.language import filled, said
from nemowatch.journal import job_history
from nemowatch.journal import jobs as journal_jobs
from nemowatch.journal.job_history import JobEvent
from nemowatch.journal.jobs import ListedJob
from nemowatch.model import State
from nemowatch.reporting import words
from nemowatch.reporting.conversation import ConversationTurn, conversation
from nemowatch.reporting.page import style
from nemowatch.reporting.page_files import where
from nemowatch.web import views
from nemowatch.web.desk import Desk
from nemowatch.web.guard import SESSION, keep
from nemowatch.web.results import shown_results
from nemowatch.web.sessions import COOKIE, Sessions
from nemowatch.web.views import Overviews

#: The most characters of a password that are checked.
LONGEST_PASSWORD = 1024
#: The kind of a page's headline, by the state of its job.
KINDS = {
    State.PUBLISHED: "calm",
    State.ATTENTION: "bad",
    State.FAILED: "wait",
    State.REJECTED: "wait",
    State.HELD: "wait",
}


class Pages:
    """Shows pages."""

    def __init__(self, desk: Desk, overviews: Overviews, sessions: Sessions) -> None:
        self._desk = desk
        self._overviews = overviews
        self._sessions = sessions

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/", self._overview),
            web.get(r"/job/{job:\d{1,12}}", self._job),
            web.get("/login", self._login),
            web.post("/login", self._sign_in),
            web.post("/logout", self._sign_out),
            web.get("/static/{name}", _static),
            web.get("/favicon.ico", _nothing),
        ]

    async def _overview(self, request: web.Request) -> web.Response:
        signed = not self._sessions.are_open
        headline, content = await self._overviews.content(signed=signed)
        return respond(request, said(headline), content)

    async def _job(self, request: web.Request) -> web.Response:
        number = int(request.match_info["job"])
        found = await self._desk.journal.read(partial(_everything, job_id=number))
        if found is None:
            raise web.HTTPNotFound(text="There is no such job.\n")
        job = found.row.job
        content = views.render(
            "job.html.j2",
            self._desk.clock.now_ms(),
            file=views.shown_name(found.row.path),
            folder=where(found.row),
            job=job,
            kind=KINDS.get(job.state, "busy"),
            stage=words.STAGES[job.state],
            why=job.error_text,
            buttons=views.buttons_of(job.id, job.state, job.reason, job.error_code),
            turns=found.turns,
            results=[shown_results(turn) for turn in found.turns],
            history=found.history,
        )
        return respond(request, filled("Job {number}", number=job.id), content)

    async def _login(self, request: web.Request) -> web.Response:
        return self._login_page(wrong=False)

    def _login_page(self, *, wrong: bool) -> web.Response:
        if self._sessions.are_open:
            raise web.HTTPSeeOther("/")
        content = views.render("login.html.j2", 0, site=self._desk.site, wrong=wrong)
        html = views.shell(said("Sign in"), content, script=False)
        return web.Response(text=html, content_type="text/html", status=403 if wrong else 200)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        password = str(form.get("password", ""))[:LONGEST_PASSWORD]
        address = request.remote or ""
        if self._sessions.are_open or not await self._sessions.of_password(password, address):
            return self._login_page(wrong=True)
        response = web.Response(status=303, headers={"Location": "/"})
        keep(response, self._sessions.begin())
        return response

    async def _sign_out(self, request: web.Request) -> web.Response:
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response


@dataclass(frozen=True, slots=True)
class _Everything:
    row: ListedJob
    turns: list[ConversationTurn]
    history: list[JobEvent]


def _everything(conn: sqlite3.Connection, job_id: int) -> _Everything | None:
    found = journal_jobs.listed(conn, job_id=job_id)
    if not found:
        return None
    turns = conversation(conn, job_id)
    return _Everything(found[0], turns, job_history.events(conn, job_id))


def respond(request: web.Request, title: str, content: str) -> web.Response:
    """A page for this session."""
    html = content
    if request.headers.get("X-Part") != "content":
        html = views.shell(title, content)
    text = views.with_word(html, request[SESSION].word)
    return web.Response(text=text, content_type="text/html")


async def _nothing(request: web.Request) -> web.Response:
    """Answer that there is no icon, for which browsers ask."""
    return web.Response(status=204)


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name == "page.css":
        return _file(style() + _static_text("live.css"), "text/css")
    if name == "live.js":
        return _file(_static_text("live.js"), "text/javascript")
    raise web.HTTPNotFound


def _file(text: str, kind: str) -> web.Response:
    headers: dict[str, Any] = {"Cache-Control": "no-cache"}
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=headers)


def _static_text(name: str) -> str:
    return files("nemowatch.web").joinpath("static", name).read_text("utf-8")
