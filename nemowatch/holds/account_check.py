"""Whether the cloud accepts us: what it answered when last asked for the balance.

Owns that answer, which is kept to be shown, and what the log says of it. It holds no job: a job
that meets a refusal is held by it, and `holds/probes.py` judges whether that is over.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from nemowatch.clock import Clock, date_and_time
from nemowatch.errors import LocalError, RemoteError
from nemowatch.journal import account
from nemowatch.journal.database import Journal
from nemowatch.journal.spend import amount
from nemowatch.model import Credits
from nemowatch.remote.connection_state import READY, ConnectionPhase, ConnectionState, failed
from nemowatch.remote.interface import Account, RemoteApi
from nemowatch.retry_memory import SayOnce

log = structlog.get_logger("nemowatch.daemon")

#: What the log says of the connection is said once until it changes.
CONNECTION = "connection"


class AccountCheck:
    """Asks for the balance, and remembers it and what that says of the connection."""

    def __init__(
        self, api: RemoteApi, journal: Journal, clock: Clock, ready: Callable[[], None]
    ) -> None:
        self._api, self._journal, self._clock = api, journal, clock
        self._ready = ready  # called when the cloud takes us again
        self._said = SayOnce[str]()
        self.now = ConnectionState()

    async def ask(self, *, said_elsewhere: bool = False) -> Credits | RemoteError | LocalError:
        """The balance, or why there is none. `said_elsewhere`: a hold says what is wrong, so the
        log does not repeat it. Raises JournalError."""
        try:
            found = await self._api.read_credits()
        except (RemoteError, LocalError) as exc:
            # the second: the anonymous token cannot be read or stored here
            self._failed(exc, said_elsewhere=said_elsewhere)
            return exc
        self._succeeded(found, said_elsewhere=said_elsewhere)
        await self._remember(found)
        return found

    async def _remember(self, found: Credits) -> None:
        """Keep the balance, to be shown. Raises JournalError."""
        who, now = self._api.account, self._clock.now_ms()
        await self._journal.write(
            lambda conn: account.remember_credits(
                conn,
                found,
                now,
                anonymous=who.anonymous,
                user_id=who.user_id,
                expires_at=who.expires_at,
            )
        )

    def _failed(self, exc: RemoteError | LocalError, *, said_elsewhere: bool) -> None:
        is_first = self.now.link is ConnectionPhase.CONNECTING
        self.now = failed(exc)
        if said_elsewhere and not is_first:
            return
        if self._said.record(CONNECTION, exc.text):
            log.warning("not ready", why=exc.words)

    def _succeeded(self, found: Credits, *, said_elsewhere: bool) -> None:
        is_first = self.now.link is ConnectionPhase.CONNECTING
        is_back = self.now.link is ConnectionPhase.NOT_READY
        self.now = READY
        is_news = self._said.over(CONNECTION) or is_first
        if is_news:
            credits = amount(found.available)
            log.info("ready", credits=credits, **about_account(self._api.account))
        if is_back:
            self._ready()


def about_account(account: Account) -> dict[str, str]:
    """What is said of an account whose credits end: until when it lasts, and where it is kept; {}
    for others."""
    if not account.anonymous:
        return {}
    found = {"account": "anonymous"}
    if account.expires_at:
        found["until"] = date_and_time(account.expires_at)
    if account.registration_link:
        found["register"] = account.registration_link
    return found
