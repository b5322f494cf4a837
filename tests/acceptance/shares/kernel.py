"""Files that come onto the kernel's own CIFS and NFSv4 mounts: in a user-mode Linux, which has
both clients as modules where this machine's kernel may have neither. Here it is booted and
heard; what is played in it is `inside_uml`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.rigs.shares import Case, Verdict, find_program, scenario

#: Seconds until its first process must have run: it takes two on a machine at rest.
BOOT_LIMIT = 60.0
#: Seconds for all that is played in it.
PLAY_LIMIT = 900.0
MODULES = Path("/usr/lib/uml/modules")
INIT = Path(__file__).with_name("uml_init")
REPO = Path(__file__).parents[3]
CIFS = ("linux.uml", "modprobe", "ip", "mount.cifs", "smbd", "smbclient")
NFS = ("linux.uml", "modprobe", "ip", "mount.nfs4", "ganesha.nfsd", "mkfs.ext4")


@scenario("kernel CIFS client (user-mode-linux)", needs=CIFS, slow=True)
def cifs(case: Case) -> None:
    """A Samba share mounted by the kernel: found by looking, offline while the server is dead,
    nothing lost or twice."""
    play_inside(case, "cifs")


@scenario("kernel NFSv4 client (user-mode-linux)", needs=NFS, slow=True)
def nfs(case: Case) -> None:
    """The same on an NFSv4 mount that answers with an error while its server is dead."""
    play_inside(case, "nfs4")


@scenario(
    "kernel NFSv4 client, mounted hard, all by default (user-mode-linux)", needs=NFS, slow=True
)
def nfs_hard(case: Case) -> None:
    """The same on a mount as it is made without options: calls hang while the server is dead,
    listings lag."""
    play_inside(case, "nfs4-hard")


def play_inside(case: Case, kind: str) -> None:
    """Boot, let it play, and take its verdict; skips where it cannot boot or has no such client."""
    if not MODULES.is_dir():
        pytest.skip(f"{MODULES} is not there: the clients are modules of user-mode-linux")
    report = case.base / "report"
    report.mkdir()
    console = case.base / "console"
    with console.open("wb") as out:
        process = case.process(
            [find_program("linux.uml") or "linux.uml", *kernel_line(kind, report)],
            stdout=out,
            stderr=out,
        )
    case.stack.callback(switch_off, process.pid)
    booted, told = report / "booted", report / "verdict.json"
    end = time.monotonic() + BOOT_LIMIT
    while not booted.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if not booted.exists():
        pytest.skip(f"user-mode-linux does not boot here: {last_words(console)}")
    end = time.monotonic() + PLAY_LIMIT
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
    if not told.exists():
        raise AssertionError(f"it has left no verdict:\n{last_words(console, 4000)}")
    answer = json.loads(told.read_text())
    if answer["skipped"]:
        pytest.skip(answer["skipped"])
    if answer["broken"]:
        raise AssertionError(answer["broken"])
    case.told.append(Verdict(**answer["verdict"]))


def switch_off(pid: int) -> None:
    """End it and the processes it has made for itself: it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def kernel_line(kind: str, report: Path) -> list[str]:
    """What the kernel is given; the names it does not know it hands to its first process."""
    return [
        "mem=768M",
        "root=/dev/root",
        "rootfstype=hostfs",
        "rootflags=/",
        "ro",
        "quiet",
        "con=null",
        "con0=null,fd:1",
        f"umid=nemowatch-{report.parent.name}",
        f"uml_dir={report.parent}/uml/",
        f"init={INIT}",
        f"NM_PYTHON={sys.executable}",
        f"NM_REPO={REPO}",
        f"NM_REPORT={report}",
        f"NM_KIND={kind}",
    ]


def last_words(console: Path, length: int = 300) -> str:
    """The end of what the kernel and its first process have printed."""
    return console.read_text(errors="replace").strip()[-length:] or "it printed nothing"
