"""What the payloads of the API mean: every shape of docs/api.md sections 3 to 9.

Pure: JSON in, records out. Whatever it holds, only our own errors are raised. It must not know who
asked.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from nemowatch.errors import RemotePassing, StateMissing
from nemowatch.model import Credits, RemoteFile, RemoteState, RenderPoll, RenderStatus
from nemowatch.remote.envelope import in_utc, message
from nemowatch.remote.interface import NewSession
from nemowatch.remote.values import (
    address,
    is_plain,
    name,
    number,
    rows,
    table,
    tables,
    text,
    user_id,
    words,
)

#: The keys of a state (section 7): an answer with none of them is no state.
_STATE_KEYS = frozenset(
    {"draft", "video_infos", "generated_media", "canvas_config", "video_analyses"}
)
_RENDER_STATUS = {status.value: status for status in RenderStatus}
#: Bytes: a minute of 1080p video has about 60 MB; no result is larger than this.
LARGEST_RESULT = 16 * 1024**3
#: Characters: servers refuse headers that are longer.
_LONGEST_TOKEN = 8192
#: An expiry further away than ten years is a mistake.
_FURTHEST_MS = 10 * 365 * 86_400_000


def session(data: Any) -> NewSession:
    """Section 4. Raises RemotePassing when the answer names no session."""
    fields = table(data)
    session_id = name(fields.get("session_id"))
    if not session_id:
        raise RemotePassing("The cloud's answer names no session.")
    return NewSession(session_id, name(fields.get("task_id")), user_id(fields))


def uploaded(data: Any) -> RemoteFile | None:
    """Section 5: the one file of an upload; None when the answer names none, or says that the
    session does not have it."""
    answer = table(data)
    if answer.get("session_state_applied") is False:
        return None
    for fields in tables(answer.get("files")):
        file = words(text(fields.get("filename")))
        url = address(fields.get("cdn_url"))
        if file or url:
            kind = words(text(fields.get("file_type")))
            return RemoteFile(file, url, kind, _duration(fields))
    return None


def _duration(fields: dict[str, Any]) -> float | None:
    """Seconds; None when they are not said."""
    seconds = number(fields.get("duration"), -1.0)
    if seconds < 0:
        return None
    return seconds


def state(data: Any) -> RemoteState:
    """Section 7: the draft as it is, the rest probed. Raises RemotePassing when there is nothing
    like a state, StateMissing when there is null in its place."""
    whole = table(data)
    inner = whole.get("state", whole)
    # nothing is no state: a paid edit would be taken for undone
    if inner is whole and not _STATE_KEYS & whole.keys():
        raise RemotePassing("The cloud's answer holds no state.")
    if not isinstance(inner, dict):
        raise StateMissing

    fields = table(inner)
    draft = fields.get("draft")
    if not isinstance(draft, dict):
        draft = None
    return RemoteState(
        draft=draft,
        video_infos=tuple(tables(fields.get("video_infos"))),
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


def render(data: Any) -> RenderPoll:
    """Section 9, both shapes. Raises RemotePassing when the answer has no status."""
    fields = table(data)
    word = text(fields.get("status")).strip().lower()
    if not word:
        raise RemotePassing("The cloud's answer says nothing about the render.")

    error = ""
    if word == RenderStatus.FAILED:
        error = message(fields)
    output = table(fields.get("output"))
    return RenderPoll(
        status=_RENDER_STATUS.get(word, RenderStatus.PROCESSING),
        progress=min(max(number(fields.get("progress")), 0.0), 100.0),
        url=address(result_url(fields)),
        size=_size(output.get("size", fields.get("size"))),
        error=error,
    )


def _size(value: Any) -> int:
    """Bytes of a result; 0, which means unknown, when no result is that large."""
    size = int(number(value))
    if 0 < size <= LARGEST_RESULT:
        return size
    return 0


def result_url(data: Any) -> str:
    """The address of a result in either shape, "" when there is none."""
    fields = table(data)
    inner = table(fields.get("output")).get("url")
    values = (
        inner,
        fields.get("outputUrl"),
        fields.get("output_url"),
        fields.get("url"),
    )
    found = map(str.strip, map(text, values))
    return next(filter(None, found), "")


def token(data: Any, now_ms: int) -> tuple[str, str, int]:
    """Section 3: (token, user id, expiry in UTC ms or 0). Raises RemotePassing when there is no
    token."""
    fields = table(data)
    value = text(fields.get("token")).strip()
    if not value or not is_token(value):
        raise RemotePassing("The cloud's answer holds no token.")
    return value, user_id(fields), _expiry(fields.get("expires_at"), now_ms)


def is_token(value: str) -> bool:
    """Whether this is one printable word: anything else would break the header."""
    return is_plain(value) and " " not in value and len(value) <= _LONGEST_TOKEN


def _expiry(value: Any, now_ms: int) -> int:
    """From ISO 8601, or from seconds or milliseconds since 1970. A time that is not in the future
    is no expiry."""
    try:
        at = _moment_ms(value)
    except (ValueError, OverflowError):
        return 0
    if now_ms < at < now_ms + _FURTHEST_MS:
        return at
    return 0


def _moment_ms(value: Any) -> int:
    if isinstance(value, str):
        return int(in_utc(datetime.fromisoformat(value)).timestamp() * 1000)
    at = int(number(value))
    if at < 10**11:  # seconds
        return at * 1000
    return at
