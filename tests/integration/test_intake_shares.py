"""Intake on a share whose other side nobody tells us of, written by real programs: bindfs,
rsync, a slow writer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.intake.watch import root_monitor
from nemowatch.intake.watch.health import HealthState
from tests.rigs.inbox import inbox_rig, mp4

pytestmark = pytest.mark.anyio
REPO = Path(__file__).parents[2]


class Share:
    """A FUSE mount of `back` on `front`: what is written to `back` makes no event on `front`."""

    def __init__(self, back: Path, front: Path) -> None:
        self.back, self.front = back, front
        back.mkdir(exist_ok=True)
        front.mkdir(exist_ok=True)
        self.mount()

    def mount(self) -> None:
        """Mount it, or skip where that cannot be done."""
        self.process = subprocess.Popen(
            ["bindfs", "-f", str(self.back), str(self.front)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 5
        while not self.front.is_mount():
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                pytest.skip("bindfs cannot mount here")
            time.sleep(0.02)

    def unmount(self) -> None:
        """Take it away, whatever state it is in."""
        self.process.send_signal(signal.SIGCONT)
        subprocess.run(["umount", "-l", str(self.front)], check=False, capture_output=True)
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    """A mounted share with a task folder in its inbox."""
    if shutil.which("bindfs") is None:
        pytest.skip("bindfs is not installed")
    back = tmp_path / "back"
    (back / "inbox/dub-es").mkdir(parents=True)
    made = Share(back, tmp_path / "front")
    yield made
    made.unmount()


async def test_a_share_is_scanned_without_being_told_to(share: Share, tmp_path: Path) -> None:
    """Recognised by its mount type; a file written behind our back is found by a scan."""
    async with inbox_rig(share.front, tmp_path / "s", settle=0.4, scan_interval=0.5) as b:
        assert str(b.inbox.health).startswith("scanning (fuse")
        (share.back / "inbox/dub-es/p.mp4").write_bytes(mp4())
        await b.until(lambda: len(b.claimed) == 1)


async def test_a_mount_whose_events_do_not_arrive_is_found_out(
    share: Share, tmp_path: Path
) -> None:
    """As bind mounts in containers may be, which look like local disks: files that only scans find
    say so; one that an event names says nothing."""
    options = {"settle": 0.2, "scan_interval": 0.5, "mode": "events"}
    async with inbox_rig(share.front, tmp_path / "s", **options) as b:
        (share.front / "inbox/dub-es/here.mp4").write_bytes(mp4())
        await b.until(lambda: len(b.claimed) == 1)
        await b.inbox.guard()
        assert b.inbox.health.state is HealthState.WATCHING
        for number in range(2, 5):
            (share.back / f"inbox/dub-es/{number}.mp4").write_bytes(mp4(str(number)))
            await b.until(lambda: len(b.claimed) == number)  # noqa: B023 - waited for at once
        await b.inbox.guard()
        assert str(b.inbox.health).startswith("degraded: files come without events")


async def test_a_slow_writer_behind_the_share_is_never_taken_early(
    share: Share, tmp_path: Path
) -> None:
    """Pauses of more than half the settle time, and a size that is final from the start, take
    nobody in."""
    whole = mp4("slow", 8000)
    async with inbox_rig(share.front, tmp_path / "s", settle=0.5, scan_interval=0.2) as b:
        with (share.back / "inbox/dub-es/slow.mp4").open("wb") as file:
            file.truncate(len(whole))
            for at in range(0, len(whole), 2000):
                file.seek(at)
                file.write(whole[at : at + 2000])
                file.flush()
                until = time.monotonic() + 0.35
                await b.until(lambda until=until: time.monotonic() > until)  # type: ignore[misc]
                assert b.claimed == []
        await b.until(lambda: len(b.claimed) == 1)


async def test_a_share_that_is_cut_off_is_offline_and_comes_back(
    share: Share, tmp_path: Path
) -> None:
    """Its server killed: offline, nothing gone; mounted again: what came meanwhile is taken, the
    known is not new."""
    async with inbox_rig(share.front, tmp_path / "s", settle=0.3, scan_interval=0.5) as b:
        (share.back / "inbox/dub-es/p.mp4").write_bytes(mp4())
        await b.until(lambda: len(b.claimed) == 1)
        share.process.kill()
        share.process.wait()
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
        subprocess.run(["umount", "-l", str(share.front)], check=True)
        (share.back / "inbox/dub-es/q.mp4").write_bytes(mp4("q"))
        share.mount()
        await b.until(lambda: len(b.claimed) == 2, 12)
        assert await b.paths() == [b"dub-es/p.mp4", b"dub-es/q.mp4"]
        assert b.gone == []


async def test_a_hung_share_stops_its_inbox_and_nothing_else(
    share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While every call into it hangs the loop goes on; when it answers again, so does the inbox."""
    monkeypatch.setattr(root_monitor, "PATIENCE", 1.0)
    other = tmp_path / "other"
    (other / "inbox/dub-es").mkdir(parents=True)
    async with (
        inbox_rig(share.front, tmp_path / "s", settle=0.3, scan_interval=0.3) as b,
        inbox_rig(other, tmp_path / "s2", settle=0.3) as healthy,
    ):
        share.process.send_signal(signal.SIGSTOP)
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
        healthy.put("dub-es/p.mp4", mp4())
        await healthy.until(lambda: len(healthy.claimed) == 1)
        share.process.send_signal(signal.SIGCONT)
        (share.back / "inbox/dub-es/q.mp4").write_bytes(mp4("q"))
        await b.until(lambda: len(b.claimed) == 1, 12)


