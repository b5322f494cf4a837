"""A storm: many files, and the daemon killed at random moments again and again, beside faults
and lost power; in the end every file has its results, whole, paid for once."""

from __future__ import annotations

import fcntl
import os
import random
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nemowatch.clock import SystemClock
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
from tests.rigs.fault_report import tell
from tests.rigs.studio import Studio, studio, wait_for

#: Files and kills: small by default; scripts/faults runs 60 and 100.
FILES = int(os.environ.get("STORM_FILES", "6"))
KILLS = int(os.environ.get("STORM_KILLS", "4"))
LOSSES = int(os.environ.get("STORM_LOSSES", "3"))  #: of power; scripts/faults takes 40
LOSS_FILES = max(2, min(LOSSES, 20))
SEED = int(os.environ.get("STORM_SEED", "4"))
KINDS = ("dub-es/{}.mp4", "dub-de-fr/sub/{}.mp4", "transcribe/{}.mp4", "voiceover-female/{}.mp4")


@pytest.fixture
def root_only() -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a disk of its own needs root")


def drop_all(house: Studio, count: int) -> set[str]:
    """Files over all kinds of folders; returns their names."""
    names = [KINDS[n % len(KINDS)].format(f"clip{n:02d}") for n in range(count)]
    for name in names:
        house.drop(name)
    return set(names)


def sound(house: Studio, names: set[str], *, all_published: bool = True) -> dict[str, Any]:
    """Nothing paid twice, nothing lost, nothing half. Returns figures."""
    jobs, ledger = house.jobs(), house.ledger()
    told = house.log()
    per_session = [
        len([t for t in s["turns"] if t["charged"]]) for s in ledger["sessions"].values()
    ]
    assert max(per_session, default=0) <= 1, told
    charged = sum(per_session)
    published = [job for job in jobs if job["state"] == "published"]
    assert len(published) <= charged <= len(jobs), (
        f"{charged} charged, {len(published)} of {len(jobs)} published\n{told}"
    )
    assert ledger["violations"] == [], told
    if all_published:
        assert {job["state"] for job in jobs} <= {"published", "attention"}, told
    places = {tree: house.results(tree) for tree in ("inbox", "done", "failed")}
    for name in names:
        assert sum(name in found for found in places.values()) == 1, f"{name}: {told}"
    served = {r["sha256"] for s in ledger["sessions"].values() for r in s["renders"]}
    whole = [name for name in house.results() if name.endswith(".mp4")]
    for name in whole:
        assert digest(house.outbox / name) in served, f"half: {name}"
    assert len(whole) == len(published), f"{sorted(whole)}\n{told}"
    # the daemon lives, and may be writing its page at this moment
    wait_for("nothing unfinished", lambda: not list(house.root.rglob(".~nemowatch*")))
    return {
        "jobs": len(jobs),
        "charged": charged,
        "published": len(published),
        "attention": len(jobs) - len(published),
    }


def digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def rest(house: Studio, limit: float) -> None:
    """Until every job has ended or waits for a person, and ended sources have left the inbox."""

    def at_rest() -> bool:
        jobs = house.jobs()
        quiet = jobs and all(
            job["state"] in ("published", "attention", "failed", "rejected", "cancelled")
            for job in jobs
        )
        asked = {Path(job["source"]).name for job in jobs if job["state"] == "attention"}
        left = {Path(name).name for name in house.results("inbox")} - asked
        return bool(quiet) and not {name for name in left if not name.endswith(".txt")}

    wait_for(lambda: f"rest; {house.log()}", at_rest, limit)


def storm(house: Studio, names: set[str], kills: int, rng: random.Random) -> int:
    """Start and kill the daemon at random moments; returns how often it was killed while jobs
    were open."""
    for _ in range(kills):
        start_blind(house)
        # the moment of the kill is the point: there is nothing to wait for
        time.sleep(rng.uniform(0.5, 2.2))
        house.kill()
    return kills


def start_blind(house: Studio) -> None:
    """Start the daemon without waiting for it: the kill may come before it is up."""
    house.daemon = house.process("-m", "nemowatch", "run", "--config", str(house.config))


