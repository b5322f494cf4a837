"""What the cloud offers, as a contract. `client.Client` implements it over HTTP, and the contract
tests run against the sandbox.

Every method that belongs to a job takes the job's `skill` (X-Skill-Source); the others use
`model.DEFAULT_SKILL`. All of them may raise `NotSent`, `RemotePassing`, `RateLimited`,
`TokenRefused` and `RequestRefused`; each says what else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from nemowatch.model import Credits, Downloaded, RemoteFile, RemoteState, RenderPoll, TurnResult

#: Called with (bytes done, total bytes or 0). It is called often: it must be cheap and not raise.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class NewSession:
    """A new session (docs/api.md section 4)."""

    session_id: str
    task_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """An open file to send. The descriptor was opened below the inbox without following links, and
    its opener closes it. `size` and `mtime_ns` are those that were claimed: the upload
    compares them while it reads.
    """

    name: str  #: its name in the cloud, with its suffix
    fd: int
    size: int  #: bytes
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Account:
    """What is known about the account without a call."""

    anonymous: bool
    user_id: str = ""
    supplied: bool = False  #: the token came from the user (environment, credential, file)
    expires_at: int = 0  #: UTC ms at which an anonymous one ends; 0 is not known
    key: str = ""  #: another account or token has another one; "" is not known yet

    @property
    def registration_link(self) -> str:
        """Where an anonymous user registers (docs/api.md section 8); "" for others."""
        if not self.anonymous or not self.user_id:
            return ""
        return f"https://nemovideo.com/register?bind={quote(self.user_id, safe='')}"


class RemoteApi(Protocol):
    """The NemoVideo cloud (docs/api.md)."""

    @property
    def account(self) -> Account:
        """The account, as far as it is known."""

    def ask_again(self) -> None:
        """Have the next call request an anonymous token although the pause after a refusal is not
        over: a person wants that."""

    async def open_session(self, skill: str, name: str) -> NewSession:
        """Make a session. Safe to repeat: each call makes a new one."""

    async def upload_file(
        self,
        skill: str,
        session_id: str,
        payload: Payload,
        progress: Progress,
    ) -> RemoteFile | None:
        """Send the bytes of one file. Returns None when the answer names no file, or says that the
        session does not have it yet; `read_state` then tells.

        NOT safe to repeat in the same session, which would then have two clips. Raises
        SourceChanged (before the last byte is sent), SessionLost, FileRefused, FileTooLarge,
        LocalError.
        """

    async def upload_url(self, skill: str, session_id: str, url: str) -> RemoteFile | None:
        """Let the session take a file by URL. Returns None as `upload_file` does. Raises UrlRefused
        for any refusal of it (4001 included), SessionLost."""

    async def run_turn(
        self,
        skill: str,
        session_id: str,
        message: str,
        heard: Callable[[int], None],
    ) -> TurnResult:
        """THE PAID CALL (docs/api.md section 6). Sends once, and never retries what may have been
        received.

        Raises only when it is certain that no turn began: NotSent (it never left this machine), or
        a refusal before the stream (NoCredits, TokenRefused, SessionLost, PlanRefused,
        RateLimited, RequestRefused and so on). Everything else, 5xx included, is returned as a
        TurnResult whose `end` says that the outcome is open. `heard` is called when bytes come,
        with how many there are of an event that is not complete.
        """

    async def read_state(self, skill: str, session_id: str) -> RemoteState:
        """The session's state (docs/api.md section 7). Safe to repeat. Raises SessionLost,
        StateMissing."""

    async def read_credits(self) -> Credits:
        """The balance. Safe to repeat."""

    async def submit_render(
        self,
        skill: str,
        render_id: str,
        session_id: str,
        draft: dict[str, Any],
        quality: str,
    ) -> None:
        """Ask for a render under our own id. Safe to repeat with the same id: a refusal as a
        duplicate is no error. Raises PlanRefused, SessionLost."""

    async def poll_render(self, skill: str, render_id: str) -> RenderPoll:
        """The status of a render. Safe to repeat. Raises RenderUnknown, PlanRefused."""

    async def cancel_render(self, skill: str, render_id: str) -> None:
        """Stop a render. An unknown id is no error."""

    async def download(
        self,
        skill: str,
        render_id: str,
        url: str,
        part: Path,
        size: int,
        progress: Progress,
    ) -> Downloaded:
        """Download a result into `part`, resuming what it already has, and verify its size. It is
        synced to disk before this returns.

        First a plain GET without the token, then the authenticated fallback (docs/api.md section
        9). `size` is what the render said, 0 when it said nothing. Raises ResultExpired,
        UnsafeUrl, NoSpace, LocalError.
        """

    async def aclose(self) -> None:
        """Close every connection. Requests in progress end with an error."""
