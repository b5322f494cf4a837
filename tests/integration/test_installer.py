"""What `nemowatch service` would do, without doing it, and what it says of systemd's answers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from nemowatch.cli import service
from nemowatch.cli.service_kinds import OfMachine, OneOfMachine, check_unshared, kind_of
from nemowatch.config.load import load
from nemowatch.errors import UsageError
from nemowatch.fs.mounts import MountTable, parse
from nemowatch.installer import folders, instances, program, steps, system_service, user_service
from nemowatch.installer.failed_steps import SETTINGS, STATUSES
from nemowatch.installer.places import (
    COMMAND,
    SYSTEM,
    SYSUSERS,
    TEMPLATE,
    Installation,
    Places,
    of_user,
)
from nemowatch.installer.shared_service_steps import drop_in_names
from nemowatch.installer.shipped import rendered, shipped
from nemowatch.installer.steps import InstallStep, StepFailed, carry_out, copy, unit, write_text
from nemowatch.installer.systemctl import Systemd
from nemowatch.installer.unit_state import Unit
from nemowatch.installer.verdicts import Severity, judge, remarks
from tests.rigs.rows import each_row

ROOT = Path(__file__).parents[2]
PROGRAM = Path("/opt/pipx/venvs/nemowatch/bin/nemowatch")
MOUNTS = MountTable(
    parse(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 0:40 / /mnt/nas/media rw - nfs4 nas:/media rw\n"
        "3 1 0:41 / /nas rw - cifs //nas/x rw\n"
        "4 1 8:2 / /var rw - ext4 /dev/sda2 rw\n"
    )
)


def scripts(found: list[InstallStep]) -> str:
    return "\n".join(step.script for step in found)


def test_installing_for_the_machine_does_what_the_document_says() -> None:
    """User, configuration, workspace with its group, token, unit, what it may write; in order."""
    wanted = Installation(
        PROGRAM,
        root=Path("/srv/my studio"),
        writable=(Path("/srv"),),
        token_file=Path("/root/token"),
        drop_ins=("cap-lease",),
        systemd=257,
    )
    text = scripts(list(system_service.install(wanted, SYSTEM, Systemd(user=False))))
    parts = [
        f"{shipped('systemd/sysusers.d/nemowatch.conf')} {SYSUSERS}",
        f"systemd-sysusers {SYSUSERS}",
        'root = "/srv/my studio"',
        f"chgrp nemowatch {SYSTEM.config}",
        "install -d -m 2775 -o nemowatch -g nemowatch '/srv/my studio'",
        "runuser -u nemowatch -- sh -c 'umask 002 &&",
        f"install -m 0600 /root/token {SYSTEM.token}",
        f"ExecStart={PROGRAM}#",
        f">{TEMPLATE}",
        'ReadWritePaths="/srv"\nType=notify-reload',
        "RestartSteps=8",
        "drop-ins/cap-lease.conf",
        f"ln -s {PROGRAM} {COMMAND}",
        "systemctl daemon-reload",
        "systemctl enable nemowatch.service",
        "systemctl restart nemowatch.service",
    ]
    found = [text.find(part) for part in parts]
    assert -1 not in found, parts[found.index(-1)]
    assert found == sorted(found)
    assert "nmv_" not in text
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def test_an_old_systemd_gets_nothing_that_it_does_not_know(tmp_path: Path) -> None:
    """Debian 12 has 252: neither notify-reload nor RestartSteps; and a person's own unit needs no
    drop-in at all."""
    wanted = Installation(PROGRAM, root=Path("/srv/studio"), systemd=252)
    systemd = Systemd(user=False)
    text = scripts(list(system_service.install(wanted, SYSTEM, systemd)))
    assert "notify-reload" not in text
    assert "RestartSteps" not in text
    own = scripts(list(user_service.install(wanted, of_user(tmp_path), systemd, "anna")))
    assert "00-nemowatch.conf" not in own
    assert "loginctl enable-linger anna" in own
    assert f"init /srv/studio --config {tmp_path}/.config/nemowatch/config.toml" in own


def test_steps_that_are_done_are_left_out_and_a_step_that_fails_ends_it(tmp_path: Path) -> None:
    """Files are written once, and again when they say something else; what is printed is what is
    run."""
    plan = [
        unit("systemd/nemowatch.service", tmp_path / "a b/nemowatch.service", PROGRAM),
        copy("example", shipped("config.example.toml"), tmp_path / "example.toml"),
        write_text("words", tmp_path / "words", "it's $HOME `here`\n", "0640"),
        steps.remove("old", [tmp_path / "old"]),
    ]
    (tmp_path / "old").touch()
    assert [outcome.done_before for outcome in carry_out(plan)] == [False] * 4
    assert [outcome.done_before for outcome in carry_out(plan)] == [True] * 4
    made = (tmp_path / "a b/nemowatch.service").read_text()
    assert made == rendered("systemd/nemowatch.service", PROGRAM)
    assert f"ExecStart={PROGRAM} run --config /etc/nemowatch/config.toml\n" in made
    assert (tmp_path / "words").read_text() == "it's $HOME `here`\n"
    assert (tmp_path / "words").stat().st_mode & 0o777 == 0o640
    (tmp_path / "words").write_text("changed")
    assert [outcome.done_before for outcome in carry_out(plan)] == [True, True, False, True]

    def never() -> bool:
        return False

    optional = InstallStep("linger", "echo no bus >&2; exit 3", never, optional=True)
    assert [outcome.problem for outcome in carry_out([optional])] == ["no bus"]
    with pytest.raises(StepFailed, match="user: no space"):
        list(carry_out([InstallStep("user", "echo no space; exit 1", never), *plan]))


@each_row(
    [
        (["/srv/studio"], ["/srv"]),
        (["/studio"], ["/studio"]),
        (["/srv/media/not yet/studio", "/srv/other"], ["/srv"]),
        (["/mnt/nas/media/studio"], ["/mnt"]),
        (["/nas/studio"], ["/nas"]),
        (["/var/studio", "/home/anna/Studio"], ["/var"]),
    ]
)
def test_what_the_service_may_write_is_always_there(
    workspaces: list[str], writable: list[str]
) -> None:
    """A parent that exists, above a share that comes and goes, and never the whole machine."""
    found = folders.writable(map(Path, workspaces), MOUNTS)
    assert [str(path) for path in found] == writable


def test_a_folder_with_odd_letters_is_named_as_systemd_reads_it() -> None:
    """Blanks, percent signs and quotes."""
    assert folders.as_setting(Path('/srv/50% "a b"')) == 'ReadWritePaths="/srv/50%% \\"a b\\""'


def test_no_folder_ends_a_text_that_root_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in a folder of people may lead to any name: no line of it is run, no step begins."""
    away = tmp_path / "x\nEND-OF-FILE\ntouch owned\n"
    away.mkdir()
    (tmp_path / "link").symlink_to(away)
    monkeypatch.setattr(folders, "HIDDEN", ())
    found = folders.writable([tmp_path / "link/studio"], MOUNTS)
    wanted = Installation(PROGRAM, writable=tuple(found))
    with pytest.raises(UsageError, match=r"x\\x0aEND-OF-FILE\\x0a") as refused:
        next(system_service.install(wanted, SYSTEM, Systemd(user=False)))
    assert refused.value.cure
    with pytest.raises(ValueError, match="END-OF-FILE"):
        write_text("words", tmp_path / "words", "one\nEND-OF-FILE\ntwo\n")


