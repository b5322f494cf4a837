"""Commands in what the commands say, as they are to be typed for the installation at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.cli.typed_commands import in_full, start_command
from nemowatch.cures import RUN, name_installation
from nemowatch.installer.places import SYSTEM, of_user


@pytest.fixture
def named() -> Iterator[None]:
    """An installation that has to be named."""
    name_installation(" --config c.toml", RUN)
    yield
    name_installation("", RUN)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("nemowatch jobs lists them.", "nemowatch jobs --config c.toml lists them."),
        (
            "nemowatch resolve 7 --done, or --resend.",
            "nemowatch resolve 7 --done --config c.toml, or --resend.",
        ),
        (
            "To try them again: nemowatch retry 3 4",
            "To try them again: nemowatch retry 3 4 --config c.toml",
        ),
        ("nemowatch run --config c.toml", "nemowatch run --config c.toml"),
        ("nemowatch scans what it cannot watch.", "nemowatch scans what it cannot watch."),
    ],
)
def test_a_command_in_a_sentence_names_the_configuration(
    named: None, said: str, typed: str
) -> None:
    """Typed as it stands, it is about the same installation."""
    assert in_full(said) == typed


def test_an_installed_service_is_started_as_a_service(tmp_path: Path) -> None:
    """The machine's own, a further one and a person's; without a unit it is run."""
    machine = replace(SYSTEM, units=tmp_path, config=tmp_path / "etc/config.toml")
    own, env = of_user(tmp_path), {"HOME": str(tmp_path)}
    further = machine.config.with_name("clients.toml")

    def starts(path: Path) -> str:
        return start_command(path, env, machine)

    assert {starts(path) for path in (machine.config, further, own.config)} == {RUN}
    own.units.mkdir(parents=True)
    for unit in (machine.unit, tmp_path / "nemowatch@.service", own.unit):
        unit.touch()
    assert starts(machine.config) == "systemctl start nemowatch"
    assert starts(further) == "systemctl start nemowatch@clients"
    assert starts(own.config) == "systemctl --user start nemowatch"
    assert starts(tmp_path / "elsewhere.toml") == RUN
