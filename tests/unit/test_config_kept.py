"""What was read of a configuration before is used as long as reading it anew would say the same."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from nemowatch.config import kept, reading
from nemowatch.config.kept import load_kept
from nemowatch.config.load import load
from nemowatch.config.schema import Config
from nemowatch.errors import ConfigError

TEXT = (
    'state_dir = "state"\n[[watch]]\nroot = "~/w"\n[recipes.shorts]\nprompt = "Make {file}'
    ' short."\n'
)


class Rig:
    """One configuration of one user, and how often it was read anew."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = tmp_path / "config.toml"
        self.env = {"HOME": str(tmp_path / "home")}
        self.cache = tmp_path / "home/.cache/nemowatch"
        self.anew = 0
        monkeypatch.setattr(reading, "understand", self._count(reading.understand))

    def _count(self, understand):
        def counted(text: str, path: Path, env: Mapping[str, str]) -> Config:
            self.anew += 1
            return understand(text, path, env)

        return counted

    def read(self, **more: str) -> Config:
        env = {**self.env, **more}
        found = load_kept(self.path, env)
        config = found.read()
        assert config.state_dir == found.state_dir
        return config


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    made = Rig(tmp_path, monkeypatch)
    made.path.write_text(TEXT)
    return made


def test_it_is_read_once_and_again_when_anything_changes(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text, the environment, the home that `~` means, the program."""
    first = rig.read()
    assert rig.read() == first == load(rig.path, rig.env)
    assert rig.anew == 2  # the second by `load`
    assert rig.read(NEMOWATCH_LIMITS__TURNS="7").limits.turns == 7
    assert rig.read(HOME="/elsewhere", XDG_CACHE_HOME=str(rig.cache.parent)).watch[0].root == Path(
        "/elsewhere/w"
    )
    rig.path.write_text(TEXT.replace("short.", "shorter."))
    assert "shorter" in rig.read().recipes["shorts"].prompt
    rig.anew = 0
    monkeypatch.setattr(kept, "__version__", "another")
    rig.read()
    assert rig.anew == 1


def test_mistakes_are_said_each_time(rig: Rig) -> None:
    """What cannot be used is not kept."""
    rig.path.write_text("nonsense = 1\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match="nonsense"):
            rig.read()


def test_a_copy_that_cannot_be_trusted(rig: Rig) -> None:
    """Damaged, of others, open to others, or no file: it is read anew."""
    first = rig.read()
    (copy,) = rig.cache.iterdir()
    assert (copy.stat().st_mode & 0o777, rig.cache.stat().st_mode & 0o777) == (0o600, 0o700)
    whole = copy.read_bytes()
    for damaged in (b"", whole[:50], whole[:-9], whole.replace(b"schema", b"show__")):
        copy.write_bytes(damaged)
        assert rig.read() == first
    copy.chmod(0o666)
    rig.anew = 0
    assert (rig.read(), rig.anew) == (first, 1)
    copy.unlink()
    copy.mkdir()
    assert rig.read() == first


def test_few_are_kept(rig: Rig, tmp_path: Path) -> None:
    """The oldest go; a folder that cannot be written keeps none, and nobody minds."""
    for number in range(kept.MOST + 3):
        rig.path = tmp_path / f"{number}.toml"
        rig.path.write_text(TEXT)
        rig.read()
    assert len(list(rig.cache.iterdir())) == kept.MOST
    rig.env["XDG_CACHE_HOME"] = os.devnull
    rig.read()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only it may give a home away")
def test_in_a_home_of_another_nothing_is_written_or_removed(rig: Rig) -> None:
    """Root with the HOME of a user (sudo -E) reads anew, and leaves that user's cache alone."""
    rig.cache.mkdir(parents=True)
    olds = {f"config-{number}" for number in range(kept.MOST + 4)}
    for name in olds:
        (rig.cache / name).touch()
    os.chown(rig.cache.parents[1], 1000, 1000)
    rig.read()
    assert {file.name for file in rig.cache.iterdir()} == olds
