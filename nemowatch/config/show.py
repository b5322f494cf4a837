"""The configuration as TOML text with defaults filled in, for `nemowatch config show`. The text can
be loaded again as the same configuration, except for addresses that hold secrets, which it only
names. A configuration cannot hold other secrets: the file may contain neither tokens nor addresses
with passwords.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from nemowatch.config.key_names import keys
from nemowatch.config.schema import Config, Notify, Recipe, Web
from nemowatch.config.section import Section
from nemowatch.config.watch_section import FOLDERS, Watch

#: Keys whose values are, or contain, secrets.
SECRET = frozenset({(Notify, "urls"), (Notify, "webhook"), (Notify, "command"), (Web, "password")})


def show(config: Config) -> str:
    """`config` as TOML."""
    lines: list[str] = []
    for name in keys(Config):
        lines += _entry(name, getattr(config, name))
    return "\n".join(lines).strip() + "\n"


def _entry(name: str, value: Any) -> Iterable[str]:
    """The lines of one key of the whole configuration."""
    if isinstance(value, Section):
        return _section(f"[{name}]", value)
    if name in _TABLES:
        return _TABLES[name](value)
    return [_line(name, value)]


def _section(header: str, section: Section) -> list[str]:
    return ["", header, *_keys(section, keys(type(section)))]


def _watches(watches: Iterable[Watch]) -> Iterator[str]:
    for watch in watches:
        yield from ("", "[[watch]]", *_watch(watch))


def _recipes(recipes: Mapping[str, Recipe]) -> Iterator[str]:
    for name, recipe in recipes.items():
        yield from _section(f"[recipes.{_text(name)}]", recipe)


def _aliases(aliases: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "[aliases]")
    for name, order in aliases.items():
        yield _line(_text(name), order)


#: How keys with several tables are written.
_TABLES: dict[str, Callable[[Any], Iterator[str]]] = {
    "watch": _watches,
    "recipes": _recipes,
    "aliases": _aliases,
}


def _watch(watch: Watch) -> list[str]:
    """The lines of a watch. With a root, the inbox and the outbox follow from it: they are shown,
    but not set."""
    if watch.root is None:
        return _keys(watch, _watch_keys_but(("root",)))

    implied = FOLDERS[:2]
    lines = _keys(watch, _watch_keys_but(implied))
    lines += map("# {}".format, _keys(watch, implied))
    return lines


def _watch_keys_but(left_out: Iterable[str]) -> list[str]:
    kept = dict.fromkeys(keys(Watch))
    for key in left_out:
        del kept[key]
    return list(kept)


def _keys(section: Section, names: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for key in names:
        value = getattr(section, key)
        if value and (type(section), key) in SECRET:
            lines.append(f"# {key} is set; it may hold secrets, and is not shown")
        else:
            lines.append(_line(key, value))
    return lines


def _line(key: str, value: Any) -> str:
    if value is None:
        return f"# {key} is not set"
    return f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if isinstance(value, Enum | str | Path):
        return _text(str(value))
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


_BOOLEANS = {True: "true", False: "false"}


def _text(text: str) -> str:
    """A TOML basic string. TOML's escapes are those of JSON, but TOML also wants DEL escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
