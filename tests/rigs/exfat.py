"""A real exFAT: no hard links, names in any case, names that it refuses. exfat-fuse needs no module
of the kernel."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: Bytes of the image: room for some results.
SIZE = 64 * 1024 * 1024


@contextmanager
def mounted_exfat(base: Path) -> Iterator[Path]:
    """An exFAT below `base`, as on a memory stick. Skips the test if there can be none."""
    if os.geteuid() != 0:
        pytest.skip("mounting a filesystem needs root")
    for tool in ("mount.exfat-fuse", "mkfs.exfat"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed (Debian: exfat-fuse, exfatprogs)")
    image, where = base / "exfat.img", base / "exfat"
    image.touch()
    os.truncate(image, SIZE)
    subprocess.run(["mkfs.exfat", str(image)], check=True, capture_output=True)
    where.mkdir()
    device = _run("losetup", "--find", "--show", str(image))
    try:
        _run("mount.exfat-fuse", device, str(where))
        try:
            yield where
        finally:
            subprocess.run(["umount", "-l", str(where)], check=True)
    finally:
        subprocess.run(["losetup", "-d", device], check=False)


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{command[0]} does not work here: {done.stderr.strip()}")
    return done.stdout.strip()
