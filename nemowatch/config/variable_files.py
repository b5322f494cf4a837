"""The environment as the configuration uses it: with the content of named files, and without empty
variables.

Owns which variables count, and how `NEMOWATCH_…_FILE` is read. `variables` and `environment`,
which most commands never load, say what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from nemowatch.config.variable_names import PREFIX, ROOT, WATCH
from nemowatch.errors import ConfigError, ConfigMistake, os_reason
from nemowatch.fs.own_files import read_own
from nemowatch.late_pattern import LatePattern

#: The ending of a name whose value is in a file: containers and orchestrators pass on secrets so.
IN_FILE = "_FILE"
#: Names that say what to watch. Other keys of a [[watch]] only change a watch of the file.
_WATCHES = LatePattern(rf"(?:{ROOT}|{WATCH}(?:(?=__).*__(?:ROOT|INBOX))?)\Z", re.IGNORECASE)


def names_a_watch(env: Mapping[str, str]) -> bool:
    """Whether the environment itself says what to watch, so that no file needs to."""
    return any(_WATCHES.match(name) and value.strip() for name, value in env.items())


def settings(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with the content of its files: `X_FILE` counts as `X`. Empty variables do not
    count, since compose files and a NAS's forms also set what was left empty. Raises ConfigError
    with every file that cannot be read."""
    found = dict(env)
    for name in env:
        if name.upper().startswith(PREFIX) and not env[name].strip():
            del found[name]

    problems = []
    for name in filter(_is_in_file, list(found)):
        try:
            _put_content(found, name)
        except ConfigError as exc:
            problems += exc.problems
    if problems:
        raise ConfigError(problems)
    return found


def names_of_files(env: Mapping[str, str]) -> dict[str, str]:
    """The name that a person has set, `X_FILE`, by the name that it counts as, `X`."""
    return {name[: -len(IN_FILE)]: name for name in filter(_is_in_file, env)}


def _put_content(found: dict[str, str], name: str) -> None:
    """Replace the name of a file by its content. Raises ConfigError."""
    path = Path(found.pop(name))
    meant = name[: -len(IN_FILE)]
    if meant.upper() in map(str.upper, found):
        what = f"is set beside {meant}: keep one of the two."
        raise ConfigError([ConfigMistake(name, what, "")])
    found[meant] = _content(name, path)


def _content(name: str, path: Path) -> str:
    """What is in the file that a variable names. Raises ConfigError, also for an empty one: a
    secret that was not filled in is not one that nobody wants."""
    try:
        text = read_own(path).decode("utf-8-sig").strip()
    except (OSError, ValueError) as exc:
        reason = "it is not UTF-8 text"
        if isinstance(exc, OSError):
            reason = os_reason(exc)
        what = f"names a file that cannot be read: {reason}."
        cure = "Check that path, and that the user who runs nemowatch may read it."
        raise ConfigError([ConfigMistake(name, what, cure)]) from exc
    if not text:
        cure = f"Write the value into it, or leave out {name}."
        raise ConfigError([ConfigMistake(name, "names a file that is empty.", cure)])
    return text


def _is_in_file(name: str) -> bool:
    """Whether a name is a key's with `_FILE` added; `api.token_file` is a key itself."""
    upper = name.upper()
    if not upper.startswith(PREFIX) or not upper.endswith(IN_FILE):
        return False
    from nemowatch.config.variables import problem  # here: it knows all keys, and few have such

    return problem(name) is not None and problem(name[: -len(IN_FILE)]) is None
