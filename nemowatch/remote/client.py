"""`RemoteApi` over HTTP: the address and body of each call, and what its refusals mean
(docs/api.md). `caller` makes the calls, `answers` reads the payloads, `turn` runs the paid turn,
`multipart` and `results` move files.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nemowatch.clock import Clock
from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    PlanRefused,
    RenderUnknown,
    RequestRefused,
    SessionLost,
    UrlRefused,
)
from nemowatch.model import (
    DEFAULT_SKILL,
    Credits,
    Downloaded,
    RemoteFile,
    RemoteState,
    RenderPoll,
    TurnResult,
)
from nemowatch.remote import answers, refusals, turn, values
from nemowatch.remote.addresses import Rules
from nemowatch.remote.caller import ApiCall, Caller, RequestBody, json_body
from nemowatch.remote.credential import Credential
from nemowatch.remote.interface import Account, NewSession, Payload, Progress
from nemowatch.remote.message import HttpRequest, Timeouts
from nemowatch.remote.multipart import MultipartUpload
from nemowatch.remote.rate_limiter import RateLimiter, longest
from nemowatch.remote.results import ResultFetcher
from nemowatch.remote.transfer import ResultTransfer, Want

#: The cloud examines a file before it answers: this many times the usual silence is allowed.
_LOOKING = 3
#: By default 2 uploads and 2 downloads run at once; reads must not wait for one stuck share.
_THREADS = 8


class Client:
    """The cloud over HTTP. `interface.RemoteApi` says what each call promises."""

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
        self._language = language
        self._timeout = timeout
        self._patience = turn.Patience(turn_timeout, quiet_timeout, timeout)
        self._clock = clock
        self._state_dir = state_dir
        self._executor = executor or ThreadPoolExecutor(_THREADS, "nemowatch-remote")
        self._upload_limiter = RateLimiter(upload_rate, clock)
        base = base_url.rstrip("/")
        self._caller = Caller(
            base=base,
            platform=platform,
            timeout=timeout,
            credential=credential,
            state_dir=state_dir,
            clock=clock,
            executor=self._executor,
        )
        self._download_limiter = RateLimiter(download_rate, clock)
        transfer = ResultTransfer(
            http=self._caller.http,
            rules=Rules.of(base),
            limiter=self._download_limiter,
            executor=self._executor,
            clock=clock,
            silence=timeout,
        )
        self._results = ResultFetcher(self._caller, transfer)

    def __repr__(self) -> str:
        return f"<Client {self._caller!r}>"

    def adjust(
        self,
        *,
        language: str,
        turn_timeout: float,
        quiet_timeout: float,
        upload_rate: int,
        download_rate: int,
    ) -> None:
        """Change settings, in the units of the constructor. Calls in progress keep their time
        limits."""
        self._language = language
        self._patience = turn.Patience(turn_timeout, quiet_timeout, self._timeout)
        self._upload_limiter.rate = upload_rate
        self._download_limiter.rate = download_rate

    @property
    def account(self) -> Account:
        """The account, as far as it is known."""
        return self._caller.account

    def ask_again(self) -> None:
        """Ask for a token at once."""
        self._caller.ask_again()

    # --- sections 3 to 8 --------------------------------------------------------------

    async def open_session(self, skill: str, name: str) -> NewSession:
        """Section 4."""
        body = {"task_name": values.clean(name), "language": self._language}
        return answers.session(
            await self._call(skill, "POST", "/api/tasks/me/with-session/nemo_agent", body)
        )

    async def upload_file(
        self,
        skill: str,
        session_id: str,
        payload: Payload,
        progress: Progress,
    ) -> RemoteFile | None:
        """Section 5, by bytes."""

        def body() -> RequestBody:
            upload = MultipartUpload.of(payload, self._upload_limiter, progress)
            return RequestBody(upload.blocks(), upload.length, upload.content_type)

        silence = self._timeout * _LOOKING
        limits = Timeouts(
            longest(payload.size, self._upload_limiter.rate, silence), silence, self._timeout
        )
        try:
            return answers.uploaded(
                await self._caller.call(
                    ApiCall(skill, "POST", _upload_path(session_id), body), limits
                )
            )
        except RequestRefused as exc:
            raise refusals.file_refusal(exc) from None

    async def upload_url(self, skill: str, session_id: str, url: str) -> RemoteFile | None:
        """Section 5, by URL."""
        body = {"urls": [url], "source_type": "url"}
        try:
            call = ApiCall(skill, "POST", _upload_path(session_id), lambda: json_body(body))
            return answers.uploaded(await self._caller.call(call))
        except (FileRefused, FileTooLarge, PlanRefused, RequestRefused) as exc:
            raise UrlRefused(exc.text, status=exc.status) from None

    async def run_turn(
        self,
        skill: str,
        session_id: str,
        message: str,
        heard: Callable[[int], None],
    ) -> TurnResult:
        """Section 6, the paid call."""
        fields = {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": session_id,
            "new_message": {"parts": [{"text": values.clean(message)}]},
        }
        body = json_body(fields)

        async def once(token: str) -> TurnResult:
            headers = self._caller.headers(skill, token) | {"Content-Type": body.content_type}
            headers |= {"Accept": "text/event-stream", "Cache-Control": "no-store"}
            request = HttpRequest("POST", f"{self._caller.base}/run_sse", headers, body.content)
            return await turn.run(self._caller.http, request, self._patience, self._clock, heard)

        return await self._caller.with_token(once)

    async def read_state(self, skill: str, session_id: str) -> RemoteState:
        """Section 7."""
        return answers.state(
            await self._call(
                skill, "GET", f"/api/state/nemo_agent/me/{_segment(session_id)}/latest"
            )
        )

    async def read_credits(self) -> Credits:
        """Section 8."""
        return answers.credits_left(
            await self._call(DEFAULT_SKILL, "GET", "/api/credits/balance/simple")
        )

    # --- section 9 --------------------------------------------------------------------

    async def submit_render(
        self,
        skill: str,
        render_id: str,
        session_id: str,
        draft: dict[str, Any],
        quality: str,
    ) -> None:
        """Section 9. A refusal of an id that the cloud knows is no refusal."""
        output = {"format": "mp4", "quality": quality}
        body = {"id": render_id, "sessionId": session_id, "draft": draft, "output": output}
        try:
            await self._call(skill, "POST", "/api/render/proxy/lambda", body, any_answer=True)
        except RequestRefused as refused:
            try:
                await self.poll_render(skill, render_id)
            except RenderUnknown:
                if not refusals.says_known(refused):
                    raise refused from None

    async def poll_render(self, skill: str, render_id: str) -> RenderPoll:
        """Section 9, both shapes."""
        try:
            return answers.render(await self._call(skill, "GET", _render_path(render_id)))
        except RequestRefused as exc:
            if exc.status == 404 or refusals.says_unknown(exc):
                raise RenderUnknown(exc.text, status=exc.status) from None
            raise

    async def cancel_render(self, skill: str, render_id: str) -> None:
        """Section 9."""
        try:
            await self._call(skill, "POST", f"{_render_path(render_id)}/cancel", any_answer=True)
        except (RequestRefused, SessionLost):
            return

    async def download(
        self,
        skill: str,
        render_id: str,
        url: str,
        part: Path,
        size: int,
        progress: Progress,
    ) -> Downloaded:
        """Section 9."""
        name = _segment(render_id)
        want = Want(
            part=part,
            marker=self._state_dir / "downloads" / name,
            size=size,
            progress=progress,
        )
        return await self._results.fetch(skill, url, f"/api/render/proxy/{name}/download", want)

    async def aclose(self) -> None:
        """Close every connection. Requests in progress end with an error."""
        # the executor stays: requests in progress still have files to close on it
        await self._caller.http.aclose()

    async def _call(
        self,
        skill: str,
        method: str,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        any_answer: bool = False,
    ) -> Any:
        """A call with a JSON body, or with none."""
        body = RequestBody()
        if fields is not None:
            body = json_body(fields)
        only_reads = method == "GET"
        return await self._caller.call(
            ApiCall(skill, method, path, lambda: body, any_answer, repeatable=only_reads)
        )


def _segment(value: str) -> str:
    return quote(value, safe="")


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{_segment(session_id)}"


def _render_path(render_id: str) -> str:
    return f"/api/render/proxy/lambda/{_segment(render_id)}"
