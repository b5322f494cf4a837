"""A real systemd as PID 1 of a throw-away container, on an overlay of this machine's own root.

Owns its namespaces, mounts and cgroup; nothing outside them is changed. It needs root, cgroup v2
(unified or hybrid), overlayfs, unshare and an installed systemd; `why_not()` says what is missing.
Limits of memory, CPU and I/O are not enforced in it.

In the container /opt/nemowatch has a virtual environment of /usr/bin/python3 with the packages of
the Python that runs this file, and /usr/lib/systemd/system has the machine's own units. /share is a
folder of the machine.

A `bare` container has only the machine's tree and nothing of nemowatch: the packages, the checkout
and that environment are below /testbed.

NEMOWATCH_CONTAINER_TREE names another root to start (a newer Debian, see scripts/newer-systemd),
and NEMOWATCH_CONTAINER_PACKAGES names the packages for its Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.rigs.patience import PATIENCE

CHECKOUT = Path(__file__).resolve().parents[2]
# services may not enter root's home, where other Pythons are often installed
SYSTEM_PYTHON = "/usr/bin/python3"
SYSTEMD = "/lib/systemd/systemd"
TREE = Path(os.environ.get("NEMOWATCH_CONTAINER_TREE", "/"))
PACKAGES = Path(os.environ.get("NEMOWATCH_CONTAINER_PACKAGES", sysconfig.get_path("purelib")))
BOOT_SECONDS = 30.0
TARGET = """[Unit]
Description=what a container boots into
Requires=systemd-journald.service
After=systemd-journald.service
AllowIsolate=yes
"""
SCRIPT = """#!{opt}/nemowatch/bin/python
import sys
from nemowatch.cli import main
sys.exit(main())
"""


def why_not() -> str:
    """The reason why no container can be made here; "" if one can."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("unshare", "nsenter", "pivot_root", "chroot"):
        if not shutil.which(tool):
            return f"needs {tool}"
    for path in (SYSTEM_PYTHON, SYSTEMD, "/usr/bin/systemctl"):
        if not (TREE / path[1:]).exists():
            return f"needs {path}" + (f" in {TREE}" if Path("/") != TREE else "")
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "needs overlayfs"
    if not _cgroups():
        return "needs cgroup v2"
    if subprocess.run(
        ["unshare", "--mount", "--pid", "--cgroup", "--net", "--fork", "true"],
        check=False,
        capture_output=True,
    ).returncode:
        return "may not make namespaces here"
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if "NEMOWATCH_CONTAINER_PACKAGES" not in os.environ and python_version() != ours:
        return f"needs {SYSTEM_PYTHON} to be Python {ours}, whose packages it borrows"
    return ""


def python_version() -> str:
    """The version of the Python that runs the services, such as "3.11"."""
    return _in_tree(
        SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"
    ).strip()


def systemd_version() -> int:
    """The version of the systemd that will be started."""
    return int(_in_tree("/usr/bin/systemctl", "--version").split()[1])


def _in_tree(*command: str) -> str:
    return subprocess.run(
        ["chroot", TREE, *command], capture_output=True, text=True, check=True
    ).stdout


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The first true result of `condition`. After `seconds` the test fails, and the message names
    `what`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


