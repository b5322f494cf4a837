"""What the head of an answer says about a result (docs/api.md section 9): whether it is the file,
which part of it, how large it is. Owns these judgements; it reads no body and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nemowatch.errors import RemotePassing, ResultExpired
from nemowatch.remote import envelope
from nemowatch.remote.answers import LARGEST_RESULT
from nemowatch.remote.headers import content_length, media_type
from nemowatch.remote.http import Exchange
from nemowatch.remote.message import Reply
from nemowatch.remote.values import is_plain

#: An error page or an envelope where a video should be.
_NOT_MEDIA = frozenset({"text/html", "application/json"})
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


def is_text(exchange: Exchange) -> bool:
    """Whether the answer says that it is a page or JSON."""
    return media_type(exchange.headers) in _NOT_MEDIA


def check_status(exchange: Exchange, now_ms: int) -> None:
    """Raise what an answer without the file means. Its text is not quoted, since such pages contain
    addresses."""
    status = exchange.status
    if status == 429:
        raise envelope.refusal(Reply(status, exchange.headers, b""), now_ms)
    if status >= 500 or status == 408:
        raise RemotePassing(f"The server of the result answered {status}.", status=status)
    if status not in (200, 206):
        raise ResultExpired(f"The result's address no longer works ({status}).", status=status)
    if is_text(exchange):
        raise ResultExpired("The result's address gives a page instead of the file.", status=status)
    if exchange.headers.get("content-encoding", "identity").lower() != "identity":
        raise RemotePassing("The server changes the result on its way.", status=status)


def does_not_go_on(exchange: Exchange, size: int) -> bool:
    """Whether the server has another file by now, or another part of it than was asked for."""
    if exchange.status == 206:
        return not _brings_the_rest(exchange, size)
    return exchange.status == 416


def _brings_the_rest(exchange: Exchange, size: int) -> bool:
    """Whether a 206 has exactly the bytes from `size` to the end."""
    match = _CONTENT_RANGE.fullmatch(exchange.headers.get("content-range", ""))
    if not match or not size:
        return False
    first, last, whole = map(int, match.groups())
    contradicts = content_length(exchange.headers) not in (0, last - first + 1)
    return first == size and last == whole - 1 and not contradicts


def total_size(exchange: Exchange, size: int, said: int) -> int:
    """The size of the complete result in bytes, by the server, else by the render, which `said` it;
    0 when only the end of a chunked body will tell. Raises RemotePassing when a cut would go
    unnoticed, and for more than any result has."""
    length = content_length(exchange.headers)
    if length:
        if size + length > LARGEST_RESULT:
            raise RemotePassing("The server says that the result is larger than any result is.")
        return size + length

    if "chunked" in exchange.headers.get("transfer-encoding", "").lower():
        return 0
    if not said:
        raise RemotePassing(
            "The server does not say how large the result is, so it cannot be checked whether it is"
            " whole."
        )
    return said


def validator(headers: Mapping[str, str]) -> str:
    """The value for If-Range: a strong ETag, else the date of the last change; "" when there is
    neither."""
    etag = headers.get("etag", "")
    if etag.startswith('"') and is_plain(etag):
        return etag
    changed = headers.get("last-modified", "")
    if is_plain(changed):
        return changed
    return ""
