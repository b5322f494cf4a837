"""Second copies leave the inbox, but never under a job that was ordered once more."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.fs.safe_open import lookup
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import Duplicate, FileProblem
from nemowatch.journal import jobs, source_members, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.job_steps import redeliver
from nemowatch.journal.new_jobs import add_turn
from nemowatch.model import Member, MemberRole, State
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.sources.duplicates import Duplicates
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.retirement import Retirement, WasRemoved
from nemowatch.sources.taken_away import cancel_taken_away
from tests.rigs.command import Cli

pytestmark = pytest.mark.anyio
PATH = b"dub-es/promo.mp4"
SOURCE = 1


class House:
    """An inbox with a file whose job is published, and who takes its second copies away."""

    def __init__(self, cli: Cli, journal: Journal, disks: Disks) -> None:
        self.watch = Watch(root=cli.root)
        self.journal = journal
        self.disks = disks
        self.clock = SystemClock()
        self.moving_out = MovingOut()
        self.written_off: list[bool] = []
        self.duplicates = Duplicates(
            journal,
            NoteWriter(journal, disks, self.clock),
            disks,
            self.clock,
            self._write_off,
            self.moving_out,
        )

    async def _write_off(self, watch: Watch, problem: FileProblem) -> bool:
        self.written_off.append(SOURCE in self.moving_out)
        return True

    @property
    def file(self) -> Path:
        return self.watch.inbox / os.fsdecode(PATH)

    async def found(self, *, has_results: bool) -> None:
        copy = Duplicate(PATH, SOURCE, has_results)
        await self.duplicates.act_on(self.watch, [copy])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    cli = Cli(tmp_path)
    cli.add_job(PATH, State.PUBLISHED)
    with cli.journal() as journal, closing(Disks()) as disks:
        house = House(cli, journal, disks)
        house.file.parent.mkdir(parents=True, exist_ok=True)
        house.file.write_bytes(b"film")
        found = lookup(house.watch.inbox, PATH)
        digest = hashlib.sha256(b"film").hexdigest()
        member = Member(MemberRole.CLIP, "promo.mp4", PATH, snapshot=found, digest=digest)
        await journal.write(partial(source_members.refresh, source_id=SOURCE, found=(member,)))
        yield house


async def test_a_second_copy_goes_to_done(house: House) -> None:
    """And a note lies beside it there."""
    await house.found(has_results=True)
    assert not house.file.exists()
    assert len(list((house.watch.done / "dub-es").iterdir())) == 2


async def test_an_order_waits_while_a_copy_is_moved(house: House) -> None:
    """It may need this very file."""
    await house.found(has_results=False)
    assert house.written_off == [True]
    assert SOURCE not in house.moving_out


async def test_what_an_order_has_moved_back_is_no_second_copy(house: House) -> None:
    """It is not written down yet that its job goes on."""
    with house.moving_out.keeping({SOURCE}):
        await house.found(has_results=True)
    assert house.file.exists()
    await house.found(has_results=True)
    assert not house.file.exists()


async def test_where_a_file_went_is_not_forgotten_with_the_scan_that_misses_it(
    house: House,
) -> None:
    """Its last job was cancelled and it moved to failed/: nobody has taken it away."""
    read, write = house.journal.read_now, house.journal.write_now
    write(lambda conn: conn.execute("DROP TRIGGER job_legal"))
    write(lambda conn: conn.execute("UPDATE job SET state = 'cancelled'"))
    leave = partial(cancel_taken_away, source_id=SOURCE, now_ms=3)
    assert write(partial(leave, is_leaving=True)) == []
    assert read(partial(sources.by_id, source_id=SOURCE)).retired_at is None
    write(lambda conn: sources.retire(conn, SOURCE, b"/failed/promo.mp4", 2))
    assert write(leave) == []
    assert read(partial(sources.by_id, source_id=SOURCE)).retired_to == b"/failed/promo.mp4"


async def never(*_: object) -> bool:
    return False


def retirement_in(
    house: House, was_removed: WasRemoved = never, update_one: Callable[..., object] = never
) -> Retirement:
    """What moves the sources of this house; `update_one` is called as a move begins."""
    return Retirement(
        house.watch.name,
        lambda: {house.watch.name: house.watch},
        house.journal,
        SimpleNamespace(update_one=update_one),  # type: ignore[arg-type]
        house.disks,
        house.clock,
        was_removed,
        never,
        house.moving_out,
    )


async def test_a_file_that_is_renamed_as_its_last_job_ends_has_not_left(house: House) -> None:
    """The scan that finds that it is gone from its place finds it at another one, where it goes
    on."""
    house.file.unlink()

    async def was_removed(watch: str, path: bytes) -> bool:
        await house.journal.write(
            lambda conn: conn.execute("UPDATE source SET path = ?", (b"b.mp4",))
        )
        return True

    await retirement_in(house, was_removed).check()
    source = house.journal.read_now(partial(sources.by_id, source_id=SOURCE))
    assert source is not None
    assert (source.path, source.retired_at) == (b"b.mp4", None)


async def test_where_a_file_went_is_recorded_although_a_change_was_ordered_meanwhile(
    house: House,
) -> None:
    """A change needs nothing in the inbox and does not wait for the move; the file lies in done/
    afterwards, and an order for it must find it there."""

    async def change_ordered(*_: object) -> None:
        job = house.journal.read_now(partial(jobs.by_id, job_id=1))
        await house.journal.write(partial(add_turn, job=job, prompt="Shorter.", now_ms=1))

    await retirement_in(house, update_one=change_ordered).check()
    assert not house.file.exists()
    source = house.journal.read_now(partial(sources.by_id, source_id=SOURCE))
    assert source is not None
    assert source.retired_to == os.fsencode(house.watch.done / "dub-es/promo.mp4")


@pytest.mark.parametrize("has_results", [True, False])
async def test_a_file_that_was_ordered_once_more_is_no_second_copy(
    house: House, has_results: bool
) -> None:
    """Its job needs it where it lies, and its source has not left."""
    await house.journal.write(partial(redeliver, job_id=1, now_ms=1, new_take=True))
    await house.found(has_results=has_results)
    assert house.file.read_bytes() == b"film"
    assert not house.written_off
    source = await house.journal.read(partial(sources.by_id, source_id=SOURCE))
    assert source is not None
    assert source.is_here