def test_the_token_that_is_installed_is_the_one_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is completed in [api] alone and through a link, for the owner's eyes only; where the
    configuration has another token or no such line, that is said before anything is done."""
    monkeypatch.setattr(os, "environ", {"HOME": str(tmp_path)})
    places, real, token = of_user(tmp_path), tmp_path / "real.toml", tmp_path / "given"
    places.config.parent.mkdir(parents=True)
    places.config.symlink_to(real)
    token.write_text("nmv_x")
    text = '[[watch]]\nroot = "/a"\n# token_file = "/x"\n\n[api]\n# token_file = "/y"\n[limits]\n'
    real.write_text(text)
    wanted = Installation(PROGRAM, token_file=token)

    def plan() -> list[InstallStep]:
        found = user_service.install(wanted, places, Systemd(user=True), "anna")
        return [step for step in found if "token" in step.what]

    assert [each.done_before for each in carry_out(plan())] == [False, False]
    assert [each.done_before for each in carry_out(plan())] == [True, True]
    assert load(places.config, os.environ).api.token_file == places.token
    assert real.read_text().count("# token_file") == 1
    assert places.config.is_symlink()

    wanted = Installation(PROGRAM, token_file=places.token)
    places.token.chmod(0o644)
    assert [each.done_before for each in carry_out(plan())] == [False, True]
    assert places.token.stat().st_mode & 0o777 == 0o600

    real.write_text('[[watch]]\nroot = "/a"\n# token_file =\n[api]\n[limits]\n# token_file =\n')
    with pytest.raises(UsageError, match="does not say where the token is"):
        plan()
    real.write_text('[[watch]]\nroot = "/a"\n[api]\ntoken_file = "/other"\n')
    with pytest.raises(UsageError, match="names /other as token_file"):
        plan()


def test_a_closed_umask_of_roots_makes_nothing_that_the_service_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the printed script, in what is run, and where an earlier installation has done it."""
    said = tmp_path / "umask"
    step = InstallStep("umask", f"umask >{said}", said.exists)
    before = os.umask(0o077)
    try:
        service._print_script(iter([step]), OfMachine())
        service._carry_out(iter([step]), OfMachine())
    finally:
        os.umask(before)
    assert "#!/bin/sh -e\numask 022\n" in capsys.readouterr().out
    assert said.read_text() == "0022\n"

    if os.geteuid() != 0:
        pytest.skip("only root gives a file to a group")
    places = of_user(tmp_path)
    places.config.parent.mkdir(mode=0o700, parents=True)
    places.config.touch(0o600)
    monkeypatch.setattr(system_service, "USER", "daemon")
    for done in (False, True):
        ownership = next(system_service._ownership(places))
        assert [each.done_before for each in carry_out([ownership])] == [done]
    assert places.config.stat().st_mode & 0o777 == 0o640


