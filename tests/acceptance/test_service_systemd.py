"""The shipped units, unchanged, under a real systemd (rigs/systemd_container), with a stand-in for
the daemon that uses its service room."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.systemd_container import (
    Service,
    SystemdContainer,
    install_units,
    systemd_version,
    wait_for,
    why_not,
)

#: What the units start in the place of nemowatch.
PROGRAM = Path(__file__).parents[1] / "rigs/stand_in_daemon.py"
REASON = why_not()
pytestmark = [pytest.mark.root, pytest.mark.skipif(bool(REASON), reason=REASON)]

TOKEN = "nmv_usr_cGxhbnRlZC1pbi10aGUtYmVk"
SOCKET = "/var/lib/nemowatch/control.sock"
CONFIG = """
[[watch]]
root = "/srv/studio"
[service]
drain = {drain}
[stand_in]
gate = "{gate}"
word = "{word}"
"""


def config(*, drain: float = 0, gate: str = "/", word: str = "first") -> str:
    return CONFIG.format(drain=drain, gate=gate, word=word)


def facts(service: Service, socket: str = SOCKET, **args: Any) -> dict[str, Any]:
    """What the running stand-in has seen."""
    said = service.container.run("/opt/nemowatch/bin/nemowatch", "facts", socket, json.dumps(args))
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemdContainer]:
    """A booted systemd with the shipped units."""
    program = PROGRAM.read_text()
    with SystemdContainer(tmp_path_factory.mktemp("container"), program) as booted:
        install_units(booted)
        yield booted


@pytest.fixture
def service(container: SystemdContainer) -> Iterator[Service]:
    """A stopped service with a token, the media drop-in and a workspace; all of it is gone
    afterwards."""
    made = Service(container)
    made.drop_in("media.conf")
    made.configure(config())
    container.write("/etc/credstore/nemo_token", TOKEN + "\n", 0o600)
    container.run(
        "install",
        "-d",
        "-o",
        "nemowatch",
        "-g",
        "nemowatch",
        "/srv/studio/inbox",
        "/srv/studio/outbox",
    )
    yield made
    made.remove()


def test_it_is_active_only_after_ready(service: Service) -> None:
    """While the daemon prepares, the unit is activating."""
    service.configure(config(gate="/share/go"))
    service.do("start", "--no-block")
    wait_for(lambda: service.container.path(SOCKET).exists(), "the daemon runs")
    assert service.show("ActiveState")[0] == "activating"
    (service.container.share / "go").touch()
    wait_for(lambda: service.show("ActiveState")[0] == "active", "active after READY")


def test_systemctl_status_shows_words_in_any_script(service: Service) -> None:
    """STATUS arrives as UTF-8, and READY is not lost beside it."""
    service.do("start")
    wait_for(lambda: "промо 视频.mp4" in service.status_text(), "the status")
    assert 'Status: "2 settling, 1 uploading 43 %: промо 视频.mp4; first"' in service.do("status")


@pytest.mark.slow
def test_a_reload_is_live_and_a_bad_configuration_is_refused(service: Service) -> None:
    """The process stays the same, and after a mistake the old configuration goes on."""
    service.do("start")
    before = facts(service)
    service.configure(config(word="second"))
    service.do("reload")
    wait_for(lambda: facts(service)["word"] == "second", "the new word")
    service.configure("[[watch")
    service.do("reload")
    wait_for(lambda: service.says("the new configuration is refused"), "the refusal")
    wait_for(lambda: service.show("ActiveState")[0] == "active", "active again")
    assert facts(service)["word"] == "second"
    assert facts(service)["pid"] == before["pid"]


@pytest.mark.slow  # scripts/newer-systemd plays it: Debian 12 has 252
@pytest.mark.skipif(
    not REASON and systemd_version() < 253, reason="Type=notify-reload needs systemd 253"
)
def test_with_notify_reload_the_command_waits(service: Service) -> None:
    """With the drop-in, what was reloaded is in force when systemctl returns."""
    service.drop_in("253-notify-reload.conf")
    service.do("start")
    service.configure(config(word="second"))
    service.do("reload")
    assert facts(service)["word"] == "second"


@pytest.mark.slow
@pytest.mark.skipif(not REASON and systemd_version() < 254, reason="RestartSteps needs systemd 254")
def test_with_restart_steps_each_restart_waits_longer(service: Service) -> None:
    """From 5 s to 5 minutes in 8 steps: the wait before the next restart grows with each one."""
    service.drop_in("254-restart-steps.conf")
    assert service.show("RestartSteps", "RestartUSec", "RestartMaxDelayUSec") == ["8", "5s", "5min"]
    service.drop_in(
        "short.conf", "[Service]\nRestartSec=100ms\nRestartMaxDelaySec=3s\nRestartSteps=3\n"
    )
    service.do("start")
    waits = []
    for restarts in ("1", "2"):
        waits.append(service.show("RestartUSecNext")[0])
        service.kill(signal.SIGKILL)
        wait_for(
            lambda n=restarts: service.show("NRestarts", "ActiveState") == [n, "active"],
            "restarted",
            20,
        )
    assert waits[0] == "100ms"
    assert service.show("RestartUSecNext")[0] not in waits


@pytest.mark.slow
def test_usr1_asks_for_a_scan(service: Service) -> None:
    """The signal reaches the daemon and ends nothing."""
    service.do("start")
    service.do("kill", "--signal=USR1")
    wait_for(lambda: facts(service)["scans"] == 1, "one scan")


@pytest.mark.slow
def test_a_stop_drains_and_asks_for_the_time_it_needs(service: Service) -> None:
    """A drain longer than TimeoutStopSec ends cleanly, because EXTEND_TIMEOUT_USEC said so."""
    service.drop_in("short.conf", "[Service]\nTimeoutStopSec=1\n")
    service.configure(config(drain=3))
    service.do("start")
    service.do("stop")
    assert service.says("drained")
    assert service.show("Result", "ExecMainStatus", "ActiveState") == ["success", "0", "inactive"]


@pytest.mark.slow
def test_a_hung_daemon_is_killed_by_the_watchdog_and_started_again(service: Service) -> None:
    """SIGSTOP silences the pings; systemd ends the process and starts another."""
    service.drop_in("short.conf", "[Service]\nWatchdogSec=2\nRestartSec=100ms\n")
    service.do("start")
    first = facts(service)["pid"]
    service.kill(signal.SIGSTOP)
    wait_for(service.restarted, "restarted by the watchdog", 40)
    assert facts(service)["pid"] != first
    assert any(
        "watchdog" in str(e.get("MESSAGE", "")).lower()
        for e in service.container.journal("nemowatch")
    )


@pytest.mark.slow
def test_a_live_daemon_outlives_its_watchdog(service: Service) -> None:
    """Pings arrive in time, three to a period."""
    service.drop_in("short.conf", "[Service]\nWatchdogSec=1\nRestartSec=100ms\n")
    service.do("start")
    before = int(service.show("WatchdogTimestampMonotonic")[0])
    wait_for(
        lambda: int(service.show("WatchdogTimestampMonotonic")[0]) > before + 3_000_000,
        "3 s of pings",
    )
    assert service.show("NRestarts", "ActiveState") == ["0", "active"]


@pytest.mark.slow
def test_a_killed_daemon_is_started_again(service: Service) -> None:
    """SIGKILL leaves a stale socket and an open journal; the next one takes both over."""
    service.drop_in("short.conf", "[Service]\nRestartSec=100ms\n")
    service.do("start")
    first = facts(service)["pid"]
    service.kill(signal.SIGKILL)
    wait_for(service.restarted, "restarted")
    assert facts(service)["pid"] != first


@pytest.mark.slow
def test_a_mistake_in_the_configuration_is_not_tried_again(service: Service) -> None:
    """Exit code 2 stays down and visible."""
    service.drop_in("short.conf", "[Service]\nRestartSec=100ms\n")
    service.configure("[[watch")
    service.container.run("systemctl", "start", "nemowatch", check=False)
    assert service.show("ActiveState", "ExecMainStatus", "NRestarts") == ["failed", "2", "0"]


def test_the_token_reaches_the_daemon_and_nobody_else(service: Service) -> None:
    """It is in its file alone: not in the process list, the environment, the unit, the state
    folder or the journal."""
    service.do("start")
    assert facts(service)["token_length"] == len(TOKEN)
    pid = service.container.outside_pid("nemowatch")
    places = [
        Path(f"/proc/{pid}/environ").read_bytes(),
        Path(f"/proc/{pid}/cmdline").read_bytes(),
        service.container.run("systemctl", "show", "nemowatch").encode(),
        service.container.run(
            "grep", "-rl", TOKEN, "/var/lib", "/srv", "/var/log", "/tmp", check=False
        ).encode(),
        service.container.run("journalctl", "--no-pager", "-o", "verbose").encode(),
    ]
    assert [TOKEN.encode() in place for place in places[:3] + places[4:]] == [False] * 4
    assert places[3] == b""


def test_without_a_token_file_the_service_starts_all_the_same(service: Service) -> None:
    """The credential is then not there at all, which means: none given."""
    service.container.run("rm", "/etc/credstore/nemo_token")
    service.do("start")
    found = facts(service)
    assert (found["token_length"], found["credentials"]) == (0, [])


@pytest.mark.slow
def test_the_state_folder_is_the_daemon_s_alone(service: Service) -> None:
    """Owner nemowatch, mode 0700; the socket 0600; root reaches it from outside."""
    service.do("start")
    said = service.container.run("stat", "-c", "%U %G %a", "/var/lib/nemowatch", SOCKET).split("\n")
    assert said[:2] == ["nemowatch nemowatch 700", "nemowatch nemowatch 600"]
    other = service.container.run(
        "setpriv",
        "--reuid=nobody",
        "--clear-groups",
        "/opt/nemowatch/bin/nemowatch",
        "facts",
        SOCKET,
        "{}",
        check=False,
    )
    assert "may not talk to the daemon" in other


def test_under_full_hardening_everything_it_needs_works(service: Service) -> None:
    """SQLite, inotify, threads, name look-up and httpx work, with no capability and nothing
    writable but its own."""
    service.do("start")
    wait_for(lambda: "промо" in service.status_text(), "it watches")
    service.container.write("/srv/studio/inbox/clip.mp4", "x")
    wait_for(lambda: "clip.mp4" in facts(service)["seen"], "the file is seen")
    found = facts(service)
    assert (found["http"], found["capabilities"], found["seccomp"], found["mounts"]) == (
        "fine",
        0,
        2,
        "mountinfo",
    )
    assert found["uid"] != 0
    assert {path for path, writable in found["allowed"].items() if writable} <= {"/srv"}


def test_a_share_mounted_after_the_start_is_found_and_written(service: Service) -> None:
    """The daemon waits for a missing root, sees it appear below ReadWritePaths, and results take
    the share's group."""
    service.container.run("rm", "-rf", "/srv/studio/inbox", "/srv/studio/outbox")
    service.do("start")
    wait_for(lambda: "等待共享文件夹" in service.status_text(), "it waits for the share")
    service.container.run("mount", "-t", "tmpfs", "tmpfs", "/srv/studio")
    service.container.run(
        "install",
        "-d",
        "-m",
        "2775",
        "-o",
        "nemowatch",
        "-g",
        "users",
        "/srv/studio/inbox",
        "/srv/studio/outbox",
    )
    wait_for(lambda: "промо" in service.status_text(), "it watches the share")
    service.container.write("/srv/studio/inbox/late.mp4", "x")
    wait_for(lambda: "late.mp4" in facts(service)["seen"], "the file is seen")
    facts(service, publish="/srv/studio/outbox")
    assert (
        service.container.run("stat", "-c", "%U %G %a", "/srv/studio/outbox/result.mp4")
        == "nemowatch users 664\n"
    )


