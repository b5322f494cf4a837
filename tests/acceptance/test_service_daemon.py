"""The daemon itself in its shipped unit, under a real systemd, with the sandbox in the same
container."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.installed_studio import CONFIG, SAMPLE, TOKEN, URL, Studio
from tests.rigs.systemd_container import (
    CHECKOUT,
    Service,
    SystemdContainer,
    install_units,
    systemd_version,
    wait_for,
    why_not,
)

REASON = why_not()
pytestmark = [pytest.mark.root, pytest.mark.skipif(bool(REASON), reason=REASON)]
STATE = "/var/lib/nemowatch"
#: Commands that might say too much.
ASKED = (
    "config show",
    "status",
    "status --json",
    "jobs --json",
    "show 1",
    "show 2 --json",
    "check",
    "credits",
)


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemdContainer]:
    """A booted systemd with the shipped units and the real program."""
    with SystemdContainer(tmp_path_factory.mktemp("container")) as booted:
        install_units(booted)
        yield booted


@pytest.fixture
def studio(container: SystemdContainer) -> Iterator[Studio]:
    """A stopped service with a token, a workspace, and a sandbox that is quick."""
    made = Studio(container)
    made.drop_in("media.conf")
    made.configure(CONFIG.format(url=URL, limits=""))
    container.write("/etc/credstore/nemo_token", TOKEN + "\n", 0o600)
    trees = [f"/srv/studio/{name}" for name in ("inbox", "outbox", "done", "failed")]
    container.run("install", "-d", "-o", "nemowatch", "-g", "nemowatch", "/srv/studio", *trees)
    made.sandbox()
    yield made
    made.remove()
    made.end_sandbox()


def test_a_dropped_file_becomes_its_result(studio: Studio) -> None:
    """The whole way in the hardened unit, for one charged turn, and root's command finds the
    service's state."""
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    totals = studio.totals()
    assert totals is not None
    assert (totals["charged_turns"], totals["violations"]) == (1, 0)
    status = studio.ask("status")
    assert status["daemon"]["pid"] == int(studio.show("MainPID")[0])
    assert status["counts"]["published"] == 1
    wait_for(lambda: "credits" in studio.status_text(), "STATUS in words")


@pytest.mark.slow
def test_it_starts_with_the_cloud_down(studio: Studio) -> None:
    """An outage is no reason not to be ready; when the cloud is back, the work goes on by
    itself."""
    studio.end_sandbox()
    studio.drop("promo.mp4")
    studio.do("start")
    assert studio.show("ActiveState") == ["active"]
    wait_for(studio.states, "the file is claimed", 30)
    studio.sandbox()
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)


