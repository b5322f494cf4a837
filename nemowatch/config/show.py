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

from nemowatch.config.schema import TREES, Config, Section, Watch, keys


def show(config: Config) -> str:
    """`config` as TOML."""
    lines = list(_lines(config))
    return "\n".join(lines).strip() + "\n"


def _lines(config: Config) -> Iterator[str]:
    for name in keys(Config):
        value = getattr(config, name)
        if isinstance(value, Section):
            yield from ("", f"[{name}]", *_keys(value, keys(type(value))))
        elif name == "watch":
            for watch in value:
                yield from ("", "[[watch]]", *_watch(watch))
        elif name == "recipes":
            for own, recipe in value.items():
                yield from ("", f"[recipes.{_text(own)}]", *_keys(recipe, keys(type(recipe))))
        else:
            yield _line(name, value)


def _watch(watch: Watch) -> Iterator[str]:
    """Below a root, the inbox and the outbox follow from it: they are shown, but not set."""
    shown = [key for key in keys(Watch) if watch.root is None or key not in ("inbox", "outbox")]
    if watch.root is None:
        shown.remove("root")
    yield from _keys(watch, shown)
    if watch.root is not None:
        yield from (f"# {_line(key, getattr(watch, key))}" for key in TREES[:2])


def _keys(section: Section, names: Iterable[str]) -> Iterator[str]:
    return (_line(key, getattr(section, key)) for key in names)


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
