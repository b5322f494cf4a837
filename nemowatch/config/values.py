"""What single values of the configuration may be: numbers, paths, addresses, lists.

Owns the rules of types that several keys share. It reads no file, checks no disk and loads no
pydantic.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from nemowatch.config.constraints import Before, BeforeWithin, Context, Limited
from nemowatch.config.hours import parse_hours

#: The most characters of a value that must be one line.
LONGEST_LINE = 80
#: The fewest characters of a password: shorter ones can be guessed.
SHORTEST_PASSWORD = 8
_SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")
_NO_PATH = "must be a path in quotes"

#: The longest time in seconds, thirty years: timers of the system take no more than ten times that.
LONGEST_TIME = 1_000_000_000
#: The longest that a socket may be silent: the system counts its milliseconds in 32 bits.
LONGEST_SILENCE = 1_000_000
#: The most of anything that is done at the same time, or of attempts.
MOST_SLOTS = 1_000_000
#: The most days: more than the calendar has before it.
MOST_DAYS = 1_000_000
#: The most of what is only counted: the journal has 64 bits for a number.
MOST_COUNTED = 10**15


def number(value: Any) -> Any:
    """A value for a number, which `true` is not. Raises ValueError."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


_NUMBER = Before(number)
Seconds = Annotated[float, Limited(gt=0, le=LONGEST_TIME, allow_inf_nan=False), _NUMBER]
Silence = Annotated[float, Limited(gt=0, le=LONGEST_SILENCE, allow_inf_nan=False), _NUMBER]
SecondsOrNever = Annotated[float, Limited(ge=0, le=LONGEST_TIME, allow_inf_nan=False), _NUMBER]
Slots = Annotated[int, Limited(ge=1, le=MOST_SLOTS), _NUMBER]
Count = Annotated[int, Limited(ge=0, le=MOST_COUNTED), _NUMBER]
Days = Annotated[int, Limited(ge=0, le=MOST_DAYS), _NUMBER]


def file_path(value: Any, context: Context | None) -> Path:
    """A path as written, made absolute by `context`. Raises ValueError for what is not a path."""
    if not isinstance(value, str | os.PathLike):
        raise ValueError(_NO_PATH)
    text = str(value)
    if not text.strip():
        raise ValueError(_NO_PATH)
    if "\0" in text:
        raise ValueError("must not hold a null character")

    path = Path(value)
    if context is None:
        return path
    return _absolute(path, context)


def _absolute(path: Path, context: Context) -> Path:
    if path.parts[:1] == ("~",):
        return context["home"].joinpath(*path.parts[1:])
    with suppress(RuntimeError):  # there is no user NAME of `~NAME`: the tilde is part of the name
        path = path.expanduser()
    return context["folder"] / path


FilePath = Annotated[Path, BeforeWithin(file_path)]


def address(value: str) -> str:
    """A plain web address, without a slash at its end. Raises ValueError for any other."""
    _require_web(value)
    parts = urlsplit(value)
    more = (parts.username, parts.password, parts.query, parts.fragment)
    if any(more):
        raise ValueError("must be a plain address, without a user name, a password, ? or #")
    return value.rstrip("/")


def web_address(value: str) -> str:
    """A web address, which may hold secrets, or "". Raises ValueError for any other text."""
    if value:
        _require_web(value)
    return value


def _require_web(value: str) -> None:
    from nemowatch.content.links import is_web  # here: only where a configuration is read

    has_blanks = value.split() != [value]
    if has_blanks or not value.isascii() or not is_web(value):
        raise ValueError("must be an address that begins with https:// (or http://)")


def service(value: str) -> str:
    """An address in the form that Apprise uses. Raises ValueError."""
    if not _SERVICE.match(value.strip()):
        raise ValueError("must be an address such as ntfy://… or mailto://…")
    return value.strip()


def program(value: tuple[str, ...]) -> tuple[str, ...]:
    """A program and its arguments, or nothing. Raises ValueError."""
    if value and not value[0].strip():
        raise ValueError("must begin with a program")
    if any("\0" in word for word in value):
        raise ValueError("must not hold a null character")
    return value


def line(value: str) -> str:
    """A short text of one line. Raises ValueError."""
    text = value.strip()
    if len(text) > LONGEST_LINE or not text.isprintable():
        raise ValueError(f"must be one line of at most {LONGEST_LINE} characters")
    return text


def page_password(value: str) -> str:
    """A password, or "". Raises ValueError, without repeating it."""
    if value and (len(value) < SHORTEST_PASSWORD or not value.isprintable()):
        raise ValueError(f"must be one line of at least {SHORTEST_PASSWORD} characters")
    return value


def one_or_more(value: Any) -> Any:
    """A list; one text alone counts as a list of one."""
    if isinstance(value, str):
        return (value,)
    return value


def settle_time(value: Any) -> Any:
    """ "auto" or seconds. Raises ValueError."""
    if value == "auto":
        return value
    seconds = _number(value)
    if not 0 < seconds < float("inf"):
        raise ValueError('must be "auto" or a number of seconds greater than 0')
    return seconds


def _number(value: Any) -> float:
    """The number that is written there; NaN if it is none."""
    if isinstance(value, bool):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """A list that is not empty. Raises ValueError."""
    if not value:
        raise ValueError("must hold at least one entry")
    return value


def span(value: str) -> str:
    """Hours of the day, as `hours` reads them. Raises ValueError."""
    parse_hours(value)
    return value.strip()


def words(value: Any) -> Any:
    """A list of words in any case, with or without a leading dot; a single word counts as a list of
    one. Anything else is left for pydantic to refuse."""
    if isinstance(value, str):
        value = [value]
    if not _is_words(value):
        return value
    return tuple(dict.fromkeys(map(_plain_word, value)))


def _is_words(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(isinstance(word, str) for word in value)


def _plain_word(word: str) -> str:
    return word.strip().lower().removeprefix(".")
