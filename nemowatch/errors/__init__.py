"""Every error, in one tree. The docstring of a class is its default message. Each error says what
happened and, in `cure`, what to do. Foreign exceptions become these at the edges (`remote.http`,
`errors.local`) and nowhere else. All of them are imported from here, wherever they are written.

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
    ├── OrderError                      a folder's name or instructions nobody can carry out
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
        │   ├── StateMissing            null in place of a session's state
        │   ├── ConnectionBroken        no answer, or half of one: proves nothing of the job
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

from nemowatch.errors.base import (
    ConfigError,
    ConfigMistake,
    ConfigUnread,
    DaemonNeeded,
    NemowatchError,
    OrderError,
    UsageError,
)
from nemowatch.errors.journal import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalOnNetwork,
    JournalReadOnly,
    JournalRefused,
    JournalTooNew,
)
from nemowatch.errors.local import (
    PASSING_ERRNO,
    LocalError,
    LocalFinal,
    LocalPassing,
    NoSpace,
    SourceChanged,
    SourceGone,
    UnsafeContent,
    failing_as,
    local_error,
    os_reason,
)
from nemowatch.errors.remote import (
    ConnectionBroken,
    FileRefused,
    FileTooLarge,
    NoCredits,
    NothingMade,
    NotSent,
    PlanRefused,
    RateLimited,
    RemoteError,
    RemotePassing,
    RenderFailed,
    RenderUnknown,
    RequestRefused,
    ResultExpired,
    SessionLost,
    StateMissing,
    TokenRefused,
    TokenWithheld,
    UnsafeUrl,
    UrlRefused,
)
from nemowatch.errors.shown_names import (
    escaped,
    show_path,
    shown,
)

__all__ = [
    "PASSING_ERRNO",
    "ConfigError",
    "ConfigMistake",
    "ConfigUnread",
    "ConnectionBroken",
    "DaemonNeeded",
    "FileRefused",
    "FileTooLarge",
    "JournalCorrupt",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalOnNetwork",
    "JournalReadOnly",
    "JournalRefused",
    "JournalTooNew",
    "LocalError",
    "LocalFinal",
    "LocalPassing",
    "NemowatchError",
    "NoCredits",
    "NoSpace",
    "NotSent",
    "NothingMade",
    "OrderError",
    "PlanRefused",
    "RateLimited",
    "RemoteError",
    "RemotePassing",
    "RenderFailed",
    "RenderUnknown",
    "RequestRefused",
    "ResultExpired",
    "SessionLost",
    "SourceChanged",
    "SourceGone",
    "StateMissing",
    "TokenRefused",
    "TokenWithheld",
    "UnsafeContent",
    "UnsafeUrl",
    "UrlRefused",
    "UsageError",
    "escaped",
    "failing_as",
    "local_error",
    "os_reason",
    "show_path",
    "shown",
]
