"""What the cloud can do for us, as a contract. `client.Client` speaks HTTP; the contract tests run
against the sandbox.

Every method that belongs to a job takes the job's `skill` (X-Skill-Source); the others use
`model.DEFAULT_SKILL`. All may raise `NotSent`, `RemotePassing`, `RateLimited`, `TokenRefused`,
`RequestRefused`; what else, each says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nemowatch.model import Credits, Downloaded, RemoteFile, RemoteState, Render, Turn

#: Called with (bytes done, bytes in all or 0). Called often: it must be cheap and must not raise.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Session:
    """A new session (docs/api.md section 4)."""

    session_id: str
    task_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """An opened file that is to be sent. The descriptor was opened below the inbox without
    following links; it is closed by whoever opened it. `size` and `mtime_ns` are what was
    claimed: the upload compares them as it reads.
    """

    name: str  #: as the cloud is to call it, with its suffix
    fd: int
    size: int  #: bytes
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of the account without a call."""

    anonymous: bool
    user_id: str = ""
    supplied: bool = False  #: the token came from the user (environment, credential, file)

    @property
    def registration_link(self) -> str:
        """Where an anonymous user registers (docs/api.md section 8); empty for others."""
        return (
            f"https://nemovideo.com/register?bind={self.user_id}"
            if self.anonymous and self.user_id
            else ""
        )


class RemoteApi(Protocol):
    """The NemoVideo cloud (docs/api.md)."""

    @property
    def account(self) -> Account:
        """Who we are there, as far as it is known."""

    async def open_session(self, skill: str, name: str) -> Session:
        """Make a session. Safe to repeat: each call makes a new one."""

    async def upload_file(
        self, skill: str, session_id: str, payload: Payload, progress: Progress
    ) -> RemoteFile | None:
        """Send one file's bytes. Returns None when the answer named no file (then `read_state`
        tells).

        NOT safe to repeat in the same session: the session would hold two clips. Raises
        SourceChanged (before the last byte has gone), SessionLost, FileRefused, FileTooLarge,
        LocalError.
        """

    async def upload_url(self, skill: str, session_id: str, url: str) -> RemoteFile | None:
        """Let the session take a file by its URL. Raises UrlRefused for any refusal of it (4001
        included), SessionLost."""

    async def run_turn(
        self, skill: str, session_id: str, message: str, heartbeat: Callable[[], None]
    ) -> Turn:
        """THE PAID CALL (docs/api.md section 6). Sends once; never retries what may have been
        received.

        Raises only when it is certain that no turn began: NotSent (never left this machine) or a
        refusal that came before the stream (NoCredits, TokenRefused, SessionLost, PlanRefused,
        RateLimited, RequestRefused …). Everything else, 5xx included, comes back as a Turn whose
        `end` says that the outcome is open. `heartbeat` is called for each sign of life.
        """

    async def read_state(self, skill: str, session_id: str) -> RemoteState:
        """The session's state (docs/api.md section 7). Safe to repeat. Raises SessionLost."""

    async def read_credits(self) -> Credits:
        """The balance. Safe to repeat."""

    async def submit_render(
        self, skill: str, render_id: str, session_id: str, draft: dict[str, Any], quality: str
    ) -> None:
        """Ask for a render under our own id; safe to repeat with the same id (a refusal as
        duplicate is no error). Raises PlanRefused, SessionLost."""

    async def poll_render(self, skill: str, render_id: str) -> Render:
        """How a render stands. Safe to repeat. Raises RenderUnknown, PlanRefused."""

    async def cancel_render(self, skill: str, render_id: str) -> None:
        """Stop a render; unknown ids are no error."""

    async def download(
        self, skill: str, render_id: str, url: str, part: Path, size: int, progress: Progress
    ) -> Downloaded:
        """Fetch a result into `part`, resuming what stands there, verified by size; fsynced before
        it returns.

        Plain GET without the token first, then the authenticated fallback (docs/api.md section 9).
        `size` is what the render said, 0 when it did not. Raises ResultExpired, UnsafeUrl,
        NoSpace, LocalError.
        """

    async def aclose(self) -> None:
        """Close every connection. Requests under way end with an error."""
