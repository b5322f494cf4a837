"""`nemowatch service` under a real systemd: what it installs, repeats and removes, and what it says
when the service does not start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rigs.systemd_container import SystemdContainer, wait_for, why_not

REASON = why_not()
pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,  # a booted systemd
    pytest.mark.skipif(bool(REASON), reason=REASON),
]

PROGRAM = "/opt/nemowatch/bin/nemowatch"
DROP_INS = "/etc/systemd/system/nemowatch.service.d"
ANNA = "/home/anna"


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemdContainer]:
    """A booted systemd that knows no nemowatch; nothing answers for the cloud."""
    with SystemdContainer(tmp_path_factory.mktemp("container")) as booted:
        cloud = "[Manager]\nDefaultEnvironment=NEMOWATCH_API__BASE_URL=http://127.0.0.1:9\n"
        booted.write("/etc/systemd/system.conf.d/cloud.conf", cloud)
        booted.write("/etc/systemd/user.conf.d/cloud.conf", cloud)
        booted.run("systemctl", "daemon-reexec")
        yield booted


def ask(machine: SystemdContainer, words: str) -> tuple[int, str]:
    """The exit code of `nemowatch service WORDS`, and all that it says."""
    line = (
        f"NEMOWATCH_API__BASE_URL=http://127.0.0.1:9 {PROGRAM} service {words} 2>&1; echo code $?"
    )
    said, _, code = machine.run("sh", "-c", line).rpartition("code ")
    return int(code), said


def broken(machine: SystemdContainer, drop_in: str) -> tuple[int, str]:
    """What `service status` says when a drop-in keeps it from starting."""
    machine.write(f"{DROP_INS}/broken.conf", f"[Service]\nRestartSec=1h\n{drop_in}\n")
    machine.run("sh", "-c", "systemctl daemon-reload; systemctl restart nemowatch", check=False)
    said = ask(machine, "status")
    machine.run("sh", "-c", f"rm {DROP_INS}/broken.conf; systemctl daemon-reload")
    machine.run("sh", "-c", "systemctl stop nemowatch; systemctl reset-failed nemowatch")
    return said


def test_it_is_installed_repeated_explained_and_removed(machine: SystemdContainer) -> None:
    """By the printed script first, which the command then finds done; drop-ins and configuration
    of the administrator outlive everything."""
    run = machine.run
    assert ask(machine, "status")[0] == 3
    run("sh", "-c", f"{PROGRAM} service install --root '/srv/my studio' --dry-run >/root/steps")
    run("sh", "-e", "/root/steps")
    code, said = ask(machine, "install")
    assert code == 1  # there is no cloud, which `check` says
    assert "done    " not in said
    assert run("stat", "-c", "%a %U %G", "/srv/my studio/inbox").split() == [
        *("2775", "nemowatch", "nemowatch")
    ]
    assert ask(machine, "status")[0] == 0

    machine.write(f"{DROP_INS}/mine.conf", "[Service]\nNice=3\n")
    started = machine.show("nemowatch", "InactiveExitTimestampMonotonic")
    assert ask(machine, "install --drop-in cap-lease")[0] == 1
    assert machine.show("nemowatch", "InactiveExitTimestampMonotonic") != started
    assert machine.show("nemowatch", "Nice", "AmbientCapabilities") == ["3", "cap_lease"]
    assert ask(machine, "install --root /srv/other")[0] == 2

    one_more(machine)
    said = failures(machine)
    assert "/etc/systemd/system/nemowatch.service.d" in said
    assert machine.show("nemowatch", "LoadState") == ["not-found"]
    for kept in ("/var/lib/nemowatch/journal.db", "/srv/my studio/inbox", f"{DROP_INS}/mine.conf"):
        assert machine.path(kept).exists()
    assert not machine.path("/usr/local/bin/nemowatch").is_symlink()


def one_more(machine: SystemdContainer) -> None:
    """A further configuration is installed, repeated and removed, and the service goes on; the
    administrator's drop-in outlives all of it."""
    started = machine.show("nemowatch", "InactiveExitTimestampMonotonic")
    assert ask(machine, "status --instance second")[0] == 2
    code, said = ask(machine, "install --instance second --root '/srv/my studio'")
    assert (code, "is the workspace of /etc/nemowatch/config.toml" in said) == (2, True)
    assert ask(machine, "install --instance second")[0] == 1
    mine = f"{DROP_INS.replace('nemowatch.', 'nemowatch@second.')}/mine.conf"
    machine.write(mine, "[Service]\nNice=4\n")
    assert ask(machine, "install --instance second")[0] == 1
    assert "done    " not in ask(machine, "install --instance second")[1]
    assert machine.show("nemowatch@second", "ActiveState", "Nice") == ["active", "4"]
    code, said = ask(machine, "status --instance second")
    assert (code, "It runs" in said) == (0, True)
    assert machine.path("/srv/studio-second/inbox/dub-es").is_dir()
    assert machine.path("/var/lib/nemowatch-second/journal.db").exists()

    code, said = ask(machine, "uninstall --instance second")
    assert (code, "rm -r /var/lib/nemowatch-second" in said) == (0, True)
    assert machine.show("nemowatch@second", "ActiveState", "UnitFileState") == [
        *("inactive", "disabled")
    ]
    assert machine.path(mine).exists()
    assert machine.show("nemowatch", "InactiveExitTimestampMonotonic") == started


