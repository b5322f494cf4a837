"""Secrets that this process holds, and texts without them. The log, the error texts that the
journal keeps and whatever people are shown go through the same list: a server may repeat in any
answer what it was sent.

Owns the list and the patterns of unknown secrets; pure but for that list. It must not know where
a text goes.
"""

from __future__ import annotations

import re
import threading
from urllib.parse import quote

#: Shorter texts are no secrets, and replacing them would garble everything.
SHORTEST_SECRET = 6

HIDDEN = "[hidden]"

_TOKEN = (re.compile(r"nmv_[a-z]+_[\w.~+/=-]+"), HIDDEN)  # tokens of the API, ours or not
_PASSWORD = (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@"), rf"\1{HIDDEN}@")  # a proxy's

#: For texts that only tell of something: rather too much is hidden than too little.
_IN_REPORTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+[^\s'\",;)\]}]+"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
    # a signed URL's query
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s?#'\"<>]*)[?#][^\s'\"<>]*"), r"\1?…"),
)
#: For texts that may be the work itself, a transcript above all: "the bearer of bad news" stays as
#: it was said.
_IN_WORK: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+(?=\S{0,200}\d)[\w.~+/=-]{12,}"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
    (re.compile(r"(?i)\b(https?://[^\s?'\"<>]+)\?[^\s'\"<>=]*=[^\s'\"<>]*"), r"\1?…"),
)
#: Controls but for tab and line feed, marks that turn the reading direction, and halves of
#: characters.
_ACTED_ON = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")

_lock = threading.Lock()
_secrets: tuple[str, ...] = ()
_known = re.compile(r"(?!)")  # matches nothing


def hide(secret: str) -> None:
    """Never tell `secret` again, as it is or as part of a URL, in whatever case. Call it
    wherever a secret is read; it stays hidden to the end of the process, for a server may repeat
    an old one. Thread-safe."""
    global _secrets, _known  # noqa: PLW0603 -- secrets are of the whole process, like its log
    bare = secret.strip()
    if len(bare) < SHORTEST_SECRET or bare in _secrets:
        return
    with _lock:
        # one may contain another
        _secrets = tuple(sorted({*_secrets, bare, quote(bare, safe="")}, key=len, reverse=True))
        _known = re.compile("|".join(map(re.escape, _secrets)), re.IGNORECASE)


def holds_secret(text: str) -> bool:
    """Whether a secret of this process stands in `text`."""
    return bool(_known.search(text))


def redact(text: str) -> str:
    """A text that tells of something, without secrets and without the queries of addresses."""
    return _without(text, _IN_REPORTS)


def redact_work(text: str) -> str:
    """A text that may be the work itself, without secrets; words that only look like one stay."""
    return _without(text, _IN_WORK)


def harmless(text: str) -> str:
    """`text` with nothing in it that a terminal or a reader acts on: lines and tabs stay. Always
    before a search for secrets, which a control character in the middle would hide."""
    return _ACTED_ON.sub("", _LINE_ENDS.sub("\n", text))


def _without(text: str, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    text = _known.sub(HIDDEN, text)
    for pattern, stands_for in patterns:
        text = pattern.sub(stands_for, text)
    return text
