"""What becomes of a scan's troubles: each told once, where people find it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.i18n.language import in_language
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FileProblem, FolderProblem, Tick
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import sources
from nemowatch.journal.sources import NewSource
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.notes import READ_ME, Complaint, read_me
from nemowatch.sources import refused_files, stray_notes
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.tick_results import TickResults
from tests.rigs.command import Cli
from tests.rigs.inbox import inbox_of
from tests.rigs.journal_rows import clip, do

pytestmark = pytest.mark.anyio

Take = tuple[TickResults, Inbox]


@pytest.fixture
async def take(tmp_path: Path) -> AsyncIterator[Take]:
    """A reception, and an inbox that nobody scans."""
    async with reception_of(tmp_path) as found:
        yield found


async def no_orders(path: object, orders: object, record: object) -> None:
    raise AssertionError("nothing was to be ordered")


@asynccontextmanager
async def reception_of(tmp_path: Path) -> AsyncIterator[Take]:
    """The same, as one process after another has it."""
    cli, clock = Cli(tmp_path), SystemClock()
    watch = Watch(root=cli.root)
    with cli.journal() as journal, closing(Disks()) as disks:
        inbox = inbox_of(watch, journal, clock)
        yield (
            TickResults(
                journal,
                NoteWriter(journal, disks, clock),
                disks,
                clock,
                lambda: None,
                no_orders,
                MovingOut(),
            ),
            inbox,
        )


async def test_an_unreadable_folder_is_reported_once_and_beside_it(take: Take) -> None:
    """That its name is no task either matters to nobody yet, and a note inside it could be
    neither written nor read."""
    tick_results, inbox = take
    rights = "Give the user that runs nemowatch permission to read it."
    closed = FileProblem(
        b"privat", b"privat", "This folder cannot be read by nemowatch.", rights, code="permission"
    )
    deeper = FileProblem(
        b"dub-es/mine",
        b"dub-es",
        "This folder cannot be read by nemowatch.",
        rights,
        code="permission",
    )
    (inbox.watch.inbox / "dub-es" / "mine").mkdir(parents=True)
    (inbox.watch.inbox / "privat").mkdir()
    await tick_results.act_on(
        inbox, Tick(problems=(closed, deeper, FolderProblem(b"privat", '"privat" is not a task.')))
    )
    assert tick_results.problems[inbox.watch.name] == (closed, deeper)
    notes = sorted(path.relative_to(inbox.watch.inbox) for path in inbox.watch.inbox.rglob("*.txt"))
    assert notes == [Path("dub-es/nemowatch - read me.txt"), Path("nemowatch - read me.txt")]
    text = " ".join((inbox.watch.inbox / "nemowatch - read me.txt").read_text("utf-8-sig").split())
    assert f"{rights} privat" in text
    await tick_results.act_on(inbox, Tick())
    assert not list(inbox.watch.inbox.rglob("*.txt"))


async def test_the_note_of_a_folder_that_was_renamed_as_it_asks_goes(take: Take) -> None:
    """It went along with the folder. One that a person has written into stays, and so does the
    one of another folder."""
    tick_results, inbox = take
    top = inbox.watch.inbox
    for name in ("dub-xq", "dub-zq", "other"):
        (top / name).mkdir()
    told = [
        FolderProblem(name, '"xq" is not a language.', "dub-es")
        for name in (b"dub-xq", b"dub-zq", b"other")
    ]
    await tick_results.act_on(inbox, Tick(problems=tuple(told)))
    (top / "dub-xq").rename(top / "dub-es")
    (top / "dub-zq").rename(top / "dub-fr")
    with (top / "dub-fr" / READ_ME).open("a") as note:
        note.write("I know")
    await tick_results.act_on(inbox, Tick(problems=tuple(told[2:])))
    assert sorted(path.parent.name for path in top.rglob(READ_ME)) == ["dub-fr", "other"]


NO_FILM = FileProblem(
    b"dub-es/\xff.mp4", b"dub-es", "This is no film.", "Drop a film.", final=True, code="disguised"
)


def refused_file(inbox: Inbox) -> Path:
    """What is dropped there, refused, and lies in failed/ now."""
    raw = os.fsdecode(NO_FILM.path)
    (inbox.watch.inbox / raw).parent.mkdir(parents=True, exist_ok=True)
    (inbox.watch.inbox / raw).write_bytes(b"no film")
    return inbox.watch.failed / raw


def standing(inbox: Inbox) -> list[str]:
    return [path.name for path in inbox.watch.failed.rglob("*.txt")]


async def test_a_refused_file_is_reported_as_long_as_it_is_in_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over restarts; when a person has taken it away, it is forgotten for good, and its note
    goes."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    async with reception_of(tmp_path) as (tick_results, inbox):
        there = refused_file(inbox)
        await tick_results.act_on(inbox, Tick(problems=(NO_FILM,)))
        told = tick_results.refused
        assert [(one.problem, one.where) for one in told] == [(NO_FILM, there)]
    async with reception_of(tmp_path) as (tick_results, inbox):
        await tick_results.act_on(inbox, Tick())
        assert tick_results.refused == told
        assert standing(inbox) == ["%FF.mp4.error.txt"]
        there.unlink()
        await tick_results.act_on(inbox, Tick())
        assert (tick_results.refused, standing(inbox)) == ([], [])
    async with reception_of(tmp_path) as (tick_results, inbox):
        await tick_results.act_on(inbox, Tick())
        assert tick_results.refused == []


async def test_a_refused_file_that_was_replaced_is_no_longer_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file of its name was taken, as the note asked: the note goes, the old file stays."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    async with reception_of(tmp_path) as (tick_results, inbox):
        there = refused_file(inbox)
        await tick_results.act_on(inbox, Tick(problems=(NO_FILM,)))
        name = inbox.watch.name
    with Cli(tmp_path).journal() as journal:
        path, folder, later = NO_FILM.path, NO_FILM.folder, SystemClock().now_ms() + 1
        taken = NewSource(name, folder, path, "d", "dub", (clip(path),), ())
        do(journal, lambda conn: sources.claim(conn, taken, later))
    async with reception_of(tmp_path) as (tick_results, inbox):
        await tick_results.act_on(inbox, Tick())
        assert (tick_results.refused, standing(inbox)) == ([], [])
        assert there.exists()


async def test_a_note_about_another_trouble_of_that_name_stays(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restored and refused for another reason: the note is the newer one's, and so is the line
    in the status."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    tick_results, inbox = take
    there = refused_file(inbox)
    await tick_results.act_on(inbox, Tick(problems=(NO_FILM,)))
    there.rename(inbox.watch.inbox / os.fsdecode(NO_FILM.path))
    other = replace(NO_FILM, what="It is cut short.")
    await tick_results.act_on(inbox, Tick(problems=(other,)))
    await tick_results.act_on(inbox, Tick())
    assert [one.problem for one in tick_results.refused] == [other]
    assert "It is cut short." in (there.parent / standing(inbox)[0]).read_text("utf-8-sig")


async def test_the_note_of_a_file_that_has_gone_goes_in_any_language(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another language was chosen in between."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    tick_results, inbox = take
    there = refused_file(inbox)
    await tick_results.act_on(inbox, Tick(problems=(NO_FILM,)))
    there.unlink()
    with in_language("de"):
        await tick_results.act_on(inbox, Tick())
    assert standing(inbox) == []


async def test_while_the_share_is_away_no_refused_file_counts_as_gone(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is to be seen there then."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    tick_results, inbox = take
    refused_file(inbox)
    await tick_results.act_on(inbox, Tick(problems=(NO_FILM,)))
    inbox.watch.inbox.parent.rename(inbox.watch.inbox.parent.with_name("away"))
    await inbox.start()
    try:
        assert inbox.health.state is HealthState.OFFLINE
        await tick_results.act_on(inbox, Tick())
    finally:
        await inbox.stop()
    assert len(tick_results.refused) == 1


async def test_a_note_that_came_back_with_its_file_goes(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note of ours where none was written is taken away; what a person wrote under such a name,
    or into one, stays, and is reported."""
    monkeypatch.setattr(stray_notes, "PATIENCE", 0.0)
    tick_results, inbox = take
    folder = inbox.watch.inbox / "dub-es" / "back"
    folder.mkdir(parents=True)
    theirs = b"A script of my own.\r\n"
    ours = read_me([Complaint("Something.")], {}).replace("\n", "\r\n").encode()
    (folder / "a.mp4.error.txt").write_bytes(ours)
    (folder / READ_ME).write_bytes(ours)
    (folder / "b.mp4.error.txt").write_bytes(theirs)
    (folder / "c.mp4.error.txt").write_bytes(ours + theirs)
    names = ("a.mp4.error.txt", READ_ME, "b.mp4.error.txt", "c.mp4.error.txt")
    tick = Tick(notes=tuple(b"dub-es/back/" + name.encode() for name in names))
    for _ in range(2):
        await tick_results.act_on(inbox, tick)

    kept = {"b.mp4.error.txt": theirs, "c.mp4.error.txt": ours + theirs}
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != READ_ME}
    assert found == kept
    told = [one for one in tick_results.problems[inbox.watch.name] if isinstance(one, FileProblem)]
    assert sorted(os.path.basename(one.path).decode() for one in told) == sorted(kept)
    assert "b.mp4.error.txt" in (folder / READ_ME).read_text("utf-8-sig")


