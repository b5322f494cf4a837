"""Reads the configuration file, and has `reading`, which alone loads pydantic, understand it. It
reads no other file: `layout` checks whether the folders that it names can be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.config.find import NO_FILE
from nemowatch.errors import ConfigError, ConfigMistake
from nemowatch.fs.own_files import read_own

if TYPE_CHECKING:
    from nemowatch.config.schema import Config

#: The most bytes of a configuration; a thousand recipes need half of that.
LONGEST = 1024 * 1024


def load(path: Path, env: Mapping[str, str]) -> Config:
    """The configuration in `path`, overridden by `NEMOWATCH_SECTION__KEY` of `env`. Raises
    ConfigError with every mistake."""
    return understood(read_text(path), path, env)


def understood(text: str, path: Path, env: Mapping[str, str]) -> Config:
    """What `text`, read from `path`, and `env` say together. Raises ConfigError with every
    mistake."""
    from nemowatch.config.reading import understand

    return understand(text, path, env)


def read_text(path: Path) -> str:
    """The content of the file; "" when the environment replaces it. Raises ConfigError."""
    if path == NO_FILE:
        return ""
    try:
        return read_own(path, LONGEST).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        cure = 'Save it again with the encoding "UTF-8".'
        raise ConfigError(
            [ConfigMistake(f"{path.name}:{line}", "is not UTF-8 text.", cure)]
        ) from exc
    except FileNotFoundError as exc:
        raise ConfigError(
            [ConfigMistake(str(path), "there is no such file.", "nemowatch init makes one.")]
        ) from exc
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        raise ConfigError(
            [
                ConfigMistake(
                    str(path), f"cannot be read: {reason}.", "Check its name and its rights."
                )
            ]
        ) from exc
