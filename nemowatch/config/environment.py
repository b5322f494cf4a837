"""Keys from the environment: `NEMOWATCH_SECTION__KEY`. Owns which names are ours; every other
one that begins so is refused, since a mistyped name that is silently ignored is a setting that
silently does not hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from nemowatch.config.mistakes import unknown_key
from nemowatch.config.schema import Config, Section, keys, sections
from nemowatch.config.toml_lines import Loc
from nemowatch.errors import Problem

PREFIX = "NEMOWATCH_"
#: Read by `find` and `state_dir`, not keys of the configuration.
OWN_NAMES = ("NEMOWATCH_CONFIG", "NEMOWATCH_STATE_DIR")
#: The nearest name is only suggested when it is at least this alike.
_LIKENESS = 0.6


def _types(section: type[Section]) -> dict[str, Any]:
    """The type of each key, with what narrows it."""
    return get_type_hints(section, include_extras=True)


class _Options(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid")


_FIELDS: dict[str, Any] = {name: (kind, ...) for name, kind in _types(Config).items()}
#: The configuration as pydantic-settings' sources want to see it: they read only its fields and
#: those options.
Keys = create_model("Keys", __base__=_Options, **_FIELDS)


class _Given(EnvSettingsSource):
    """The environment source over a mapping that was handed in, instead of this process's own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        super().__init__(Keys)

    def next_field(
        self, field: Any, key: str, case_sensitive: bool | None = None
    ) -> FieldInfo | None:
        """The key of a section: the base class looks for it in pydantic's models only."""
        section = field.annotation if isinstance(field, FieldInfo) else field
        if isinstance(section, type) and issubclass(section, Section):
            return FieldInfo.from_annotation(_types(section)[key]) if key in keys(section) else None
        return super().next_field(field, key, case_sensitive)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._env.items()}


def known_names() -> Iterator[str]:
    """Every name that may be set, with NAME for a recipe's."""
    yield from OWN_NAMES
    for section, model in sections():
        yield from (
            f"{PREFIX}{section}__{'NAME__' if section == 'recipes' else ''}{key}".upper()
            for key in keys(model)
            if section != "watch"
        )


def _path(name: str) -> Loc:
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _problem(name: str) -> Problem | None:
    """What is wrong with a name that begins with our prefix; None when nothing is."""
    path = _path(name)
    models = dict(sections())
    if name.upper() in OWN_NAMES or path in {(section,) for section in models}:
        return None
    if path[0] == "watch":
        return Problem(
            name, "the watched folders can only be named in the file.", "Put them below [[watch]]."
        )
    depth = 3 if path[0] == "recipes" else 2
    if path[0] in models and len(path) == depth:
        return None if path[-1] in keys(models[str(path[0])]) else unknown_key(name, path)
    known = [right.removeprefix(PREFIX) for right in known_names()]
    wanted = difflib.get_close_matches(
        name.upper().removeprefix(PREFIX), known, n=1, cutoff=_LIKENESS
    )
    cure = (
        f"Did you mean {PREFIX}{wanted[0]}?"
        if wanted
        else "Names look like NEMOWATCH_SECTION__KEY, with two underscores."
    )
    return Problem(name, "is not a known setting.", cure)


def read_environment(
    env: Mapping[str, str],
) -> tuple[dict[str, Any], dict[Loc, str], list[Problem]]:
    """What the environment sets: the values as nested tables, the name behind each key, and
    every mistake."""
    ours = {name: value for name, value in env.items() if name.upper().startswith(PREFIX)}
    problems = {name: _problem(name) for name in sorted(ours)}
    good = {
        name: ours[name]
        for name in ours
        if problems[name] is None and name.upper() not in OWN_NAMES
    }
    values: dict[str, Any] = {}
    for name, value in good.items():  # one by one, so that a value that cannot be read is named
        try:
            merge(values, _Given({name: value})())
        except SettingsError:
            problems[name] = Problem(
                name, "cannot be read.", "Lists and tables are written as JSON: [30, 60, 60]."
            )
    from_env = {_path(name): name for name in good if problems[name] is None}
    return values, from_env, [problem for problem in problems.values() if problem]


def merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Lay `over` upon `base`, table by table."""
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
