"""Turns the text of the configuration and the environment into a Config, or reports every mistake
at once. It uses pydantic and pydantic-settings, and is therefore imported only where a
configuration is read; it reads no file itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_settings import TomlConfigSettingsSource

from nemowatch.config.alias_names import alias_faults
from nemowatch.config.constraints import Context
from nemowatch.config.environment import Keys, place, read_environment
from nemowatch.config.find import base_of, home
from nemowatch.config.mistakes import WATCH_CURE, place_of, toml_problem, validation_problems
from nemowatch.config.schema import Config
from nemowatch.config.toml_lines import find_lines
from nemowatch.errors import ConfigError, ConfigMistake


class _File(TomlConfigSettingsSource):
    """The TOML source, but over a text that was already read, without the BOM that Windows editors
    put first and TOML does not allow."""

    def __init__(self, path: Path, text: str) -> None:
        self._text = text
        super().__init__(Keys, toml_file=path)

    def _read_file(self, file_path: object) -> dict[str, Any]:
        return tomllib.loads(self._text)


def validated(data: Mapping[str, Any], context: Context | None = None) -> Config:
    """The configuration in `data`, nested as in the file. Raises pydantic's ValidationError."""
    return TypeAdapter(Config).validate_python(data, context=context)


def understand(text: str, path: Path, env: Mapping[str, str]) -> Config:
    """What `text`, read from `path`, and `env` say together. Raises ConfigError with every
    mistake."""
    data = _tables(text, path)
    read = read_environment(env)
    problems = [*read.problems, *place(read, data)]

    said: set[tuple[str | int, ...]] = set()
    if not data.get("watch"):
        problems.append(ConfigMistake(path.name, "names no folder to watch.", WATCH_CURE))
        said.add(("watch",))
    try:
        config = validated(data, {"folder": base_of(path), "home": home(env)})
    except ValidationError as exc:
        errors = exc.errors(
            include_url=False,
            include_input=False,
            include_context=False,
        )
        errors = [error for error in errors if error["loc"] not in said]
        problems += validation_problems(path.name, errors, find_lines(text), read.names, data)
        raise ConfigError(problems) from None  # pydantic's own text may hold values

    for alias, what, cure in alias_faults(config):
        where = place_of(path.name, ("aliases", alias), find_lines(text), read.names)
        problems.append(ConfigMistake(where, f"aliases.{alias} {what}.", cure))
    if problems:
        raise ConfigError(problems)
    return config


def _tables(text: str, path: Path) -> dict[str, Any]:
    """`text` as nested tables. Raises ConfigError for what is not TOML."""
    try:
        return _File(path, text)()
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError([toml_problem(path.name, exc)]) from exc
    except RecursionError as exc:
        problem = ConfigMistake(path.name, "is nested too deeply.", "Look for a row of brackets.")
        raise ConfigError([problem]) from exc
