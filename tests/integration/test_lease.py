"""Read leases and the one signal that comes with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).parents[2]

#: A process that takes leases while another one opens the file for writing again and again; it
#: prints what a probe says before and after the handler is there.
PROBING = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from nemowatch.fs import lease
fd = os.open(sys.argv[2], os.O_RDONLY)
print(lease.probe(fd))
assert lease.prepare()
stop = threading.Event()

def write():
    while not stop.is_set():
        open(sys.argv[2], "ab").close()

writer = threading.Thread(target=write)
writer.start()
answers = {lease.probe(fd) for _ in range(20_000)}
stop.set()
writer.join()
print("alive")
"""


def test_no_lease_is_taken_before_sigio_is_handled(tmp_path: Path) -> None:
    """Without the handler a probe tells nothing; with it, no writer ends the process."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-c", PROBING, str(REPO), str(path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["unknown", "alive"], done.stderr
    assert done.returncode == 0


def test_sigio_has_one_owner() -> None:
    """Only the module that takes leases handles their signal: another handler would replace it."""
    users = {
        str(path.relative_to(REPO))
        for path in (REPO / "nemowatch").rglob("*.py")
        if "signal.SIGIO" in path.read_text("utf-8")
    }
    assert users == {"nemowatch/fs/lease.py"}
