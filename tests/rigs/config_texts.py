"""Writes configurations to files, and finds out what loading one reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.config.load import load
from nemowatch.errors import ConfigError

WATCH = '[[watch]]\nroot = "/srv/w"\n'


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder: Path, text: str | bytes, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text), env or {})
    return [str(problem) for problem in caught.value.problems]


SECRET = "nmv_usr_SECRET"
