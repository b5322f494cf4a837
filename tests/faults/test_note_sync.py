"""Notes say what the journal says, whenever the process is killed and whatever the share does
meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from nemowatch.clock import ManualClock, SystemClock
from nemowatch.fs.threads import Disks
from nemowatch.journal import notes
from nemowatch.journal.database import Journal
from nemowatch.model import State
from nemowatch.reporting.note_sync import NoteSync
from nemowatch.reporting.note_writer import Note, NoteWriter
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.kills import EVERY, run_dying
from tests.rigs.studio import Studio, studio

ERROR, QUESTION = "dub-es/clip.mp4.error.txt", "dub-es/clip.mp4.question.txt"
#: The commits that say that a note was written, and that it was removed.
WRITTEN = "nemowatch.reporting.note_writer.NoteWriter._write"
REMOVED = "nemowatch.reporting.note_writer.NoteWriter._remove"
#: Commits that come by the clock: their number tells no moment of a life.
BY_THE_CLOCK = "nemowatch.holds.probes.release"
#: Those of a life that notes have to do with: from the render, or from the refusal.
LAST = 10


def the_notes(b: EngineRig) -> NoteSync:
    """What keeps the notes of its one inbox."""
    assert b.engine is not None
    (ending,) = b.engine.wrap_ups.values()
    return ending.notes


def at_last_commits(base: Path, before: Callable[[Studio], None], moment: str) -> Iterator[Studio]:
    """A house that `before` has prepared, killed after one of its last commits and run once
    more: after each that `moment` wrote, or with scripts/faults after all of them."""
    with studio(base / "whole") as house:
        before(house)
        run_dying(house, commits=base / "commits")
        yield house

    lives = (base / "commits").read_text().splitlines()
    last = [point for point in lives if not point.startswith(BY_THE_CLOCK)][-LAST:]
    points = last if EVERY else [point for point in last if point.startswith(moment)]
    assert points, lives
    for point in points:
        with studio(base / str(last.index(point))) as house:
            before(house)
            if run_dying(house, point) == -9:
                run_dying(house)
            yield house


def failing(house: Studio) -> None:
    house.sandbox.fault("upload:4001@*")
    house.drop("dub-es/clip.mp4")


def asking(house: Studio) -> None:
    house.sandbox.fault("chat:question")
    house.drop("dub-es/clip.mp4")


def trying_again(house: Studio) -> None:
    failing(house)
    assert run_dying(house) == 1
    assert ERROR in house.results("failed")
    house.sandbox.clear_faults()
    (house.root / "failed/dub-es/clip.mp4").rename(house.inbox / "dub-es/clip.mp4")


def test_a_failure_is_reported_whenever_it_is_killed(tmp_path: Path) -> None:
    """The file in failed/ has its note beside it."""
    for house in at_last_commits(tmp_path, failing, WRITTEN):
        assert house.results("failed") == {"dub-es/clip.mp4", ERROR}, house.log()


def test_a_question_is_asked_whenever_it_is_killed(tmp_path: Path) -> None:
    """The file that waits has its question beside it."""
    for house in at_last_commits(tmp_path, asking, WRITTEN):
        if [job["state"] for job in house.jobs()] == ["attention"]:
            assert house.results("inbox") == {"dub-es/clip.mp4", QUESTION}, house.log()
            assert house.results("failed") == set()


def test_no_note_is_left_beside_a_success_whenever_it_is_killed(tmp_path: Path) -> None:
    """Failed, moved back, published: the note goes."""
    for house in at_last_commits(tmp_path, trying_again, REMOVED):
        assert house.results("failed") == set(), house.log()
        assert house.results("done") == {"dub-es/clip.mp4"}, house.log()


# -- the moment between a note and the journal


class Killed(BaseException):
    """As sudden as SIGKILL for the code under test."""


@pytest.mark.anyio
@pytest.mark.parametrize("then", ["something new", ""])
@pytest.mark.parametrize("first", ["", "the one before"])
async def test_a_note_that_the_journal_does_not_know_yet_is_still_ours(
    tmp_path: Path, first: str, then: str
) -> None:
    """Killed after the file, before the journal's line about it: the next process rewrites it,
    and takes it away."""
    sign = "\n\nnemowatch wrote this note, and takes it away by itself.\n"
    journal, disks = Journal.open(tmp_path / "journal.db", ManualClock()), Disks()
    path = tmp_path / "inbox/dub-es/clip.mp4.question.txt"
    path.parent.mkdir(parents=True)
    watch: Any = type("W", (), {"inbox": tmp_path / "inbox", "name": "inbox"})()

    async def bring(text: str) -> None:
        await NoteWriter(journal, disks, SystemClock()).update(
            watch, Note(tmp_path / "inbox", path, text and text + sign)
        )

    if first:
        await bring(first)
    true_write = journal.write

    async def killed(work: Any) -> Any:
        if path.exists() and "second" in path.read_text("utf-8-sig"):
            raise Killed
        return await true_write(work)

    journal.write = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await bring("second")
    journal.write = true_write  # type: ignore[method-assign]
    await bring(then)
    assert (path.read_text("utf-8-sig") if path.exists() else "") == (then and then + sign)
    journal.close()


# -- shares that are full or away, and people


@pytest.mark.anyio
async def test_what_a_person_deletes_stays_deleted(tmp_path: Path) -> None:
    """A note is told once; only something new is told again."""
    async with engine_rig(tmp_path) as b:
        b.fault("chat:question")
        b.drop("dub-es/clip.mp4")
        await b.start()
        await b.until("a question", lambda found: bool(found) and found[0].state is State.ATTENTION)
        note = b.root / "inbox" / QUESTION
        await stands(note)
        # a note that the journal does not know yet is written again
        await reported(b)
        note.unlink()
        await the_notes(b).check()
        await b.stop()
        await b.start()
        assert b.journal is not None
        assert b.engine is not None
        await the_notes(b).check()
        assert not note.exists()


@pytest.mark.anyio
async def test_an_answer_takes_the_question_away_at_once(tmp_path: Path) -> None:
    """Not only when the work is done."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 3}) as b:
        b.fault("chat:question")
        b.drop("dub-es/clip.mp4")
        await b.start()
        await b.until("a question", lambda found: bool(found) and found[0].state is State.ATTENTION)
        await stands(b.root / "inbox" / QUESTION)
        assert b.engine is not None
        await b.engine.order("resolve", {"job": 1, "how": "resend"})
        await stands(b.root / "inbox" / QUESTION, there=False)
        assert (await b.jobs())[0].state is not State.PUBLISHED