async def test_a_note_that_was_written_there_is_no_stray(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The read-me note of a folder stays while its cause does."""
    monkeypatch.setattr(stray_notes, "PATIENCE", 0.0)
    tick_results, inbox = take
    (inbox.watch.inbox / "dub-xx").mkdir(parents=True)
    problem = FolderProblem(b"dub-xx", "This folder's name cannot be read.")
    for _ in range(3):
        tick = Tick(problems=(problem,), notes=(b"dub-xx/" + READ_ME.encode(),))
        await tick_results.act_on(inbox, tick)
    assert (inbox.watch.inbox / "dub-xx" / READ_ME).exists()


async def test_a_folder_in_failed_goes_with_its_last_note(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It mirrors the inbox for the file and its note; what a person has put there keeps it."""
    monkeypatch.setattr(refused_files, "CHECK_AGAIN", 0.0)
    tick_results, inbox = take
    watch = inbox.watch
    for name in (b"dub-es/A/x/bad.mp4", b"dub-es/B/bad.mp4"):
        path = watch.inbox / os.fsdecode(name)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no film")
        problem = FileProblem(name, b"dub-es", "Unusable.", final=True)
        await tick_results.act_on(inbox, Tick(problems=(problem,)))
        (watch.failed / os.fsdecode(name)).unlink()
    (watch.failed / "dub-es/B/mine.pdf").write_bytes(b"a person's")

    await tick_results.act_on(inbox, Tick())
    left = sorted(str(path.relative_to(watch.failed)) for path in watch.failed.rglob("*"))
    assert left == ["dub-es", "dub-es/B", "dub-es/B/mine.pdf"]
