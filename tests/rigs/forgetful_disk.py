"""A filesystem that has on its disk only what was fsynced, and loses everything else on command.

    python tests/rigs/forgetful_disk.py BACK STORE MOUNT

Owns what a power cut leaves: each file as its own last fsync left it (empty when there was none),
each folder with the names of its last fsync. A rename is in both folders or in none, as every
journal of a filesystem keeps it; nothing else is kept that nobody asked for. BACK holds what
processes see, STORE what is on the disk. Inode numbers and times outlive a cut.

Commands come on standard input, a line each, and are answered by a line: `sync` puts everything on
the disk; `cut TENTHS SEED` ends it, and leaves so many tenths of what was not synced, chosen by
chance, since the kernel writes back when it likes; then STORE/back is the next BACK.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
import stat
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import mfusepy

#: Not "fuse" alone, which would count as a disk whose kernel events are only partly believed.
SUBTYPE = "mergerfs"
ROOT = 1
STAT = ("st_mode", "st_uid", "st_gid", "st_size", "st_nlink", "st_blocks", "st_rdev")


class Move(NamedTuple):
    """A rename from one folder to another that is not on the disk yet."""

    thing: int
    folder: int
    name: str
    new_folder: int
    new_name: str


class Look(NamedTuple):
    """What remains of a file after a cut besides its bytes."""

    mode: int
    uid: int
    gid: int
    mtime_ns: int
    ctime_ns: int
    link: str = ""


@dataclass
class OnDisk:
    """What a power cut leaves. Things are identified by numbers that are never used again."""

    names: dict[int, dict[str, int]] = field(default_factory=lambda: {ROOT: {}})
    looks: dict[int, Look] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    last: int = ROOT
    #: by inode of BACK: which thing it is, and the ctime that BACK shows for the one it had
    things: dict[int, int] = field(default_factory=dict)
    ctimes: dict[int, tuple[int, int]] = field(default_factory=dict)


class Disk:
    """Syncs, cuts and rebuilds."""

    def __init__(self, back: Path, store: Path) -> None:
        self.back, self.store = back, store
        known = store / "on-disk.pickle"
        self.on_disk = pickle.loads(known.read_bytes()) if known.exists() else OnDisk()
        self.on_disk.things[back.stat().st_ino] = ROOT
        self.built: dict[int, Path] = {}  #: files that the next BACK has by now

    def new(self, path: str) -> None:
        """Something was just made there, perhaps with the inode of something that is gone."""
        found = os.lstat(path)
        self.on_disk.last += 1
        thing = self.on_disk.things[found.st_ino] = self.on_disk.last
        self.on_disk.ctimes.pop(found.st_ino, None)
        link = os.readlink(path) if stat.S_ISLNK(found.st_mode) else ""
        self.on_disk.looks[thing] = look(found)._replace(link=link)
        if stat.S_ISDIR(found.st_mode):
            self.on_disk.names[thing] = {}

    def thing(self, path: str) -> int:
        return self.on_disk.things[os.lstat(path).st_ino]

    def moved(self, old: str, new: str) -> None:
        """A rename is about to happen."""
        folders = self.thing(os.path.dirname(old)), self.thing(os.path.dirname(new))
        names = os.path.basename(old), os.path.basename(new)
        move = Move(self.thing(old), folders[0], names[0], folders[1], names[1])
        if folders[0] != folders[1]:
            self.on_disk.moves.append(move)

    def sync_folder(self, path: str) -> None:
        folder = self.thing(path)
        for move in [m for m in self.on_disk.moves if folder in (m.folder, m.new_folder)]:
            self.on_disk.moves.remove(move)
            before = self.on_disk.names[move.folder]
            if before.get(move.name) == move.thing:
                del before[move.name]
            self.on_disk.names[move.new_folder][move.new_name] = move.thing
        names = self.on_disk.names[folder] = {}
        for name in os.listdir(path):
            found = os.lstat(os.path.join(path, name))
            thing = names[name] = self.on_disk.things[found.st_ino]
            # a name that comes or goes is written down in its inode, with the time
            was = self.on_disk.looks[thing]
            self.on_disk.looks[thing] = was._replace(ctime_ns=found.st_ctime_ns)
        self.on_disk.looks[folder] = look(os.lstat(path))

    def sync_file(self, fd: int) -> None:
        """Keep the bytes as they are now."""
        found = os.fstat(fd)
        thing = self.on_disk.things[found.st_ino]
        fresh = self.store / f"{thing}.new"
        with fresh.open("wb") as out, open(f"/proc/self/fd/{fd}", "rb") as source:
            shutil.copyfileobj(source, out, 1 << 20)
        fresh.rename(self.store / str(thing))
        self.on_disk.looks[thing] = look(found)

    def sync_path(self, path: str) -> None:
        """A file or a folder, by name."""
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            self.sync_folder(path)
        elif stat.S_ISREG(mode):
            fd = os.open(path, os.O_RDONLY)
            self.sync_file(fd)
            os.close(fd)

    def everything(self) -> list[str]:
        found = [str(self.back)]
        for folder, folders, files in os.walk(self.back):
            found += [os.path.join(folder, name) for name in (*folders, *files)]
        return found

    def cut(self, tenths: int, seed: int) -> None:
        """Lose what is not on the disk, except what the kernel happened to write."""
        chance = random.Random(seed)
        for path in self.everything():
            if chance.random() * 10 < tenths:
                self.sync_path(path)
        self.on_disk.moves.clear()
        self.on_disk.things.clear()
        self.on_disk.ctimes.clear()
        fresh = self.store / "fresh"
        fresh.mkdir()
        self._build(ROOT, fresh)
        shutil.rmtree(self.store / "back", ignore_errors=True)
        fresh.rename(self.store / "back")
        (self.store / "on-disk.pickle").write_bytes(pickle.dumps(self.on_disk))

    def _build(self, folder: int, where: Path) -> None:
        for name, thing in self.on_disk.names[folder].items():
            self._put(thing, where / name)
        self._dress(folder, where)

    def _put(self, thing: int, path: Path) -> None:
        was = self.on_disk.looks[thing]
        if thing in self.on_disk.names:
            path.mkdir(exist_ok=True)
            self._build(thing, path)
        elif stat.S_ISLNK(was.mode):
            path.symlink_to(was.link)
        elif stat.S_ISREG(was.mode):
            self._put_file(thing, path)

    def _put_file(self, thing: int, path: Path) -> None:
        if thing in self.built:
            os.link(self.built[thing], path)
            return
        kept = self.store / str(thing)
        path.write_bytes(kept.read_bytes() if kept.exists() else b"")
        self.built[thing] = path
        self._dress(thing, path)

    def _dress(self, thing: int, path: Path) -> None:
        was = self.on_disk.looks.get(thing)
        if was is not None:
            path.chmod(stat.S_IMODE(was.mode))
            os.chown(path, was.uid, was.gid)
            os.utime(path, ns=(was.mtime_ns, was.mtime_ns))
        found = path.lstat()
        self.on_disk.things[found.st_ino] = thing
        if was is not None:
            self.on_disk.ctimes[found.st_ino] = (found.st_ctime_ns, was.ctime_ns)


def look(found: os.stat_result) -> Look:
    return Look(found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, found.st_ctime_ns)


class Forgetful(mfusepy.Operations):  # type: ignore[misc]
    """Handles the kernel's calls: all go to BACK, and the disk learns what it must know."""

    use_ns = True

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.one_at_a_time = threading.Lock()

    def real(self, path: str) -> str:
        return str(self.disk.back) + path.rstrip("/")

    # -- reading

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(self.real(path)) if fh is None else os.fstat(fh)
        shown = {key: getattr(found, key) for key in STAT}
        on_disk = self.disk.on_disk
        seen, was = on_disk.ctimes.get(found.st_ino, (0, 0))
        shown["st_ino"] = on_disk.things[found.st_ino]
        shown["st_mtime"], shown["st_atime"] = found.st_mtime_ns, found.st_atime_ns
        shown["st_ctime"] = was if seen == found.st_ctime_ns else found.st_ctime_ns
        return shown

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, Any], int]]:
        whole = self.real(path)
        shown = [self._entry(name, os.path.join(whole, name)) for name in os.listdir(whole)]
        here = self._entry(".", whole)
        return [here, ("..", here[1], 0), *shown]

    def _entry(self, name: str, path: str) -> tuple[str, dict[str, Any], int]:
        found = os.lstat(path)
        thing = self.disk.on_disk.things[found.st_ino]
        return name, {"st_mode": found.st_mode, "st_ino": thing}, 0

    def readlink(self, path: str) -> str:
        return os.readlink(self.real(path))

    def open(self, path: str, flags: int) -> int:
        return os.open(self.real(path), flags & ~(os.O_CREAT | os.O_EXCL | os.O_APPEND))

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(self.disk.back)
        return {key: getattr(found, key) for key in dir(found) if key.startswith("f_")}

    # -- writing

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        with self.one_at_a_time:
            fd = os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
            self.disk.new(self.real(path))
            return fd

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> None:
        os.truncate(self.real(path), length)

    def flush(self, path: str, fh: int) -> int:
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self.one_at_a_time:
            self.disk.sync_file(fh)
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        with self.one_at_a_time:
            self.disk.sync_folder(self.real(path))
        return 0

    # -- names

    def mkdir(self, path: str, mode: int) -> None:
        with self.one_at_a_time:
            os.mkdir(self.real(path), mode)
            self.disk.new(self.real(path))

    def mknod(self, path: str, mode: int, dev: int) -> None:
        with self.one_at_a_time:
            os.mknod(self.real(path), mode, dev)
            self.disk.new(self.real(path))

    def symlink(self, target: str, source: str) -> None:
        with self.one_at_a_time:
            os.symlink(source, self.real(target))
            self.disk.new(self.real(target))

    def link(self, target: str, source: str) -> None:
        with self.one_at_a_time:
            os.link(self.real(source), self.real(target))

    def unlink(self, path: str) -> None:
        os.unlink(self.real(path))

    def rmdir(self, path: str) -> None:
        os.rmdir(self.real(path))

    def rename(self, old: str, new: str) -> None:
        with self.one_at_a_time:
            self.disk.moved(self.real(old), self.real(new))
            os.rename(self.real(old), self.real(new))

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(self.real(path), mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.lchown(self.real(path), uid, gid)

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> None:
        os.utime(self.real(path), ns=times, follow_symlinks=False)


def obey(disk: Disk, lock: threading.Lock) -> None:
    """Carry out what comes on standard input; with its end, or a cut, everything ends."""
    for command in sys.stdin:
        verb, *numbers = command.split()
        with lock:
            if verb == "sync":
                for path in disk.everything():
                    disk.sync_path(path)
            else:
                disk.cut(*map(int, numbers))
        print("done", flush=True)
        if verb == "cut":
            break
    os._exit(0)


def main(back: Path, store: Path, mount: str) -> None:
    disk = Disk(back, store)
    operations = Forgetful(disk)
    threading.Thread(target=obey, args=(disk, operations.one_at_a_time), daemon=True).start()
    options = {"use_ino": True, "attr_timeout": 0, "entry_timeout": 0, "allow_other": True}
    mfusepy.FUSE(operations, mount, foreground=True, nothreads=True, subtype=SUBTYPE, **options)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
