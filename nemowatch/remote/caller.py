"""How a call to the API is made: its headers (docs/api.md section 1), its token, and one more try
with another token when the first is refused. It must not know which calls there are: `client`
does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nemowatch.clock import Clock
from nemowatch.errors import RemoteError, RemotePassing, TokenRefused
from nemowatch.model import DEFAULT_SKILL
from nemowatch.remote import answers, envelope, values
from nemowatch.remote.anonymous_store import STORE_NAME, Store
from nemowatch.remote.credential import Credential
from nemowatch.remote.http import Http
from nemowatch.remote.interface import Account
from nemowatch.remote.message import HttpRequest, Timeouts
from nemowatch.remote.skill_platform import skill_platform
from nemowatch.remote.token import Tokens
from nemowatch.secrecy import hide

T = TypeVar("T")

#: What no header may hold.
_UNPRINTABLE = re.compile(r"[^ -~]")
#: X-Skill-Version [doc].
_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a call: bytes, or the blocks of a large one with its exact length."""

    content: bytes | Iterator[bytes] = b""
    length: int = 0
    content_type: str = ""


def json_body(fields: dict[str, Any]) -> RequestBody:
    """An object as JSON."""
    return RequestBody(json.dumps(fields).encode(), 0, "application/json")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call with a small answer."""

    skill: str
    method: str
    path: str
    body: Callable[[], RequestBody] = RequestBody  #: called for each try
    any_answer: bool = False  #: any 2xx is success, whatever it says
    repeatable: bool = False  #: a second one does no harm


class Caller:
    """Makes calls for one account."""

    def __init__(
        self,
        base: str,
        platform: str,
        timeout: float,
        credential: Credential,
        state_dir: Path,
        clock: Clock,
        executor: Executor,
    ) -> None:
        self.base = base
        self.http = Http()
        self._platform = skill_platform(platform)
        self._limits = Timeouts(timeout, timeout, timeout)
        self._clock = clock
        self._tokens = Tokens(
            credential,
            Store(state_dir / STORE_NAME),
            self._issue,
            clock,
            executor,
            hide,
        )
        self._seen_user = ""

    def __repr__(self) -> str:
        return f"<Caller {self.base} {self._tokens!r} {self.http!r}>"

    @property
    def account(self) -> Account:
        """Who we are there, as far as it is known."""
        if self._tokens.supplied:
            is_anonymous = self._seen_user.startswith("anon_")
            return Account(is_anonymous, self._seen_user, True, key=self._tokens.mark)
        user = self._tokens.user_id or self._seen_user
        return Account(True, user, expires_at=self._tokens.expires_at, key=user)

    async def call(self, call: ApiCall, limits: Timeouts | None = None) -> Any:
        """The payload of the answer, without its envelope. Raises what the answer means."""
        return await self.with_token(lambda token: self._once(call, limits or self._limits, token))

    async def _once(self, call: ApiCall, limits: Timeouts, token: str) -> Any:
        body, headers = call.body(), self.headers(call.skill, token)
        if body.content_type:
            headers["Content-Type"] = body.content_type
        request = HttpRequest(
            method=call.method,
            url=self.base + call.path,
            headers=headers,
            body=body.content,
            length=body.length,
            repeatable=call.repeatable,
        )
        reply = await self.http.fetch(request, limits)
        if call.any_answer and 200 <= reply.status < 300 and values.parse(reply.body) is None:
            return {}
        data = envelope.answer(reply, self._clock.now_ms())
        self._remember_user(data)
        return data

    def ask_again(self) -> None:
        """Ask for a token at once, though the cloud has refused one."""
        self._tokens.ask_again()

    async def with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        """Call `once` with the current token. A refusal of it (1001) certainly had no effect, so
        `once` is called again when there is another token."""
        token = await self._tokens.current()
        try:
            return await once(token)
        except TokenRefused:
            self._seen_user = ""
            token = await self._tokens.after_refusal(token)
        return await once(token)

    async def _issue(self, client_id: str) -> tuple[str, str, int]:
        """Section 3: the one call without a token. Any refusal of it concerns the account, whatever
        its code: no file may be rejected for it."""
        hide(client_id)  # a holder of it can pass for us
        headers = self.headers(DEFAULT_SKILL, "") | {"X-Client-Id": client_id}
        reply = await self.http.fetch(
            HttpRequest("POST", f"{self.base}/api/auth/anonymous-token", headers), self._limits
        )
        now_ms = self._clock.now_ms()
        try:
            return answers.token(envelope.answer(reply, now_ms), now_ms)
        except RemotePassing:
            raise
        except RemoteError as exc:
            raise TokenRefused(
                f"The cloud gives no anonymous token: {exc.text}", status=exc.status
            ) from None

    def headers(self, skill: str, token: str) -> dict[str, str]:
        """Section 1: without all of them exports are refused."""
        headers = {
            "X-Skill-Source": _header(skill),
            "X-Skill-Version": _VERSION,
            "X-Skill-Platform": _header(self._platform),
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _remember_user(self, data: Any) -> None:
        """Section 8: an `anon_` id, wherever it is seen, makes the account anonymous."""
        found = values.user_id(data)
        if found.startswith("anon_") or (found and not self._seen_user):
            self._seen_user = found


def _header(value: str) -> str:
    """A value from the user, which must not break the header: recipes may name any skill."""
    return _UNPRINTABLE.sub("?", value).strip()
