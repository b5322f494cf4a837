"""What is published: the wheel, the sources and the locks."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from nemowatch import __version__

ROOT = Path(__file__).parents[2]


def build(source: Path, target: Path, umask: int, zone: str) -> dict[str, bytes]:
    """Builds wheel and sources of a copy of the checkout; returns their bytes by file name."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1790000000", "TZ": zone}
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(
        command, cwd=source, env=environment, umask=umask, check=True, capture_output=True
    )
    return {file.name: file.read_bytes() for file in target.iterdir()}


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the checkout's git: what is published is what is committed")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def copy_of(checkout: list[str], target: Path) -> Path:
    for name in checkout:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes((ROOT / name).read_bytes())
    return target


def test_a_build_gives_the_same_bytes_whoever_makes_it(tracked, tmp_path):
    """Two builds with another place, umask and time zone are the same; the wheel holds every
    module, and the sources every file that is tracked."""
    first = build(copy_of(tracked, tmp_path / "a"), tmp_path / "one", 0o022, "UTC")
    second = build(copy_of(tracked, tmp_path / "b"), tmp_path / "two", 0o077, "Asia/Tokyo")

    assert first == second
    wheel = f"nemowatch-{__version__}-py3-none-any.whl"
    assert set(first) == {wheel, f"nemowatch-{__version__}.tar.gz"}

    names = set(zipfile.ZipFile(tmp_path / "one" / wheel).namelist())
    assert {name for name in tracked if name.startswith("nemowatch/")} <= names
    assert f"nemowatch-{__version__}.dist-info/licenses/LICENSE" in names
    units = {f"nemowatch/installer/files/{name}" for name in tracked if name.startswith("systemd/")}
    assert units <= names
    with tarfile.open(tmp_path / "one" / f"nemowatch-{__version__}.tar.gz") as sources:
        held = {name.partition("/")[2] for name in sources.getnames()}
    assert set(tracked) <= held


def pinned(lock: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def test_what_runs_is_what_was_tested():
    """Every run-time package is pinned, in the version that the tests use; no tool is among
    them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [
        *project["dependencies"],
        *(one for name in extras if name != "dev" for one in extras[name]),
    ]
    names = {re.match(r"[A-Za-z0-9._-]+", one)[0].lower().replace("_", "-") for one in asked}
    run, everything = pinned("requirements-run.lock"), pinned("requirements.lock")

    assert names <= set(run)
    assert run.items() <= everything.items()
    assert not {"pytest", "mypy", "ruff"} & set(run)


def test_the_changelog_begins_with_this_version():
    """The newest heading of the changelog names the version that the package says it is."""
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest[1] == __version__
