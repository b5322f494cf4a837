"""The image of the Containerfile, built and run without an engine and without a registry.

mmdebstrap makes what stands for Debian's slim image, buildah builds upon it in a chroot, crun runs
it in namespaces of its own. What it needs: root, those three, unshare, and once an index of Python
packages and of Debian's. `why_not()` says what is missing. Everything that takes minutes is kept in
NEMOWATCH_IMAGE_CACHE (else /var/tmp/nemowatch-image). NEMOWATCH_IMAGE_ARCH=arm64 builds and runs
the one for other machines, by an emulator of the kernel's (binfmt_misc), many times slower. The
network is the machine's own, so that a sandbox on loopback is reached; cgroups are left out."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
#: Debian's name of another machine's kind; "" for this one's.
ARCH = os.environ.get("NEMOWATCH_IMAGE_ARCH", "")
CACHE = Path(os.environ.get("NEMOWATCH_IMAGE_CACHE", "/var/tmp/nemowatch-image")) / ARCH
EMULATORS = {"arm64": "qemu-aarch64"}
MACHINES = {"arm64": "aarch64"}
#: Seconds that anything may take.
PATIENCE = 1200.0 if ARCH else 120.0
TOOLS = ("mmdebstrap", "buildah", "crun", "unshare")
PACKAGES = "python3,python3-venv,ca-certificates,tzdata,tini"
#: What of Debian's own is made by the packages' scripts and is needed here. They are not run for
#: another machine: an emulator takes more than an hour for them, and seconds for all else.
MADE_BY_SCRIPTS = (
    'mkdir -p "$1/usr/local/bin"',
    'cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"',
    'cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"',
    'cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"',
)
#: The format is the one that keeps a health check.
BUILD = ("bud", "--isolation", "chroot", "--format", "docker")
BASE, IMAGE = "localhost/nemowatch-base", "localhost/nemowatch"
#: What PUID and PGID need where everything else is dropped.
CHANGE_USER = ("CAP_CHOWN", "CAP_KILL", "CAP_SETGID", "CAP_SETUID")
#: In a mount namespace of its own: crun wants the one tree of cgroups, whatever the machine has.
OUTER = (
    "umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup;"
    ' exec crun --root "$1" --cgroup-manager=disabled run --bundle "$2" "$3"'
)


def why_not() -> str:
    """Why no image can be built and run here; "" when one can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"needs {' '.join(missing)} (apt-get install mmdebstrap buildah crun)"
    if f"{sys.version_info[0]}.{sys.version_info[1]}" != "3.11":
        return "needs Python 3.11, as Debian 12 has it, whose wheels it fetches"
    if ARCH and not Path("/proc/sys/fs/binfmt_misc", EMULATORS[ARCH]).exists():
        return f"needs {EMULATORS[ARCH]} in binfmt_misc (apt-get install qemu-user-static)"
    return ""


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The first true answer of `condition`; fails, naming `what`, after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def _run(*words: str | Path, **more: Any) -> str:
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def _buildah(*words: str | Path) -> str:
    places = ("--root", CACHE / "storage", "--runroot", CACHE / "run", "--storage-driver", "vfs")
    return _run("buildah", *places, *words)