@pytest.mark.slow
def test_a_hung_daemon_finishes_its_job_without_a_second_charge(studio: Studio) -> None:
    """Stopped while it waits for a render, killed by the watchdog, started again: one turn, one
    render, one result."""
    studio.sandbox(render_seconds=6)
    studio.drop_in("short.conf", "[Service]\nWatchdogSec=3\nRestartSec=100ms\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "rendering" in studio.states(), "a render under way", 60)
    studio.kill(signal.SIGSTOP)
    wait_for(studio.restarted, "restarted by the watchdog", 40)
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    totals = studio.totals()
    assert totals is not None
    assert (totals["charged_turns"], totals["renders"], totals["violations"]) == (1, 1, 0)


@pytest.mark.slow
def test_a_killed_daemon_finishes_its_job_without_a_second_charge(studio: Studio) -> None:
    """The same for SIGKILL."""
    studio.sandbox(render_seconds=3)
    studio.drop_in("short.conf", "[Service]\nRestartSec=100ms\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "rendering" in studio.states(), "a render under way", 60)
    studio.kill(signal.SIGKILL)
    wait_for(studio.restarted, "restarted", 30)
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    totals = studio.totals()
    assert totals is not None
    assert (totals["charged_turns"], totals["renders"]) == (1, 1)


@pytest.mark.slow
def test_a_stop_lets_a_paid_turn_end(studio: Studio) -> None:
    """The turn under way ends and is kept, longer than TimeoutStopSec would allow; after the
    start only the rest is done."""
    studio.sandbox(turn_seconds=5)
    studio.drop_in("short.conf", "[Service]\nTimeoutStopSec=2\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "instructing" in studio.states(), "a turn under way", 60)
    studio.do("stop")
    assert studio.show("Result", "ExecMainStatus") == ["success", "0"]
    assert studio.states()[0] not in ("instructing", "attention")
    studio.do("start")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    totals = studio.totals()
    assert totals is not None
    assert totals["charged_turns"] == totals["turns"] == 1


@pytest.mark.slow
def test_a_signal_from_a_person_drains_longer_than_the_watchdog_waits(studio: Studio) -> None:
    """`systemctl kill` is no stop in systemd's eyes: its watchdog goes on, and must not end the
    paid turn."""
    studio.sandbox(turn_seconds=8)
    studio.drop_in("short.conf", "[Service]\nWatchdogSec=2\nTimeoutStopSec=2\nRestartSec=100ms\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "instructing" in studio.states(), "a turn under way", 60)
    studio.do("kill", "--kill-whom=main", "--signal=TERM")
    wait_for(lambda: studio.show("ActiveState") == ["inactive"], "it has ended", 30)
    assert studio.show("Result", "ExecMainStatus", "NRestarts") == ["success", "0", "0"]
    assert studio.states() == ["instructed"]


@pytest.mark.slow
def test_the_commands_find_the_state_of_each_instance(studio: Studio) -> None:
    """nemowatch@NAME has a state folder of its own, and root's commands find it by the
    configuration's name alone."""
    second = Service(studio.container, "nemowatch@second")
    second.drop_in("media.conf")
    other = CONFIG.format(url=URL, limits="").replace("/srv/studio", "/srv/second")
    studio.container.write("/etc/nemowatch/second.toml", other)
    studio.do("start")
    second.do("start")
    try:
        status = studio.ask("status", "--config", "/etc/nemowatch/second.toml")
        assert [watch["root"] for watch in status["watches"]] == ["/srv/second"]
        assert status["daemon"]["pid"] == int(second.show("MainPID")[0])
        assert studio.ask("status")["daemon"]["pid"] == int(studio.show("MainPID")[0])
    finally:
        second.do("stop")


def manual(after: str) -> list[str]:
    """The commands of the first block behind `after` in docs/operations.md."""
    text = (CHECKOUT / "docs/operations.md").read_text()
    assert after in text
    return text.partition(after)[2].partition("```sh\n")[2].partition("```")[0].splitlines()


@pytest.mark.slow
def test_root_backs_up_and_checks_the_journal_without_locking_the_daemon_out(
    studio: Studio,
) -> None:
    """Beside the running daemon and while it is stopped; afterwards it starts and every file in
    its state is its own."""
    command = "/opt/nemowatch/bin/nemowatch"
    studio.do("start")
    studio.container.run(command, "journal", "backup", "/root/running.db")
    studio.do("stop")
    studio.container.run(command, "journal", "backup", "/root/stopped.db")
    assert "sound" in studio.container.run(command, "journal", "check")
    assert studio.container.run("find", STATE, "!", "-user", "nemowatch") == ""
    studio.do("start")
    assert studio.container.run("stat", "-c", "%U %a", "/root/running.db") == "root 600\n"


@pytest.mark.slow
def test_a_backup_restored_as_the_manual_says_asks_before_it_pays(studio: Studio) -> None:
    """Backed up before a job was paid, restored after it: nothing is paid again; root's copy
    belongs to the service."""
    run = studio.container.run
    run("ln", "-sf", "/opt/nemowatch/bin/nemowatch", "/usr/local/bin/nemowatch")
    studio.configure(
        CONFIG.format(url=URL, limits="").replace("settle =", 'after = "keep"\nsettle =')
    )
    studio.do("start")
    run("sh", "-euc", "\n".join(manual("A nightly backup")))
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    run("rm", "/srv/studio/outbox/dub-es/promo.es.mp4")
    run("sh", "-euc", "\n".join(manual("**To restore a journal:**")))
    wait_for(lambda: studio.states() == ["held"], "held for approval", 30)
    totals = studio.totals()
    assert totals is not None
    assert totals["charged_turns"] == 1
    assert run("find", "/root/nemowatch-backup", "-type", "f", "!", "-perm", "600") == ""
    assert run("find", STATE, "!", "-user", "nemowatch") == ""


@pytest.mark.slow
def test_a_service_that_moved_to_another_machine_goes_on_without_a_question(studio: Studio) -> None:
    """Another host name and a copied state folder, chowned: the workspace is still its own, and
    the render is fetched."""
    run = studio.container.run
    studio.sandbox(render_seconds=6)
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "rendering" in studio.states(), "a render under way", 60)
    studio.do("stop")
    run("cp", "-r", STATE, "/root/moved")
    run("rm", "-rf", STATE)
    run("hostname", "another")
    run("cp", "-r", "/root/moved", STATE)
    run("chown", "-R", "nemowatch:", STATE)
    try:
        studio.do("start")
        wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
        assert studio.ask("status")["watches"][0]["state"] == "watching"
        totals = studio.totals()
        assert totals is not None
        assert totals["charged_turns"] == 1
    finally:
        run("hostname", "container")
        run("rm", "-rf", "/root/moved")


@pytest.mark.slow
def test_a_check_from_within_the_unit_finds_nothing_wrong(studio: Studio) -> None:
    """What the hardening hides (the kernel's limits) is said plainly, and is no warning."""
    studio.do("start")
    inside = [
        "nsenter",
        "-t",
        studio.show("MainPID")[0],
        "-m",
        "--",
        "/opt/nemowatch/bin/nemowatch",
        "check",
        "--json",
    ]
    found = json.loads(studio.container.run(*inside))
    assert [row for row in found["checks"] if row["level"] != "ok"] == []
    assert "cannot be seen from here" in next(
        row["text"] for row in found["checks"] if row["what"] == "inotify"
    )
    assert "that the kernel allows" in studio.container.run("/opt/nemowatch/bin/nemowatch", "check")


MANAGER = """[Service]
Type=notify
User={user}
ExecStart=/lib/systemd/systemd --user
RuntimeDirectory=user/{uid}
Environment=XDG_RUNTIME_DIR=/run/user/{uid}
Delegate=yes
KillMode=mixed
"""


@pytest.mark.slow
def test_the_user_s_unit_runs_under_a_user_s_manager(studio: Studio) -> None:
    """As one person, in a home folder, without root: it starts, works, reloads and stops."""
    run, write, home = studio.container.run, studio.container.write, "/home/anna"
    run("useradd", "--create-home", "anna")
    uid = run("id", "-u", "anna").strip()
    unit = (CHECKOUT / "systemd/user/nemowatch.service").read_text()
    write(f"{home}/.config/systemd/user/nemowatch.service", unit)
    config = CONFIG.format(url=URL, limits="").replace("/srv/studio", f"{home}/studio")
    write(
        f"{home}/.config/nemowatch/config.toml",
        config.replace("[api]", f'[api]\ntoken_file = "{home}/token"'),
    )
    write(f"{home}/token", TOKEN + "\n", 0o600)
    write(f"{home}/studio/inbox/dub-es/promo.mp4", "")
    shutil.copy(SAMPLE, studio.container.path(f"{home}/studio/inbox/dub-es/promo.mp4"))
    run("mkdir", "-p", f"{home}/.local/bin", f"{home}/studio/outbox")
    run("ln", "-s", "/opt/nemowatch/bin/nemowatch", f"{home}/.local/bin/nemowatch")
    run("chown", "-R", "anna:", home)
    write("/etc/systemd/system/manager.service", MANAGER.format(user="anna", uid=uid))
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "manager")

    def hers(*words: str) -> str:
        env = ["env", f"XDG_RUNTIME_DIR=/run/user/{uid}", f"HOME={home}"]
        return run(
            "setpriv",
            f"--reuid={uid}",
            f"--regid={uid}",
            "--clear-groups",
            *env,
            "systemctl",
            "--user",
            *words,
        )

    try:
        hers("start", "nemowatch")
        result = studio.container.path(f"{home}/studio/outbox/dub-es/promo.es.mp4")
        wait_for(result.exists, "the result", 90)
        hers("reload", "nemowatch")
        hers("stop", "nemowatch")
        assert "Result=success" in hers("show", "nemowatch", "-pResult")
        assert run("stat", "-c", "%U %a", f"{home}/.local/state/nemowatch") == "anna 700\n"
    finally:
        run("systemctl", "stop", "manager")
        run("userdel", "--remove", "--force", "anna", check=False)


@pytest.mark.slow
def test_a_reload_applies_and_a_mistake_is_refused(studio: Studio) -> None:
    """The process stays, the change is named, and a mistake leaves the old configuration in
    force."""
    studio.do("start")
    before = studio.show("MainPID")
    studio.configure(CONFIG.format(url=URL, limits="confirm_above = 7"))
    studio.do("reload")
    wait_for(lambda: studio.says("confirm_above"), "what was applied")
    studio.configure(CONFIG.format(url=URL, limits="confirm_abvoe = 7"))
    studio.do("reload")
    wait_for(lambda: studio.says("confirm_abvoe"), "what was refused")
    assert studio.show("ActiveState", "MainPID") == ["active", *before]


@pytest.mark.slow
def test_without_a_token_it_works_anonymously(studio: Studio) -> None:
    """The credential may be missing; what the daemon then stores is for its eyes only."""
    studio.container.run("rm", "/etc/credstore/nemo_token")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    assert studio.container.run("find", STATE, "-type", "f", "-perm", "/077") == ""
    assert studio.container.run("stat", "-c", "%U %a", STATE) == "nemowatch 700\n"


def test_a_planted_token_is_found_nowhere_but_in_its_file(studio: Studio) -> None:
    """Not in the state, the workspace, the log at level debug, the unit, the process list, nor
    in what the commands say; after work, after the cloud has refused it, and after an outage."""
    studio.configure(CONFIG.format(url=URL, limits="") + '[log]\nlevel = "debug"\n')
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    studio.order("token", {"revoke": TOKEN})
    # a box that players skip: other content, and whole
    studio.drop("second.mp4", b"\0\0\0\x10freesecond..")
    wait_for(lambda: "held" in studio.states(), "the refusal", 60)
    studio.end_sandbox()
    studio.drop("third.mp4", b"\0\0\0\x10freethird...")
    studio.do("kill", "--signal=HUP")
    wait_for(lambda: len(studio.states()) == 3, "the third file", 60)
    pid = studio.container.outside_pid("nemowatch")
    said = [
        Path(f"/proc/{pid}/cmdline").read_text(),
        Path(f"/proc/{pid}/environ").read_text(),
        studio.container.run("ps", "-eo", "args"),
        studio.container.run("systemctl", "show", "nemowatch"),
        studio.container.run("journalctl", "-o", "verbose", "--no-pager"),
        *(
            studio.container.run("/opt/nemowatch/bin/nemowatch", *words.split(), check=False)
            for words in ASKED
        ),
    ]
    assert [text.count(TOKEN) for text in said] == [0] * len(said)
    places = ["/etc", "/run", "/var/lib/nemowatch", "/var/log", "/var/tmp", "/srv", "/tmp"]
    own = "^(/etc/credstore/nemo_token|/run/credentials/nemowatch.service/nemo_token)$"
    found = studio.container.run(
        "sh", "-c", f"grep -rlasF {TOKEN} {' '.join(places)} | grep -Ev '{own}'", check=False
    )
    assert found == ""


@pytest.mark.slow
def test_a_share_mounted_after_the_start_is_worked(studio: Studio) -> None:
    """The service starts without its share, says so, and takes up the work when it appears below
    ReadWritePaths."""
    studio.container.run("rm", "-rf", "/srv/studio")
    studio.container.run("mkdir", "/srv/studio")
    studio.do("start")
    wait_for(lambda: "/srv/studio: offline" in studio.status_text(), "STATUS says what is missing")
    studio.container.run("mount", "-t", "tmpfs", "tmpfs", "/srv/studio")
    trees = [f"/srv/studio/{name}" for name in ("inbox", "outbox")]
    studio.container.run(
        "install", "-d", "-m", "2775", "-o", "nemowatch", "-g", "users", "/srv/studio", *trees
    )
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)
    said = studio.container.run("stat", "-c", "%U %G %a", "/srv/studio/outbox/dub-es/promo.es.mp4")
    assert said == "nemowatch users 664\n"


@pytest.mark.slow
@pytest.mark.skipif(
    not REASON and systemd_version() < 253, reason="Type=notify-reload needs systemd 253"
)
def test_with_notify_reload_the_command_waits_until_it_applies(studio: Studio) -> None:
    """With the drop-in the line of the reload stands in the log when systemctl returns, after a
    mistake too."""
    studio.drop_in("253-notify-reload.conf")
    studio.do("start")
    studio.configure(CONFIG.format(url=URL, limits="confirm_above = 7"))
    studio.do("reload")
    assert studio.says("configuration reloaded")
    studio.configure("[[watch")
    studio.do("reload")
    assert studio.says("the new configuration is refused")
    assert studio.show("ActiveState") == ["active"]
