"""A kill before and after every call to the system: repeated, publishing and retiring end as if
nothing had happened."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nemowatch.fs import exclusive_create
from nemowatch.model import Snapshot
from nemowatch.outbox.leftovers import find, remove
from nemowatch.outbox.publish import part_path, publish, publish_bytes, write_part
from nemowatch.outbox.retire import Leaving, retire_all

DATA = b"a film" * 5000
SHA = hashlib.sha256(DATA).hexdigest()
#: The calls that change something on disk.
CALLS = [
    (os, "open"),
    (os, "link"),
    (os, "unlink"),
    (os, "fsync"),
    (os, "utime"),
    (os, "mkdir"),
    (exclusive_create, "rename_exclusive"),
]


class Killed(BaseException):
    """As sudden as SIGKILL for the code under test: no `except OSError`, no clean-up answers to
    it."""


class Killer:
    """Ends the run at the n-th call of the system, before it or right after it."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, after: bool) -> None:
        self.left, self.after = at, after
        for module, name in CALLS:
            patch.setattr(module, name, self._wrapped(getattr(module, name)))

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Killed
            answer = call(*args, **options)
            if self.left == 0:
                raise Killed
            return answer

        return counted


def every_kill(work: Callable[[int], None]) -> Iterator[int]:
    """Run `work(n)` killed at call 1, 2, 3 … before and after, until it gets through; yields
    each n right after its kill."""
    for at in range(1, 200):
        through = 0
        for after in (False, True):
            number = at * 2 + after
            with pytest.MonkeyPatch.context() as patch:
                killer = Killer(patch, at, after)
                with contextlib.suppress(Killed):
                    work(number)
                through += killer.left > 0
            yield number
        if through == 2:
            assert at > 3, "no call was ever counted"
            return
    raise AssertionError("never got through")


def refuse(*_: object) -> None:
    raise OSError(22, "Invalid argument")


@pytest.mark.parametrize("way", ["link", "rename", "copy"])
def test_a_result_is_published_once_whenever_it_is_killed(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the filesystem offers: one whole result, the person's file untouched,
    nothing left over."""
    if way != "link":
        monkeypatch.setattr(exclusive_create, "link_exclusive", lambda *_: False)
    if way == "copy":
        monkeypatch.setattr(exclusive_create, "rename_exclusive", refuse)

    def folder(number: int) -> Path:
        return tmp_path / str(number)

    def work(number: int) -> None:
        publish(part_path(folder(number), 7), "promo.mp4", SHA, len(DATA))

    for number in range(1, 450):
        folder(number).mkdir()
        (folder(number) / "promo.mp4").write_bytes(b"mine")
        write_part(part_path(folder(number), 7), DATA)
    for number in every_kill(work):
        work(number)
        remove(find([folder(number)]))
        found = {name: (folder(number) / name).read_bytes() for name in os.listdir(folder(number))}
        mine = found.pop("promo.mp4")
        assert mine == b"mine"
        assert list(found.values()) == [DATA], (number, list(found))


def test_a_transcript_is_published_once_whenever_it_is_killed(tmp_path: Path) -> None:
    """Bytes of our own: written, published, repeated."""

    def work(number: int) -> None:
        publish_bytes(part_path(tmp_path / str(number), 7, 1), "promo.txt", DATA)

    for number in range(1, 450):
        (tmp_path / str(number)).mkdir()
    for number in every_kill(work):
        work(number)
        remove(find([tmp_path / str(number)]))
        assert os.listdir(tmp_path / str(number)) == ["promo.txt"]


@pytest.fixture(params=["same disk", "other disk"])
def trees(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    where = tmp_path / "trees"
    where.mkdir()
    if request.param == "same disk":
        yield where
        return
    if os.geteuid() != 0:
        pytest.skip("mounting a second filesystem needs root")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(where)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


def test_sources_leave_once_whenever_it_is_killed(tmp_path: Path, trees: Path) -> None:
    """Two members and a shadow: afterwards all are in the tree, once, whole, and none is left in
    the inbox."""
    inbox = tmp_path / "inbox"
    members: dict[int, list[Leaving]] = {}
    for number in range(1, 450):
        (inbox / str(number)).mkdir(parents=True)
        for name in ("a.mp4", "a.txt", "._a.mp4"):
            (inbox / str(number) / name).write_bytes(name.encode() * 1000)
        members[number] = [leaving(inbox, f"{number}/{name}") for name in ("a.mp4", "a.txt")]

    def work(number: int) -> None:
        retire_all(inbox, members[number], trees)

    for number in every_kill(work):
        went = retire_all(inbox, members[number], trees)
        folder = trees / str(number)
        remove(find([folder]))
        assert [path for path in went if path] == [folder / "a.mp4", folder / "a.txt"]
        assert sorted(os.listdir(folder)) == ["._a.mp4", "a.mp4", "a.txt"]
        assert all(
            (folder / name).read_bytes() == name.encode() * 1000 for name in os.listdir(folder)
        )
        assert os.listdir(inbox / str(number)) == []


def leaving(inbox: Path, relative: str) -> Leaving:
    path = inbox / relative
    now = path.lstat()
    look = Snapshot(
        now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_blocks, now.st_dev, now.st_ino
    )
    return Leaving(relative.encode(), look, hashlib.sha256(path.read_bytes()).hexdigest())
