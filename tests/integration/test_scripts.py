"""The scripts' common beginning: an environment that could not be set up is not taken for one."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
#: A Python whose environments have a pip that cannot reach anything.
PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit 0
mkdir -p .venv/bin
printf '#!/bin/sh\\nexit 1\\n' >.venv/bin/pip
printf '#!/bin/sh\\ntouch ran\\n' >.venv/bin/python
chmod +x .venv/bin/*
"""


@pytest.mark.parametrize("script", ["measure", "test"])
def test_a_failed_installation_ends_the_script_and_is_tried_again(
    tmp_path: Path, script: str
) -> None:
    """Without its stamp the next script starts over; nothing runs in half an environment."""
    shutil.copytree(REPO / "scripts", tmp_path / "scripts")
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(REPO / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    env = {**os.environ, "NEMOWATCH_PYTHON": str(python)}
    done = subprocess.run(
        [tmp_path / "scripts" / script], cwd="/", env=env, capture_output=True, check=False
    )
    assert done.returncode
    assert (tmp_path / ".venv/bin/pip").exists()
    assert not (tmp_path / ".venv/stamp").exists()
    assert not (tmp_path / "ran").exists()


def test_the_own_names_of_languages_are_those_of_babel() -> None:
    """`scripts/tables` writes them."""
    made = runpy.run_path(str(REPO / "scripts" / "lib" / "native_names.py"))
    table = Path(made["TABLE"])
    assert table.read_text("utf-8") == made["table"]()
