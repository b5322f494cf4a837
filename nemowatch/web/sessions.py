"""Who may use the live page: sessions as signed cookies, and the word that each form has to
contain.

A session is only its cookie, so it survives a restart; the key comes from the password's hash, so a
new password ends all sessions. Without a password each process has a key of its own, and everybody
who reaches the page gets a session.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from nemowatch.clock import Clock
from nemowatch.web import passwords

#: Seconds that a session lasts.
LASTS = 14 * 86_400
#: Seconds that each wrong password takes, one after the other.
WRONG_COSTS = 1.0
#: How many guesses may wait at once, in all and from one address: somebody who keeps trying keeps
#: nobody else from signing in, and the right password waits at most ten seconds.
MOST_GUESSES = 8
OF_ONE_ADDRESS = 4
COOKIE = "nemowatch"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who may use the page."""

    cookie: str
    word: str  #: what a form has to contain: other sites cannot know it


class Sessions:
    """Creates sessions, and recognizes them."""

    def __init__(self, password: str, clock: Clock, threads: Executor) -> None:
        """`password`: the line of the password file; "": there is none."""
        self._password = password
        self._clock = clock
        self._threads = threads
        self._key = hashlib.sha256(b"session " + password.encode()).digest()
        if not password:
            self._key = secrets.token_bytes(32)
        self._known = b""  # of the last header that was right
        self._trying = asyncio.Lock()
        self._guessing: list[str] = []  # the address of each waiting guess

    @property
    def are_open(self) -> bool:
        """Whether everybody who reaches the page gets one."""
        return not self._password

    def begin(self) -> Login:
        """A new session."""
        ends = self._clock.now_ms() // 1000 + LASTS
        name = f"{secrets.token_urlsafe(18)}.{ends}"
        return self._session(f"{name}.{self._sign(name)}")

    def of_cookie(self, cookie: str) -> Login | None:
        """The session of this cookie; None if it is not ours, or has expired."""
        name, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign(name).encode(), signature.encode()):
            return None
        ends = name.rpartition(".")[2]
        if int(ends) < self._clock.now_ms() // 1000:
            return None
        return self._session(cookie)

    async def of_password(self, password: str, address: str) -> bool:
        """Whether the password, sent from this address, is right. Guesses are checked one at a
        time, and a wrong one takes a second, so that somebody who keeps trying does not slow down
        the rest of the program. Raises HTTPTooManyRequests if too many wait."""
        if not password:
            return False
        tried = hashlib.blake2b(password.encode("utf-8", "surrogatepass"), key=self._key).digest()
        if self._known and hmac.compare_digest(tried, self._known):
            return True
        with self._place(address):
            async with self._trying:
                right = await self._fits(password)
        if right:
            self._known = tried
        return right

    @contextmanager
    def _place(self, address: str) -> Iterator[None]:
        """Take a place among the waiting guesses."""
        of_this = self._guessing.count(address)
        if len(self._guessing) >= MOST_GUESSES or of_this >= OF_ONE_ADDRESS:
            raise web.HTTPTooManyRequests(
                headers={"Retry-After": "10"},
                text="Too many passwords are being tried. Wait ten seconds, then try again.\n",
            )
        self._guessing.append(address)
        try:
            yield
        finally:
            self._guessing.remove(address)

    async def _fits(self, password: str) -> bool:
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._threads, passwords.fits, password, self._password)
        if not right:
            await asyncio.sleep(WRONG_COSTS)
        return right

    def _session(self, cookie: str) -> Login:
        return Login(cookie, self._sign(f"form {cookie}"))

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()