def failures(machine: SystemdContainer) -> str:
    """Each way in which a start fails is explained by its cause; then it is uninstalled."""
    for drop_in, words in {
        "User=nobody-has-it": "the user nobody-has-it",
        "SupplementaryGroups=no-such-group": "no-such-group",
        "ReadWritePaths=/opt/no/such/folder": "/opt/no/such/folder",
        "ExecStart=\nExecStart=/opt/gone/nemowatch run": "/opt/gone/nemowatch cannot be started",
        "WorkingDirectory=/opt/no/such": "200/CHDIR",
        "LoadCredential=x:/opt/no/such": "243/CREDENTIALS",
    }.items():
        code, said = broken(machine, drop_in)
        assert (code, words in said) == (1, True), said
    machine.write("/etc/nemowatch/config.toml", "[[watch\n")
    code, said = broken(machine, "")
    assert code == 1
    assert "systemd does not try again" in said
    assert "config.toml:1" in said
    warned = machine.run("journalctl", "-u", "nemowatch", "-p", "warning", "-o", "cat")
    assert "config.toml:1" in warned
    code, said = ask(machine, "uninstall")
    assert code == 0
    return said


def test_a_person_installs_it_without_root(machine: SystemdContainer) -> None:
    """The workspace, the configuration with the token's file and the unit, in the home folder."""
    run = machine.run
    run("useradd", "-m", "-d", ANNA, "anna")
    uid = run("id", "-u", "anna").strip()
    run("systemctl", "start", "systemd-logind", "dbus.socket", check=False)
    run("loginctl", "enable-linger", "anna")
    wait_for(lambda: machine.path(f"/run/user/{uid}/systemd").exists(), "her systemd")

    def as_anna(line: str, check: bool = True) -> str:
        prefix = f"export HOME={ANNA} NEMOWATCH_API__BASE_URL=http://127.0.0.1:9; cd; "
        return run("runuser", "-u", "anna", "--", "sh", "-c", prefix + line, check=check)

    as_anna("umask 077; echo nmv_usr_cGxhbnRlZC1pbi10aGUtYmVk >token")
    said = as_anna(f"{PROGRAM} service install --user --token-file token", check=False)
    assert "Ready" in said or "must be fixed first" in said, said
    assert "It runs" in as_anna(f"{PROGRAM} service status --user")
    assert 'token_file = "~/.config/nemowatch/token"' in as_anna(
        "cat .config/nemowatch/config.toml"
    )
    assert as_anna("stat -c %a .config/nemowatch/token").strip() == "600"
    assert machine.path(f"{ANNA}/Studio/inbox/dub-es").is_dir()
    as_anna(f"{PROGRAM} service uninstall --user")
    assert machine.path(f"{ANNA}/Studio/inbox").is_dir()
    with pytest.raises(AssertionError, match="not installed"):
        as_anna(f"{PROGRAM} service status --user")
