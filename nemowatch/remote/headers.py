"""What single header fields of an answer say. Pure; names of headers are in lower case."""

from __future__ import annotations

from collections.abc import Mapping

from nemowatch.remote.values import is_whole


def content_length(headers: Mapping[str, str]) -> int:
    """Content-Length in bytes, 0 when there is none or it is unreadable."""
    text = headers.get("content-length", "")
    if is_whole(text, 16):
        return int(text)
    return 0


def media_type(headers: Mapping[str, str]) -> str:
    """Content-Type without its parameters, in lower case; "" when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()
