"""Why a child gave no answer, and what its messages about errors mean.

Owns the words for these reasons, and turns messages into errors. It starts no child, and asks none.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from nemowatch.content.messages import Garbage, Tag
from nemowatch.errors import OrderError, UnsafeContent


class ChildFailure(Enum):
    """Why a child gave no answer."""

    NOT_STARTED = "no process can be started"
    NOT_READY = "it ended before it was ready"
    NOT_LIMITED = "its memory cannot be limited"
    UPDATED = "another version of nemowatch has been installed"
    BROKEN = "a module is missing"
    OUT_OF_ORDER = "the processes that read fail on every file"
    SILENT = "what it reads from does not answer"
    SLOW = "it takes too long"
    COMPUTING = "it takes too much computing time"
    MEMORY = "it takes too much memory"
    KILLED = "the process that read it ended"
    GARBAGE = "the process that read it gave no proper answer"
    RAISED = "it is damaged"


class ChildFailed(Exception):
    """A child gave no answer. `detail`: what is known beyond the failure's own words."""

    def __init__(self, failure: ChildFailure, detail: str = "", code: int | None = None) -> None:
        said = failure.value
        if detail:
            said = f"{said}: {detail}"
        super().__init__(said)
        self.failure = failure
        self.detail = detail
        self.code = code  #: the exit code of a child that ended, as subprocess reports it


def error_of(tag: Tag, value: Any) -> Exception:
    """The error for which a message stands. Raises Garbage for a message that is malformed."""
    make = _ERRORS.get(tag)
    if make is not None:
        return make(value)
    return ChildFailed(_FAILURES[tag], str(value or ""))


def _order_error(value: Any) -> OrderError:
    text, cure = _pair(value)
    return OrderError(str(text), cure=str(cure))


def _unsafe_content(value: Any) -> UnsafeContent:
    return UnsafeContent(str(value))


def _os_error(value: Any) -> OSError:
    number, text = _pair(value)
    return OSError(int(number), str(text))


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise Garbage("a message that is no pair")
    return value[0], value[1]


#: Messages that say why there is no answer.
_FAILURES = {
    Tag.NO_MEMORY: ChildFailure.MEMORY,
    Tag.RAISED: ChildFailure.RAISED,
    Tag.BROKEN: ChildFailure.BROKEN,
    Tag.UNLIMITED: ChildFailure.NOT_LIMITED,
}
#: Messages that are errors about the file.
_ERRORS: dict[Tag, Callable[[Any], Exception]] = {
    Tag.REFUSED: _order_error,
    Tag.UNSAFE: _unsafe_content,
    Tag.OS_ERROR: _os_error,
}