@pytest.mark.parametrize(
    "goes_on",
    [
        pytest.param(True, id="turns survive their client"),
        pytest.param(False, id="turns end with their client", marks=pytest.mark.slow),
    ],
)
def test_a_storm_of_kills(tmp_path: Path, goes_on: bool) -> None:
    """Random kills over many files: every job published, or with a person where nobody can know;
    charged once each."""
    settings = {
        "abort_on_disconnect": not goes_on,
        "turn_seconds": 0.3,
        "render_seconds": 0.4,
        "upload_seconds": 0.05,
    }
    files, kills = (FILES, KILLS) if goes_on else (max(FILES // 2, 2), max(KILLS // 2, 2))
    with studio(tmp_path, sandbox=settings) as house:
        names = drop_all(house, files)
        storm(house, names, kills, random.Random(SEED))
        house.start()
        rest(house, 120 + 2 * files)
        figures = sound(house, names)
        if goes_on:
            assert figures["attention"] <= kills, figures
        tell(
            "storm" if goes_on else "storm, turns end with their client",
            {"files": files, "kills": kills, **figures},
        )


#: EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), and its flag "do not write the log first": what `xfs_io
#: -c shutdown` calls.
SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


def lose_power(where: Path) -> None:
    """The filesystem is gone at once, with everything that was not yet on its disk."""
    folder = os.open(where, os.O_RDONLY)
    try:
        fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(folder)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small ext4 of its own."""
    image, mounted = tmp_path / "disk.img", tmp_path / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mount(image, mounted)
    yield mounted
    subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_a_lost_disk_keeps_what_was_committed(root_only: None, disk: Path) -> None:
    """The lab's own proof: what the journal has committed is on the disk, what was only written
    is gone."""
    with closing(Journal.open(disk / "journal.db", SystemClock())) as journal:
        os.sync()
        for number in range(50):
            journal.write_now(lambda conn, number=number: facts.put(conn, "number", str(number)))
        (disk / "only written").write_text("x")
        lose_power(disk)
    power_again(disk)
    with closing(Journal.open(disk / "journal.db", SystemClock())) as journal:
        assert journal.read_now(lambda conn: facts.get(conn, "number")) == "49"
    assert not (disk / "only written").exists()


def test_power_loss_under_the_journal(root_only: None, tmp_path: Path, disk: Path) -> None:
    """The journal's disk loses its power again and again, with all that was not yet on it:
    nothing is paid twice."""
    settings = {"abort_on_disconnect": False, "turn_seconds": 0.3, "render_seconds": 0.3}
    rng = random.Random(SEED)
    with studio(tmp_path / "house", sandbox=settings) as house:
        house.config.write_text(
            house.config.read_text().replace(str(house.state), str(disk / "state"))
        )
        names = drop_all(house, LOSS_FILES)
        (disk / "state").mkdir(mode=0o700)
        subprocess.run(["sync", "-f", str(disk)], check=True)
        for _ in range(LOSSES):
            start_blind(house)
            # The moment is the point; but one in which nothing has happened yet would prove
            # nothing.
            wait_for("a commit", partial(has_moved, disk, commits(disk)))
            time.sleep(rng.uniform(0.0, 1.0))
            lose_power(disk)
            house.kill()
            power_again(disk)
        house.start()
        rest(house, 120)
        figures = sound(house, names)
        assert not list((disk / "state").glob("journal.db.damaged-*"))
        tell("power loss under the journal", {"files": len(names), "losses": LOSSES, **figures})
        house.stop()


def commits(disk: Path) -> int:
    """Something that grows with every commit of the journal."""
    log = disk / "state" / "journal.db-wal"
    return log.stat().st_mtime_ns if log.exists() else 0


def has_moved(disk: Path, begun: int) -> bool:
    """Whether there was a commit since."""
    return commits(disk) != begun


def power_again(mounted: Path) -> None:
    """Mount it again, as after a cold start."""
    subprocess.run(["umount", str(mounted)], check=True)
    mount(mounted.with_name("disk.img"), mounted)


def mount(image: Path, where: Path) -> None:
    subprocess.run(["mount", "-o", "loop", str(image), str(where)], check=True)
