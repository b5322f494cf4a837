"""Errors about a call to the cloud."""

from __future__ import annotations

from typing import Self

from nemowatch.errors.base import NemowatchError


class RemoteError(NemowatchError):
    """A call to the NemoVideo cloud did not succeed."""

    code = "remote"

    def __init__(self, text: str = "", *, cure: str = "", status: int = 0) -> None:
        super().__init__(text, cure=cure)
        self.status = status  #: HTTP status, 0 when there was none

    @classmethod
    def saying(cls, said: str, status: int = 0) -> Self:
        """This error with the cloud's words `said` behind ours: its own may be a number, or a word
        that says nothing to people."""
        error = cls(status=status)
        if said:
            error.args = (f'{error.text} The cloud says: "{said}".',)
        return error


class NotSent(RemoteError):
    """The request did not reach the cloud: nothing happened there."""

    code = "outage"


class RemotePassing(RemoteError):
    """The cloud did not answer properly; whether it acted is unknown."""

    code = "no answer"


class StateMissing(RemotePassing):
    """The cloud's answer holds no state."""


class ConnectionBroken(RemotePassing):
    """The connection was refused, cut or silent: no whole answer came."""


class RateLimited(RemotePassing):
    """The cloud asks for slower calls (429)."""

    code = "rate limit"

    def __init__(
        self, text: str = "", *, retry_after: float = 0, status: int = 429, said: str = ""
    ) -> None:
        super().__init__(text, status=status)
        self.retry_after = retry_after  #: seconds, 0 when the answer gave none
        self.said = said  #: the cloud's own words


class TokenRefused(RemoteError):
    """The cloud refuses the token (1001)."""

    code = "token"
    cure = (
        "Put a valid token into NEMO_TOKEN, the systemd credential nemo_token, or api.token_file,"
        " and restart nemowatch."
    )


class TokenWithheld(TokenRefused):
    """The cloud gives no anonymous token for now: each client gets one in 7 days, each network
    address ten (429)."""

    cure = (
        "To continue at once, put the token of your own account into NEMO_TOKEN, the systemd"
        " credential nemo_token, or api.token_file, and restart nemowatch; https://nemovideo.com is"
        " where to register one."
    )


class SessionLost(RemoteError):
    """The cloud no longer knows this session (1002)."""

    code = "session lost"


class NoCredits(RemoteError):
    """The account has too few credits for this (2001)."""

    code = "credits"
    cure = "Top up the account; nemowatch notices and resumes by itself."
    available: float | None = None  #: what the balance showed right after; None: not known


class PlanRefused(RemoteError):
    """The account's plan does not allow exports (402). It is the plan, not the credits."""

    code = "plan"
    cure = "Register or upgrade the plan; the edit is kept and will be rendered then."


class FileRefused(RemoteError):
    """The cloud does not take files of this kind (4001)."""

    code = "4001"
    cure = "Use mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a or aac."


class FileTooLarge(RemoteError):
    """The file is too large for the cloud (4002)."""

    code = "4002"
    cure = "Compress or trim it, then put it into the folder again."


class UrlRefused(RemoteError):
    """The cloud does not take this file by URL."""

    code = "url refused"


class RenderUnknown(RemoteError):
    """The cloud knows no render of this id."""

    code = "render unknown"


class RenderFailed(RemoteError):
    """The cloud could not render the result."""

    code = "render failed"


class NothingMade(RemoteError):
    """The cloud finished without making anything that can be rendered."""

    code = "nothing made"
    cure = (
        "Move it back into its inbox folder to check once more whether the work was done after"
        " all; if it was not, it is made again, which costs again. Clearer instructions (a"
        " prompt.txt in the folder) or another file may help."
    )


class ResultExpired(RemoteError):
    """The address of the result no longer works."""

    code = "result expired"


class UnsafeUrl(RemoteError):
    """The result's address is not one that may be fetched."""

    code = "unsafe url"


class RequestRefused(RemoteError):
    """The cloud refuses the request."""

    code = "refused"

    def __init__(
        self,
        text: str = "",
        *,
        cure: str = "",
        status: int = 0,
        business_code: int = 0,
    ) -> None:
        super().__init__(text, cure=cure, status=status)
        self.business_code = business_code
