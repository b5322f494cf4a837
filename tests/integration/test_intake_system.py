"""Intake against the kernel: mounts, limits, foreign owners, hung calls, leases. Some of it
needs root."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalFinal, LocalPassing, SourceChanged, SourceGone
from nemowatch.fs import lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import snapshot
from nemowatch.fs.lease import Lease
from nemowatch.fs.mount_events import MountEvents
from nemowatch.fs.names import DEEPEST
from nemowatch.fs.safe_open import lookup, open_below
from nemowatch.fs.threads import Hung, Worker
from nemowatch.intake.scan.diff import ScanDiffer
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import TOO_DEEP, Kind, walk
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.health import HealthState
from tests.rigs.inbox import deafen, inbox_rig, mp4

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting and changing owners needs root")
REPO = Path(__file__).parents[2]


@pytest.fixture
def mounts(tmp_path: Path) -> Iterator[list[Path]]:
    """Mount points to be unmounted after the test."""
    made: list[Path] = []
    yield made
    for point in reversed(made):
        subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)


@pytest.fixture
def other_user() -> Iterator[Path]:
    """A folder of another user than root, where that user may come to it."""
    folder = Path(tempfile.mkdtemp(prefix="nemowatch-"))
    (folder / "ws/inbox").mkdir(parents=True)
    for each in (folder, folder / "ws", folder / "ws/inbox"):
        os.chown(each, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


def mount_tmpfs(point: Path, mounts: list[Path]) -> None:
    """Mount a small tmpfs, or skip where that is not allowed."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(point)],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.decode()}")
    mounts.append(point)


@pytest.mark.anyio
@needs_root
async def test_a_share_that_is_unmounted_and_comes_back_loses_nothing(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """Its empty mount point is not an empty inbox: offline, nothing gone, nothing written; back,
    it is watched again."""
    root = tmp_path / "ws"
    (root / "inbox").mkdir(parents=True)
    mount_tmpfs(root / "inbox", mounts)
    (root / "inbox/dub-es").mkdir()
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        subprocess.run(["umount", "-l", str(root / "inbox")], check=True)
        assert not await b.inbox.was_removed(b"dub-es/p.mp4"), (
            "the share went, the file was not taken away"
        )
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE, 3)
        assert list((root / "inbox").iterdir()) == []
        mount_tmpfs(root / "inbox", mounts)
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING, 3)
        b.put("dub-es/q.mp4", mp4("q"))
        await b.until(lambda: len(b.claimed) == 2)
        assert b.gone == []
        (root / "inbox/dub-es/q.mp4").unlink()
        assert await b.inbox.was_removed(b"dub-es/q.mp4")


