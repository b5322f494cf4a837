"""What the API's answers mean (docs/api.md): both envelopes, every code of section 1, every shape
of sections 3 to 9.

Pure: replies in, records out. Whatever the bytes, only our own errors are raised. It must not know
who asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
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
from nemowatch.model import Credits, RemoteFile, RemoteState, Render, RenderStatus
from nemowatch.remote.http import Reply
from nemowatch.remote.interface import Session
from nemowatch.secrecy import harmless, holds_secret, redact, redact_work

#: The business codes of docs/api.md section 1.
CODES: Mapping[int, type[RemoteError]] = {
    1001: TokenRefused,
    1002: SessionLost,
    2001: NoCredits,
    4001: FileRefused,
    4002: FileTooLarge,
}
#: A longer message of the cloud, in characters, is cut: it is shown to people.
_LONGEST_MESSAGE = 500
#: A longer id, in characters, is not accepted at all: cutting it would make another.
_LONGEST_NAME = 1000
#: Seconds: a `Retry-After` of more than a day is a mistake.
_LONGEST_PAUSE_S = 86_400.0
#: How deep a `user_id` is searched for: envelope, data, state.
_USER_ID_DEPTH = 4

_STATUS_ERRORS: Mapping[int, type[RemoteError]] = {401: TokenRefused, 402: PlanRefused}
#: The keys of a state (section 7): an answer with none of them is no state.
_STATE_KEYS = frozenset(
    {"draft", "video_infos", "generated_media", "canvas_config", "video_analyses"}
)
#: 4xx that mean "later", not "no": the server gave up waiting, or another call is in the way.
_PASSING_4XX = frozenset({408, 425})


# --- envelopes ------------------------------------------------------------------------


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


def parse(body: bytes | str) -> Any:
    """JSON, or None for anything else (an answer that is just `null` says nothing either)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def unwrapped(document: Any) -> Any:
    """The content of a business or render envelope; a bare document as it is."""
    if (
        isinstance(document, dict)
        and "data" in document
        and ("code" in document or "success" in document)
    ):
        return document["data"]
    return document


def raise_refusal(document: Any, status: int) -> None:
    """Raise the refusal in a document with a 2xx status, if there is one."""
    code = business_code(document)
    refused = isinstance(document, dict) and document.get("success") is False
    if code or (
        refused and not table(document.get("data")).get("status")
    ):  # a failed render is an answer, not a refusal
        raise _by_code(code, message(document), status)


def refusal(reply: Reply, now_ms: int) -> RemoteError:
    """The error that a reply outside 2xx means. A code of section 1 counts for more than its
    status."""
    document = parse(reply.body)
    code, text, status = business_code(document), message(document), reply.status
    if code in CODES:
        return _by_code(code, text, status)
    if status == 429:
        return RateLimited(text, retry_after=retry_after(reply.headers, now_ms))
    # a redirect comes from some network's login page
    if status < 400 or status >= 500 or status in _PASSING_4XX:
        return RemotePassing(f"The cloud answered {status}. {text}".strip(), status=status)
    if status in _STATUS_ERRORS:
        return _STATUS_ERRORS[status](text, status=status)
    if status == 404 and _says_no_session(document):
        return SessionLost(text, status=status)
    return RequestRefused(
        f"The cloud refuses the request ({status}). {text}".strip(),
        status=status,
        business_code=code,
    )


def _by_code(code: int, text: str, status: int) -> RemoteError:
    kind = CODES.get(code)
    if kind is not None:
        return kind(text, status=status)
    said = f" with code {code}" if code else ""
    return RequestRefused(
        f"The cloud refuses the request{said}. {text}".strip(), status=status, business_code=code
    )


def _says_no_session(document: Any) -> bool:
    """`{"detail":"Session not found"}`, with or without the id behind it."""
    detail = document.get("detail") if isinstance(document, dict) else None
    return isinstance(detail, str) and detail.lower().startswith("session not found")


def business_code(document: Any) -> int:
    """The `code` of a business envelope, 0 when there is none. A number in a string counts."""
    code = document.get("code") if isinstance(document, dict) else None
    if isinstance(code, str) and code.strip().isdecimal() and len(code) < 10:
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def message(document: Any, depth: int = 3) -> str:
    """The message of an answer, from whichever key has it, at most `depth` objects deep."""
    if not isinstance(document, dict) or depth == 0:
        return ""
    for key in ("message", "errorMessage", "error_message", "error", "detail", "msg"):
        said = document.get(key)
        if isinstance(said, dict):
            said = message(said, depth - 1)
        if isinstance(said, str) and said.strip():
            return words(said)
    return ""


def retry_after(headers: Mapping[str, str], now_ms: int) -> float:
    """The pause that a 429 asks for, in seconds (from seconds or a date); 0 for none."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 12:
        return min(float(text), _LONGEST_PAUSE_S)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = moment.timestamp() - now_ms / 1000
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_PAUSE_S)


# --- values ---------------------------------------------------------------------------


def clean(said: str) -> str:
    """Text that can be encoded: JSON may hold halves of characters, which cannot."""
    return said.encode("utf-8", "replace").decode("utf-8")


def words(said: str) -> str:
    """A message of the cloud, fit to be kept and shown: without secrets that it repeats, without
    control characters, and cut only after that, since half a token would not be recognised."""
    return redact(harmless(said)).strip()[:_LONGEST_MESSAGE]


def work(said: str) -> str:
    """What the agent says, which may be the work itself (a transcript): like `words`, but only
    certain secrets are hidden."""
    return redact_work(harmless(said)).strip()


def name(value: Any) -> str:
    """An id, or another word that is kept, shown and sent back as it came; "" when that is not
    possible."""
    said = text(value)
    fit = said.isprintable() and len(said) <= _LONGEST_NAME and not holds_secret(said)
    return said if fit else ""


def text(value: Any) -> str:
    """A string, or a number in its place; "" for anything else."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else ""
    return ""


