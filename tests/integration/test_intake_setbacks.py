"""Troubles that the work meets although the root is there: the inbox has one state, said once,
until they are over."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nemowatch.clock import ManualClock, SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import local_error
from nemowatch.fs import anchor
from nemowatch.fs.safe_open import open_at, open_below
from nemowatch.fs.threads import Hung
from nemowatch.intake.claim.existing_results import Finder
from nemowatch.intake.ready import ahead, inspect
from nemowatch.intake.watch import liveness, owner_file, setbacks
from nemowatch.intake.watch.health import AWAY, HealthState
from nemowatch.intake.watch.setbacks import Setbacks
from nemowatch.journal import inboxes
from nemowatch.journal.database import Journal
from nemowatch.journal.results import PublishedOutput
from nemowatch.outbox import result_finder
from tests.rigs.inbox import inbox_rig, mp4

pytestmark = pytest.mark.anyio

#: How often the trouble is met again before it ends.
TIMES = 4


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace with a file that was there before the start: its results are looked for. A
    trouble is tried again soon."""
    for module, name in ((setbacks, "FIRST_PAUSE"), (liveness, "REPAIR_FIRST")):
        monkeypatch.setattr(module, name, 0.05)
    monkeypatch.setattr(setbacks, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(liveness, "REPAIR_MOST", 0.1)
    top = tmp_path / "ws"
    (top / "inbox/dub-es").mkdir(parents=True)
    (top / "outbox").mkdir()
    (top / "inbox/dub-es/a.mp4").write_bytes(mp4("a"))
    yield top
    anchor.hold(top / "outbox")


async def worked_before(root: Path, state: Path) -> None:
    """An earlier start has worked in this inbox: of files that are there, results may exist."""
    state.mkdir()
    journal = Journal.open(state / "journal.db", SystemClock())
    name = Watch(root=root).name
    await journal.write(lambda conn: inboxes.seen(conn, name, 0))
    await journal.write(lambda conn: inboxes.scanned(conn, name))
    journal.close()


class Trouble:
    """One kind of it: what begins and ends it, and the look into the outbox that meets it."""

    def __init__(self, root: Path, finder: Finder = result_finder.find) -> None:
        self.root, self.outbox = root, root / "outbox"
        self.met = 0
        self._find = finder

    def find(self, *args: object) -> tuple[PublishedOutput, ...]:
        """Counts the attempts."""
        self.met += 1
        return self._find(*args)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Before the daemon starts."""

    def end(self) -> None:
        """The cure."""
        self._find = result_finder.find


class Linked(Trouble):
    """A link in the outbox's place since the daemon last ran."""

    def begin(self) -> None:
        theirs = self.root.parent / "theirs"
        theirs.mkdir()
        self.outbox.rename(self.root / "before")
        self.outbox.symlink_to(theirs)
        anchor.hold(self.outbox, (True, "", "", ""))

    def end(self) -> None:
        self.outbox.unlink()
        (self.root / "before").rename(self.outbox)


class InTheWay(Trouble):
    """A file in the outbox's place."""

    def begin(self) -> None:
        self.outbox.rmdir()
        self.outbox.touch()

    def end(self) -> None:
        self.outbox.unlink()
        self.outbox.mkdir()


def raising(error: Exception) -> Callable[[Path], Trouble]:
    """A trouble of this kind, whatever its cause."""

    def broken(*_: object) -> tuple[PublishedOutput, ...]:
        raise error

    return lambda root: Trouble(root, broken)


def of_system(number: int) -> Callable[[Path], Trouble]:
    """What the system answers about the outbox."""

    def make(root: Path) -> Trouble:
        return raising(local_error(OSError(number, "said by the system"), root / "outbox"))(root)

    return make


CAUSES: dict[str, Callable[[Path], Trouble]] = {
    "a link to": Linked,
    "outbox is not a folder": InTheWay,
    "said by the system": of_system(errno.EIO),
    "the disk is full": of_system(errno.ENOSPC),
    "permission denied": of_system(errno.EACCES),
    "does not answer": raising(Hung()),
    "nemowatch itself failed here (RuntimeError)": raising(RuntimeError("nobody foresaw this")),
}


@pytest.mark.parametrize("words", CAUSES)
async def test_each_trouble_is_one_state_and_one_line_until_it_ends(
    root: Path, tmp_path: Path, words: str
) -> None:
    """However often it is met, by a scan, by the guard or by the work itself; then the file is
    taken, and that is one line as well."""
    trouble = CAUSES[words](root)
    trouble.begin()
    await worked_before(root, tmp_path / "s")
    with capture_logs() as lines:
        async with inbox_rig(root, tmp_path / "s", finder=trouble.find, scan_interval=0.2) as b:
            await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
            assert words in b.inbox.health.reason
            before, met = b.inbox.health, trouble.met
            while trouble.met < met + TIMES:
                await b.tick_for(0.05)
                await b.inbox.guard()
                assert b.inbox.health == before
            assert [one.why for one in b.inbox.waiting()] == [str(before)]
            assert not b.claimed
            trouble.end()
            await b.until(lambda: bool(b.claimed))
            await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
    said = [line["event"].partition(" since ")[0] for line in lines]
    healths = [event for event in said if event.startswith("inbox ")]
    assert healths == ["inbox watching", "inbox offline", "inbox watching"]


async def test_another_host_is_one_state_and_one_line(root: Path, tmp_path: Path) -> None:
    """Met before anything is claimed, and by each check of the root."""
    with capture_logs() as lines:
        async with inbox_rig(root, tmp_path / "s", settle=60, scan_interval=0.2) as b:
            await b.until(lambda: b.inbox.settling == 1)
            owner = {"state": "of another", "host": "nas9"}
            (root / owner_file.NAME).write_text(json.dumps(owner))
            await b.inbox.guard()
            assert b.inbox.health.state is HealthState.HELD
            for _ in range(TIMES):
                b.inbox.request_scan()
                await b.inbox.guard()
                assert b.inbox.health.state is HealthState.HELD
            assert [one.why for one in b.inbox.waiting()] == ["held by nas9"]
    said = [line["event"] for line in lines if line["event"].startswith("inbox ")]
    assert said == ["inbox watching", "inbox held by nas9"]


async def test_one_file_that_does_not_answer_stops_no_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad block below one name is that file's trouble, and not the inbox's."""

    def with_bad_block(opening: Callable[..., int]) -> Callable[..., int]:
        def opened(*where: object) -> int:
            if where[-1] == b"dub-es/a.mp4":
                raise local_error(OSError(errno.EIO, "Input/output error"), "a.mp4")
            return opening(*where)

        return opened

    monkeypatch.setattr(ahead, "open_at", with_bad_block(open_at))
    monkeypatch.setattr(inspect, "open_below", with_bad_block(open_below))
    async with inbox_rig(root, tmp_path / "s", scan_interval=0.2) as b:
        b.put("dub-es/b.mp4", mp4("b"))
        await b.until(lambda: bool(b.claimed))
        assert await b.paths() == [b"dub-es/b.mp4"]
        assert b.inbox.health.state not in AWAY
        assert "Input/output error" in b.inbox.waiting()[0].why


def test_a_trouble_that_keeps_coming_back_has_to_stay_away_longer_each_time() -> None:
    """So that an inbox does not come and go for ever; after a quiet while it is a new one."""
    clock = ManualClock()
    found = Setbacks(clock)

    def seconds_to_overcome() -> float:
        found.add()
        found.went_well()
        begun, proved_at = clock.monotonic(), found.proved_at
        assert proved_at is not None
        clock.advance(proved_at - begun)
        assert found.overcome()
        return proved_at - begun

    assert [seconds_to_overcome() for _ in range(4)] == [0, 2, 4, 8]
    clock.advance(setbacks.SOON)
    assert seconds_to_overcome() == 0


@pytest.mark.parametrize("every", [90, 300])
def test_a_trouble_that_comes_back_every_few_minutes_leaves_most_of_the_time_for_work(
    every: int,
) -> None:
    """No job of an inbox begins before the trouble counts as overcome, so that must come about
    however often it was met before."""
    clock = ManualClock()
    found = Setbacks(clock)
    for _ in range(30):
        begun = clock.monotonic()
        for _ in range(3):  # the first tries fail, too
            found.add()
            clock.advance(found.next_try - clock.monotonic())
        found.went_well()
        proved_at = found.proved_at
        assert proved_at is not None
        assert proved_at < begun + every
        clock.advance(proved_at - clock.monotonic())
        assert found.overcome()
        clock.advance(begun + every - clock.monotonic())


def test_a_trouble_is_tried_more_and_more_rarely_but_soon_enough() -> None:
    """Each try scans the inbox; who has mended the cause waits a minute at most."""
    clock = ManualClock()
    found = Setbacks(clock)
    pauses = []
    for _ in range(8):
        found.add()
        pauses.append(found.next_try - clock.monotonic())
        clock.advance(pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    assert not found.overcome()
    found.try_now()
    assert found.next_try == 0
