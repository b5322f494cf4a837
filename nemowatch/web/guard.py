"""What every request has to pass: a known host name, a session and, for an order, the session's
word; and the headers of every answer.

Other sites can send a browser here. But they know neither the word nor the cookie
(SameSite=Strict), a name of theirs that leads here is refused (rebinding), and no page of theirs
can frame ours.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from nemowatch.web.sessions import COOKIE, LASTS, Login, Sessions

#: The most bytes of a form; dropped files have a limit of their own.
MOST_FORM = 64 * 1024
#: The headers of every answer (`dress`).
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src"
        " 'self'; media-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # with no-referrer a browser would send our own forms with the origin "null"
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: Paths that need no session: they say nothing that is not known anyway.
OPEN = ("/healthz", "/login", "/static/page.css")
#: Paths for programs, which send the password with each request instead of a cookie.
FOR_PROGRAMS = ("/metrics", "/api/status", "/api/jobs")
SESSION = web.RequestKey("session", Login)


class Guard:
    """Checks requests, as middleware."""

    def __init__(self, sessions: Sessions, hosts: Iterable[str]) -> None:
        self._sessions = sessions
        self._configured = frozenset(map(str.lower, hosts))
        self._hosts = {"localhost", socket.gethostname().lower(), *self._configured}

    @property
    def middleware(self) -> Middleware:
        """The middleware in the form that aiohttp takes."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._pass(request, handler)

        return guard

    async def _pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._is_called_by_name(request.host):
            raise web.HTTPMisdirectedRequest(
                text="This name is not one of nemowatch's: add it to web.hosts.\n"
            )
        if request.method not in ("GET", "HEAD"):
            self._check_origin(request)
        if request.path in OPEN:
            return await handler(request)
        session = await self._session(request)
        if session is None:
            return _to_login(request)
        request[SESSION] = session
        response = await handler(request)
        if not response.prepared and COOKIE not in response.cookies:
            keep(response, session)
        return response

    def _is_called_by_name(self, host: str) -> bool:
        """Whether the host is a known name or an address, which no name of another site is."""
        with suppress(ValueError):
            name = urlsplit(f"//{host}").hostname or ""
            if name in self._hosts:
                return True
            ipaddress.ip_address(name)
            return True
        return False

    async def _session(self, request: web.Request) -> Login | None:
        with suppress(ValueError):
            session = self._sessions.of_cookie(request.cookies.get(COOKIE, ""))
            if session is not None:
                return session
        if self._sessions.are_open:
            return self._sessions.begin()
        if request.path not in FOR_PROGRAMS:
            return None
        if await self._sessions.of_password(_basic(request), request.remote or ""):
            return self._sessions.begin()
        return None

    def _check_origin(self, request: web.Request) -> None:
        """Raise HTTPForbidden for a request that another site has sent."""
        origin = request.headers.get("Origin", "")
        if origin and not self._is_own(origin, request.host):
            raise web.HTTPForbidden(text="This was sent by another site.\n")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPForbidden(text="This was sent by another site.\n")

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether one of our pages has sent a request: it has the same name or, if a proxy uses
        another one for us, one that is configured."""
        with suppress(ValueError):
            found = urlsplit(origin)
            return found.netloc.lower() == host.lower() or found.hostname in self._configured
        return False


async def dress(_: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that an answer does not have yet, when it begins."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "nemowatch"  # aiohttp has already put its own there


def check_word(request: web.Request, word: str) -> None:
    """Raise HTTPForbidden if a form does not have its session's word."""
    wanted = request[SESSION].word
    if not hmac.compare_digest(word.encode("utf-8", "replace"), wanted.encode()):
        raise web.HTTPForbidden(text="This page is older than its session: reload it.\n")


def keep(response: web.StreamResponse, session: Login) -> None:
    """Have the browser keep its session as a cookie."""
    response.set_cookie(
        COOKIE, session.cookie, max_age=LASTS, httponly=True, samesite="Strict", path="/"
    )


def _to_login(request: web.Request) -> web.StreamResponse:
    if request.path in FOR_PROGRAMS:
        headers = {"WWW-Authenticate": 'Basic realm="nemowatch"'}
        raise web.HTTPUnauthorized(headers=headers, text="The password is needed.\n")
    if request.method == "GET" and request.path != "/events":
        raise web.HTTPSeeOther("/login")
    raise web.HTTPUnauthorized(text="Sign in again.\n")


def _basic(request: web.Request) -> str:
    """The password that a program has sent; "" for none."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    with suppress(binascii.Error, UnicodeDecodeError):
        return base64.b64decode(value).decode().partition(":")[2]
    return ""