def number(value: Any, default: float = 0.0) -> float:
    """A finite number, or `default`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return default
    return result if math.isfinite(result) else default


def table(value: Any) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def user_id(document: Any) -> str:
    """The `user_id` of an answer, wherever it is; one that begins with `anon_` wins (docs/api.md
    section 8)."""
    found = list(_user_ids(document, _USER_ID_DEPTH))
    return next((one for one in found if one.startswith("anon_")), found[0] if found else "")


def _user_ids(value: Any, depth: int) -> Iterator[str]:
    if not isinstance(value, dict) or depth == 0:
        return
    if own := name(value.get("user_id")):
        yield own
    for inner in value.values():
        yield from _user_ids(inner, depth - 1)


# --- answers --------------------------------------------------------------------------


def session(data: Any) -> Session:
    """Section 4. Raises RemotePassing when the answer names no session."""
    fields = table(data)
    session_id = name(fields.get("session_id"))
    if not session_id:
        raise RemotePassing("The cloud's answer names no session.")
    return Session(session_id, name(fields.get("task_id")), user_id(fields))


def uploaded(data: Any) -> RemoteFile | None:
    """Section 5: the one file of an upload, None when the answer names none."""
    for entry in rows(table(data).get("files")):
        fields = table(entry)
        file, url = words(text(fields.get("filename"))), _address(fields.get("cdn_url"))
        if file or url:
            seconds = number(fields.get("duration"), -1.0)
            return RemoteFile(
                file, url, words(text(fields.get("file_type"))), seconds if seconds >= 0 else None
            )
    return None


def state(data: Any) -> RemoteState:
    """Section 7: the draft as it is, the rest probed. Raises RemotePassing when there is nothing
    like a state."""
    if not isinstance(data, dict):
        raise RemotePassing("The cloud's answer holds no state.")
    inner = data.get("state", data)
    # nothing is no state: a paid edit would be taken for undone
    if inner is data and not _STATE_KEYS & data.keys():
        raise RemotePassing("The cloud's answer holds no state.")
    fields = table(inner)
    draft = fields.get("draft")
    return RemoteState(
        draft=draft if isinstance(draft, dict) else None,
        video_infos=tuple(
            entry for entry in rows(fields.get("video_infos")) if isinstance(entry, dict)
        ),
        generated_media=tuple(rows(fields.get("generated_media"))),
        raw=fields,
    )


def credits_left(data: Any) -> Credits:
    """Section 8. Raises RemotePassing when the answer has no balance: an unknown balance is not
    0."""
    fields = table(data)
    available = number(fields.get("available"), math.nan)
    if math.isnan(available):
        raise RemotePassing("The cloud's answer holds no balance.")
    frozen = number(fields.get("frozen"))
    return Credits(available, frozen, number(fields.get("total"), available + frozen))


def render(data: Any) -> Render:
    """Section 9, both shapes. Raises RemotePassing when the answer has no status."""
    fields = table(data)
    word = text(fields.get("status")).strip().lower()
    if not word:
        raise RemotePassing("The cloud's answer says nothing about the render.")
    known = {status.value: status for status in RenderStatus}
    output = table(fields.get("output"))
    return Render(
        status=known.get(word, RenderStatus.PROCESSING),
        progress=min(max(number(fields.get("progress")), 0.0), 100.0),
        url=_address(result_url(fields)),
        size=max(int(number(output.get("size", fields.get("size")))), 0),
        error=message(fields) if word == RenderStatus.FAILED else "",
    )


def result_url(data: Any) -> str:
    """The address of a result in either shape, "" when there is none."""
    fields = table(data)
    output = table(fields.get("output"))
    for value in (
        output.get("url"),
        fields.get("outputUrl"),
        fields.get("output_url"),
        fields.get("url"),
    ):
        if found := text(value).strip():
            return found
    return ""


def _address(value: Any) -> str:
    """An address that may be kept: "" when it has a secret of ours in it, since the result can be
    fetched in other ways."""
    said = text(value)
    return "" if holds_secret(said) else said


def token(data: Any, now_ms: int) -> tuple[str, str, int]:
    """Section 3: (token, user id, expiry in UTC ms or 0). Raises RemotePassing when there is no
    token."""
    fields = table(data)
    value = text(fields.get("token")).strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise RemotePassing("The cloud's answer holds no token.")
    return value, user_id(fields), _expiry(fields.get("expires_at"), now_ms)


def _expiry(value: Any, now_ms: int) -> int:
    """From ISO 8601, or from seconds or milliseconds since 1970. A time that is not in the future
    is no expiry."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        else:
            at = int(number(value))
            at = at * 1000 if at < 10**11 else at
    except (ValueError, OverflowError):
        return 0
    return at if now_ms < at < now_ms + 10 * 365 * 86_400_000 else 0
