"""What surrounds every answer of the API: both envelopes and every code of docs/api.md section 1.

Pure: replies in, payloads or our own errors out, whatever bytes come. It must not know who asked,
nor what the payload means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    NoCredits,
    PlanRefused,
    RateLimited,
    RemoteError,
    RemotePassing,
    RequestRefused,
    SessionLost,
    TokenRefused,
)
from nemowatch.remote.headers import media_type
from nemowatch.remote.message import Reply
from nemowatch.remote.values import is_whole, parse, table, words

#: The business codes of docs/api.md section 1.
CODES: Mapping[int, type[RemoteError]] = {
    1001: TokenRefused,
    1002: SessionLost,
    2001: NoCredits,
    4001: FileRefused,
    4002: FileTooLarge,
}
#: A code beyond this is kept as this: it is none that is known, and a refusal all the same.
_LARGEST_CODE = 10**9
#: What a status means where no code says more.
_STATUS_ERRORS: Mapping[int, type[RemoteError]] = {401: TokenRefused, 402: PlanRefused}
#: 4xx that mean "later", not "no": the server gave up waiting, or another call is in the way.
_PASSING_4XX = frozenset({408, 425})
#: Statuses that say "later" as the code of an envelope, too.
_LATER_CODES = frozenset({*_PASSING_4XX, 429, *range(500, 600)})
#: The keys by which an envelope is known.
_ENVELOPE_KEYS = frozenset({"code", "success"})
#: Where an error of the framework may have the envelope within it.
_AROUND = ("detail", "error")
#: Where an answer may say something in words.
_MESSAGE_KEYS = ("message", "errorMessage", "error_message", "error", "detail", "msg")
#: How a refusal names a session that is gone; its id may be anywhere.
_NO_SESSION = re.compile(r"session(?: [^\s\d]*\d\S*)? not found", re.IGNORECASE)
#: Seconds: a longer `Retry-After` is a mistake (the seconds since 1970, say) or a lie. Nobody is
#: harmed by one question an hour, and a day without work would need a person.
_LONGEST_PAUSE_S = 3_600.0


def answer(reply: Reply, now_ms: int) -> Any:
    """The payload of a good reply, without its envelope. Raises what its status or code means, and
    RemotePassing when the reply is not JSON."""
    if not 200 <= reply.status < 300:
        raise refusal(reply, now_ms)

    document = parsed(reply)
    raise_refusal(document, reply.status)
    return unwrapped(document)


def parsed(reply: Reply) -> Any:
    """The JSON of a reply. Raises RemotePassing when it is not JSON."""
    document = parse(reply.body)
    if document is None:
        raise RemotePassing("The cloud's answer could not be read.", status=reply.status)
    return document


def unwrapped(document: Any) -> Any:
    """The content of a business or render envelope; a bare document as it is."""
    fields = table(document)
    if _ENVELOPE_KEYS.isdisjoint(fields):
        return document
    return fields.get("data", document)


def raise_refusal(document: Any, status: int) -> None:
    """Raise the refusal in a document with a 2xx status, if there is one."""
    own = business_code(document)
    if own in _LATER_CODES:
        raise _later(own, message(document))
    if own or _is_refused(table(document)):
        raise _by_code(code_of(document), message(document), status)


def _later(code: int, text: str) -> RemotePassing:
    """The error of a status that means "later", where a 200 has it as its code."""
    if code == 429:
        return _limited(text, 0)
    return _passing(code, text)


def _limited(text: str, pause: float) -> RateLimited:
    said = f"The cloud asks for fewer requests (429). {text}".strip()
    return RateLimited(said, retry_after=pause, said=text)


def _passing(status: int, text: str) -> RemotePassing:
    return RemotePassing(f"The cloud answered {status}. {text}".strip(), status=status)


def _is_refused(fields: dict[str, Any]) -> bool:
    """A failed render is an answer, not a refusal."""
    if fields.get("success") is False:
        return not table(fields.get("data")).get("status")
    is_bare = _ENVELOPE_KEYS.isdisjoint(fields) and not fields.get("status")
    return is_bare and inner_code(fields) != 0


def refusal(reply: Reply, now_ms: int) -> RemoteError:
    """The error that a reply outside 2xx means. A code of section 1 counts for more than its
    status."""
    document = parse(reply.body)
    code, text, status = code_of(document), message(document), reply.status
    if code in CODES:
        return _by_code(code, text, status)
    if status == 429:
        return _limited(text, retry_after(reply.headers, now_ms))
    if _passes(status) or (document is None and _is_page(reply)):
        return _passing(status, text)
    if status in _STATUS_ERRORS:
        return _STATUS_ERRORS[status].saying(text, status)
    if status == 404 and _says_no_session(document):
        return SessionLost.saying(text, status)

    said = f"The cloud refuses the request ({status}). {text}".strip()
    return RequestRefused(said, status=status, business_code=code)


def _passes(status: int) -> bool:
    """Whether a status says "later"; a redirect comes from some network's login page."""
    return status not in range(400, 500) or status in _PASSING_4XX


def _is_page(reply: Reply) -> bool:
    """Whether a server or a firewall on the way says no with a web page: the API has no pages."""
    return reply.status in (403, 404) and media_type(reply.headers) == "text/html"


def _by_code(code: int, text: str, status: int) -> RemoteError:
    kind = CODES.get(code)
    if kind is not None:
        return kind.saying(text, status)

    which = ""
    if code:
        which = f" with code {code}"
    said = f"The cloud refuses the request{which}. {text}".strip()
    return RequestRefused(said, status=status, business_code=code)


def _says_no_session(document: Any) -> bool:
    """`{"detail":"Session not found"}`, with or without the id, under any key for words."""
    return _NO_SESSION.match(message(document)) is not None


def business_code(document: Any) -> int:
    """The `code` of a business envelope, 0 when there is none. A number in a string counts."""
    code = table(document).get("code")
    if type(code) is int:
        return max(-_LARGEST_CODE, min(code, _LARGEST_CODE))
    if isinstance(code, str) and is_whole(code, 10):
        return int(code)
    return 0


def inner_code(document: Any) -> int:
    """The code of section 1 within the framework's error, `{"detail":{"code":…}}`; 0 for none."""
    fields = table(document)
    return known_code(*(business_code(fields.get(key)) for key in _AROUND))


def code_of(document: Any) -> int:
    """The code of a refusal: one of section 1, wherever it is, else the envelope's own."""
    own = business_code(document)
    return known_code(own, inner_code(document)) or own


def known_code(*codes: int) -> int:
    """The first of these that is a code of section 1, else 0."""
    return next(filter(CODES.get, codes), 0)


def message(document: Any, depth: int = 3) -> str:
    """The message of an answer, from whichever key has it, at most `depth` objects deep."""
    fields = table(document)
    if depth == 0:
        return ""

    for key in _MESSAGE_KEYS:
        said = fields.get(key)
        if isinstance(said, dict):
            said = message(said, depth - 1)
        if isinstance(said, str) and said.strip():
            return words(said)
    return ""


def retry_after(headers: Mapping[str, str], now_ms: int) -> float:
    """The pause that a 429 asks for, in seconds (from seconds or a date); 0 for none."""
    text = headers.get("retry-after", "").strip()
    if is_whole(text, 12):
        return min(float(text), _LONGEST_PAUSE_S)

    try:
        moment = parsedate_to_datetime(text)
        seconds = in_utc(moment).timestamp() - now_ms / 1000
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_PAUSE_S)


def in_utc(moment: datetime) -> datetime:
    """A time whose zone was left out is meant in UTC."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment
