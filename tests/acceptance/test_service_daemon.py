"""The daemon itself in its shipped unit, under a real systemd, with the sandbox in the same container."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the bed is a program of its own, and not a package
from systemd_bed import CHECKOUT, Bed, Service, install_units, wait_for, why_not

sys.path.pop(0)

REASON = why_not()
pytestmark = [pytest.mark.root, pytest.mark.skipif(bool(REASON), reason=REASON)]

TOKEN = "nmv_usr_cGxhbnRlZC1pbi10aGUtYmVk"
STATE = "/var/lib/nemowatch"
PYTHON = "/opt/nemowatch/bin/python"
URL = "http://127.0.0.1:8791"
CONFIG = """
[api]
base_url = "{url}"
[[watch]]
root = "/srv/studio"
settle = 0.3
scan_interval = 1
[render]
poll_interval = 0.2
[chat]
recheck = [0.2, 0.2, 0.2]
[retry]
base = 0.1
cap = 1
[limits]
{limits}
"""
SAMPLE = CHECKOUT / "nemowatch/sandbox/media/sample.mp4"


class Studio(Service):
    """nemowatch.service with a workspace in /srv/studio and a sandbox that can be asked."""

    def sandbox(self, **settings: float) -> None:
        """A fresh sandbox with these settings, in place of any other."""
        self.end_sandbox()
        options = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        command = ["systemd-run", "--unit=sandbox", "--collect", PYTHON, "-m", "nemowatch.sandbox", "--port", "8791"]
        self.bed.run(*command, *options)
        wait_for(lambda: self.totals(check=False) is not None, "the sandbox answers")

    def end_sandbox(self) -> None:
        """The cloud cannot be reached."""
        self.bed.run("systemctl", "stop", "sandbox", check=False)

    def totals(self, *, check: bool = True) -> dict[str, int] | None:
        """The ledger's sums."""
        program = f"import urllib.request as u; print(u.urlopen({URL + '/_sandbox/ledger'!r}).read().decode())"
        said = self.bed.run(PYTHON, "-c", program, check=check)
        found: dict[str, int] | None = json.loads(said)["totals"] if said.startswith("{") else None
        return found

    def drop(self, name: str, more: bytes = b"") -> None:
        """Put the sample video, and `more` behind it, into the folder that asks for Spanish."""
        folder = self.bed.path("/srv/studio/inbox/dub-es")
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(SAMPLE.read_bytes() + more)
        self.bed.run("chown", "-R", "nemowatch:", "/srv/studio/inbox")

    def result(self, name: str) -> bool:
        """Whether the result stands in the outbox."""
        return self.bed.path(f"/srv/studio/outbox/dub-es/{name}").exists()

    def ask(self, *words: str) -> Any:
        """What a command prints as JSON, run as root without the service's environment."""
        return json.loads(self.bed.run("/opt/nemowatch/bin/nemowatch", *words, "--json"))

    def states(self) -> list[str]:
        """The state of every job."""
        return [job["state"] for job in self.ask("jobs")]


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """A booted systemd with the shipped units and the real program."""
    with Bed(tmp_path_factory.mktemp("bed")) as booted:
        install_units(booted)
        yield booted


@pytest.fixture
def studio(bed: Bed) -> Iterator[Studio]:
    """A stopped service with a token, a workspace, and a sandbox that is quick."""
    made = Studio(bed)
    made.drop_in("media.conf")
    made.configure(CONFIG.format(url=URL, limits=""))
    bed.write("/etc/credstore/nemo_token", TOKEN + "\n", 0o600)
    trees = [f"/srv/studio/{name}" for name in ("inbox", "outbox", "done", "failed")]
    bed.run("install", "-d", "-o", "nemowatch", "-g", "nemowatch", "/srv/studio", *trees)
    made.sandbox()
    yield made
    made.remove()
    made.end_sandbox()


def test_a_dropped_file_becomes_its_result(studio: Studio) -> None:
    """The whole way in the hardened unit, for one charged turn, and root's command finds the service's state."""
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
    totals = studio.totals()
    assert totals is not None
    assert (totals["charged_turns"], totals["violations"]) == (1, 0)
    status = studio.ask("status")
    assert status["daemon"]["pid"] == int(studio.show("MainPID")[0])
    assert status["counts"]["published"] == 1
    wait_for(lambda: "credits" in studio.status_text(), "STATUS in words")


