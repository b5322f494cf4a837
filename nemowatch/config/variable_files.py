"""The environment as the configuration takes it: with what files hold instead, without what was
left empty.

Owns which variables count and the reading of `NEMOWATCH_…_FILE`. What they mean, `variables` and
`environment` say, which most commands never load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from nemowatch.config.variable_names import PREFIX, ROOT, WATCH
from nemowatch.errors import ConfigError, ConfigMistake, os_reason
from nemowatch.fs.own_files import read_own
from nemowatch.late_pattern import LatePattern

#: What a name ends in whose value is in a file: containers and orchestrators hand out secrets so.
IN_FILE = "_FILE"
#: Names that say what to watch. Other keys of a [[watch]] only change one in the file.
_WATCHES = LatePattern(rf"(?:{ROOT}|{WATCH}(?:(?=__).*__(?:ROOT|INBOX))?)\Z", re.IGNORECASE)


def names_a_watch(env: Mapping[str, str]) -> bool:
    """Whether the environment itself says what to watch, so that no file needs to."""
    return any(_WATCHES.match(name) and value.strip() for name, value in env.items())


def settings(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with what its files hold: `X_FILE` counts as `X`. A name without a value
    counts for nothing, since compose files and the forms of a NAS set what was left empty. Raises
    ConfigError with every file that cannot be read."""
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


def _put_content(found: dict[str, str], name: str) -> None:
    """Put what the file holds in the place of its name. Raises ConfigError."""
    path = Path(found.pop(name))
    meant = name[: -len(IN_FILE)]
    if meant.upper() in map(str.upper, found):
        what = f"is set beside {meant}: keep one of the two."
        raise ConfigError([ConfigMistake(name, what, "")])
    try:
        found[meant] = read_own(path).decode("utf-8-sig").strip()
    except (OSError, ValueError) as exc:
        reason = "it is not UTF-8 text"
        if isinstance(exc, OSError):
            reason = os_reason(exc)
        what = f"names a file that cannot be read: {reason}."
        cure = "Check that path, and that the user who runs nemowatch may read it."
        raise ConfigError([ConfigMistake(name, what, cure)]) from exc


def _is_in_file(name: str) -> bool:
    """Whether it is a key's name with `_FILE`; `api.token_file` is a key itself."""
    upper = name.upper()
    if not upper.startswith(PREFIX) or not upper.endswith(IN_FILE):
        return False
    from nemowatch.config.variables import problem  # here: it knows all keys, and few have such

    return problem(name) is not None and problem(name[: -len(IN_FILE)]) is None
