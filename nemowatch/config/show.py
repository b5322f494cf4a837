"""The configuration as TOML text, defaults filled in, for `nemowatch config show`. What it
prints loads again as the same configuration. It holds no secret by its making: tokens are
refused in the file and addresses with passwords, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from nemowatch.config.schema import FOLDERS, Config, Section, Watch, keys


def show(config: Config) -> str:
    """`config` as TOML."""
    lines = list(_lines(config))
    return "\n".join(lines).strip() + "\n"


def _lines(config: Config) -> Iterator[str]:
    for name in keys(Config):
        value = getattr(config, name)
        if isinstance(value, Section):
            yield from _section(f"[{name}]", value)
        elif name == "watch":
            for watch in value:
                yield from ("", "[[watch]]", *_watch(watch))
        elif name == "recipes":
            for own, recipe in value.items():
                yield from _section(f"[recipes.{_text(own)}]", recipe)
        else:
            yield _line(name, value)


def _section(header: str, section: Section) -> list[str]:
    return ["", header, *_keys(section, keys(type(section)))]


def _watch(watch: Watch) -> list[str]:
    """Below a root, the inbox and the outbox follow from it: they are shown, but not set."""
    if watch.root is None:
        return _keys(watch, [key for key in keys(Watch) if key != "root"])

    implied = FOLDERS[:2]
    lines = _keys(watch, [key for key in keys(Watch) if key not in implied])
    return lines + [f"# {line}" for line in _keys(watch, implied)]


def _keys(section: Section, names: Iterable[str]) -> list[str]:
    return [_line(key, getattr(section, key)) for key in names]


def _line(key: str, value: Any) -> str:
    return f"# {key} is not set" if value is None else f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum | str | Path):
        return _text(str(value))
    if isinstance(value, tuple):
        return f"[{', '.join(_value(part) for part in value)}]"
    return repr(value)


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
