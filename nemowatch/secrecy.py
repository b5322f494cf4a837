"""The secrets of this process, and texts without them. The log, the errors that the journal keeps
and whatever people read go through the same list: a server may repeat what it was sent in any
answer.

Owns the list and the patterns of unknown secrets; pure except for that list. It must not know where
a text goes.
"""

from __future__ import annotations

import re
import threading
from urllib.parse import quote

#: Characters: a shorter text is no secret, and replacing it would garble everything.
SHORTEST_SECRET = 6

HIDDEN = "[hidden]"

_TOKEN = (re.compile(r"nmv_[a-z]+_[\w.~+/=-]+"), HIDDEN)  # tokens of the API, ours or not
_PASSWORD = (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@"), rf"\1{HIDDEN}@")  # a proxy's

#: For texts that only report something: better to hide too much than too little.
_IN_REPORTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+[^\s'\",;)\]}]+"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
    # a signed URL's query
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s?#'\"<>]*)[?#][^\s'\"<>]*"), r"\1?…"),
)
#: For texts that may be the work itself, such as a transcript: "the bearer of bad news" stays as it
#: was said.
_IN_WORK: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+(?=\S{0,200}\d)[\w.~+/=-]{12,}"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
    (re.compile(r"(?i)\b(https?://[^\s?'\"<>]+)\?[^\s'\"<>=]*=[^\s'\"<>]*"), r"\1?…"),
)
#: Control characters except tab and line feed, marks that reverse the reading direction, and
#: halves of characters.
_ACTED_ON = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")

_lock = threading.Lock()
_secrets: tuple[str, ...] = ()
_known = re.compile(r"(?!)")  # matches nothing


def hide(secret: str) -> None:
    """Hide `secret` from now on, as it is or in a URL, in any case. Call this wherever a secret is
    read. It stays hidden until the process ends, since a server may repeat an old one.
    Thread-safe."""
    global _secrets, _known  # noqa: PLW0603 -- secrets are of the whole process, like its log
    bare = secret.strip()
    if len(bare) < SHORTEST_SECRET or bare in _secrets:
        return
    with _lock:
        # one may contain another
        _secrets = tuple(sorted({*_secrets, bare, quote(bare, safe="")}, key=len, reverse=True))
        _known = re.compile("|".join(map(re.escape, _secrets)), re.IGNORECASE)


def holds_secret(text: str) -> bool:
    """Whether `text` contains a secret of this process."""
    return bool(_known.search(text))


def redact(text: str) -> str:
    """A text that reports something, without secrets and without the queries of addresses."""
    return _without(text, _IN_REPORTS)


def redact_work(text: str) -> str:
    """A text that may be the work itself, without secrets; words that only resemble one stay."""
    return _without(text, _IN_WORK)


def harmless(text: str) -> str:
    """`text` without anything that a terminal or a reader acts on; lines and tabs stay. Always call
    it before searching for secrets, which a control character in the middle would hide."""
    return _ACTED_ON.sub("", _LINE_ENDS.sub("\n", text))


def _without(text: str, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    text = _known.sub(HIDDEN, text)
    for pattern, stands_for in patterns:
        text = pattern.sub(stands_for, text)
    return text
