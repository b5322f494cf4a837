"""Single values out of the cloud's JSON, whatever was put there: text that may be kept and shown,
numbers, objects, lists.

Owns their bounds: whatever comes out of here can be kept by the journal, shown, and sent back.
Pure, and raises nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from nemowatch.secrecy import SECRET_ROOM, harmless, holds_secret, redact, redact_work

#: How deep objects and lists lie in each other: what is in deeper ones is dropped. Writing JSON
#: takes less than Python's limit of 1,000 calls then.
_DEEPEST = 200
#: Digits of a whole number; Python itself refuses to write one of more than 4,300.
_MOST_DIGITS = 1000
#: A longer message of the cloud, in characters, is cut: it is shown to people.
_LONGEST_MESSAGE = 500
#: A longer id, in characters, is not accepted at all: cutting it would make another.
_LONGEST_NAME = 1000
#: A longer address, in characters, is none: browsers' limits begin here.
_LONGEST_ADDRESS = 8192
#: A number beyond this is no number of credits, seconds or bytes; the journal takes it, and sums.
_LARGEST_NUMBER = 10**15
#: A number in quotes has at most so many characters.
_LONGEST_NUMBER = 40
#: A number in place of an id is below this.
_LARGEST_ID = 10**30
#: Marks between the values of an answer: each may take some hundred bytes once it is read, and
#: thousands make a long draft.
_MOST_VALUES = 500_000
#: What holds other values in JSON.
Container = dict[str, Any] | list[Any]
#: The types of JSON in which a number may come; `bool` is none, although Python derives it.
_NUMBERS = (int, float, str)
#: How deep a `user_id` is searched for: envelope, data, state.
_USER_ID_DEPTH = 4


def parse(body: bytes | str) -> Any:
    """JSON, or None for anything else (an answer that is just `null` says nothing either).

    Numbers that JSON cannot write again are None, and what is nested too deeply is dropped.
    """
    if _has_too_many_values(body):
        return None
    try:
        document = json.loads(
            body,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        return None
    _flatten(document)
    return document


def _whole(said: str) -> int | None:
    if len(said) > _MOST_DIGITS:
        return None
    return int(said)


def _fraction(said: str) -> float | None:
    found = float(said)
    if not math.isfinite(found):
        return None
    return found


def _no_number(said: str) -> None:
    """NaN and the infinities, which are no JSON."""


def _flatten(document: Any) -> None:
    """Empty the objects and lists that lie too deep."""
    level = _containers([document])
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
    for outer in level:
        outer.clear()


def _inner(outer: Container) -> list[Container]:
    if isinstance(outer, dict):
        return _containers(outer.values())
    return _containers(outer)


def _containers(values: Iterable[Any]) -> list[Container]:
    return [value for value in values if isinstance(value, dict | list)]


def _has_too_many_values(body: bytes | str) -> bool:
    if isinstance(body, str):
        body = body.encode("utf-8", "replace")
    return sum(map(body.count, (b",", b"[", b"{"))) > _MOST_VALUES


def clean(said: str) -> str:
    """Text that can be encoded: JSON may hold halves of characters, which cannot."""
    return said.encode("utf-8", "replace").decode("utf-8")


def words(said: str) -> str:
    """A message of the cloud, fit to be kept and shown: without secrets that it repeats, without
    control characters, and cut only after that, since half a token would not be recognised."""
    begin = said[: _LONGEST_MESSAGE + SECRET_ROOM]
    return redact(harmless(begin)).strip()[:_LONGEST_MESSAGE]


def work(said: str) -> str:
    """What the agent says, which may be the work itself (a transcript): like `words`, but only
    certain secrets are hidden."""
    return redact_work(harmless(said)).strip()


def is_plain(said: str) -> bool:
    """Whether this is printable ASCII: anything else would break a header."""
    return said.isascii() and said.isprintable()


def is_whole(said: str, longest: int) -> bool:
    """Whether this is a whole number in less than `longest` characters."""
    return len(said) < longest and said.strip().isdecimal()


def name(value: Any) -> str:
    """An id, or another word that is kept, shown and sent back as it came; "" when that is not
    possible."""
    return _kept(value, _LONGEST_NAME)


def address(value: Any) -> str:
    """An address that may be kept: "" when it has a secret of ours in it, or is none, since the
    result can be fetched in other ways."""
    return _kept(value, _LONGEST_ADDRESS)


def _kept(value: Any, longest: int) -> str:
    """A text of at most `longest` characters as it came; "" when it must not be kept so."""
    said = text(value)
    if not said.isprintable() or len(said) > longest or holds_secret(said):
        return ""
    return said


def text(value: Any) -> str:
    """A string, or a number in its place; "" for anything else."""
    if isinstance(value, str):
        return clean(value)
    if type(value) is int and abs(value) < _LARGEST_ID:
        return str(value)
    return ""


def number(value: Any, default: float = 0.0) -> float:
    """A number within bounds, or `default`."""
    if type(value) not in _NUMBERS:
        return default
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return default
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return default
    if not abs(result) <= _LARGEST_NUMBER:  # NaN is not, either
        return default
    return result


def table(value: Any) -> dict[str, Any]:
    """An object, or an empty one."""
    if isinstance(value, dict):
        return value
    return {}


def rows(value: Any) -> list[Any]:
    """A list, or an empty one."""
    if isinstance(value, list):
        return value
    return []


def listed(value: Any) -> list[Any]:
    """A list, or the value alone in one."""
    if isinstance(value, list):
        return value
    return [value]


def tables(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [entry for entry in rows(value) if isinstance(entry, dict)]


def user_id(document: Any) -> str:
    """The `user_id` of an answer, wherever it is; one that begins with `anon_` wins (docs/api.md
    section 8)."""
    found = list(_user_ids(document, _USER_ID_DEPTH))
    found.sort(key=lambda one: not one.startswith("anon_"))  # stable: else the first one
    return next(iter(found), "")


def _user_ids(value: Any, depth: int) -> Iterator[str]:
    if not isinstance(value, dict) or depth == 0:
        return

    own = name(value.get("user_id"))
    if own:
        yield own
    for inner in value.values():
        yield from _user_ids(inner, depth - 1)