@pytest.mark.anyio
@needs_root
async def test_folders_left_below_a_share_are_not_the_share(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """The whole workspace lies on a share, and folders of an earlier day below it: without the
    share the inbox is offline, before and after a restart; nothing is gone, nothing is written."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    mount_tmpfs(root, mounts)
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        subprocess.run(["umount", "-l", str(root)], check=True)
        assert not await b.inbox.was_removed(b"dub-es/p.mp4"), (
            "the share went, the file was not taken away"
        )
        assert b.inbox.health.state is HealthState.OFFLINE
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
        assert sorted(p.name for p in root.rglob("*")) == ["dub-es", "inbox"]
        mount_tmpfs(root, mounts)
        (root / "inbox/dub-es").mkdir(parents=True)
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)


@pytest.mark.anyio
@needs_root
async def test_what_a_mount_hides_was_not_taken_away(tmp_path: Path, mounts: list[Path]) -> None:
    """A disk mounted over a task folder hides its files; what is deleted on that disk is gone,
    and so is what is missing when the disk has left again."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        hidden = b.put("dub-es/hidden.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        mount_tmpfs(root / "inbox/dub-es", mounts)
        b.put("dub-es/over.mp4", mp4("over"))
        await b.until(lambda: len(b.claimed) == 2)
        assert not await b.inbox.was_removed(b"dub-es/hidden.mp4")
        (root / "inbox/dub-es/over.mp4").unlink()
        assert await b.inbox.was_removed(b"dub-es/over.mp4")
        subprocess.run(["umount", "-l", str(root / "inbox/dub-es")], check=True)
        assert not await b.inbox.was_removed(b"dub-es/hidden.mp4")
        hidden.unlink()
        assert await b.inbox.was_removed(b"dub-es/hidden.mp4")


@needs_root
def test_a_dead_share_on_a_folder_is_reported(tmp_path: Path, mounts: list[Path]) -> None:
    """A mount below the inbox whose server has died answers nothing: its folder is there, and
    cannot be read."""
    back, front = tmp_path / "back", tmp_path / "inbox/dub-nl"
    back.mkdir()
    front.mkdir(parents=True)
    if shutil.which("bindfs") is None:
        pytest.skip("bindfs not installed")
    server = subprocess.Popen(["bindfs", "-f", str(back), str(front)], stderr=subprocess.DEVNULL)
    mounts.append(front)
    end = time.monotonic() + 10
    while not os.path.ismount(front) and time.monotonic() < end:
        time.sleep(0.02)
    server.kill()
    server.wait()
    end = time.monotonic() + 10
    # the kernel remembers for a second how it looked
    while os.access(front, os.F_OK) and time.monotonic() < end:
        time.sleep(0.05)
    assert [entry.kind for entry in walk(tmp_path / "inbox", Ignore())] == [Kind.CLOSED]


def test_folders_are_entered_to_a_depth_that_honest_ones_have(tmp_path: Path) -> None:
    """What is deeper is neither walked nor taken for gone: its first folder is said to be closed."""
    deepest = Path(tmp_path, *["d"] * (DEEPEST + 50))
    deepest.mkdir(parents=True)
    (deepest / "a.mp4").write_bytes(mp4())
    entries = list(walk(tmp_path, Ignore()))
    assert len(entries) == DEEPEST + 2
    assert (entries[-1].kind, entries[-1].what) == (Kind.CLOSED, TOO_DEEP)


@needs_root
def test_a_folder_that_may_be_listed_and_not_entered_is_reported(tmp_path: Path) -> None:
    """Rights r without x show names and no files: that is no empty folder, nor one whose watch
    is missing."""
    task = tmp_path / "dub-es"
    (task / "closed").mkdir(parents=True)
    (task / "closed/a.mp4").write_bytes(mp4())
    (task / "closed").chmod(0o744)
    with as_nobody(tmp_path):
        entries = list(walk(tmp_path, Ignore()))
    assert {entry.path: entry.kind for entry in entries}[b"dub-es/closed"] is Kind.CLOSED
    inbox_state = InboxState.of(Watch(root=tmp_path), {})
    survey = ScanDiffer(
        inbox_state.book, inbox_state.known, inbox_state.tracked, lambda path: True
    ).survey(entries)
    assert (
        task.stat().st_ino in survey.inodes,
        (task / "closed").stat().st_ino in survey.inodes,
    ) == (True, False)


@needs_root
def test_a_mount_of_another_user_closes_its_own_folder_only(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """Somebody mounts a share of theirs on a task folder, as FUSE has it for themselves alone:
    the others are scanned."""
    back, front = tmp_path / "back", tmp_path / "inbox/dub-nl"
    back.mkdir()
    front.mkdir(parents=True)
    (tmp_path / "inbox/dub-es").mkdir()
    (tmp_path / "inbox/dub-es/a.mp4").write_bytes(mp4())
    if shutil.which("bindfs") is None:
        pytest.skip("bindfs not installed")
    subprocess.run(
        ["bindfs", "--no-allow-other", str(back), str(front)], check=True, capture_output=True
    )
    mounts.append(front)
    with as_nobody(tmp_path):
        found = {entry.path: entry.kind for entry in walk(tmp_path / "inbox", Ignore())}
    assert found == {b"dub-nl": Kind.CLOSED, b"dub-es": Kind.FOLDER, b"dub-es/a.mp4": Kind.FILE}


@contextmanager
def as_nobody(below: Path) -> Iterator[None]:
    """With the rights of a user who may come as far as `below` and read."""
    places = [below, *below.parents]
    modes = {
        place: place.stat().st_mode
        for place in places
        if place.stat().st_uid == 0 and not place.stat().st_mode & 1
    }
    for place, mode in modes.items():
        place.chmod(mode | 0o055)  # our group is still the owner's
    try:
        os.seteuid(65534)
        yield
    finally:
        os.seteuid(0)
        for place, mode in modes.items():
            place.chmod(mode)


@pytest.mark.anyio
@needs_root
async def test_a_mount_over_the_root_is_noticed_at_once(tmp_path: Path, mounts: list[Path]) -> None:
    """Mounted over: the new root is watched without waiting for the guard."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        mount_tmpfs(root / "inbox", mounts)
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)


@pytest.mark.anyio
@needs_root
async def test_the_mount_table_rings(tmp_path: Path, mounts: list[Path]) -> None:
    """A mount and an umount each ring within a fraction of a second, and silence does not."""
    rung = asyncio.Event()
    count = 0

    def ring() -> None:
        nonlocal count
        count += 1
        rung.set()

    news = MountEvents(ring)
    try:
        mount_tmpfs(tmp_path, mounts)
        await asyncio.wait_for(rung.wait(), 2)
        rung.clear()
        subprocess.run(["umount", str(tmp_path)], check=True)
        await asyncio.wait_for(rung.wait(), 2)
        assert count < 20
    finally:
        news.close()


WATCH_LIMIT = """
import asyncio, sys
sys.path.insert(0, {repo!r})
from pathlib import Path
from tests.rigs.inbox import inbox_rig, mp4
async def main():
    root, state = Path({root!r}), Path({state!r})
    async with inbox_rig(root, state, scan_interval=60) as b:
        for number in range(40):
            b.put(f"dub-es/{{number}}/clip.mp4", mp4(str(number)))
        await b.until(lambda: len(b.claimed) == 40, 25) if {works} else None
        for _ in range(4):
            await b.inbox.guard()
            await asyncio.sleep(0.5)
        print(b.inbox.health, len(b.claimed))
asyncio.run(main())
"""


@needs_root
def test_a_used_up_watch_limit_is_degraded_and_loses_nothing(tmp_path: Path) -> None:
    """With 20 watches for 40 folders every file is taken all the same, and the health says why
    it is slower."""
    (tmp_path / "ws/inbox/dub-es").mkdir(parents=True)
    code = WATCH_LIMIT.format(
        repo=str(REPO), root=str(tmp_path / "ws"), state=str(tmp_path / "s"), works=False
    )
    code = code.replace("print(", "await b.until(lambda: len(b.claimed) == 40, 25)\n        print(")
    script = tmp_path / "run.py"
    script.write_text(code)
    command = f"echo 20 > /proc/sys/user/max_inotify_watches && exec {sys.executable} {script}"
    done = subprocess.run(
        ["unshare", "-U", "-r", "bash", "-c", command], check=False, capture_output=True, timeout=60
    )
    if b"unshare" in done.stderr or b"denied" in done.stderr:
        pytest.skip(done.stderr.decode())
    assert done.stdout.decode().strip().splitlines()[-1] == "degraded: watch limit 40", (
        done.stderr.decode()[-2000:]
    )


def test_leases_tell_writers_from_silence(tmp_path: Path) -> None:
    """WRITER while somebody has it open for writing, FREE after; a writer that comes during the
    lease hurts nobody."""
    path = tmp_path / "f"
    path.write_bytes(b"x")
    assert lease.prepare()
    fd = os.open(path, os.O_RDONLY)
    try:
        if lease.probe(fd) is Lease.UNKNOWN:
            pytest.skip("this filesystem has no leases")
        with path.open("ab"):
            assert lease.probe(fd) is Lease.WRITER
        assert lease.probe(fd) is Lease.FREE
        stop = threading.Event()
        writer = threading.Thread(
            target=lambda: [path.open("ab").close() for _ in iter(stop.is_set, True)]
        )
        writer.start()
        answers = {lease.probe(fd) for _ in range(20_000)}
        stop.set()
        writer.join()
        assert answers <= {Lease.FREE, Lease.WRITER}
        assert signal.getsignal(signal.SIGIO) not in (signal.SIG_DFL, None)
    finally:
        os.close(fd)


@needs_root
def test_a_foreign_owner_makes_leases_tell_nothing(open_path: Path) -> None:
    """An ordinary user gets UNKNOWN on a file of another, FREE on its own."""
    theirs, own = open_path / "theirs", open_path / "own"
    for path, uid in ((theirs, 1234), (own, 65534)):
        path.write_bytes(b"x")
        os.chown(path, uid, uid)
        path.chmod(0o644)
    code = (
        f"import os, sys; sys.path.insert(0, {str(REPO)!r})\n"
        "from nemowatch.fs import lease\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); lease.prepare()\n"
        f"for p in ({str(theirs)!r}, {str(own)!r}): print(lease.probe(os.open(p, os.O_RDONLY)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stdout.split() == ["unknown", "free"], done.stderr


def test_nothing_outside_the_inbox_can_be_opened(tmp_path: Path) -> None:
    """Links as file or as folder, dots, absolute paths and pipes are refused, quickly."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    (inbox / "link").symlink_to(tmp_path / "secret")
    (inbox / "up").symlink_to(tmp_path)
    os.mkfifo(inbox / "pipe")
    (inbox / "good").write_bytes(b"g")
    for path in (
        b"link",
        b"../secret",
        b"up/secret",
        b"/etc/passwd",
        b"pipe",
        b".",
        b"",
        b"good/../../secret",
    ):
        with pytest.raises((LocalFinal, SourceGone)):
            open_below(inbox, path)
    with pytest.raises(SourceGone):
        lookup(inbox, b"none")
    os.close(open_below(inbox, b"good"))


def test_a_file_that_changes_while_it_is_hashed_is_noticed(tmp_path: Path) -> None:
    """Growth and replacement between the looks raise SourceChanged; a still file gives its
    SHA-256."""
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    fd = os.open(path, os.O_RDONLY)
    try:
        before = snapshot(fd)
        assert fingerprint(fd, before, b"f").startswith("ba7816bf")
        with path.open("ab") as file:
            file.write(b"d")
        with pytest.raises(SourceChanged):
            fingerprint(fd, before, b"f")
    finally:
        os.close(fd)


@pytest.mark.anyio
async def test_a_hung_call_is_reported_and_further_calls_are_refused() -> None:
    """While a call hangs others are refused at once; when it comes back the thread serves again."""
    worker, release = Worker("test", 0.2), threading.Event()
    try:
        with pytest.raises(Hung):
            await worker.run(lambda: release.wait(10))
        later = list[int]()
        with pytest.raises(Hung):
            await worker.run(lambda: later.append(1))
        free = asyncio.Event()
        worker.when_free(free.set)
        release.set()
        await asyncio.wait_for(free.wait(), 20)
        assert later == []
        assert await worker.run(lambda: 42) == 42
    finally:
        release.set()
        worker.close()


def test_the_owner_file_is_taken_once_and_only_a_person_takes_it_over(tmp_path: Path) -> None:
    """The first state owns it; the second is told the host, and on the same host the state's
    name; a broken file counts as somebody's; a missing root stays so."""
    assert owner_file.claim(tmp_path, "one", 1).ours
    assert owner_file.claim(tmp_path, "one", 2).ours
    second = owner_file.claim(tmp_path, "two", 3)
    assert not second.ours
    assert "another nemowatch on this host" in second.holder
    assert "state-id is one" in second.holder
    written = (tmp_path / owner_file.NAME).read_text()
    (tmp_path / owner_file.NAME).write_text(written.replace(os.uname().nodename, "nas2"))
    assert owner_file.claim(tmp_path, "two", 3).holder == "nas2"
    assert owner_file.take_over(tmp_path, "two", 4).ours
    assert not owner_file.claim(tmp_path, "one", 5).ours
    assert written != (tmp_path / owner_file.NAME).read_text()
    (tmp_path / owner_file.NAME).write_text("{half")
    assert not owner_file.claim(tmp_path, "one", 6).ours
    assert [p.name for p in tmp_path.iterdir()] == [owner_file.NAME]
    with pytest.raises(LocalPassing, match="is not there"):
        owner_file.claim(tmp_path / "none", "one", 7)


@pytest.mark.anyio
async def test_lost_events_are_made_good_by_a_scan(tmp_path: Path) -> None:
    """When the kernel's queue overflows, the one line of the library is heard and everything is
    looked at."""
    import logging

    (tmp_path / "ws/inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(tmp_path / "ws", tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING and b.inbox.due_in() > 1)
        deafen()
        b.put("dub-es/p.mp4", mp4())
        logging.getLogger("watchdog.observers.inotify_c").warning(
            "Inotify queue overflowed; filesystem events were lost"
        )
        await b.until(lambda: len(b.claimed) == 1)


@needs_root
@pytest.mark.anyio
async def test_a_folder_that_becomes_ours_a_moment_after_it_was_made_is_watched(
    other_user: Path,
) -> None:
    """`install -d -o nemowatch` makes it as root and then gives it away: no event tells of that.
    What is copied into it later is found by events, long before the next scan."""
    helper = subprocess.Popen(["sh"], stdin=subprocess.PIPE, text=True, bufsize=1)
    assert helper.stdin is not None
    own = os.geteuid()
    os.seteuid(65534)
    try:
        async with inbox_rig(
            other_user / "ws", other_user / "state", scan_interval=3600, settle=0.2
        ) as rig:
            await rig.until(lambda: rig.inbox.health.state is HealthState.WATCHING)
            folder = rig.inbox_dir / "dub-es"
            helper.stdin.write(
                f"mkdir -m 700 {folder}; sleep 0.2; chown 65534 {folder}; chmod 2775 {folder}\n"
            )
            await rig.until(lambda: os.access(folder, os.W_OK, effective_ids=True))
            await rig.until(lambda: rig.inbox.health.state is HealthState.WATCHING)
            number = rig.ticks
            await rig.until(lambda: rig.ticks > number and not rig.inbox.settling)
            rig.put("dub-es/clip.mp4", mp4())
            await rig.until(lambda: bool(rig.claimed))
    finally:
        os.seteuid(own)
        helper.stdin.close()
        helper.wait(10)
