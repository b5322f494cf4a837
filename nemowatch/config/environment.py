"""Reads what the environment sets, with pydantic-settings, and lays it over what the file says.

Owns how values are read; `variables` says which names there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, get_type_hints

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from nemowatch.config.constraints import Before
from nemowatch.config.key_names import keys
from nemowatch.config.schema import Config
from nemowatch.config.section import Section
from nemowatch.config.toml_lines import Loc
from nemowatch.config.values import one_or_more, words
from nemowatch.config.variable_files import names_of_files, settings
from nemowatch.config.variable_names import OWN_NAMES, PREFIX
from nemowatch.config.variables import path_of, problem
from nemowatch.config.watch_section import Watch
from nemowatch.errors import ConfigMistake

#: The constraints of keys for which a single value need not be written as a list.
_ALONE = (Before(one_or_more), Before(words))


def _types(section: type[Section]) -> dict[str, Any]:
    """The type of each key, with its constraints."""
    return get_type_hints(section, include_extras=True)


class _Options(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
    )


_FIELDS: dict[str, Any] = {name: (kind, ...) for name, kind in _types(Config).items()}
#: The configuration in the form that pydantic-settings' sources need: they read only its fields and
#: those options.
Keys = create_model("Keys", __base__=_Options, **_FIELDS)
#: One [[watch]]. Its number is part of a variable's name, so it is read as if it were the only one.
_OneWatch = create_model("_OneWatch", __base__=_Options, watch=(Watch, ...))


class _Given(EnvSettingsSource):
    """The environment source, but over a given mapping instead of this process's environment."""

    def __init__(self, env: Mapping[str, str], model: type[BaseSettings] = Keys) -> None:
        self._env = env
        super().__init__(model)

    def next_field(
        self, field: Any, key: str, case_sensitive: bool | None = None
    ) -> FieldInfo | None:
        """The key of a section, which the base class only finds in pydantic's models."""
        section = field
        if isinstance(field, FieldInfo):
            section = field.annotation
        if not _is_section_type(section):
            return super().next_field(field, key, case_sensitive)
        if key not in keys(section):
            return None
        return FieldInfo.from_annotation(_types(section)[key])

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """The value of a text in JSON, or of a single word where that counts as a list of one."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            if field is None or not any(one in field.metadata for one in _ALONE):
                raise
            return value

    def _load_env_vars(self) -> Mapping[str, str | None]:
        found: dict[str, str | None] = {}
        for name, value in self._env.items():
            found[name.lower()] = value
        return found


def _is_section_type(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


class Environment(NamedTuple):
    """What the environment says."""

    values: dict[str, Any]  #: nested as in the file, without the numbered watches
    watches: dict[
        int, dict[str, Any]
    ]  #: keys of each [[watch]] that is named by its number, from 0
    names: dict[Loc, str]  #: the variable that has set each key
    problems: list[ConfigMistake]


def read_environment(env: Mapping[str, str]) -> Environment:
    """What the environment sets, and every mistake in it. A mistake names the variable that a
    person has set, also where its value is in a file. Raises ConfigError for such a file that
    cannot be read."""
    read = Environment({}, {}, {}, [])
    given, files = settings(env), names_of_files(env)
    for name in sorted(filter(_is_key, given)):
        was_set = files.get(name, name)
        wrong = problem(name) or _twice(read, name) or _read_one(read, name, given[name])
        if wrong is None:
            read.names[path_of(name)] = was_set
        else:
            read.problems.append(replace(wrong, where=was_set))
    return read


def _is_key(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and upper not in OWN_NAMES


def _twice(read: Environment, name: str) -> ConfigMistake | None:
    """The mistake of setting one key by two names: NEMOWATCH_ROOT is another name of a key."""
    other = read.names.get(path_of(name))
    if other is None:
        return None
    return ConfigMistake(name, f"is the same setting as {other}: keep one of the two.", "")


def _read_one(read: Environment, name: str, text: str) -> ConfigMistake | None:
    """Add one setting to the others. They are added one by one, so that a mistake can name the
    variable."""
    path = path_of(name)
    try:
        if path[0] == "watch" and len(path) > 1:
            own = _Given({f"{PREFIX}WATCH__{path[-1]}": text}, _OneWatch)()
            merge(read.watches.setdefault(int(path[1]), {}), own["watch"])
        else:
            merge(read.values, _Given({name: text})())
    except SettingsError:
        return ConfigMistake(
            name, "cannot be read.", "Lists and tables are written as JSON: [30, 60, 60]."
        )
    return None


def merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Lay `over` over `base`, table by table."""
    for key, value in over.items():
        below = base.get(key)
        are_tables = isinstance(value, dict) and isinstance(below, dict)
        if are_tables:
            merge(base[key], value)
        else:
            base[key] = value


def place(read: Environment, data: dict[str, Any]) -> list[ConfigMistake]:
    """Lay what the environment says over what the file says: each watch over the one of its number,
    or after the last. Returns the mistake of a number for which there is no place."""
    merge(data, read.values)
    watches = data.setdefault("watch", [])
    if not isinstance(watches, list):
        return []  # the file's own mistake is reported
    problems = []
    for number, keys_of in sorted(read.watches.items()):
        if number > len(watches):
            what = f"there is no [[watch]] with number {number + 1}."
            cure = f"Number {len(watches) + 1} is the next."
            problems.append(ConfigMistake(_name_of(read, number), what, cure))
            continue
        if number == len(watches):
            watches.append({})
            read.names["watch", number] = _name_of(read, number)
        if isinstance(watches[number], dict):
            merge(watches[number], keys_of)
    return problems


def _name_of(read: Environment, number: int) -> str:
    """The first variable that is about this watch."""
    return next(name for path, name in read.names.items() if path[:2] == ("watch", number))
