"""What single header fields of an answer say. Pure; names of headers are in lower case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def as_mapping(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Raw header fields by their names in lower case; values of one name with a comma between."""
    found: dict[str, str] = {}
    for raw, content in headers:
        name, value = _decoded(raw).lower(), _decoded(content)
        if name in found:
            value = f"{found[name]}, {value}"
        found[name] = value
    return found


def _decoded(raw: bytes) -> str:
    """UTF-8, as addresses are sent, else Latin-1, in which everything can be read."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
