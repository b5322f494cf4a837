"""Intake against the kernel: limits, foreign owners, hung calls, leases. Some of it needs root."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.errors import LocalFinal, LocalPassing, SourceChanged, SourceGone
from nemowatch.fs import lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import snapshot
from nemowatch.fs.lease import Lease
from nemowatch.fs.names import DEEPEST
from nemowatch.fs.safe_open import lookup, open_below
from nemowatch.fs.threads import Hung, WorkerThread
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import TOO_DEEP, EntryKind, walk
from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.health import HealthState
from tests.rigs.inbox import deafen, inbox_rig, mp4
from tests.rigs.patience import PATIENCE

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting and changing owners needs root")
REPO = Path(__file__).parents[2]


@pytest.fixture
def other_user() -> Iterator[Path]:
    """A folder of another user than root, where that user may come to it."""
    folder = Path(tempfile.mkdtemp(prefix="nemowatch-"))
    (folder / "ws/inbox").mkdir(parents=True)
    for each in (folder, folder / "ws", folder / "ws/inbox"):
        os.chown(each, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


def test_folders_are_entered_to_a_depth_that_honest_ones_have(tmp_path: Path) -> None:
    """What is deeper is neither walked nor taken for gone: its first folder is said to be
    closed."""
    deepest = Path(tmp_path, *["d"] * (DEEPEST + 50))
    deepest.mkdir(parents=True)
    (deepest / "a.mp4").write_bytes(mp4())
    entries = list(walk(tmp_path, Ignore()))
    assert len(entries) == DEEPEST + 2
    assert (entries[-1].kind, entries[-1].what) == (EntryKind.CLOSED, TOO_DEEP)


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
    worker, release = WorkerThread("test", 0.2), threading.Event()
    try:
        with pytest.raises(Hung):
            await worker.run(lambda: release.wait(10))
        later = list[int]()
        with pytest.raises(Hung):
            await worker.run(lambda: later.append(1))
        free = asyncio.Event()
        worker.when_free(free.set)
        release.set()
        await asyncio.wait_for(free.wait(), PATIENCE)
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
        helper.wait(PATIENCE)
