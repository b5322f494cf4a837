"""`RemoteApi` over HTTP: which address, headers and body each call has (API.md), and which token. It owns the order "token,
call, new token, call again"; what answers mean is `wire`'s, the paid turn is `turn`'s, files are `multipart`'s and `transfer`'s.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from nemowatch.clock import Clock
from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    PlanRefused,
    RemoteError,
    RemotePassing,
    RenderUnknown,
    RequestRefused,
    ResultExpired,
    SessionLost,
    TokenRefused,
    UrlRefused,
)
from nemowatch.model import Credits, Downloaded, RemoteFile, RemoteState, Render, Turn
from nemowatch.remote import turn, wire
from nemowatch.remote.addresses import Rules
from nemowatch.remote.http import Http, Limits, Request
from nemowatch.remote.interface import DEFAULT_SKILL, Account, Payload, Progress, Session
from nemowatch.remote.multipart import Upload
from nemowatch.remote.pace import Pace, longest
from nemowatch.remote.token import STORE_NAME, Credential, Store, Tokens
from nemowatch.remote.transfer import UNREACHABLE, Transfer, Want

T = TypeVar("T")

#: X-Skill-Version [doc].
_VERSION = "1.0.0"
#: Uploads and downloads at once are 2 each by default; reads must not wait for one stuck share.
_THREADS = 8
#: Shorter than this is no token, only a word that may stand in any sentence.
_SHORTEST_SECRET = 8
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class _Body:
    """What a call sends besides the headers that all have."""

    content: bytes | AsyncIterator[bytes] = b""
    length: int = 0
    content_type: str = ""


def _json_body(fields: dict[str, Any]) -> _Body:
    return _Body(json.dumps(fields).encode(), 0, _JSON["Content-Type"])


class Client:
    """The cloud, spoken to over HTTP. See `interface.RemoteApi` for what each call promises."""

    def __init__(
        self,
        *,
        base_url: str,
        platform: str,
        language: str,
        timeout: float,
        turn_timeout: float,
        quiet_timeout: float,
        credential: Credential,
        state_dir: Path,
        clock: Clock,
        upload_rate: int = 0,
        download_rate: int = 0,
        executor: ThreadPoolExecutor | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._platform = platform
        self._language = language
        self._timeout = timeout
        self._patience = turn.Patience(turn_timeout, quiet_timeout, timeout)
        self._clock = clock
        self._http = Http()
        self._executor = executor or ThreadPoolExecutor(_THREADS, "nemowatch-remote")
        self._upload_pace = Pace(upload_rate, clock)
        self._state_dir = state_dir
        self._tokens = Tokens(credential, Store(state_dir / STORE_NAME), self._issue, clock, self._executor)
        self._seen_user = ""
        self._transfer = Transfer(
            self._http, Rules.of(self._base), Pace(download_rate, clock), self._executor, clock, timeout
        )

    def __repr__(self) -> str:
        return f"<Client {self._base} {self._tokens!r} {self._http!r}>"

    @property
    def account(self) -> Account:
        """Who we are there, as far as it is known."""
        supplied = self._tokens.supplied
        user_id = self._seen_user if supplied else self._tokens.user_id or self._seen_user
        return Account(not supplied or user_id.startswith("anon_"), user_id, supplied)

    async def look(self) -> Account:
        """What is known without a call to the cloud, read from the token's source and the state folder."""
        await self._tokens.look()
        return self.account

    # --- sections 3 to 8 ---------------------------------------------------------------------------------------------

    async def open_session(self, skill: str, name: str) -> Session:
        """Section 4."""
        body = {"task_name": wire.clean(name), "language": self._language}
        data = await self._call(skill, "POST", "/api/tasks/me/with-session/nemo_agent", body)
        return wire.session(data)

    async def upload_file(self, skill: str, session_id: str, payload: Payload, progress: Progress) -> RemoteFile | None:
        """Section 5, by bytes."""

        async def once(token: str) -> Any:
            upload = Upload.of(payload, self._executor, self._upload_pace, progress)
            body = _Body(upload.body(), upload.length, upload.content_type)
            total = longest(upload.length, self._upload_pace.rate, self._timeout)
            return await self._once(token, skill, "POST", _upload_path(session_id), body, total)

        try:
            return wire.uploaded(await self._with_token(once))
        except RequestRefused as exc:
            raise _file_refusal(exc) from None

    async def upload_url(self, skill: str, session_id: str, url: str) -> RemoteFile | None:
        """Section 5, by URL."""
        body = {"urls": [url], "source_type": "url"}
        try:
            return wire.uploaded(await self._call(skill, "POST", _upload_path(session_id), body))
        except (FileRefused, FileTooLarge, PlanRefused, RequestRefused) as exc:
            raise UrlRefused(exc.text, status=exc.status) from None

    async def run_turn(self, skill: str, session_id: str, message: str, heartbeat: Callable[[], None]) -> Turn:
        """Section 6, the paid call."""
        fields = {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": session_id,
            "new_message": {"parts": [{"text": wire.clean(message)}]},
        }
        content = _json_body(fields)

        async def once(token: str) -> Turn:
            headers = self._headers(skill, token) | _JSON | {"Accept": "text/event-stream", "Cache-Control": "no-store"}
            request = Request("POST", f"{self._base}/run_sse", headers, content.content)
            result = await turn.run(self._http, request, self._patience, self._clock, heartbeat)
            return replace(result, text=_without(token, result.text), error=_without(token, result.error))

        return await self._with_token(once)

    async def read_state(self, skill: str, session_id: str) -> RemoteState:
        """Section 7."""
        return wire.state(await self._call(skill, "GET", f"/api/state/nemo_agent/me/{_segment(session_id)}/latest"))

    async def read_credits(self) -> Credits:
        """Section 8."""
        return wire.credits_left(await self._call(DEFAULT_SKILL, "GET", "/api/credits/balance/simple"))

    # --- section 9 ---------------------------------------------------------------------------------------------------

    async def submit_render(
        self, skill: str, render_id: str, session_id: str, draft: dict[str, Any], quality: str
    ) -> None:
        """Section 9: a refusal of an id that is known there is no refusal."""
        output = {"format": "mp4", "quality": quality}
        body = {"id": render_id, "sessionId": session_id, "draft": draft, "output": output}
        try:
            await self._call(skill, "POST", "/api/render/proxy/lambda", body, any_answer=True)
        except RequestRefused as refused:
            try:
                await self.poll_render(skill, render_id)
            except RemoteError:
                raise refused from None

    async def poll_render(self, skill: str, render_id: str) -> Render:
        """Section 9, both shapes."""
        try:
            return wire.render(await self._call(skill, "GET", _render_path(render_id)))
        except RequestRefused as exc:
            if exc.status == 404 or _says_unknown(exc):
                raise RenderUnknown(exc.text, status=exc.status) from None
            raise

    async def cancel_render(self, skill: str, render_id: str) -> None:
        """Section 9."""
        try:
            await self._call(skill, "POST", f"{_render_path(render_id)}/cancel", any_answer=True)
        except (RequestRefused, SessionLost):
            return

    async def download(
        self, skill: str, render_id: str, url: str, part: Path, size: int, progress: Progress
    ) -> Downloaded:
        """Section 9: the plain way without the token, then the authenticated one."""
        want = Want(part, self._state_dir / "downloads" / quote(render_id, safe=""), size, progress)
        first: RemoteError = ResultExpired()
        if url:
            try:
                return await self._transfer.fetch(url, want, {})
            except UNREACHABLE as exc:
                first = exc
        try:
            return await self._with_token(lambda token: self._fallback(skill, token, render_id, want))
        except TokenRefused:
            raise
        except RemotePassing:
            if isinstance(first, RemotePassing):
                raise first from None
            raise
        except RemoteError:
            raise first from None

    async def _fallback(self, skill: str, token: str, render_id: str, want: Want) -> Downloaded:
        url = f"{self._base}/api/render/proxy/{_segment(render_id)}/download"
        return await self._transfer.fetch(url, want, self._headers(skill, token))

    async def aclose(self) -> None:
        """Close every connection. Requests under way end with an error."""
        await self._http.aclose()  # the executor stays: what is under way still has files to close on it

    # --- how a call is made ------------------------------------------------------------------------------------------

    async def _call(
        self, skill: str, method: str, path: str, fields: dict[str, Any] | None = None, *, any_answer: bool = False
    ) -> Any:
        """A call with a small answer: its payload, out of the envelope. `any_answer`: a 2xx that cannot be read is fine."""
        body = _Body() if fields is None else _json_body(fields)

        def once(token: str) -> Awaitable[Any]:
            return self._once(token, skill, method, path, body, self._timeout, any_answer)

        return await self._with_token(once)

    async def _once(
        self, token: str, skill: str, method: str, path: str, body: _Body, total: float, any_answer: bool = False
    ) -> Any:
        headers = self._headers(skill, token)
        if body.content_type:
            headers["Content-Type"] = body.content_type
        request = Request(method, self._base + path, headers, body.content, body.length)
        reply = await self._http.fetch(request, Limits(total, self._timeout, self._timeout))
        if any_answer and 200 <= reply.status < 300 and wire.parse(reply.body) is None:
            return {}
        data = wire.answer(reply, self._clock.now_ms())
        self._remember_user(data)
        return data

    async def _with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        """Do it with the present token. A refusal of it (1001) is certain to have done nothing, so the same is done once
        more where there is another token."""
        token = await self._tokens.current()
        try:
            return await self._silent(once, token)
        except TokenRefused:
            self._seen_user = ""
            token = await self._tokens.after_refusal(token)
        return await self._silent(once, token)

    async def _silent(self, once: Callable[[str], Awaitable[T]], token: str) -> T:
        """An answer may quote the token back at us: no error's text shows it."""
        try:
            return await once(token)
        except RemoteError as exc:
            exc.args = (_without(token, exc.text), *exc.args[1:])
            raise

    async def _issue(self, client_id: str) -> tuple[str, str, int]:
        """Section 3: the one call without a token."""
        headers = self._headers(DEFAULT_SKILL, "") | {"X-Client-Id": client_id}
        request = Request("POST", f"{self._base}/api/auth/anonymous-token", headers)
        reply = await self._http.fetch(request, Limits(self._timeout, self._timeout, self._timeout))
        now_ms = self._clock.now_ms()
        return wire.token(wire.answer(reply, now_ms), now_ms)

    def _headers(self, skill: str, token: str) -> dict[str, str]:
        """Section 1: without all of them an export is refused."""
        headers = {
            "X-Skill-Source": _header(skill),
            "X-Skill-Version": _VERSION,
            "X-Skill-Platform": _header(self._platform),
        }
        return headers | {"Authorization": f"Bearer {token}"} if token else headers

    def _remember_user(self, data: Any) -> None:
        """Section 8: an `anon_` id makes the account anonymous, wherever it is seen."""
        found = wire.user_id(data)
        if found.startswith("anon_") or (found and not self._seen_user):
            self._seen_user = found


def _without(token: str, said: str) -> str:
    return said.replace(token, "(token)") if len(token) >= _SHORTEST_SECRET else said


def _header(value: str) -> str:
    """A value of the user's that must not break the header: recipes may name any skill."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in value).strip()


def _segment(value: str) -> str:
    return quote(value, safe="")


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{_segment(session_id)}"


def _render_path(render_id: str) -> str:
    return f"/api/render/proxy/lambda/{_segment(render_id)}"


def _file_refusal(exc: RequestRefused) -> RemoteError:
    """A server before the API may refuse a file in HTTP's own words."""
    kinds: dict[int, type[RemoteError]] = {413: FileTooLarge, 415: FileRefused}
    kind = kinds.get(exc.status)
    return kind(exc.text, status=exc.status) if kind else exc


def _says_unknown(exc: RequestRefused) -> bool:
    """Render envelopes refuse with 200 and words."""
    words = exc.text.lower()
    return any(sign in words for sign in ("not found", "unknown", "does not exist", "no such"))