class SystemdContainer:
    """One container; a context manager. `work` is an empty folder outside it."""

    def __init__(self, work: Path, program: str = SCRIPT, *, bare: bool = False) -> None:
        self.work = work
        self._opt = "/testbed" if bare else "/opt"
        self.share = work / "share"
        self._program = program
        self._cgroup = (
            _cgroups() or Path()
        ) / f"nemowatch-container-{os.getpid()}-{time.monotonic_ns()}"
        self.pid = 0

    def __enter__(self) -> SystemdContainer:
        self.share.mkdir()
        self.share.chmod(0o755)
        self._make_venv(self.work / "venv")
        self._cgroup.mkdir()
        try:
            self._boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGRTMIN + 4)  # poweroff
        try:
            self._outer.wait(10)
        except subprocess.TimeoutExpired:
            self._outer.kill()  # --kill-child takes the container with it
            self._outer.wait()
        for folder, _, _ in os.walk(self._cgroup, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()

    def path(self, inside: str) -> Path:
        """The path from outside of the file that is `inside` in the container."""
        return Path(f"/proc/{self.pid}/root{inside}")

    def write(self, inside: str, text: str, mode: int = 0o644) -> None:
        """Write a file in the container, and make its folders."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def run(self, *command: str, check: bool = True) -> str:
        """Run `command` in the container as root; returns its output. If it fails, the test fails
        with its errors, unless `check` is off."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-a", "--", *command],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "SYSTEMD_PAGER": "",
                "LANG": "C.UTF-8",
            },
        )
        if check and done.returncode:
            raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def show(self, unit: str, *keys: str) -> list[str]:
        """Properties of a unit, in the order of `keys`."""
        said = self.run("systemctl", "show", unit, *(f"-p{key}" for key in keys))
        found = dict(line.split("=", 1) for line in said.splitlines())
        return [found.get(key, "") for key in keys]

    def journal(self, unit: str) -> list[dict[str, Any]]:
        """The journal's entries for `unit`."""
        self.run("journalctl", "--sync")
        said = self.run("journalctl", "-u", unit, "-o", "json", "--all", "--no-pager", check=False)
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def outside_pid(self, unit: str) -> int:
        """The process id of the main process of `unit`, as seen from outside."""
        inner = self.show(unit, "MainPID")[0]
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    numbers = _field(entry / "status", "NSpid").split()
                    if (
                        numbers[-1] == inner
                        and os.stat(entry / "ns/pid").st_ino == self._pid_namespace
                    ):
                        return int(entry.name)
        raise AssertionError(f"{unit} has no process {inner}")

    @property
    def _pid_namespace(self) -> int:
        return os.stat(f"/proc/{self.pid}/ns/pid").st_ino

    def _boot(self) -> None:
        spaces = [
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--cgroup",
            "--pid",
            "--fork",
            "--kill-child",
        ]
        log = (self.work / "boot.log").open("wb")
        with log:
            self._outer = subprocess.Popen(
                [
                    "unshare",
                    *spaces,
                    "--propagation",
                    "private",
                    sys.executable,
                    __file__,
                    str(self.work),
                    self._opt,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._join_cgroup,  # noqa: PLW1509
            )
        self.pid = wait_for(self._find_init, f"boot; {self.work}/boot.log", BOOT_SECONDS)
        wait_for(self._is_up, "the target is reached", BOOT_SECONDS)

    def _join_cgroup(self) -> None:
        (self._cgroup / "cgroup.procs").write_text("0")

    def _find_init(self) -> int:
        if self._outer.poll() is not None:
            raise AssertionError((self.work / "boot.log").read_text())
        outer = self._outer.pid
        children = Path(f"/proc/{outer}/task/{outer}/children").read_text().split()
        is_init = children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd"
        return int(children[0]) if is_init else 0

    def _is_up(self) -> bool:
        return self.run("systemctl", "is-system-running", check=False).strip() in (
            "running",
            "degraded",
        )

    def _make_venv(self, where: Path) -> None:
        """Make the environment by hand, with only what it needs, because its Python may be another
        system's."""
        packages = where / f"lib/python{python_version()}/site-packages"
        packages.mkdir(parents=True)
        (packages / "container.pth").write_text(f"{self._opt}/source\n{self._opt}/packages\n")
        (where / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
        (where / "bin").mkdir()
        (where / "bin/python").symlink_to(SYSTEM_PYTHON)
        script = where / "bin/nemowatch"
        script.write_text(self._program.replace("{opt}", self._opt))
        script.chmod(0o755)


class Service:
    """One of the shipped units in a container, with what tests change."""

    def __init__(self, container: SystemdContainer, name: str = "nemowatch") -> None:
        self.container = container
        self.name = name

    def drop_in(self, name: str, text: str = "") -> None:
        """Install one of our drop-in files, or `text` as one."""
        content = text or (CHECKOUT / "systemd/drop-ins" / name).read_text()
        self.container.write(f"/etc/systemd/system/{self.name}.service.d/{name}", content)
        self.container.run("systemctl", "daemon-reload")

    def configure(self, text: str) -> None:
        """Write the configuration of the service."""
        self.container.write("/etc/nemowatch/config.toml", text)

    def do(self, verb: str, *options: str) -> str:
        """Run `systemctl VERB` for the service. If systemctl fails, the test fails and shows the
        service's log."""
        try:
            return self.container.run("systemctl", verb, *options, self.name)
        except AssertionError as failure:
            lines = "\n".join(str(entry["MESSAGE"]) for entry in self.container.journal(self.name))
            raise AssertionError(f"{failure}\n{lines}") from None

    def show(self, *keys: str) -> list[str]:
        """Properties of the service, in the order of `keys`."""
        return self.container.show(self.name, *keys)

    def status_text(self) -> str:
        """The last status that the service reported."""
        return self.show("StatusText")[0]

    def kill(self, number: signal.Signals) -> None:
        """Signal its main process from outside, where SIGSTOP and SIGKILL reach it too."""
        os.kill(self.container.outside_pid(self.name), number)

    def restarted(self) -> bool:
        """Whether systemd has restarted it."""
        restarts, state = self.show("NRestarts", "ActiveState")
        return restarts != "0" and state == "active"

    def says(self, event: str) -> bool:
        """Whether its log has `event`."""
        return any(
            event in str(entry.get("MESSAGE", "")) for entry in self.container.journal(self.name)
        )

    def remove(self) -> None:
        """Stop it at once, and remove everything that belongs to it, its log included."""
        run = self.container.run
        run("systemctl", "kill", "--signal=KILL", self.name, check=False)
        run("systemctl", "stop", self.name, check=False)
        run("systemctl", "reset-failed", check=False)
        run(
            "rm",
            "-rf",
            f"/etc/systemd/system/{self.name}.service.d",
            "/etc/nemowatch",
            "/etc/credstore",
            f"/var/lib/{self.name}",
        )
        run("umount", "/srv/studio", check=False)
        run("rm", "-rf", "/srv/studio")
        run("journalctl", "--rotate", "--vacuum-time=1us")
        run("systemctl", "daemon-reload")


def install_units(container: SystemdContainer) -> None:
    """Install the shipped units, unchanged, and make the user that they name."""
    for unit in (CHECKOUT / "systemd").glob("*.service"):
        shutil.copy(unit, container.path("/etc/systemd/system"))
    container.write(
        "/etc/sysusers.d/nemowatch.conf",
        (CHECKOUT / "systemd/sysusers.d/nemowatch.conf").read_text(),
    )
    container.run("systemd-sysusers")
    container.run("systemctl", "daemon-reload")


def _field(status: Path, name: str) -> str:
    lines = status.read_text().splitlines()
    return next((line.split(":", 1)[1] for line in lines if line.startswith(name + ":")), "0")


def _cgroups() -> Path | None:
    """The folder where cgroup v2 is mounted."""
    candidates = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
    return next((path for path in candidates if (path / "cgroup.controllers").exists()), None)


def _inside(work: Path, opt: str) -> None:
    """The container's first process: mounts everything and then becomes systemd."""
    root = work / "root"
    root.mkdir()
    upper = work / "upper"
    upper.mkdir()
    _mount("tmpfs", upper, "tmpfs")
    for name in ("up", "work"):
        (upper / name).mkdir()
    _mount("overlay", root, "overlay", f"lowerdir={TREE},upperdir={upper}/up,workdir={upper}/work")
    _kernel_filesystems(root)
    _devices(root / "dev", work)
    _bind(work / "venv", root / opt / "nemowatch")
    _bind(PACKAGES, root / opt / "packages")
    for name in ("nemowatch", "systemd", "docs"):
        _bind(CHECKOUT / name, root / opt / "source" / name)
    shutil.copy(CHECKOUT / "config.example.toml", root / opt / "source")
    _bind(work / "share", root / "share")
    (root / "etc/machine-id").write_text("")
    (root / "etc/hostname").write_text("container\n")
    (root / "etc/systemd/system").mkdir(parents=True, exist_ok=True)
    (root / "etc/systemd/system/container.target").write_text(TARGET)
    # the kernel is the machine's
    (root / "etc/systemd/system/systemd-modules-load.service").symlink_to("/dev/null")
    (root / ".outside").mkdir()
    os.chdir(root)
    _do("pivot_root", ".", ".outside")
    os.chdir("/")
    # services see later mounts, as on any machine
    _do("mount", "--make-rshared", "/")
    _do("umount", "-l", "/.outside")
    environment = {
        "container": "container",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "TERM": "dumb",
    }
    os.execve(
        SYSTEMD,
        [SYSTEMD, "--system", "systemd.unit=container.target", "systemd.show_status=0"],
        environment,
    )


def _kernel_filesystems(root: Path) -> None:
    _mount("proc", root / "proc", "proc")
    _do("mount", "--bind", f"{root}/proc/sys", f"{root}/proc/sys")
    _do("mount", "-o", "remount,bind,ro", f"{root}/proc/sys")  # sysctls are the outside's
    _mount("sysfs", root / "sys", "sysfs", "ro")
    _mount("cgroup2", root / "sys/fs/cgroup", "cgroup2")
    # root's home is empty: the configuration of this machine's root must not count in the container
    for name, mode in (("dev", "755"), ("run", "755"), ("tmp", "1777"), ("root", "700")):
        _mount("tmpfs", root / name, "tmpfs", f"mode={mode}")


def _devices(dev: Path, work: Path) -> None:
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (dev / name).touch()
        _do("mount", "--bind", f"/dev/{name}", str(dev / name))
    for name in ("pts", "shm"):
        (dev / name).mkdir()
    _mount("devpts", dev / "pts", "devpts", "newinstance,ptmxmode=0666,mode=620,gid=5")
    _mount("tmpfs", dev / "shm", "tmpfs", "mode=1777")
    links = {
        "ptmx": "pts/ptmx",
        "fd": "/proc/self/fd",
        "stdin": "fd/0",
        "stdout": "fd/1",
        "stderr": "fd/2",
    }
    for name, target in links.items():
        (dev / name).symlink_to(target)
    (work / "console").touch()
    (dev / "console").touch()
    _do("mount", "--bind", str(work / "console"), str(dev / "console"))


def _bind(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    _do("mount", "--bind", str(source), str(target))


def _mount(source: str, target: Path, kind: str, options: str = "rw") -> None:
    _do("mount", "-t", kind, "-o", options, source, str(target))


def _do(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    _inside(Path(sys.argv[1]), sys.argv[2].strip("/"))
