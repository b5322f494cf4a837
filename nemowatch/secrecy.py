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

#: Characters that are searched beyond the limit at which a text is cut, so that the cut divides no
#: secret.
SECRET_ROOM = 4096

HIDDEN = "[hidden]"

#: Without one of these no pattern below matches: nearly every text has none.
_MAY_MATCH = re.compile(r"(?i)nmv_|://|bearer")
#: Tokens of the API, ours or not.
_TOKEN = (re.compile(r"nmv_[a-z]+_[\w.~+/=-]+"), HIDDEN)
#: Of a proxy's address. Schemes are short; without that bound, "a.a.a" costs a search to the end
#: for each letter.
_PASSWORD = (
    re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,30}://)[^\s/@'\"]+@"),
    rf"\1{HIDDEN}@",
)

#: For texts that only report something: better to hide too much than too little.
_IN_REPORTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+[^\s'\",;)\]}]+"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
)
#: For texts that may be the work itself, such as a transcript: "the bearer of bad news" stays as it
#: was said.
_IN_WORK: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+(?=\S{0,200}\d)[\w.~+/=-]{12,}"), f"Bearer {HIDDEN}"),
    _TOKEN,
    _PASSWORD,
)
#: What an address may be part of.
_WORD = re.compile(r"[^\s'\"<>]+")
#: How the address begins, in a report and in what may be the work itself.
_ANY_ADDRESS = re.compile(r"://")
_WEB_ADDRESS = re.compile(r"https?://[^?]", re.IGNORECASE)
_QUERY = re.compile(r"[?#]")
#: Where a person registers an anonymous account (docs/api.md section 8). Its query is an account's
#: id, which opens nothing, and without it the address is of no use.
_REGISTRATION = re.compile(r"https://nemovideo\.com/register\?bind=[\w~%-][\w.~%-]{0,3000}")
#: What may follow such an address and still be of the sentence around it.
_OF_THE_SENTENCE = re.compile(r"[.,;:!)\]}]*")
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


def hides_nothing(text: str) -> bool:
    """Whether `redact` surely leaves this text as it is."""
    return not holds_secret(text) and _MAY_MATCH.search(text) is None


def redact(text: str) -> str:
    """A text that reports something, without secrets and without the queries of addresses."""
    hidden = _without(text, _IN_REPORTS)
    if _ANY_ADDRESS.search(hidden) is None:
        return hidden
    return _WORD.sub(_any_query_hidden, hidden)


def redact_work(text: str) -> str:
    """A text that may be the work itself, without secrets; words that only resemble one stay."""
    hidden = _without(text, _IN_WORK)
    if _WEB_ADDRESS.search(hidden) is None:
        return hidden
    return _WORD.sub(_signature_hidden, hidden)


def harmless(text: str) -> str:
    """`text` without anything that a terminal or a reader acts on; lines and tabs stay. Always call
    it before searching for secrets, which a control character in the middle would hide."""
    return _ACTED_ON.sub("", _LINE_ENDS.sub("\n", text))


def _without(text: str, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    text = _known.sub(HIDDEN, text)
    if _MAY_MATCH.search(text) is None:
        return text
    for pattern, stands_for in patterns:
        text = pattern.sub(stands_for, text)
    return text


def _any_query_hidden(word: re.Match[str]) -> str:
    """A word without the query and the fragment of the address in it."""
    address = _ANY_ADDRESS.search(word[0])
    if address is None or _is_registration(word[0], address):
        return word[0]
    return _cut(word[0], _QUERY.search(word[0], address.end()))


def _signature_hidden(word: re.Match[str]) -> str:
    """A word without the query, if it has values, of the web address in it."""
    address = _WEB_ADDRESS.search(word[0])
    if address is None or _is_registration(word[0], address):
        return word[0]
    query = word[0].find("?", address.end())
    if query < 0 or "=" not in word[0][query:]:
        return word[0]
    return word[0][:query] + "?…"


def _is_registration(word: str, address: re.Match[str]) -> bool:
    """Whether the first address in a word is that, and nothing else follows."""
    found = _REGISTRATION.search(word)
    if found is None or not found.start() <= address.start() < found.end():
        return False
    return _OF_THE_SENTENCE.fullmatch(word, found.end()) is not None


def _cut(word: str, query: re.Match[str] | None) -> str:
    if query is None:
        return word
    return word[: query.start()] + "?…"
