"""What may never be in a log line: secrets (nemowatch.secrecy), and characters that would break
or forge one.

Pure; knows nothing of logging.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Any

from nemowatch.errors import show_path
from nemowatch.secrecy import HIDDEN, SECRET_ROOM, SHORTEST_SECRET, hides_nothing, redact

#: Characters of one value in a line: journald splits lines above 48 KiB, and they are not read.
VALUE_LIMIT = 2000
#: Items of a list in a line: a list of addresses becomes a thousand jobs.
ITEM_LIMIT = 20
#: Innermost frames named for an exception: where it happened and how it got there.
FRAMES = 6
#: Names of fields whose value is always a secret; so is each that ends with "token".
_SECRET_FIELDS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "password", "secret"}
)
#: Whatever a terminal or a log reader acts on: controls, line and paragraph separators, bidi
#: overrides.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Escapes that everybody knows.
_SHORT_ESCAPES = {10: "\\n", 13: "\\r", 9: "\\t"}


def one_line(text: str) -> str:
    r"""`text` with everything a reader would act on written as an escape: "\n", "\x1b", "\xe9"
    for a foreign byte."""
    return _UNSAFE.sub(_escape, text)


def is_clean(fields: Mapping[str, Any]) -> bool:
    """Whether `clean_key` and `clean_field` would leave all of this as it is, as of nearly every
    line: asked once for all of it, that costs a quarter. False: perhaps not."""
    texts: list[str] = []
    for key, value in fields.items():
        if not _is_plain_key(key):
            return False
        if type(value) is str:
            texts.append(value)
        elif type(value) is not int and not _are_numbers(value):
            return False

    whole = " ".join(texts)
    if len(whole) > VALUE_LIMIT or _UNSAFE.search(whole) is not None:
        return False
    return hides_nothing(whole)


def _are_numbers(value: Any) -> bool:
    """Whether this is a short list of numbers, as of jobs."""
    if type(value) is not list or len(value) > ITEM_LIMIT:
        return False
    return {int}.issuperset(map(type, value))


@lru_cache(256)
def _is_plain_key(key: str) -> bool:
    """Whether a field's name is fit for a line, and none of a secret."""
    return clean_key(key) == key and not _is_secret(key.lower())


def clean(value: Any) -> Any:
    """`value` fit for a log line: plain JSON types, no secrets, one line, at most VALUE_LIMIT
    characters a text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return _clean_fields(value)
    if isinstance(value, list | tuple | set | frozenset):
        return _clean_items(value)
    return _one_short_line(_text(value))


def _clean_fields(fields: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in fields.items():
        found[clean_key(key)] = clean_field(str(key), value)
    return found


def _clean_items(items: Collection[Any]) -> list[Any]:
    """The first of them, and how many more there are."""
    shown = list(map(clean, islice(items, ITEM_LIMIT)))
    more = len(items) - ITEM_LIMIT
    if more > 0:
        shown.append(f"and {more} more")
    return shown


def clean_field(key: str, value: Any) -> Any:
    """`clean`, and nothing at all of a field whose name says that it is a secret."""
    if value and _is_secret(key.lower()):
        return HIDDEN
    return clean(value)


def _is_secret(key: str) -> bool:
    return key in _SECRET_FIELDS or key.endswith("token")


def clean_key(key: object) -> str:
    """A field's name fit for a log line, as those in our own code are."""
    if isinstance(key, str) and len(key) < SHORTEST_SECRET and key.isascii() and key.isidentifier():
        return key
    return _one_short_line(_text(key))


def _one_short_line(text: str) -> str:
    begin = text[: VALUE_LIMIT + SECRET_ROOM]
    return _shorten(one_line(redact(begin)))


def describe(exc: BaseException) -> str:
    """An exception and its causes on one line: type, text, and the innermost frames, without
    source lines."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None:
        if id(current) in seen:  # a circle
            break
        seen.add(id(current))
        parts.append(_one_exception(current))
        current = _cause(current)
    return " <- ".join(parts)


def _cause(exc: BaseException) -> BaseException | None:
    if exc.__suppress_context__:  # "raise … from", with a cause or with None
        return exc.__cause__
    return exc.__context__


def _one_exception(exc: BaseException) -> str:
    said = f"{type(exc).__name__}: {_text(exc)}"
    frames = traceback.extract_tb(exc.__traceback__)[-FRAMES:]
    if frames:
        way = " < ".join(map(_frame, reversed(frames)))
        said += f" ({way})"
    if isinstance(exc, BaseExceptionGroup):
        said = " + ".join([said, *map(_one_exception, exc.exceptions)])
    return said


def _frame(frame: traceback.FrameSummary) -> str:
    return f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"


def _text(value: object) -> str:
    try:
        if isinstance(value, bytes):
            return show_path(value)
        return str(value)
    except Exception as exc:  # noqa: BLE001 - a line is still a line
        return f"<{type(value).__name__}, unprintable: {type(exc).__name__}>"


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        # how Python carries a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[code]
    if code < 256:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"


def _shorten(text: str) -> str:
    if len(text) <= VALUE_LIMIT:
        return text
    return text[:VALUE_LIMIT] + "…"
