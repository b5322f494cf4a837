"""Keys from the environment: `NEMOWATCH_SECTION__KEY`.

Owns which names are ours. Every other one that begins so is refused, since a mistyped name that
is ignored is a setting that silently does not hold.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from nemowatch.config.mistakes import unknown_key
from nemowatch.config.schema import Config, keys, sections
from nemowatch.config.section import Section
from nemowatch.config.toml_lines import Loc
from nemowatch.errors import ConfigMistake

PREFIX = "NEMOWATCH_"
#: Read by `find` and `state_dir`, not keys of the configuration.
OWN_NAMES = ("NEMOWATCH_CONFIG", "NEMOWATCH_STATE_DIR")
#: The nearest name is only suggested when it is at least this alike.
_LIKENESS = 0.6
#: Parts of a name, where they are not two: a recipe has a name of its own.
_DEPTHS: dict[str | int, int] = {"recipes": 3}
#: Keys that lie in no section.
_SINGLE: tuple[Loc, ...] = (("site",),)
#: How such a section is written in a list of names.
_WRITTEN = {"recipes": "recipes__NAME"}


def _types(section: type[Section]) -> dict[str, Any]:
    """The type of each key, with what narrows it."""
    return get_type_hints(section, include_extras=True)


class _Options(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
    )


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
        section = field
        if isinstance(field, FieldInfo):
            section = field.annotation
        if not _is_section_type(section):
            return super().next_field(field, key, case_sensitive)
        if key not in keys(section):
            return None
        return FieldInfo.from_annotation(_types(section)[key])

    def _load_env_vars(self) -> Mapping[str, str | None]:
        found: dict[str, str | None] = {}
        for name, value in self._env.items():
            found[name.lower()] = value
        return found


def _is_section_type(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def known_names() -> list[str]:
    """Every name that may be set, with NAME for a recipe's."""
    models = dict(sections())
    del models["watch"]

    found = list(OWN_NAMES)
    found += [f"{PREFIX}{key}".upper() for (key,) in _SINGLE]
    for section, model in models.items():
        written = _WRITTEN.get(section, section)
        found += [f"{PREFIX}{written}__{key}".upper() for key in keys(model)]
    return found


def _path(name: str) -> Loc:
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _is_section(path: Loc) -> bool:
    names = dict(sections())
    return len(path) == 1 and path[0] in names


def _problem(name: str) -> ConfigMistake | None:
    """What is wrong with a name that begins with our prefix; None when nothing is."""
    path = _path(name)
    if _is_section(path) or path in _SINGLE:
        return None
    if path[0] == "watch":
        what = "the watched folders can only be named in the file."
        return ConfigMistake(name, what, "Put them below [[watch]].")

    model = dict(sections()).get(str(path[0]))
    is_deep_enough = len(path) == _DEPTHS.get(path[0], 2)
    if model is None or not is_deep_enough:
        return ConfigMistake(name, "is not a known setting.", _nearest_name(name))
    if path[-1] not in keys(model):
        return unknown_key(name, path)
    return None


def _nearest_name(name: str) -> str:
    known = [right.removeprefix(PREFIX) for right in known_names()]
    bare = name.upper().removeprefix(PREFIX)
    wanted = difflib.get_close_matches(bare, known, n=1, cutoff=_LIKENESS)
    if wanted:
        return f"Did you mean {PREFIX}{wanted[0]}?"
    return "Names look like NEMOWATCH_SECTION__KEY, with two underscores."


def read_environment(
    env: Mapping[str, str],
) -> tuple[dict[str, Any], dict[Loc, str], list[ConfigMistake]]:
    """What the environment sets: the values as nested tables, the name behind each key, and
    every mistake."""
    values: dict[str, Any] = {}
    from_env: dict[Loc, str] = {}
    problems: list[ConfigMistake] = []
    for name in sorted(filter(_is_key, env)):
        problem = _problem(name) or _merge_one(values, name, env[name])
        if problem is None:
            from_env[_path(name)] = name
        else:
            problems.append(problem)
    return values, from_env, problems


def _is_key(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and upper not in OWN_NAMES


def _merge_one(values: dict[str, Any], name: str, text: str) -> ConfigMistake | None:
    """Lay one setting upon `values`: one by one, so that a value that cannot be read is named."""
    try:
        merge(values, _Given({name: text})())
    except SettingsError:
        return ConfigMistake(
            name, "cannot be read.", "Lists and tables are written as JSON: [30, 60, 60]."
        )
    return None


def merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Lay `over` upon `base`, table by table."""
    for key, value in over.items():
        below = base.get(key)
        are_tables = isinstance(value, dict) and isinstance(below, dict)
        if are_tables:
            merge(base[key], value)
        else:
            base[key] = value
