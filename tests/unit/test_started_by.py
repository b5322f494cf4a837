"""What starts the daemon again, as the stopped page names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.config.find import needed_option
from nemowatch.cures import RUN, Choice, Cure, name_installation, start_again
from nemowatch.reporting.paragraphs import indented
from nemowatch.service.started_by import unit_command

OF_PERSON = "/user.slice/user-1000.slice/user@1000.service/app.slice/nemowatch.service"


@pytest.mark.parametrize(
    ("groups", "command"),
    [
        ("0::/system.slice/nemowatch.service\n", "systemctl start nemowatch"),
        (
            "0::/system.slice/system-nemowatch.slice/nemowatch@clients.service\n",
            "systemctl start nemowatch@clients",
        ),
        (f"0::{OF_PERSON}\n", "systemctl --user start nemowatch"),
        (
            "3:cpu:/\n1:name=systemd:/system.slice/nemowatch.service\n0::/\n",
            "systemctl start nemowatch",
        ),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", ""),
        ("0::/system.slice/ssh.service\n", ""),
        ("0::/\n", ""),
        ("", ""),
    ],
)
def test_a_unit_of_systemd_is_started_by_its_name(groups: str, command: str) -> None:
    """The machine's own, a further one, and a person's; a terminal is none."""
    assert unit_command(groups) == command


@pytest.mark.parametrize(
    ("path", "option"),
    [
        ("/etc/nemowatch/config.toml", ""),
        ("/home/anna/.config/nemowatch/config.toml", ""),
        ("/config/config.toml", ""),
        ("/dev/null", ""),
        ("/etc/nemowatch/clients.toml", " --config /etc/nemowatch/clients.toml"),
        ("/srv/my studio.toml", " --config '/srv/my studio.toml'"),
    ],
)
def test_a_command_names_the_configuration_that_it_would_not_find(path: str, option: str) -> None:
    """Typed without it, the job of another installation would be cancelled or paid for."""
    env = {"HOME": "/home/anna", "NEMOWATCH_CONFIG": "/config/config.toml"}
    assert needed_option(Path(path), env) == option


@pytest.fixture
def clients() -> Iterator[str]:
    """A further installation of the machine, run by systemd."""
    option = " --config /etc/nemowatch/clients-of-the-studio-in-the-old-town.toml"
    name_installation(option, "systemctl start nemowatch@clients")
    yield option
    name_installation("", RUN)


def test_a_note_has_commands_for_its_own_installation(clients: str) -> None:
    """Each on one line, however long it is, so that it can be copied."""
    cure = Cure(choices=(Choice("nemowatch resolve 7 --done", "the work was done: fetch it"),))
    lines = indented("\n".join(cure.asked())).splitlines()
    assert f"    nemowatch resolve 7 --done{clients}" in lines


def test_only_commands_of_ours_take_the_option(clients: str) -> None:
    """systemctl names the unit."""
    (choice,) = start_again().choices
    assert choice.typed == "systemctl start nemowatch@clients"


def test_a_container_is_started_by_its_engine() -> None:
    """Whose command nobody in it can know."""
    name_installation("", "")
    try:
        assert start_again().by_hand.startswith("Start the container that it runs in")
    finally:
        name_installation("", RUN)
