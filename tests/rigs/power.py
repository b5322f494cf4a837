"""A disk that can lose power: starts `tests/rigs/forgetful_disk.py`, cuts it off and mounts it
again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.rigs.studio import wait_for

PROGRAM = Path(__file__).with_name("forgetful_disk.py")


class PowerCutDisk:
    """The disk, mounted at `BASE/disk` from the start; a context manager that unmounts it at its
    end."""

    def __init__(self, base: Path) -> None:
        self.mounted, self.store = base / "disk", base / "store"
        for folder in (self.mounted, self.store / "back"):
            folder.mkdir(parents=True)
        self._start()

    def __enter__(self) -> PowerCutDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._gone()

    def _start(self) -> None:
        words = [PROGRAM, self.store / "back", self.store, self.mounted]
        self._process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_for("the disk", lambda: os.path.ismount(self.mounted) or self._ended())

    def _ended(self) -> bool:
        assert self._process.poll() is None, "the filesystem has ended"
        return False

    def sync(self) -> None:
        """Write everything to the disk."""
        self._tell("sync")

    def cut(self, tenths: int = 0, seed: int = 0) -> None:
        """Cut the power: everything that is not synced is lost, except for this many tenths of
        it."""
        self._tell(f"cut {tenths} {seed}")
        self._gone()

    def on_again(self) -> None:
        """Mount again what is on the disk."""
        self._start()

    def _tell(self, command: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n", f"{command} failed"

    def _gone(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        subprocess.run(["umount", "-l", str(self.mounted)], check=False, capture_output=True)


def why_not() -> str:
    """The reason why such a disk cannot be mounted here; "" if it can."""
    if os.geteuid() != 0:
        return "mounting a disk of its own needs root"
    if not shutil.which("fusermount3"):
        return "needs fuse3"
    return ""


def put_synced(path: Path, data: bytes) -> None:
    """Write a person's file as a program does that calls fsync."""
    made = []
    for folder in reversed(path.parents):
        if not folder.exists():
            folder.mkdir()
            made.append(folder.parent)
    path.write_bytes(data)
    for place in (path, path.parent, *made):
        synced(place)


def synced(place: Path) -> Any:
    """Sync the bytes of one file, or the names in one folder."""
    fd = os.open(place, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
