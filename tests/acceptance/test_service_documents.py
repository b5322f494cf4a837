"""docs/operations.md, typed on a bare Debian as it stands: each machine that it speaks of is a
systemd of its own, without a network; the cloud is the sandbox.

scripts/test-service makes what it needs: the tree of a bare Debian, and a folder of wheels that
stands for the package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.rigs.document_blocks import DOCS, SERVER, Block, blocks
from tests.rigs.media_files import box
from tests.rigs.systemd_container import CHECKOUT, SystemdContainer, wait_for, why_not

#: The folder of wheels: nemowatch's own, everything that it needs, hatchling, uv.
INDEX = os.environ.get("NEMOWATCH_DOCUMENTS_INDEX", "")
REASON = why_not() or ("" if INDEX else "scripts/test-service makes the bare Debian it needs")
pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.skipif(bool(REASON), reason=REASON),
]

CLOUD = "http://127.0.0.1:8470"
TOKEN = "nmv_usr_cGxhbnRlZC1pbi10aGUtYmVk"
WORKSPACE = "/srv/studio"
#: What an administrator writes into the configuration.
REMARK = "# of the administrator"
SAMPLE = CHECKOUT / "nemowatch/sandbox/media/sample.mp4"
DROP_IN = "/etc/systemd/system/nemowatch.service.d/of-the-administrator.conf"
#: What a person types in, and what is set: a login of root's on a small machine.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "SYSTEMD_PAGER": "",
    "NEMOWATCH_API__BASE_URL": CLOUD,
    "DEBIAN_FRONTEND": "noninteractive",
}
#: Until a result is there: a render of the sandbox, on a busy machine.
PATIENCE = 180.0


class Machine:
    """A bare Debian with a package index in a folder, and a cloud."""

    def __init__(self, container: SystemdContainer, name: str) -> None:
        self.container = container
        self.name = name
        self.here = "/root/nemowatch" if name == "by-hand" else "/root"
        self._prepare()

    def _prepare(self) -> None:
        inside, run = self.container, self.container.run
        shutil.copytree(INDEX, inside.share / "index", copy_function=os.link)
        inside.write("/etc/pip.conf", "[global]\nno-index = true\nfind-links = /share/index\n")
        inside.write("/etc/uv/uv.toml", 'no-index = true\nfind-links = ["/share/index"]\n')
        quick = "NEMOWATCH_RENDER__POLL_INTERVAL=1"
        manager = f"[Manager]\nDefaultEnvironment=NEMOWATCH_API__BASE_URL={CLOUD} {quick}\n"
        inside.write("/etc/systemd/system.conf.d/cloud.conf", manager)
        run("systemctl", "daemon-reexec")
        sandbox = ("sandbox", "--port", "8470", "--turn-seconds=1", "--render-seconds=1")
        run("systemd-run", "--unit", "sandbox", "/testbed/nemowatch/bin/nemowatch", *sandbox)
        if self.name == "by-hand":
            self._copy_checkout()
        else:
            wheel = next(Path(INDEX).glob("nemowatch-*.whl"))
            shutil.copy(wheel, inside.path("/root"))
        if self.name == "uv":
            self._copy_uv()

    def _copy_checkout(self) -> None:
        """What a clone has: the files that git knows."""
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
        ).stdout
        for name in filter(None, listed.split("\0")):
            if not name.startswith("tests/") and (CHECKOUT / name).exists():
                target = self.container.path(f"{self.here}/{name}")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(CHECKOUT / name, target)

    def _copy_uv(self) -> None:
        wheel = zipfile.ZipFile(next(Path(INDEX).glob("uv-*.whl")))
        for name in wheel.namelist():
            if name.endswith("/scripts/uv"):
                target = self.container.path("/usr/local/bin/uv")
                target.write_bytes(wheel.read(name))
                target.chmod(0o755)

    def type(self, text: str, what: str = "") -> str:
        """Type lines into root's shell; fails at the first that fails, with all that was said.
        What is to be pasted is the token."""
        done = subprocess.run(
            [
                "nsenter",
                "-t",
                str(self.container.pid),
                "-a",
                "--",
                "sh",
                "-eux",
                "-c",
                f"cd {self.here}\n{text}",
            ],
            input=f"{TOKEN}\n",
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            env=ENVIRONMENT,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{self.name}: {what}\n{said}"
        return said

    def makes(self, stem: str) -> None:
        """A film that a person of the group drops becomes a result, which that group may write."""
        inbox = self.container.path(f"{WORKSPACE}/inbox/dub-es")
        mark = box(b"free", f"{self.name} {stem}".encode())  # so that no two have the same content
        (inbox / f"{stem}.mp4").write_bytes(SAMPLE.read_bytes() + mark)
        result = self.container.path(f"{WORKSPACE}/outbox/dub-es/{stem}.es.mp4")
        try:
            wait_for(result.exists, f"{self.name}: {stem}.es.mp4", PATIENCE)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()}") from None
        said = self.type(f"stat -c '%a %G' '{WORKSPACE}/outbox/dub-es/{stem}.es.mp4'")
        mode, group = said.split()[:2]
        assert mode == "664"
        assert group == self.type(f"stat -c %G {WORKSPACE}/inbox").split()[0]

    def log(self) -> str:
        """The last lines of its log."""
        return self.container.run("journalctl", "-u", "nemowatch", "-n", "30", "--no-pager")

    def shows(self, *keys: str) -> list[str]:
        """Properties of the service."""
        return self.container.show("nemowatch", *keys)


class Machines:
    """Those that a document speaks of, each booted when it is first needed."""

    def __init__(self, work: Path, stack: ExitStack) -> None:
        self._work, self._stack = work, stack
        self._booted: dict[str, Machine] = {}

    def __getitem__(self, name: str) -> Machine:
        if name not in self._booted:
            work = self._work / name
            work.mkdir()
            container = self._stack.enter_context(SystemdContainer(work, bare=True))
            self._booted[name] = Machine(container, name)
            if name == "new":
                self._carry_over()
        return self._booted[name]

    def _carry_over(self) -> None:
        """What a person copies from the old machine to the new one."""
        old, new = self._booted["uv"].container, self._booted["new"].container
        shutil.copy(old.path("/root/nemowatch-move.tar.gz"), new.path("/root"))
        subprocess.run(["cp", "-a", old.path(WORKSPACE), new.path("/srv")], check=True)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """No machine is booted yet; all are off afterwards."""
    with ExitStack() as stack:
        yield Machines(tmp_path, stack)


def installed(machine: Machine) -> None:
    """It runs, starts with the machine, and works; the token and the configuration are private;
    an administrator adds a drop-in and a line."""
    assert machine.shows("ActiveState", "UnitFileState") == ["active", "enabled"]
    machine.makes("promo")
    assert "640 nemowatch" in machine.type("stat -c '%a %G' /etc/nemowatch/config.toml")
    if machine.name == "by-hand":
        said = machine.type("stat -c '%a %U' /etc/credstore /etc/credstore/nemo_token")
        assert said.split()[:4] == ["700", "root", "600", "root"]
    assert machine.type("runuser -u nobody -- nemowatch --version").startswith("nemowatch ")
    machine.container.write(DROP_IN, "[Service]\nNice=3\n")
    machine.type("systemctl daemon-reload; systemctl restart nemowatch; systemctl reload nemowatch")
    machine.type(f"echo '{REMARK}' | cat - /etc/nemowatch/config.toml >/tmp/new")
    machine.type("cat /tmp/new >/etc/nemowatch/config.toml; systemctl reload nemowatch")


def upgraded(machine: Machine) -> None:
    """It was restarted with the new program, which has its extras; what the administrator wrote is
    still there."""
    machine.type(
        'program=$(readlink -f "$(command -v nemowatch)"); python=$(head -n 1 "$program" '
        "| cut -c 3-)\n"
        '$python -c "import aiohttp, prometheus_client, apprise"'
    )
    assert machine.shows("ActiveState", "Nice") == ["active", "3"]
    assert machine.type("head -n 1 /etc/nemowatch/config.toml").startswith(REMARK)
    started = machine.shows("InactiveExitTimestampMonotonic")
    machine.makes("after upgrade")
    if machine.name == SERVER:
        machine.type("nemowatch service install")
        assert machine.shows("InactiveExitTimestampMonotonic") == started


def restored(machine: Machine) -> None:
    """The journal of the backup is in force."""
    assert machine.shows("ActiveState") == ["active"]
    assert "sound" in machine.type("nemowatch journal check")


def moved(machine: Machine) -> None:
    """The new machine goes on in the same workspace, without a take-over, and works."""
    machine.type(f"chown -R nemowatch: {WORKSPACE}; ! nemowatch status | grep 'held by'")
    machine.makes("after move")
    assert "promo.mp4" in machine.type("nemowatch jobs")


def uninstalled(machine: Machine) -> None:
    """Nothing runs and no unit is left; what was made and paid for is there."""
    assert machine.shows("LoadState", "ActiveState") == ["not-found", "inactive"]
    machine.type("! command -v nemowatch")
    for path in (f"{WORKSPACE}/outbox/dub-es/promo.es.mp4", "/var/lib/nemowatch/journal.db"):
        assert machine.container.path(path).exists()
    for path in ("/etc/nemowatch/config.toml", DROP_IN):
        assert machine.container.path(path).exists()


#: What must hold when a machine has been through a section.
CHECKS = {
    ("Install", SERVER): installed,
    ("Install", "uv"): installed,
    ("Install", "by-hand"): installed,
    ("Upgrade", SERVER): upgraded,
    ("Upgrade", "uv"): upgraded,
    ("Upgrade", "by-hand"): upgraded,
    ("Back up, restore, move", SERVER): restored,
    ("Back up, restore, move", "new"): moved,
    ("Uninstall", SERVER): uninstalled,
    ("Uninstall", "by-hand"): uninstalled,
}


@pytest.mark.parametrize("names", [[SERVER], ["by-hand"], ["uv", "new"]], ids="-".join)
def test_the_manual_is_true_line_by_line(machines: Machines, names: list[str]) -> None:
    """Every shell block of docs/operations.md, in order, each on its machine; after each section
    the machine is as the document says."""
    typed = [block for block in blocks(DOCS / "operations.md") if block.machine in names]
    due = {place: check for place, check in CHECKS.items() if place[1] in names}
    for index, block in enumerate(typed):
        machines[block.machine].type(block.text, str(block))
        if not returns(block, typed[index + 1 :]):
            check = due.pop((block.section, block.machine), None)
            if check is not None:
                check(machines[block.machine])
    assert due == {}


def returns(block: Block, later: list[Block]) -> bool:
    """Whether the section has more for this machine."""
    here = (block.section, block.machine)
    return any((other.section, other.machine) == here for other in later)