async def test_rsync_whole_in_place_and_killed(tmp_path: Path) -> None:
    """Its temporary name is never taken; in place and whole are taken once; a killed partial
    copy is not."""
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    root, src = tmp_path / "ws", tmp_path / "src"
    (root / "inbox/dub-es").mkdir(parents=True)
    src.mkdir()
    (src / "whole.mp4").write_bytes(mp4("w", 400_000))
    (src / "inplace.mp4").write_bytes(mp4("i", 400_000))
    (src / "killed.mp4").write_bytes(os.urandom(0) + mp4("k", 4_000_000))
    target = f"{root}/inbox/dub-es/"
    async with inbox_rig(root, tmp_path / "s") as b:
        killed = subprocess.Popen(
            ["rsync", "--partial", "--bwlimit=300", f"{src}/killed.mp4", target]
        )
        end = time.monotonic() + 1.5
        await b.until(lambda: time.monotonic() > end)
        killed.send_signal(signal.SIGTERM)
        killed.wait()
        subprocess.run(["rsync", "-a", f"{src}/whole.mp4", target], check=True)
        subprocess.run(["rsync", "--inplace", f"{src}/inplace.mp4", target], check=True)
        await b.until(lambda: len(b.claimed) >= 2)
        await b.until(lambda: any("not whole yet" in w.why for w in b.inbox.waiting()))
        assert await b.paths() == [b"dub-es/inplace.mp4", b"dub-es/whole.mp4"]
        subprocess.run(["rsync", "--partial", f"{src}/killed.mp4", target], check=True)
        await b.until(lambda: len(b.claimed) == 3)


ORDINARY = """
import asyncio, os, sys
sys.path.insert(0, {repo!r})
import time
from pathlib import Path
from tests.rigs.inbox import inbox_rig, mp4
# imported late otherwise: the user below may not read them
import babel.dates, nemowatch.content.file_tasks
os.setgroups([]); os.setgid(65534); os.setuid(65534)
async def main():
    async with inbox_rig(Path({root!r}), Path({state!r}), settle=3.0, scan_interval=60) as b:
        await b.until(lambda: b.inbox.due_in() > 0.5)
        print("ready", flush=True)
        b.put("dub-es/own.mp4", mp4("own"))
        await b.until(lambda: len(b.claimed) == 1)
        first = await b.paths()
        await b.until(lambda: len(b.claimed) == 2)
        final = [p for p in b.problems if getattr(p, "final", False)]
        await b.until(lambda: any(getattr(p, "final", False) for p in b.problems))
        told = [(p.path, p.code) for p in b.problems if getattr(p, "final", False)]
        print(first, sorted(await b.paths()), told)
asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="dropping to an ordinary user needs root")
async def test_an_ordinary_user_takes_foreign_files_after_the_whole_settle_time(
    open_path: Path,
) -> None:
    """Its own file by the short cut, one of another owner after the settle time, an unreadable
    one is refused."""
    root, state = open_path / "ws", open_path / "s"
    (root / "inbox/dub-es").mkdir(parents=True)
    state.mkdir()
    for folder in (root, root / "inbox", root / "inbox/dub-es", state):
        folder.chmod(0o777)
    code = ORDINARY.format(repo=str(REPO), root=str(root), state=str(state))
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "ready" not in (line := process.stdout.readline()):
        assert line, process.communicate()[1][-2000:]
    (root / "inbox/dub-es/foreign.mp4").write_bytes(mp4("foreign"))
    closed = root / "inbox/dub-es/closed.mp4"
    closed.touch(mode=0o000)
    closed.write_bytes(mp4("closed"))
    out, err = process.communicate(timeout=30)
    expected = (
        "[b'dub-es/own.mp4'] [b'dub-es/foreign.mp4', b'dub-es/own.mp4']"
        " [(b'dub-es/closed.mp4', 'permission')]"
    )
    assert out.strip().splitlines()[-1:] == [expected], err[-2000:]