@pytest.mark.slow
def test_it_starts_with_the_cloud_down(studio: Studio) -> None:
    """An outage is no reason not to be ready; when the cloud is back, the work goes on by itself."""
    studio.end_sandbox()
    studio.drop("promo.mp4")
    studio.do("start")
    assert studio.show("ActiveState") == ["active"]
    wait_for(studio.states, "the file is claimed", 30)
    studio.sandbox()
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 90)


@pytest.mark.slow
def test_a_hung_daemon_finishes_its_job_without_a_second_charge(studio: Studio) -> None:
    """Stopped while it waits for a render, killed by the watchdog, started again: one turn, one render, one result."""
    studio.sandbox(render_seconds=6)
    studio.drop_in("short.conf", "[Service]\nWatchdogSec=3\nRestartSec=100ms\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "rendering" in studio.states(), "a render under way", 30)
    studio.kill(signal.SIGSTOP)
    wait_for(studio.restarted, "restarted by the watchdog", 40)
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
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
    wait_for(lambda: "rendering" in studio.states(), "a render under way", 30)
    studio.kill(signal.SIGKILL)
    wait_for(studio.restarted, "restarted", 30)
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
    totals = studio.totals()
    assert totals is not None
    assert (totals["charged_turns"], totals["renders"]) == (1, 1)


@pytest.mark.slow
def test_a_stop_lets_a_paid_turn_end(studio: Studio) -> None:
    """The turn under way ends and is kept, longer than TimeoutStopSec would allow; after the start only the rest is done."""
    studio.sandbox(turn_seconds=5)
    studio.drop_in("short.conf", "[Service]\nTimeoutStopSec=2\n")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: "instructing" in studio.states(), "a turn under way", 30)
    studio.do("stop")
    assert studio.show("Result", "ExecMainStatus") == ["success", "0"]
    assert studio.states()[0] not in ("instructing", "attention")
    studio.do("start")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
    totals = studio.totals()
    assert totals is not None
    assert totals["charged_turns"] == totals["turns"] == 1


@pytest.mark.slow
def test_a_reload_applies_and_a_mistake_is_refused(studio: Studio) -> None:
    """The process stays, the change is named, and a mistake leaves the old configuration in force."""
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
    studio.bed.run("rm", "/etc/credstore/nemo_token")
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
    assert studio.bed.run("find", STATE, "-type", "f", "-perm", "/077") == ""
    assert studio.bed.run("stat", "-c", "%U %a", STATE) == "nemowatch 700\n"


def test_a_planted_token_is_found_nowhere_but_in_its_file(studio: Studio) -> None:
    """Not in the state, the workspace, the log, the unit, the process list, nor in what the commands say; with a failure too."""
    studio.do("start")
    studio.drop("promo.mp4")
    wait_for(lambda: studio.result("promo.es.mp4"), "the result", 30)
    studio.end_sandbox()
    studio.drop("second.mp4", b"\0\0\0\x10freesecond..")  # a box that players skip: other content, and whole
    wait_for(lambda: "held" in studio.states(), "the outage", 60)
    pid = studio.bed.outside_pid("nemowatch")
    said = [
        Path(f"/proc/{pid}/cmdline").read_text(),
        Path(f"/proc/{pid}/environ").read_text(),
        studio.bed.run("systemctl", "show", "nemowatch"),
        studio.bed.run("journalctl", "-u", "nemowatch", "-o", "verbose", "--no-pager"),
        studio.bed.run("/opt/nemowatch/bin/nemowatch", "config", "show"),
        studio.bed.run("/opt/nemowatch/bin/nemowatch", "status"),
        studio.bed.run("/opt/nemowatch/bin/nemowatch", "show", "1"),
        studio.bed.run("grep", "-rlaF", TOKEN, STATE, "/srv", "/tmp", "/var/tmp", check=False),
    ]
    assert [text.count(TOKEN) for text in said[:-1]] == [0] * 7
    assert said[-1] == ""
