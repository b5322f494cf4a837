"""Turns the errors of `tomllib` and pydantic into `ConfigMistake`s that a person can act on: where,
what, and the cure. Owns the wording, which never repeats a value, since that may be a secret under
the wrong key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nemowatch.config.key_names import keys, sections
from nemowatch.config.schema import Config
from nemowatch.config.toml_lines import Loc, line_of, nearest
from nemowatch.errors import ConfigMistake

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: The cure for a configuration that watches nothing.
WATCH_CURE = 'Add a line [[watch]] and below it root = "/srv/nemowatch" (or run: nemowatch init).'
_TOKEN_CURE = (
    "Remove it; put it into a file of its own and name that file in api.token_file, or set"
    " NEMO_TOKEN."
)
#: Names under which people try to put the token into the configuration.
_TOKEN_NAMES = frozenset(
    {"token", "api_token", "api_key", "apikey", "key", "secret", "password", "nemo_token", "bearer"}
)
#: How similar two names must be for one to be suggested; below this difflib suggests nonsense.
_LIKENESS = 0.6

#: Sections whose keys are not directly below their own name.
_HOMES: dict[str, Loc] = {"recipes": ("recipes", "NAME")}

#: How tomllib ends the text of its error.
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_INPUT = re.compile(r"^Input should be (a valid )?")
#: Our sentences for pydantic's, by the beginnings of these.
_WORDS = {
    "must be string": "must be a text in quotes",
    "must be integer": "must be a whole number",
    "Unable to parse input string as an integer": "must be a smaller whole number",
    "String should have at least": "must not be empty",
}
#: Our words for pydantic's inside sentences.
_PHRASES = {
    "must be tuple": "must be a list in [ ]",
    "must be number": "must be a number",
    "must be boolean": "must be true or false",
}

#: Where pydantic's sentences go on with details that are not needed.
_DETAILS = (", unable to", ", got a number with")

#: paths of keys that came from the environment, with the variable's name
Variables = Mapping[Loc, str]


def toml_problem(file: str, exc: tomllib.TOMLDecodeError) -> ConfigMistake:
    """The mistake of a text that is not TOML; its line is in the text of the exception."""
    text = str(exc)
    match = _PLACE.search(text)
    if match is None:
        what = f"is not valid TOML: {text[:1].lower()}{text[1:]}."
        return ConfigMistake(file, what, "Is a quote or a bracket still open at its end?")
    reason = text[: match.start()].rstrip()
    what = f"is not valid TOML: {reason[:1].lower()}{reason[1:]}, at column {match[2]}."
    cure = "Write texts in quotes, lists in [ ], and each key on a line of its own."
    return ConfigMistake(f"{file}:{match[1]}", what, cure)


def validation_problems(
    file: str,
    errors: list[ErrorDetails],
    lines: dict[Loc, int],
    from_env: Variables,
    data: Mapping[str, Any],
) -> list[ConfigMistake]:
    """One problem for each of pydantic's errors, in the order of the file."""

    def line(error: ErrorDetails) -> int:
        return line_of(lines, tuple(error["loc"]))

    found: list[ConfigMistake] = []
    for error in sorted(errors, key=line):
        where = place_of(file, tuple(error["loc"]), lines, from_env)
        found.append(_problem(where, error, data))
    return found


def _problem(where: str, error: ErrorDetails, data: Mapping[str, Any]) -> ConfigMistake:
    loc = tuple(error["loc"])
    if error["type"] in _BY_TYPE:
        return _BY_TYPE[error["type"]](where, loc)
    is_single_watch = loc == ("watch",) and isinstance(data.get("watch"), dict)
    if is_single_watch:
        cure = "Write [[watch]], with two brackets on each side."
        return ConfigMistake(where, "[watch] must be a list.", cure)
    return ConfigMistake(where, f"{dotted(loc)} {_said(error)}.", "")


def _no_section(where: str, loc: Loc) -> ConfigMistake:
    cure = f"Write its keys below {_header(loc)}."
    return ConfigMistake(where, f"{dotted(loc)} must be a section.", cure)


def _missing(where: str, loc: Loc) -> ConfigMistake:
    cure = f"Add {loc[-1]} = … below {_header(loc[:-1])}."
    return ConfigMistake(where, f"{dotted(loc)} is missing.", cure)


def place_of(
    file: str,
    loc: Loc,
    lines: dict[Loc, int],
    from_env: Variables,
) -> str:
    """Where a key was written: "config.toml:3", or the name of a variable."""
    variable = nearest(from_env, loc)
    if variable is not None:
        return variable
    line = line_of(lines, loc)
    if not line:
        return file
    return f"{file}:{line}"


def _said(error: ErrorDetails) -> str:
    """Our sentence for pydantic's, which says what is expected and never what was given."""
    if error["type"] == "string_pattern_mismatch":
        return "is empty, or holds characters that are not allowed here"

    text = error["msg"].removeprefix("Value error, ").rstrip(".")
    text = _INPUT.sub("must be ", text)
    for theirs, ours in _WORDS.items():
        if text.startswith(theirs):
            return ours

    for theirs, ours in _PHRASES.items():
        text = text.replace(theirs, ours)
    for detail in _DETAILS:
        text, *_ = text.split(detail)
    return text


def dotted(loc: Loc) -> str:
    """A key's path as people write it; entries of a list count from 1."""
    text = "".join(map(_step, loc))
    return text.removeprefix(".") or "the configuration"


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f" (number {part + 1})"
    if part == "[key]":  # pydantic's term for the name of this entry
        return ""
    return f".{part}"


def _header(loc: Loc) -> str:
    if not loc:
        return "no header, at the top"
    if loc[0] == "watch":
        return "[[watch]]"
    name = ".".join(map(str, loc))
    return f"[{name}]"


def unknown_key(where: str, loc: Loc) -> ConfigMistake:
    """The mistake of a key that does not exist, with the nearest valid one, where it belongs, or
    where the token belongs."""
    name = str(loc[-1])
    is_token = name.lower().replace("-", "_") in _TOKEN_NAMES
    if is_token and loc[0] not in ("recipes", "watch"):
        what = f"{dotted(loc)}: a token does not belong in the configuration."
        return ConfigMistake(where, what, _TOKEN_CURE)
    return ConfigMistake(where, f"{dotted(loc)} is not a known key.", nearest_key(loc))


#: The mistakes that have a cure, by pydantic's names for them.
_BY_TYPE: dict[str, Callable[[str, Loc], ConfigMistake]] = {
    "unexpected_keyword_argument": unknown_key,
    "dataclass_type": _no_section,
    "missing": _missing,
}


def known_keys(loc: Loc) -> list[str]:
    """The keys that are allowed at the level of `loc`."""
    if len(loc) < 2:
        return keys(Config)

    section = dict(sections()).get(str(loc[0]))
    if section is None:
        return []
    return keys(section)


def _home_of(name: str) -> Loc:
    """The path of the section that has this key; () when none has."""
    for section, model in sections():
        if name in keys(model):
            return _HOMES.get(section, (section,))
    return ()


def nearest_key(loc: Loc) -> str:
    """The cure for an unknown key: what may be meant, where it belongs, or which keys there are."""
    name = str(loc[-1]).lower().replace("-", "_")
    siblings = known_keys(loc)
    matches = difflib.get_close_matches(name, siblings, n=1, cutoff=_LIKENESS)
    if matches:
        return f"Did you mean {matches[0]}?"
    home = _home_of(name)
    if home:
        return f"It belongs below {_header(home)}."
    if not siblings:
        return ""
    return f"Known here: {', '.join(siblings)}."
