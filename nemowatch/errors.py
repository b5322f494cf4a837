"""Every error, in one tree. The docstring of a class is its default message. Each error says what
happened and, in `cure`, what to do. Foreign exceptions become these at the edges (`remote.http`,
`local_error` below) and nowhere else. One module, and longer than others, because the tree is one
table: what an error means is compared with its neighbours.

    NemowatchError
    ├── UsageError                      exit code 2
    │   └── ConfigError                 the configuration: every mistake at once
    ├── ConfigUnread                    the configuration could not be read: may pass
    ├── DaemonNeeded                    exit code 3
    ├── JournalError
    │   ├── JournalLocked               another process uses this state folder
    │   ├── JournalCorrupt
    │   ├── JournalTooNew
    │   ├── JournalReadOnly
    │   ├── JournalFull                 the disk of the state folder is full
    │   ├── JournalOnNetwork
    │   └── JournalRefused              a change that its rules do not allow
    ├── OrderError                      a folder's name or instructions that cannot be carried out
    ├── LocalError                      about a file on this machine
    │   ├── LocalPassing                busy, stale, no share: wait, no attempt is counted
    │   │   └── NoSpace
    │   ├── SourceGone                  deleted or moved before it was paid for
    │   ├── SourceChanged               its content is no longer what was claimed
    │   └── LocalFinal                  unreadable, not media, too large
    │       └── UnsafeContent           reading it takes too much, or crashes the reader
    └── RemoteError                     about a call to the cloud
        ├── NotSent                     the request provably never left
        ├── RemotePassing               5xx, timeouts, cut connections: the outcome is unknown
        │   ├── ConnectionBroken        no answer, or half of one: proves nothing about the job
        │   └── RateLimited             429
        ├── TokenRefused                1001
        │   └── TokenWithheld           no anonymous token for now (429)
        ├── SessionLost                 1002
        ├── NoCredits                   2001
        ├── PlanRefused                 402
        ├── FileRefused                 4001
        ├── FileTooLarge                4002
        ├── UrlRefused                  an upload by URL was refused: send the bytes
        ├── RenderUnknown               the cloud has no render of that id
        ├── RenderFailed                the cloud could not render it
        ├── NothingMade                 the turn ended and left nothing that can be rendered
        ├── ResultExpired               the result's URL no longer works
        ├── UnsafeUrl                   a result URL that must not be fetched
        └── RequestRefused              any other 4xx or business code
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Self


def _first_paragraph(docstring: str) -> str:
    return " ".join(docstring.strip().split("\n\n")[0].split())


class NemowatchError(Exception):
    """Something went wrong."""

    cure = ""  #: one sentence that says what to do; set by a class or an instance
    code = "error"  #: the short name in JSON and in the journal

    def __init__(self, text: str = "", *, cure: str = "") -> None:
        super().__init__(text or _first_paragraph(self.__doc__ or ""))
        if cure:
            self.cure = cure

    @property
    def text(self) -> str:
        """What happened, without the cure."""
        return str(self.args[0])

    @property
    def words(self) -> str:
        """What happened and what to do, in sentences."""
        text = self.text.rstrip()
        return f"{text}{'' if text.endswith(('.', '!', '?', ':')) else '.'} {self.cure}".strip()


class UsageError(NemowatchError):
    """The command cannot do this."""

    code = "usage"


@dataclass(frozen=True, slots=True)
class ConfigMistake:
    """One mistake, its place and its cure."""

    where: str  #: "config.toml:12" or "watch.0.inbox"
    what: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.cure}" if self.cure else "")


class ConfigError(UsageError):
    """The configuration cannot be used."""

    code = "config"

    def __init__(self, problems: list[ConfigMistake]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class ConfigUnread(NemowatchError):
    """The configuration could not be read."""

    code = "config_unread"


class DaemonNeeded(NemowatchError):
    """The daemon is needed for this and does not run."""

    code = "daemon"
    cure = "Start it: nemowatch run, or systemctl start nemowatch."


class JournalError(NemowatchError):
    """The journal cannot be used."""

    code = "journal"


class JournalLocked(JournalError):
    """Another nemowatch is using this state folder."""

    cure = "Stop the other one, or give this one a state_dir of its own."


class JournalCorrupt(JournalError):
    """The journal is damaged."""


class JournalTooNew(JournalError):
    """The journal was written by a newer nemowatch."""

    cure = "Install that version again, or restore the backup from before the upgrade."


class JournalReadOnly(JournalError):
    """The journal cannot be written: its folder or file is read-only for this user."""

    cure = "Give the user that runs nemowatch the right to write in the state folder."


class JournalFull(JournalError):
    """The disk that holds the journal is full.

    A running daemon waits and continues; a start, or a command, ends.
    """

    cure = "Free some space on it, and try again; a service is restarted by systemd."


class JournalOnNetwork(JournalError):
    """The journal lies on a network filesystem, where SQLite cannot keep it safe."""

    cure = "Set state_dir to a folder on a local disk."


class JournalRefused(JournalError):
    """The journal's own rules do not allow this change."""