class Image:
    """The image, unpacked."""

    def __init__(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        self._make_base()
        stamp, inputs = CACHE / "built-of", _digest()
        if not stamp.exists() or stamp.read_text() != inputs:
            self._build()
            stamp.write_text(inputs)
        found = json.loads(_buildah("inspect", "--type", "image", IMAGE))
        #: as an engine reads it: Env, Entrypoint, Cmd, Healthcheck, Labels, …
        self.config: dict[str, Any] = found["Docker"]["config"]
        self._name = _buildah("from", IMAGE).strip()
        self.root = Path(_buildah("mount", self._name).strip())

    def _build(self) -> None:
        self._fetch_wheels()
        words = ["--volume", f"{CACHE / 'wheels'}:/wheels"]
        for one in (f"BASE={BASE}", "PIP_FIND_LINKS=/wheels", "PIP_NO_INDEX=1"):
            words += ["--build-arg", one]
        words += ["--build-arg", f"VERSION={version()}", "--tag", IMAGE]
        _buildah(*BUILD, *_for_arch(), *words, CHECKOUT)

    def _make_base(self) -> None:
        tar = CACHE / "base.tar"
        if not tar.exists():
            fresh = tar.with_suffix(".part.tar")
            _run("mmdebstrap", *_of_base(), f"--include={PACKAGES}", "bookworm", fresh)
            fresh.rename(tar)
        if BASE in _buildah("images", "--format", "{{.Name}}"):
            return
        folder = CACHE / "base"
        folder.mkdir(exist_ok=True)
        (folder / "Containerfile").write_text("FROM scratch\nADD base.tar /\n")
        with contextlib.suppress(FileExistsError):
            os.link(tar, folder / "base.tar")
        _buildah(*BUILD, *_for_arch(), "--tag", BASE, folder)

    def _fetch_wheels(self) -> None:
        """What the lock pins: the build asks no index, so that it needs none of this machine's
        settings."""
        lock = (CHECKOUT / "requirements-run.lock").read_text()
        stamp = CACHE / "wheels/lock"
        if stamp.exists() and stamp.read_text() == lock:
            return
        (CACHE / "wheels").mkdir(exist_ok=True)
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--dest", CACHE / "wheels")
        if ARCH:
            lock_of_wheels, sources = _parted(lock)
            part = CACHE / "wheels/of-wheels.txt"
            part.write_text(lock_of_wheels)
            _run(*pip, "--no-deps", *_for_pip(), "-r", part)
            _run(*pip, "--no-deps", *sources)
        else:
            _run(*pip, "--no-deps", "-r", CHECKOUT / "requirements-run.lock")
        _run(*pip, "setuptools<81", "wheel")  # to build those that are published as source only
        stamp.write_text(lock)

    def close(self) -> None:
        """Remove what was unpacked."""
        _buildah("umount", self._name)
        _buildah("rm", self._name)


def _of_base() -> list[str]:
    """How the base is made: installed, or for another machine only unpacked."""
    if not ARCH:
        return ["--variant=minbase"]
    words = ["--variant=extract", f"--architectures={ARCH}", "--skip=check/qemu"]
    words.append("--include=?essential")
    return words + [f"--extract-hook={line}" for line in MADE_BY_SCRIPTS]


def _for_arch() -> tuple[str, ...]:
    return ("--arch", ARCH) if ARCH else ()


def _for_pip() -> list[str]:
    """Wheels of the other machine's kind."""
    words = ["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]
    for abi in ("cp311", "abi3", "none"):
        words += ["--abi", abi]
    for old in ("manylinux_2_28", "manylinux_2_17", "manylinux2014"):
        words += ["--platform", f"{old}_{MACHINES[ARCH]}"]
    return [*words, "--platform", "any"]


def _parted(lock: str) -> tuple[str, list[str]]:
    """The lock without what is published as source only, and that."""
    found = re.search(r"^(sdnotify==\S+).*\n(?: .*\n)*", lock, re.MULTILINE)
    assert found
    return lock.replace(found[0], ""), [found[1]]


def _digest() -> str:
    """Of everything that the image is made of."""
    digest = hashlib.sha256()
    files = [CHECKOUT / name for name in ("Containerfile", "requirements-run.lock")]
    files += sorted((CHECKOUT / "nemowatch").rglob("*.*"))
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file} {file.stat().st_mode}".encode() + file.read_bytes())
    return digest.hexdigest()


def version() -> str:
    """The version of this checkout."""
    text = (CHECKOUT / "nemowatch/__init__.py").read_text()
    found = re.search(r'__version__ = "([^"]+)"', text)
    assert found
    return found[1]


class Container:
    """One container. Use as a context manager; its root is read-only."""

    def __init__(
        self,
        image: Image,
        work: Path,
        binds: Mapping[str, Path],
        *,
        env: Mapping[str, str] | None = None,
        user: tuple[int, int] = (0, 0),
        capabilities: Iterable[str] = (),
        hostname: str = "container",
        words: Iterable[str] = ("run",),
    ) -> None:
        """`binds`: place inside -> folder outside. `work`: an empty folder."""
        self._image = image
        self._work = work
        self._user = f"{user[0]}:{user[1]}"
        self.name = f"nemowatch-{os.getpid()}-{time.monotonic_ns()}"
        settings = {**_pairs(image.config["Env"]), **(env or {})}
        process = {
            "terminal": False,
            "user": {"uid": user[0], "gid": user[1]},
            "args": [*image.config["Entrypoint"], *words],
            "env": [f"{name}={value}" for name, value in settings.items()],
            "cwd": "/",
            "capabilities": _sets(capabilities),
            "noNewPrivileges": True,
        }
        spec = {
            "ociVersion": "1.0.2",
            "process": process,
            "root": {"path": str(image.root), "readonly": True},
            "hostname": hostname,
            "mounts": [*_kernels(), *(_bind(inside, out) for inside, out in binds.items())],
            "linux": {"namespaces": [{"type": one} for one in ("pid", "ipc", "uts", "mount")]},
        }
        (work / "bundle").mkdir()
        (work / "bundle/config.json").write_text(json.dumps(spec))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Container:
        with (self._work / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("unshare", "--mount", "--propagation", "private", "sh", "-c", OUTER, "sh"),
                    *(str(self._work / "crun"), str(self._work / "bundle"), self.name),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.code is None:
            self.kill("KILL")
            assert self._process is not None
            self._process.wait(30)
        self._crun("delete", "--force", self.name)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self._work / "log").read_text(errors="replace")

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def wait_ended(self, seconds: float = PATIENCE) -> int:
        """Its exit code, when it has ended."""
        wait_for(lambda: self.code is not None, f"the end of it: {self.log[-2000:]}", seconds)
        assert self.code is not None
        return self.code

    def wait_log(self, words: str, seconds: float = PATIENCE) -> str:
        """The log, when these words are in it."""
        wait_for(
            lambda: words in self.log or self.code is not None, f"{words!r}:\n{self.log}", seconds
        )
        assert words in self.log, self.log
        return self.log

    def kill(self, signal: str) -> None:
        """Send a signal to its first process, as engines do."""
        self._crun("kill", self.name, signal)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `exec` of an engine does: as the container's user."""
        return self._crun("exec", "--user", self._user, self.name, *words)

    def _crun(self, *words: str) -> subprocess.CompletedProcess[str]:
        line = ["crun", "--root", str(self._work / "crun"), "--cgroup-manager=disabled", *words]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=PATIENCE)


def _pairs(env: Iterable[str]) -> dict[str, str]:
    return dict(one.split("=", 1) for one in env)


def _sets(capabilities: Iterable[str]) -> dict[str, list[str]]:
    """As an engine gives them: of what root may have, and of nobody else."""
    given = list(capabilities)
    return dict.fromkeys(("bounding", "effective", "permitted"), given)


def _bind(inside: str, outside: Path) -> dict[str, Any]:
    return {
        "destination": inside,
        "type": "none",
        "source": str(outside),
        "options": ["rbind", "rw"],
    }


def _kernels() -> list[dict[str, Any]]:
    """What every engine mounts."""
    return [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "mode=755", "size=65536k"],
        },
        {
            "destination": "/dev/shm",
            "type": "tmpfs",
            "source": "shm",
            "options": ["nosuid", "nodev", "mode=1777", "size=65536k"],
        },
    ]
