"""Turns the errors of `tomllib` and pydantic into `Problem`s a person can act on: where, what,
and the cure. Owns the wording; never repeats a value, since any value may be a secret put in the
wrong place."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nemowatch.config.schema import Config, keys, sections
from nemowatch.config.toml_lines import Loc, line_of
from nemowatch.errors import Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: What to do for whoever has no configuration to speak of.
WATCH_CURE = 'Add a line [[watch]] and below it root = "/srv/nemowatch" (or run: nemowatch init).'
_TOKEN_CURE = (
    "Remove it; put it into a file of its own and name that file in api.token_file, or set"
    " NEMO_TOKEN."
)
#: Names under which people try to put the token into the configuration.
_TOKEN_NAMES = frozenset(
    {"token", "api_token", "api_key", "apikey", "key", "secret", "password", "nemo_token", "bearer"}
)
#: How alike two names must be for one to be suggested; below this difflib suggests nonsense.
_LIKENESS = 0.6

#: paths of keys that came from the environment, with the variable's name
Places = Mapping[Loc, str]


def toml_problem(file: str, exc: tomllib.TOMLDecodeError) -> Problem:
    """A text that is no TOML; the line is in the exception's own words."""
    text = str(exc)
    match = re.search(r"\s*\(at line (\d+), column (\d+)\)", text)
    if match is None:
        what = f"is not valid TOML: {text[:1].lower()}{text[1:]}."
        return Problem(file, what, "Is a quote or a bracket still open at its end?")
    reason = text[: match.start()]
    what = f"is not valid TOML: {reason[:1].lower()}{reason[1:]}, at column {match[2]}."
    cure = "Texts stand in quotes, lists in [ ], and each key on a line of its own."
    return Problem(f"{file}:{match[1]}", what, cure)


def validation_problems(
    file: str,
    errors: list[ErrorDetails],
    lines: dict[Loc, int],
    from_env: Places,
    data: Mapping[str, Any],
) -> list[Problem]:
    """One problem for each of pydantic's errors, in the order of the file."""
    found = [
        (_line(error, lines), _problem(file, error, lines, from_env, data)) for error in errors
    ]
    return [problem for _, problem in sorted(found, key=lambda pair: pair[0])]


def _line(error: ErrorDetails, lines: dict[Loc, int]) -> int:
    return line_of(lines, tuple(error["loc"]))


def _problem(
    file: str, error: ErrorDetails, lines: dict[Loc, int], from_env: Places, data: Mapping[str, Any]
) -> Problem:
    loc = tuple(error["loc"])
    where = _where(file, loc, lines, from_env)
    if error["type"] == "unexpected_keyword_argument":
        return unknown_key(where, loc)
    if loc == ("watch",) and isinstance(data.get("watch"), dict):
        return Problem(
            where, "[watch] must be a list.", "Write [[watch]], with two brackets on each side."
        )
    if error["type"] == "dataclass_type":
        return Problem(
            where, f"{dotted(loc)} must be a section.", f"Write its keys below {_header(loc)}."
        )
    if error["type"] == "missing":
        return Problem(
            where, f"{dotted(loc)} is missing.", f"Add {loc[-1]} = … below {_header(loc[:-1])}."
        )
    return Problem(where, f"{dotted(loc)} {_said(error)}.", "")


def _where(file: str, loc: Loc, lines: dict[Loc, int], from_env: Places) -> str:
    for cut in range(len(loc), 0, -1):
        if loc[:cut] in from_env:
            return from_env[loc[:cut]]
    line = line_of(lines, loc)
    return f"{file}:{line}" if line else file


def _said(error: ErrorDetails) -> str:
    """pydantic's sentence in ours: it says what is wanted and never what was given."""
    text = error["msg"].removeprefix("Value error, ").rstrip(".")
    text = re.sub(r"^Input should be (a valid )?", "must be ", text).replace(
        "must be tuple", "must be a list in [ ]"
    )
    if error["type"] == "string_pattern_mismatch":
        text = "is empty, or holds characters that are not allowed here"
    article = {
        "must be string": "must be a text in quotes",
        "must be integer": "must be a whole number",
    }
    for short, full in article.items():
        if text.startswith(short):
            text = full
    text = text.replace("must be number", "must be a number").replace(
        "must be boolean", "must be true or false"
    )
    return text.split(", unable to")[0].split(", got a number with")[0]


def dotted(loc: Loc) -> str:
    """A key's path as people write it; entries of a list count from 1."""
    text = ""
    for part in loc:
        if part == "[key]":  # pydantic's word for "the name of this entry"
            continue
        text += f" (number {part + 1})" if isinstance(part, int) else f".{part}" if text else part
    return text or "the configuration"


def _header(loc: Loc) -> str:
    if loc[:1] == ("watch",):
        return "[[watch]]"
    return f"[{'.'.join(str(part) for part in loc)}]" if loc else "no header, at the top"


def unknown_key(where: str, loc: Loc) -> Problem:
    """A key that does not exist: the nearest right one, or where it belongs, or the token's own
    place."""
    name = str(loc[-1])
    if name.lower().replace("-", "_") in _TOKEN_NAMES and loc[0] not in ("recipes", "watch"):
        return Problem(
            where, f"{dotted(loc)}: a token does not belong in the configuration.", _TOKEN_CURE
        )
    return Problem(where, f"{dotted(loc)} is not a known key.", nearest_key(loc))


def known_keys(loc: Loc) -> list[str]:
    """The keys that may stand at the level of `loc`."""
    models = dict(sections())
    if len(loc) < 2:
        return keys(Config)
    model = models.get(str(loc[0]))
    return keys(model) if model else []


def nearest_key(loc: Loc) -> str:
    """A cure for an unknown key: "Did you mean …?", where it belongs, or which keys there are."""
    name = str(loc[-1]).lower().replace("-", "_")
    siblings = known_keys(loc)
    if match := difflib.get_close_matches(name, siblings, n=1, cutoff=_LIKENESS):
        return f"Did you mean {match[0]}?"
    homes = [section for section, model in sections() if name in keys(model)]
    if homes:
        return (
            "It belongs below"
            f" {_header((homes[0],) if homes[0] != 'recipes' else ('recipes', 'NAME'))}."
        )
    return f"Known here: {', '.join(siblings)}." if siblings else ""