class OrderError(NemowatchError):
    """The folder's order cannot be carried out."""

    code = "order"


class LocalError(NemowatchError):
    """A file on this machine could not be used."""

    code = "local"

    def __init__(
        self, text: str = "", *, path: Path | bytes | str | None = None, cure: str = ""
    ) -> None:
        super().__init__(text, cure=cure)
        self.path = path


class LocalPassing(LocalError):
    """The file or its share is busy or away for the moment."""

    code = "busy"


class NoSpace(LocalPassing):
    """The disk is full."""

    code = "space"
    cure = "Free some space on it; nemowatch then resumes by itself."


class SourceGone(LocalError):
    """The file is no longer there."""

    code = "gone"


class SourceChanged(LocalError):
    """The file has changed since it was checked."""

    code = "changed"


class LocalFinal(LocalError):
    """The file cannot be used."""

    code = "unusable"


class UnsafeContent(LocalFinal):
    """The file cannot be read safely."""

    code = "unsafe"
    cure = "Open it in the program it was made with, save it again as a new file, and drop that."


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
        "Put a valid token into NEMO_TOKEN, the systemd credential nemo_token, or api.token_file."
    )


class TokenWithheld(TokenRefused):
    """The cloud gives no anonymous token for now: each client gets one in 7 days, each network
    address ten (429)."""

    cure = (
        "To go on at once, put the token of an account of your own into NEMO_TOKEN, the systemd"
        " credential nemo_token, or api.token_file: https://nemovideo.com registers one."
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
        "Moving it back into its inbox folder checks once more whether the work has come after all;"
        " if it has not, it is made again, which costs again. Clearer instructions (a prompt.txt"
        " in the folder) or another file may help."
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


#: The share, the disk or another program is in the way right now; soft mounts answer EIO,
#: EHOSTDOWN or ESTALE (docs/platform.md section filesystems, point 4).
PASSING_ERRNO = frozenset(
    {
        errno.EBUSY,
        errno.ESTALE,
        errno.EAGAIN,
        errno.EIO,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
        errno.ENETUNREACH,
        errno.ECONNRESET,
        errno.EMFILE,
        errno.ENFILE,
        errno.EINTR,
        errno.ETXTBSY,
        errno.ENODEV,
        errno.ENOLCK,
        errno.EDEADLK,
        errno.EREMOTEIO,
    }
)


def show_path(path: Path | bytes | str) -> str:
    r"""A path for people: bytes that are not UTF-8 as `\xNN`."""
    raw = path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace")


def shown(text: str) -> str:
    r"""A name for a sentence: bytes that are not UTF-8 and everything unprintable as `\xNN`."""
    return "".join(map(_printable, text))


def _printable(c: str) -> str:
    if c.isprintable():
        return c
    # a byte that came through surrogateescape
    number = ord(c) - 0xDC00 if "\udc80" <= c <= "\udcff" else ord(c)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def local_error(exc: OSError, path: Path | bytes | str) -> LocalError:
    """Turn an OSError about a file into one of these errors. Nothing else does."""
    name = show_path(path)
    if exc.errno == errno.EDQUOT:
        cure = "Free some space, or have the quota raised; nemowatch then resumes by itself."
        return NoSpace(
            f"{name}: the quota for its folder or user is used up.", path=path, cure=cure
        )
    if exc.errno == errno.ENOSPC:
        return NoSpace(f"{name}: the disk is full.", path=path)
    if exc.errno in (errno.ENOENT, errno.ENOTDIR):
        return SourceGone(f"{name}: no longer there.", path=path)
    if exc.errno == errno.EROFS:
        cure = "Mount it for writing; nemowatch then continues by itself."
        text = f"{name}: the disk or share is mounted read-only."
        return LocalPassing(text, path=path, cure=cure)
    if exc.errno in PASSING_ERRNO:
        return LocalPassing(f"{name}: {exc.strerror}.", path=path)
    if exc.errno in (errno.EACCES, errno.EPERM):
        cure = "Give the user that runs nemowatch the right to read and move it."
        return LocalFinal(f"{name}: permission denied.", path=path, cure=cure)
    if exc.errno == errno.ELOOP:
        return LocalFinal(
            f"{name}: a link where a file is expected.",
            path=path,
            cure="Put the file itself in its place, or remove the link.",
        )
    return LocalFinal(f"{name}: {exc.strerror or exc}.", path=path)
