"""What may never stand in a log line: secrets, and characters that would break or forge one.

Owns the list of known secrets and the patterns of unknown ones. Pure but for that list; knows nothing of logging.
"""

from __future__ import annotations

import re
import traceback
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from nemowatch.errors import show_path

#: Characters of one value in a line: journald splits lines above 48 KiB, and nobody reads them.
VALUE_LIMIT = 2000
#: Innermost frames named for an exception: where it happened and how it got there.
FRAMES = 6
#: Shorter texts are no secrets, and replacing them would garble everything.
SHORTEST_SECRET = 6

HIDDEN = "[hidden]"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\bbearer\s+[^\s'\",;)\]}]+"), f"Bearer {HIDDEN}"),
    (re.compile(r"nmv_[a-z]+_[\w.~+/=-]+"), HIDDEN),  # tokens of the API, ours or not
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@"), rf"\1{HIDDEN}@"),  # a proxy's password
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s?#'\"<>]*)[?#][^\s'\"<>]*"), r"\1?…"),  # a signed URL's query
)
#: Names of fields whose value is always a secret.
_SECRET_FIELD = re.compile(r"(?i)^(authorization|proxy-authorization|cookie|set-cookie|password|secret|.*token)$")
#: Whatever a terminal or a log reader acts on: controls, line and paragraph separators, bidi overrides.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_secrets: tuple[str, ...] = ()


def hide(secret: str) -> None:
    """Never write `secret` again, as it is or as part of a URL. Call it wherever a secret is read. Thread-safe."""
    global _secrets  # noqa: PLW0603 -- secrets are of the whole process, like its log
    bare = secret.strip()
    if len(bare) >= SHORTEST_SECRET and bare not in _secrets:
        known = {*_secrets, bare, quote(bare, safe="")}
        _secrets = tuple(sorted(known, key=len, reverse=True))  # the longest first: one may contain another


def redact(text: str) -> str:
    """`text` without secrets."""
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, stands_for in _PATTERNS:
        text = pattern.sub(stands_for, text)
    return text


def one_line(text: str) -> str:
    r"""`text` with everything a reader would act on written as an escape: "\n", "\x1b", "\xe9" for a foreign byte."""
    return _UNSAFE.sub(_escape, text)


def clean(value: Any) -> Any:
    """`value` fit for a log line: plain JSON types, no secrets, one line, at most VALUE_LIMIT characters a text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {clean_key(key): clean_field(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(item) for item in value]
    return _shorten(one_line(redact(_text(value))))


def clean_field(key: str, value: Any) -> Any:
    """`clean`, and nothing at all of a field whose name says that it is a secret."""
    return HIDDEN if value and _SECRET_FIELD.match(key) else clean(value)


def clean_key(key: object) -> str:
    """A field's name fit for a log line."""
    return _shorten(one_line(redact(_text(key))))


def describe(exc: BaseException) -> str:
    """An exception and its causes on one line: type, text, and the innermost frames, without source lines."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_one_exception(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " <- ".join(parts)


def _one_exception(exc: BaseException) -> str:
    frames = traceback.extract_tb(exc.__traceback__)[-FRAMES:]
    where = " < ".join(f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    grouped = "".join(f" + {_one_exception(e)}" for e in exc.exceptions) if isinstance(exc, BaseExceptionGroup) else ""
    return f"{type(exc).__name__}: {_text(exc)}" + (f" ({where})" if where else "") + grouped


def _text(value: object) -> str:
    try:
        return show_path(value) if isinstance(value, bytes) else str(value)
    except Exception as exc:  # noqa: BLE001 -- a line about an object that cannot be printed is still a line
        return f"<{type(value).__name__}, unprintable: {type(exc).__name__}>"


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # how Python carries a byte of a file name that is not UTF-8
    return {10: "\\n", 13: "\\r", 9: "\\t"}.get(code) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _shorten(text: str) -> str:
    return text if len(text) <= VALUE_LIMIT else text[:VALUE_LIMIT] + "…"