@pytest.mark.slow
def test_the_lease_on_foreign_files_needs_its_drop_in(service: Service) -> None:
    """Refused to the hardened service, granted with CAP_LEASE, and nothing else is granted with
    it."""
    service.do("start")
    service.container.write("/srv/studio/inbox/foreign.mp4", "x")
    assert facts(service, lease="/srv/studio/inbox/foreign.mp4")["lease"] == "PermissionError"
    service.drop_in("cap-lease.conf")
    service.do("restart")
    found = facts(service, lease="/srv/studio/inbox/foreign.mp4")
    assert (found["lease"], found["capabilities"]) == ("granted", 1 << 28)


@pytest.mark.slow
def test_the_journal_gets_priorities_and_one_entry_per_event(service: Service) -> None:
    """A hostile file name is one entry of the right priority."""
    service.do("start")
    wait_for(lambda: "промо" in service.status_text(), "it watches")
    service.container.path("/srv/studio/inbox/a\n<0>forged \x1b[2J.mp4").write_text("x")
    wait_for(lambda: service.says("forged"), "the line")
    found = [e for e in service.container.journal("nemowatch") if "forged" in str(e["MESSAGE"])]
    assert [(e["PRIORITY"], e["MESSAGE"]) for e in found] == [
        ("6", 'seen file="a\\\\n<0>forged \\\\x1b[2J.mp4"')
    ]


@pytest.mark.slow
def test_two_instances_live_side_by_side(service: Service) -> None:
    """nemowatch@NAME has a configuration, a token and a state folder of its own."""
    second = Service(service.container, "nemowatch@second")
    service.container.write("/etc/nemowatch/second.toml", config(word="other"))
    service.container.write("/etc/credstore/nemo_token-second", TOKEN[:12], 0o600)
    service.do("start")
    second.do("start")
    found = facts(second, "/var/lib/nemowatch-second/control.sock")
    assert (found["word"], found["token_length"], facts(service)["word"]) == ("other", 12, "first")
    second.do("stop")