@pytest.mark.anyio
async def test_a_success_needs_no_failed_tree(tmp_path: Path) -> None:
    """A question, an answer, a result: with no failed/ there is no note to take away, and
    nothing to complain about."""
    with capture_logs() as lines:
        async with engine_rig(tmp_path) as b:
            b.fault("chat:question@1")
            b.drop("dub-es/clip.mp4")
            await b.start()
            await b.until(
                "a question", lambda found: bool(found) and found[0].state is State.ATTENTION
            )
            assert b.engine is not None
            await b.engine.order("resolve", {"job": 1, "how": "resend"})
            await b.until("its result", lambda found: found[0].state is State.PUBLISHED)
            await the_notes(b).check()
            assert b.journal is not None
            assert not await b.journal.read(notes.all_due)
            assert not (b.root / "failed").exists()
    assert not [line for line in lines if line["event"].startswith("note could not")]


@pytest.mark.anyio
async def test_a_full_share_gets_its_notes_when_there_is_space(tmp_path: Path) -> None:
    """One line when they cannot be written, one when they can again; a restart between the two
    forgets nothing."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    with capture_logs() as lines:
        await fills_and_empties(tmp_path)
    said = [line["event"] for line in lines]
    # once for each process
    assert said.count("note could not be written; trying again") == 2, said
    assert said.count("notes can be written again") == 1, said


async def fills_and_empties(base: Path) -> None:
    """A failure on a full disk, a restart, and space again: its note comes then."""
    async with engine_rig(base) as b:
        disk = b.root / "failed"
        disk.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False
        )
        if done.returncode:
            pytest.skip("cannot mount here")
        try:
            (disk / "dub-es").mkdir()
            hog = disk / "hog"
            fill(hog)
            b.fault("upload:4001@*")
            b.drop(
                "dub-es/clip.mp4",
                b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08moov",
            )
            await b.start()
            await b.ended(1)
            assert b.engine is not None
            for _ in range(3):
                await the_notes(b).check()
            assert the_notes(b).postponed == {1}
            await b.stop()
            await b.start()
            await the_notes(b).check()
            assert not (disk / ERROR).exists()
            hog.unlink()
            await the_notes(b).check()
            assert (disk / ERROR).exists()
        finally:
            await b.stop()
            subprocess.run(["umount", "-l", str(disk)], check=True)


async def stands(path: Path, *, there: bool = True) -> None:
    """Until the file stands, or no longer does."""
    for _ in range(400):
        if path.exists() is there:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path}: {'not there' if there else 'still there'}")


async def reported(b: EngineRig) -> None:
    """Until the journal knows of every note that was due."""
    assert b.journal is not None
    for _ in range(400):
        if not await b.journal.read(notes.all_due):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("notes are still due")


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return
