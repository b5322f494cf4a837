"""The token of a call (docs/api.md sections 1 and 3): the user's own, if there is one, else an
anonymous one, renewed shortly before it expires.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from nemowatch.clock import Clock, moment
from nemowatch.errors import LocalError, RateLimited, RemoteError, TokenRefused, TokenWithheld
from nemowatch.remote.anonymous_store import Anonymous, Store
from nemowatch.remote.credential import Credential
from nemowatch.retry_memory import NotBefore

T = TypeVar("T")

#: The documented life of an anonymous token (section 3), for answers without an expires_at.
LIFE_MS = 7 * 86_400_000
#: A client id gets one token in 7 days, so an earlier renewal would only be refused.
RENEW_BEFORE_MS = 10 * 60_000
#: The pause after a renewal that failed while the current token still works.
RENEW_AGAIN_S = 600.0
#: The pause before the one more try after a 429 (section 1).
WAIT_ON_429_S = 30.0
#: The pauses after that: what is given once in 7 days is not had by asking often.
RARELY_S = (3600.0, 6 * 3600.0)
#: Letters of a token's mark: enough to tell two apart, too few to find one by.
_MARK = 16
#: Tokens in the place of refused ones that are asked for at once: an address gets no more in 7
#: days (section 1).
MOST_REPLACED = 10
#: What is not asked again before then: a token where there is none, a fresh one in time, and one
#: more in the place of one that is refused.
ISSUE, RENEWAL, REPLACEMENT = "issue", "renewal", "replacement"


#: Called with every token before it is used, so that the log can hide it.
Told = Callable[[str], None]
#: Requests an anonymous token: client id -> (token, user id, expiry in UTC ms or 0).
Issue = Callable[[str], Awaitable[tuple[str, str, int]]]


class Tokens:
    """The current token. All waiting happens under one lock, so a renewal happens once."""

    def __init__(
        self,
        credential: Credential,
        store: Store,
        issue: Issue,
        clock: Clock,
        executor: Executor,
        tell: Told = lambda _: None,
    ) -> None:
        self._credential = credential
        self._tell = tell
        self._store = store
        self._issue = issue
        self._clock = clock
        self._executor = executor
        self._lock = asyncio.Lock()
        self._known = Anonymous("")
        self._pauses = NotBefore[str](clock)
        self._refusals = 0  # of a token where there is none, in a row
        self._withheld = TokenWithheld()  # the latest of them
        self._replaced = 0  # tokens that were given and refused
        self.supplied = credential.expected  #: the current token comes from the user
        self.mark = ""  #: tells the user's own token from another one, and says nothing of it

    def __repr__(self) -> str:
        return f"<Tokens from {self._credential.describe()}>"

    @property
    def user_id(self) -> str:
        """The anonymous user, as far as it is known."""
        return self._known.user_id

    @property
    def expires_at(self) -> int:
        """UTC ms at which the anonymous token ends; 0 when that is not known."""
        return self._known.expires_at

    def ask_again(self) -> None:
        """Have the cloud asked for a token once more at once, because a person wants that. The
        pauses after it stay as long as they were."""
        self._pauses.forget_all()

    async def current(self) -> str:
        """The token for the next call. Raises TokenRefused, and whatever requesting an anonymous
        one raises."""
        return await self._own() or await self._anonymous()

    async def after_refusal(self, refused: str) -> str:
        """A token other than the one that was just refused (1001). Raises TokenRefused when there
        is none."""
        own = await self._own()
        if not own:
            return await self._anonymous(refused)
        if own != refused:
            return own

        source = self._credential.describe()
        raise TokenRefused(
            f"The cloud refuses the token from {source}: it is wrong or has expired.",
            cure=self._credential.cure,
        )

    async def _own(self) -> str:
        """The user's own token as it is now; "" for none."""
        if self._credential.is_at_hand:
            own = self._credential.read()
        else:
            own = await self._off_loop(self._credential.read)
        self._tell(own)
        self.supplied = bool(own)
        self.mark = hashlib.sha256(own.encode()).hexdigest()[:_MARK]
        return own

    async def _load(self) -> None:
        self._known = await self._off_loop(self._store.load)
        self._tell(self._known.token)

    async def _anonymous(self, refused: str = "") -> str:
        async with self._lock:
            if not self._known.token or refused:
                await self._load()

            usable = self._known.token not in ("", refused)
            if usable and not self._renewal_due():
                return self._known.token
            if not usable:
                self._check_pauses(refused)
            await self._replace(refused, usable)
            return self._known.token

    def _check_pauses(self, refused: str) -> None:
        """Raises TokenWithheld, TokenRefused while the cloud is not to be asked for a token."""
        if not self._pauses.is_due(ISSUE):
            # a fresh one each time: its traceback is its own
            raise TokenWithheld(self._withheld.text)
        if refused and not self._pauses.is_due(REPLACEMENT):
            raise TokenRefused("The cloud refuses the anonymous token that it has just given.")

    async def _replace(self, refused: str, usable: bool) -> None:
        """Ask for a new token; without one, a usable one serves for a while longer."""
        try:
            await self._renew()
            self._count_replaced(refused)
        except (RateLimited, TokenRefused) as exc:
            self._put_off_renewal()
            if not usable:
                raise self._refused(exc) from None
        except (RemoteError, LocalError):
            self._put_off_renewal()
            if not usable:
                raise

    def _count_replaced(self, refused: str) -> None:
        """A cloud that refuses what it gives is not asked for ever."""
        if not refused:
            return
        self._replaced += 1
        if self._replaced >= MOST_REPLACED:
            self._pauses.put_off(REPLACEMENT, RARELY_S[0])

    def _put_off_renewal(self) -> None:
        """Others that wait for the lock would ask again at once."""
        self._pauses.put_off(RENEWAL, RENEW_AGAIN_S)

    def _refused(self, exc: RateLimited | TokenRefused) -> TokenWithheld:
        """There is no token, and the cloud gives none: it is asked again, with growing pauses."""
        pauses = (WAIT_ON_429_S, *RARELY_S)
        pause = pauses[min(self._refusals, len(RARELY_S))]
        if isinstance(exc, RateLimited):
            pause = max(exc.retry_after, pause)
            exc = TokenWithheld.saying(exc.said)
        self._refusals += 1
        self._pauses.put_off(ISSUE, pause)

        now = self._clock.now_ms()
        again = moment(now + round(pause * 1000), now)
        self._withheld = TokenWithheld(f"{exc.text} It is asked again at {again}.")
        return TokenWithheld(self._withheld.text)

    def _renewal_due(self) -> bool:
        soon = self._known.expires_at - RENEW_BEFORE_MS
        return self._clock.now_ms() >= soon and self._pauses.is_due(RENEWAL)

    async def _renew(self) -> None:
        """A new token for the same client id. The id is stored before it is sent, the token before
        it is used."""
        await self._off_loop(self._store.save, self._known)
        value, user_id, expires_at = await self._issue(self._known.client_id)
        self._tell(value)
        self._refusals = 0
        expires_at = expires_at or self._clock.now_ms() + LIFE_MS
        known = replace(
            self._known,
            token=value,
            user_id=user_id or self._known.user_id,
            expires_at=expires_at,
        )
        self._known = known  # in memory first: a full disk must not lose it
        await self._off_loop(self._store.save, known)

    async def _off_loop(self, act: Callable[..., T], *args: Anonymous) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, act, *args)