def fake_systemctl(folder: Path, monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    """A systemctl that knows these units, all of which have run since the machine was started."""
    command = folder / "systemctl"
    command.write_text(
        f"""#!/bin/sh
case $1 in
list-units) printf '{listed}' ;;
show) printf 'ActiveState=active\\nInactiveExitTimestampMonotonic=1\\n' ;;
esac
"""
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_instances_stop_before_their_unit_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that runs without a unit would go on paying; one that is current is not restarted."""
    line = "nemowatch@b.service loaded active running nemowatch: video jobs (b)\\n"
    fake_systemctl(tmp_path, monkeypatch, line)
    systemd = Systemd(user=False)
    assert systemd.instances() == ["nemowatch@b.service"]
    stop, *others = system_service.uninstall(PROGRAM, systemd)
    assert stop.script.startswith("systemctl stop 'nemowatch@*.service'\n")
    assert "systemctl disable nemowatch@.service" in stop.script
    assert not stop.is_done()
    assert str(TEMPLATE) in scripts(others)

    monkeypatch.setattr(instances, "changed_at", lambda paths: 0.0)
    assert list(system_service.install(Installation(PROGRAM), SYSTEM, systemd))[-1].is_done()
    monkeypatch.setattr(instances, "changed_at", lambda paths: float("inf"))
    restart = list(system_service.install(Installation(PROGRAM), SYSTEM, systemd))[-1]
    assert restart.script == "systemctl try-restart 'nemowatch@b.service'"
    assert not restart.is_done()

    fake_systemctl(tmp_path, monkeypatch, "")
    assert systemd.instances() == []
    monkeypatch.setattr(instances, "TEMPLATE", tmp_path / "none")
    assert next(system_service.uninstall(PROGRAM, systemd)).is_done()


def write_after(moment: float, path: Path) -> None:
    """A file that was changed after this moment, however coarse the disk's clock is."""
    path.parent.mkdir()
    path.touch()
    while path.stat().st_ctime <= moment:
        path.touch()


def test_what_one_instance_is_given_restarts_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is compared with its own drop-ins and those for all; the new one was started just
    now."""
    template = tmp_path / "nemowatch@.service"
    template.touch()
    started = template.stat().st_ctime + 0.001
    write_after(started, tmp_path / "nemowatch@b.service.d/00-nemowatch.conf")
    monkeypatch.setattr(instances, "TEMPLATE", template)
    monkeypatch.setattr(Systemd, "runs_since", lambda *_: started)
    lines = [f"nemowatch@{name}.service loaded active running x\\n" for name in "abc"]
    fake_systemctl(tmp_path, monkeypatch, "".join(lines))

    def current(name: str) -> list[bool]:
        return [step.is_done() for step in instances.they_run(Systemd(user=False, name=name))]

    assert current("nemowatch") == [True, False, True]
    assert current("nemowatch@b") == [True, True]  # of a and c
    write_after(started, tmp_path / "nemowatch@.service.d/10-proxy.conf")
    assert current("nemowatch@b") == [False, False]


def test_one_more_configuration_has_everything_for_itself_but_the_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token, configuration, state and drop-ins; removing it leaves the unit to the others."""
    places = instances.places_of("second")
    systemd = Systemd(user=False, name=places.name)
    wanted = Installation(PROGRAM, root=Path("/srv/studio-second"), token_file=Path("/root/token"))
    text = scripts(list(system_service.install(wanted, places, systemd)))
    for part in (
        "/etc/nemowatch/second.toml",
        "init /srv/studio-second --config /etc/nemowatch/second.toml",
        "install -m 0600 /root/token /etc/credstore/nemo_token-second",
        ">/etc/systemd/system/nemowatch@.service",
        "/etc/systemd/system/nemowatch@second.service.d/00-nemowatch.conf",
        "systemctl enable nemowatch@second.service",
        "systemctl restart nemowatch@second.service",
    ):
        assert part in text
    assert "/etc/systemd/system/nemowatch.service" not in text
    assert "/etc/nemowatch/config.toml" not in text
    text = scripts(list(instances.uninstall(places, systemd)))
    assert text.startswith("systemctl disable --now nemowatch@second.service\nrm -f ")
    assert str(TEMPLATE) not in text

    for name in ("config", "config.example", "../x", "a b", "", "-a"):
        with pytest.raises(UsageError):
            instances.places_of(name)
    with pytest.raises(UsageError, match=r"There is no .*second\.toml") as unknown:
        instances.check_known(places)
    assert unknown.value.cure == "To make one: nemowatch service install --instance second"
    with pytest.raises(UsageError, match="Only a service of the machine"):
        kind_of(True, "second")

    own = of_user(tmp_path)
    assert str(OneOfMachine("second").usual_root()) == "/srv/studio-second"
    assert str(OfMachine().usual_root()) == "/srv/studio"
    own.config.parent.mkdir(parents=True)
    own.config.with_name("other.toml").write_text('[[watch]]\nroot = "/srv/theirs"\n')
    own.config.with_name("bad.toml").write_text("[[watch")
    check_unshared(Path("/srv/mine"), own)
    with pytest.raises(UsageError, match=r"is the workspace of .*other\.toml"):
        check_unshared(Path("/srv/theirs"), own)


@pytest.mark.parametrize("instance", [None, "second"])
def test_a_token_that_cannot_be_read_is_named(
    instance: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of this very service; a person's own is handed none."""
    monkeypatch.setattr(Systemd, "show", lambda *_: DOWN | {"ExecMainStatus": "243"})
    kind = kind_of(user=False, instance=instance)
    assert f"({kind.places.token})" in judge(service._unit(kind)).text
    own = judge(service._unit(kind_of(user=True, instance=None)))
    assert "token" not in f"{own.text} {own.cure}"


def test_what_stays_of_other_configurations_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their journals know what was paid for, too."""
    places = Places(*(tmp_path / each for each in ("units", "a/c.toml", "token", "state", "share")))
    monkeypatch.setattr(system_service, "SYSTEM", places)
    (tmp_path / "units/nemowatch@b.service.d").mkdir(parents=True)
    (tmp_path / "state-b").mkdir()
    (tmp_path / "token-b").touch()
    lines = [line for _, line in system_service.what_stays(PROGRAM)]
    for each in ("units/nemowatch@*.service.d", "state-*"):
        assert f"rm -r {tmp_path}/{each}" in lines
    assert f"rm {tmp_path}/token-*" in lines
    assert f"rm -r {tmp_path}/state" not in lines


def test_a_program_that_the_service_cannot_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below /root or /home the unit hides it, and others must be able to read it; said before
    anything is made, with the lines that mend it."""
    monkeypatch.setattr(program, "_needed", lambda path: iter([path]))
    with pytest.raises(UsageError, match="is closed to services") as caught:
        program.check_readable(Path("/root/.local/bin/nemowatch"))
    assert "PIPX_HOME=/opt/pipx" in caught.value.cure

    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "nemowatch").touch()
    monkeypatch.setattr(program, "HIDDEN", ())
    with pytest.raises(UsageError, match="Other users cannot read") as caught:
        program.check_readable(closed / "nemowatch")
    assert "chmod -R go+rX" in caught.value.cure


def test_every_unit_and_drop_in_is_shipped() -> None:
    """What installing looks for is there, in a checkout, and pyproject puts it into the wheel."""
    for name in ("nemowatch.service", "nemowatch@.service", "user/nemowatch.service"):
        assert shipped(f"systemd/{name}").exists()
    assert drop_in_names() == ["cap-lease", "network-share", "proxy"]
    packed = (ROOT / "pyproject.toml").read_text()
    for name in ("systemd", "config.example.toml", "docs/nemowatch.1"):
        where = f"nemowatch/installer/files/{Path(name).name}"
        assert f'"{name}" = "{where}"' in packed


UP = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "StatusText": "idle",
    "NRestarts": "0",
    "UnitFileState": "enabled",
    "ExecStart": "{ path=/nowhere/nemowatch ; argv[]=/nowhere/nemowatch run ; }",
    "ReadWritePaths": "/nowhere/at/all",
    "SupplementaryGroups": "media",
    "User": "nemowatch",
}
DOWN = UP | {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code"}


@each_row(
    [
        (UP, Severity.RUNS, "It runs: idle"),
        (UP | {"NRestarts": "3"}, Severity.RUNS, "restarted it 3 times"),
        (UP | {"ActiveState": "inactive"}, Severity.STOPPED, "systemctl start nemowatch"),
        (UP | {"ActiveState": "activating"}, Severity.STOPPED, "not ready yet"),
        (UP | {"ActiveState": "deactivating"}, Severity.STOPPED, "stopping"),
        ({"LoadState": "not-found"}, Severity.STOPPED, "nemowatch service install"),
        ({"LoadState": "masked"}, Severity.STOPPED, "unmask"),
        ({"LoadState": "bad-setting"}, Severity.FAILED, "systemd-analyze verify"),
        (DOWN | {"ExecMainStatus": "217"}, Severity.FAILED, "the user nemowatch"),
        (DOWN | {"ExecMainStatus": "216"}, Severity.FAILED, "does not exist: media"),
        (DOWN | {"ExecMainStatus": "226"}, Severity.FAILED, "/nowhere/at/all"),
        (DOWN | {"ExecMainStatus": "203"}, Severity.FAILED, "it is not there"),
        (DOWN | {"ExecMainStatus": "243"}, Severity.FAILED, "/etc/credstore/nemo_token"),
        (DOWN | {"ExecMainStatus": "224"}, Severity.FAILED, "PAMName="),
        (DOWN | {"ExecMainStatus": "207"}, Severity.FAILED, "status 207"),
        (DOWN | {"ExecMainStatus": "1"}, Severity.FAILED, "status 1"),
        (
            DOWN | {"ActiveState": "failed", "SubState": "failed", "ExecMainStatus": "2"},
            Severity.FAILED,
            "does not try again",
        ),
        (DOWN | {"Result": "start-limit-hit"}, Severity.FAILED, "reset-failed"),
        (DOWN | {"Result": "oom-kill"}, Severity.FAILED, "MemoryMax"),
        (DOWN | {"Result": "watchdog"}, Severity.FAILED, "share that hangs"),
        (DOWN | {"Result": "signal", "ExecMainCode": "2"}, Severity.FAILED, "signal"),
    ]
)
def test_systemds_words_are_explained(known: dict[str, str], level: Severity, words: str) -> None:
    """Each state, and each step at which a start can fail, with what to do about it."""
    found = judge(Unit(known, token=SYSTEM.token))
    assert found.level is level
    assert words in f"{found.text} {found.cure}"
    if level is Severity.FAILED:
        assert found.cure


def test_every_step_of_systemds_has_a_cure() -> None:
    """And begins with the words that systemctl shows, which people search for."""
    for number in {*STATUSES, *SETTINGS}:
        found = judge(Unit(DOWN | {"ExecMainStatus": str(number)}))
        assert re.match(rf"{number}/[A-Z_]+: ", found.text)
        assert found.cure


def test_what_runs_but_should_be_mended_is_said() -> None:
    """Another nemowatch than this one, a unit that was changed, one that does not start with the
    machine."""
    known = UP | {"NeedDaemonReload": "yes", "UnitFileState": "disabled"}
    said = " ".join(each.text for each in remarks(Unit(known), "/usr/local/bin/nemowatch"))
    assert "does not start with the machine" in said
    assert "has not read it yet" in said
    assert "/nowhere/nemowatch, which is another nemowatch" in said
    assert remarks(Unit(UP), "/nowhere/nemowatch") == []
