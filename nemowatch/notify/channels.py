"""Where messages are sent: an address of Apprise, a webhook, a command. Each takes one message or
says why not; none of them shows the address or the words that it was given, which hold secrets.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Protocol
from urllib.parse import urlsplit

from nemowatch.config.schema import Notify
from nemowatch.errors import NemowatchError
from nemowatch.notify import programs, through_apprise
from nemowatch.notify.message import Message
from nemowatch.notify.not_taken import NotTaken
from nemowatch.remote.http import Http
from nemowatch.remote.message import HttpRequest, Timeouts
from nemowatch.secrecy import HIDDEN, harmless, hide, redact

#: Seconds that a webhook has to answer, and to be silent or connected meanwhile.
WEBHOOK = Timeouts(total=30, silence=15, connect=10)
#: Seconds that a command has, and one of Apprise's services.
PROGRAM_SECONDS = 30.0
#: Pieces of an address, or of a command's arguments, that may be a secret of their own.
_PIECES = re.compile(r"[\w.~+=-]{5,}")

INSTALL = "Install nemowatch with its extra notify, as docs/operations.md says (Extras)."
SEE_ADDRESS = "https://github.com/caronc/apprise/wiki has how each service's address is written."


class Channel(Protocol):
    """Somewhere that messages are sent to."""

    @property
    def key(self) -> str:
        """What the journal calls it: the same over restarts, and no secret."""

    @property
    def shown(self) -> str:
        """What people call it, without secrets."""

    async def send(self, message: Message) -> None:
        """Raises NotTaken."""

    async def check(self) -> None:
        """Whether a message could be sent, as far as is known without sending one. Raises
        NotTaken."""


class Webhook:
    """`[notify] webhook`: the message as JSON, by POST."""

    key = "webhook"

    def __init__(self, address: str) -> None:
        self._address = address
        self._http: Http | None = None  # made for the first message: it reads the certificates
        hide(address)
        hide(address.partition("://")[2].partition("/")[2])
        self.shown = f"webhook ({urlsplit(address).hostname})"

    def __repr__(self) -> str:
        return f"<{self.shown}>"

    async def send(self, message: Message) -> None:
        """Any answer of the 200s has taken it; redirects are not followed."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            # the same message may come twice: a receiver knows it by this
            "Idempotency-Key": message.id,
        }
        body = json.dumps(message.record, ensure_ascii=False).encode("utf-8", "backslashreplace")
        request = HttpRequest("POST", self._address, headers, body)
        if self._http is None:
            self._http = Http()
        try:
            async with self._http.exchange(request, WEBHOOK) as exchange:
                await exchange.send()
                status = exchange.status
        except NemowatchError as exc:
            raise NotTaken(exc.text.rstrip(".")) from exc
        if not 200 <= status < 300:
            raise NotTaken(f"it answers {status}")

    async def check(self) -> None:
        """Nothing is known before a message is sent."""


class Command:
    """`[notify] command`: a program that gets the message as JSON on its standard input."""

    key = "command"

    def __init__(self, command: Sequence[str], seconds: float = PROGRAM_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self.shown = f"command ({PurePath(command[0]).name})"

    def __repr__(self) -> str:
        return f"<{self.shown}>"

    async def send(self, message: Message) -> None:
        """An exit code of 0 has taken it; what it complains of goes without any piece of its
        arguments."""
        data = json.dumps(message.record).encode("ascii") + b"\n"
        try:
            await programs.run(self._command, data, self._seconds)
        except NotTaken as exc:
            raise NotTaken(_without(exc.why, self._command[1:])) from exc

    async def check(self) -> None:
        """Nothing is known before it runs."""


class AppriseChannel:
    """One of `[notify] urls`: a service that Apprise knows."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        hide(url)
        # not of the address: what waits is sent to one that was corrected
        self.key = f"url {number}"
        self.shown = f"address {number} of notify.urls ({url.partition('://')[0]})"

    def __repr__(self) -> str:
        return f"<{self.shown}>"

    async def send(self, message: Message) -> None:
        """As Apprise says; what it complains of goes without any piece of the address."""
        await self._ask(message)

    async def check(self) -> None:
        """Whether Apprise is there, and knows such an address."""
        await self._ask(None)

    async def _ask(self, message: Message | None) -> None:
        given = {"url": self._url, "message": message.record if message else None}
        command = [sys.executable, "-P", "-m", through_apprise.__name__]
        try:
            await programs.run(
                command,
                json.dumps(given).encode("ascii"),
                PROGRAM_SECONDS,
                more=programs.module_environment(),
            )
        except NotTaken as exc:
            raise self._refusal(exc) from exc

    def _refusal(self, exc: NotTaken) -> NotTaken:
        if exc.code == through_apprise.MISSING:
            return NotTaken("Apprise is not installed", cure=INSTALL)
        if exc.code == through_apprise.UNKNOWN:
            return NotTaken("Apprise knows no service with such an address", cure=SEE_ADDRESS)
        return NotTaken(_without(exc.why, [self._url]))


def channels_of(notify: Notify) -> list[Channel]:
    """Every channel that is configured."""
    found: list[Channel] = []
    for number, url in enumerate(dict.fromkeys(notify.urls), 1):
        found.append(AppriseChannel(url, number))
    if notify.webhook:
        found.append(Webhook(notify.webhook))
    if notify.command:
        found.append(Command(notify.command))
    return found


def _without(why: str, given: Iterable[str]) -> str:
    """What a program complains of, without any piece of what it was given."""
    pieces: list[str] = []
    for text in given:
        pieces += _PIECES.findall(text)
    said = redact(harmless(why))
    for piece in sorted(pieces, key=len, reverse=True):
        said = said.replace(piece, HIDDEN)
    return said
