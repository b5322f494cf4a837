"""Folders that are one job of many files: recognised, awaited, refused with the reason, claimed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nemowatch.intake.claim import project_contents
from nemowatch.intake.claim.project_approvals import ProjectApprovals
from nemowatch.intake.records import FileProblem
from nemowatch.journal import source_members, spend
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import MemberRole, State
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx"
    b"\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xdc\xccY\xe7\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a folder that takes projects, and one that does not."""
    top = tmp_path / "ws"
    for name in ("dub-es", "edit"):
        (top / "inbox" / name).mkdir(parents=True)
    return top


def said_of(b: InboxRig, name: str) -> str:
    """What a note says of the file or folder of this name; "" for nothing."""
    for problem in b.problems:
        if isinstance(problem, FileProblem) and problem.path.endswith(name.encode()):
            return f"{problem.what} {problem.cure}"
    return ""


def put_project(b: InboxRig, instructions: bytes = b"Join them.") -> None:
    """A project of one file."""
    b.put("edit/film.project/a.mp4", mp4("a"))
    b.put("edit/film.project/prompt.txt", instructions)


async def claimed(b: InboxRig, instructions: bytes = b"Join them.") -> None:
    """A project of one file is claimed."""
    put_project(b, instructions)
    await b.until(lambda: bool(b.claimed))


async def pay(b: InboxRig, source_id: int) -> None:
    """The first turn of a source has been made and charged."""
    job = (await b.jobs(source_id))[0]

    def write(conn: sqlite3.Connection) -> None:
        call = spend.open_call(conn, job.id, "s1", "h", "b", None, 1)
        spend.record_outcome(conn, call, CallOutcome.HAPPENED, None, 2, edit=EditOutcome.MADE)

    await b.journal.write(write)


async def test_a_project_is_one_source_with_a_turn_for_each_part(
    root: Path, tmp_path: Path
) -> None:
    """Its files are members in the order people see; its turns are jobs of one session."""
    async with inbox_rig(root, tmp_path / "s") as b:
        for name in ("clip10.mp4", "Clip2.mp4"):
            b.put(f"edit/client/film.project/{name}", mp4(name))
        b.put("edit/client/film.project/logo.png", PNG)
        b.put("edit/client/film.project/.DS_Store", b"x")
        b.put("edit/client/film.project/prompt.txt", b"Join them.\n---\nclip2.mp4: shorten it.\n")
        await b.until(lambda: bool(b.claimed))

        (row,) = await b.rows()
        assert row.path == b"edit/client/film.project"
        members = await b.journal.read(lambda conn: source_members.of_source(conn, row.id))
        clips = [m.name for m in members if m.role is MemberRole.CLIP]
        assert clips == ["Clip2.mp4", "clip10.mp4", "logo.png"]
        own = await b.jobs(row.id)
        assert len({job.session for job in own}) == 1
        assert [job.stem + job.outputs[0].ending for job in own] == ["film.1.mp4", "film.2.mp4"]
        assert own[1].prompt == "This is about the uploaded file Clip2.mp4: shorten it."


async def test_instructions_may_come_last(root: Path, tmp_path: Path) -> None:
    """Without them the project waits and says so; the folder's own count for single files only."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put("edit/film.project/a.mp4", mp4("a"))
        await b.until(lambda: "prompt.txt" in said_of(b, "film.project"))
        assert b.claimed == []
        b.put("edit/film.project/prompt.txt", b"Join them.")
        await b.until(lambda: bool(b.claimed))
        await b.until(lambda: said_of(b, "film.project") == "")
        assert [job.prompt for job in await b.jobs(b.claimed[0])] == ["Join them."]


@pytest.mark.parametrize("name", ["b.mp4.part", "c.mp4.crdownload", ".d.mp4.Xy12zA"])
async def test_what_still_arrives_is_awaited(root: Path, tmp_path: Path, name: str) -> None:
    """A piece that a program still writes holds the whole project."""
    async with inbox_rig(root, tmp_path / "s") as b:
        piece = b.put(f"edit/film.project/{name}", mp4("b"))
        put_project(b)
        await b.until(lambda: any(name in one.why for one in b.inbox.waiting()))
        assert b.claimed == []
        piece.rename(piece.with_name("whole.mp4"))
        await b.until(lambda: bool(b.claimed))
        members = await b.journal.read(lambda c: source_members.of_source(c, b.claimed[0]))
        assert {m.name for m in members} == {"a.mp4", "whole.mp4", "prompt.txt"}


async def test_a_file_that_somebody_writes_is_awaited(root: Path, tmp_path: Path) -> None:
    """As long as a program has one of the files open, none is taken."""
    async with inbox_rig(root, tmp_path / "s") as b:
        put_project(b)
        with (root / "inbox/edit/film.project/b.mp4").open("wb") as file:
            file.write(mp4("b"))
            file.flush()
            await b.until(lambda: any("waits for b.mp4" in w.why for w in b.inbox.waiting()))
            await b.tick_for(1)
            assert b.claimed == []
        await b.until(lambda: bool(b.claimed))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"scenes/b.mp4": mp4("b")}, "scenes"),
        ({"A.MP4": mp4("b")}, "A.MP4"),
        ({"contract.pdf": b"%PDF-1.4 something"}, "contract.pdf"),
        ({"b.mp4": b"this is a text and no film at all"}, "b.mp4"),
        ({"a (Anna's conflicted copy 2026-05-01).mp4": mp4("b")}, "conflicted copy"),
        ({"prompt.txt": b"z.mp4: shorten it"}, "z.mp4"),
    ],
)
async def test_a_project_with_a_fault_waits_and_the_rest_goes_on(
    root: Path, tmp_path: Path, files: dict[str, bytes], named: str
) -> None:
    """The note names the file; nothing of the project is claimed; other files are; and once the
    fault is gone, so is the project."""
    async with inbox_rig(root, tmp_path / "s") as b:
        put_project(b)
        put = [b.put(f"edit/film.project/{name}", data) for name, data in files.items()]
        b.put("dub-es/other.mp4", mp4("o"))
        await b.until(lambda: named in said_of(b, "film.project"))
        await b.until(lambda: bool(b.claimed))
        assert await b.paths() == [b"dub-es/other.mp4"]

        for path in put:
            path.unlink()
            if path.parent.name == "scenes":
                path.parent.rmdir()
        b.put("edit/film.project/prompt.txt", b"Join them.")
        await b.until(lambda: len(b.claimed) == 2)
        await b.until(lambda: said_of(b, "film.project") == "")


async def test_a_project_without_media_says_so(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a moment, for they may be about to come."""
    monkeypatch.setattr("nemowatch.intake.claim.project_arrival.PATIENCE", 1.0)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/film.project/prompt.txt", b"Join them.")
        await b.until(lambda: "no video, audio or image" in said_of(b, "film.project"))
        (root / "inbox/edit/film.project/prompt.txt").unlink()
        (root / "inbox/edit/film.project").rmdir()
        await b.until(lambda: said_of(b, "film.project") == "")


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 5000)])
async def test_limits_are_known_before_anything_is_claimed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """Too many files, or too many bytes, of all of them together."""
    monkeypatch.setattr(project_contents, limit, value)
    async with inbox_rig(root, tmp_path / "s") as b:
        for name in "abc":
            b.put(f"edit/film.project/{name}.mp4", mp4(name))
        b.put("edit/film.project/prompt.txt", b"Join them.")
        await b.until(lambda: "at most" in said_of(b, "film.project"))
        assert b.claimed == []


async def test_late_files_wait_for_a_word(root: Path, tmp_path: Path) -> None:
    """What comes after the claim is no part of it; APPROVE makes another version, once, and the
    first keeps what was paid for it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await claimed(b)
        await pay(b, b.claimed[0])

        b.put("edit/film.project/b.mp4", mp4("b"))
        await b.until(lambda: "b.mp4" in said_of(b, "film.project"))
        assert len(b.claimed) == 1
        b.put("edit/film.project/APPROVE", b"")
        await b.until(lambda: len(b.claimed) == 2)
        members = await b.journal.read(lambda c: source_members.of_source(c, b.claimed[1]))
        assert {m.name for m in members} == {"a.mp4", "b.mp4", "prompt.txt"}

        b.put("edit/film.project/c.mp4", mp4("c"))
        await pay(b, b.claimed[1])
        await b.until(lambda: "c.mp4" in said_of(b, "film.project"))
        assert len(b.claimed) == 2
        first = (await b.jobs(b.claimed[0]))[0]
        assert first.state is State.CLAIMED


async def test_an_approve_that_nothing_waits_for_approves_nothing(
    root: Path, tmp_path: Path
) -> None:
    """One that came with the project is no yes to what comes later, and a note says so."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/film.project/APPROVE", b"")
        await claimed(b)
        await b.until(lambda: "approves nothing" in said_of(b, "APPROVE"))
        b.put("edit/film.project/b.mp4", mp4("b"))
        await b.until(lambda: "b.mp4" in said_of(b, "film.project"))
        assert len(b.claimed) == 1


async def test_changed_instructions_of_a_claimed_project_wait_too(
    root: Path, tmp_path: Path
) -> None:
    """It keeps what it was claimed with; other instructions are another version."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await claimed(b)
        await pay(b, b.claimed[0])
        b.put("edit/film.project/prompt.txt", b"Join them in reverse order.")
        await b.until(lambda: "prompt.txt" in said_of(b, "film.project"))
        b.put("edit/film.project/APPROVE", b"")
        await b.until(lambda: len(b.claimed) == 2)
        assert (await b.jobs(b.claimed[1]))[0].prompt == "Join them in reverse order."


async def test_a_changed_file_of_a_paid_project_waits_for_a_word(
    root: Path, tmp_path: Path
) -> None:
    """It would be paid for once more."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await claimed(b)
        await pay(b, b.claimed[0])
        b.put("edit/film.project/a.mp4", mp4("another"))
        await b.until(lambda: "a.mp4" in said_of(b, "film.project"))
        assert len(b.claimed) == 1


async def test_a_changed_file_of_an_unpaid_project_is_taken_as_it_is_now(
    root: Path, tmp_path: Path
) -> None:
    """Nothing is lost by that, and nothing paid for."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await claimed(b, b"Join them.\n---\nShorten it.")
        (before,) = await b.rows()
        b.put("edit/film.project/a.mp4", mp4("another"))
        await b.until(lambda: len(b.claimed) == 2)
        (after,) = await b.rows()
        assert after.digest != before.digest
        assert after.settled
        assert [job.prompt for job in await b.jobs(after.id)] == ["Join them.", "Shorten it."]


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("dub-es/film.project", "accept projects"),
        ("edit/film.projekt", "almost that of a project"),
        ("edit/film.project (1)", "almost that of a project"),
        ("edit/film project", "almost that of a project"),
        ("dub-es/film.projekt", "almost that of a project"),
    ],
)
async def test_what_is_no_project_is_not_taken_apart(
    root: Path, tmp_path: Path, folder: str, words: str
) -> None:
    """Its files are no works of their own, whether a scan or an event finds them."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put(f"{folder}/a.mp4", mp4("a"))
        b.put(f"{folder}/deep/b.mp4", mp4("b"))
        await b.until(lambda: words in said_of(b, folder))
        await b.tick_for(1)
        assert b.claimed == []


async def test_capitals_do_not_matter(root: Path, tmp_path: Path) -> None:
    """FILM.PROJECT is a project."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/FILM.PROJECT/a.mp4", mp4("a"))
        b.put("edit/FILM.PROJECT/Prompt.TXT", b"Join them.")
        await b.until(lambda: bool(b.claimed))
        assert (await b.jobs(b.claimed[0]))[0].stem == "FILM"


MP3 = b"ID3\x04\0\0\0\0\0\0" + (b"\xff\xfb\x90\x64" + b"\0" * 413) * 20


async def test_a_clip_and_a_song_that_come_together_are_asked_about(
    root: Path, tmp_path: Path
) -> None:
    """In an edit folder each would be paid for by itself: the note explains projects; APPROVE
    there lets each be work of its own, once."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put("edit/song.mp3", MP3)
        b.put("edit/clip.mp4", mp4("c"))
        b.put("edit/logo.png", PNG)
        await b.until(lambda: ".project" in said_of(b, "clip.mp4"))
        await b.tick_for(1)
        assert b.claimed == []
        b.put("edit/APPROVE", b"")
        await b.until(lambda: len(b.claimed) == 3)
        await b.until(lambda: said_of(b, "clip.mp4") == "")


async def test_files_put_into_a_project_are_no_longer_asked_about(
    root: Path, tmp_path: Path
) -> None:
    """The cure that the note names works."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        for name, data in (("song.mp3", MP3), ("clip.mp4", mp4("c"))):
            b.put(f"edit/{name}", data)
        await b.until(lambda: ".project" in said_of(b, "clip.mp4"))
        folder = root / "inbox/edit/film.project"
        folder.mkdir()
        for name in ("song.mp3", "clip.mp4"):
            (root / "inbox/edit" / name).rename(folder / name)
        b.put("edit/film.project/prompt.txt", b"Put the song under the clip.")
        await b.until(lambda: len(b.claimed) == 1)
        assert await b.paths() == [b"edit/film.project"]
        await b.until(lambda: said_of(b, "clip.mp4") == "")


@pytest.mark.parametrize(
    ("folder", "second"), [("edit", "b.mp4"), ("dub-es", "song.mp3"), ("edit/a", "../b/song.mp3")]
)
async def test_other_arrivals_are_not_asked_about(
    root: Path, tmp_path: Path, folder: str, second: str
) -> None:
    """Files of one kind, other tasks, and other folders are ordinary work."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put(f"{folder}/{second}", MP3 if second.endswith("mp3") else mp4("b"))
        b.put(f"{folder}/clip.mp4", mp4("c"))
        await b.until(lambda: len(b.claimed) == 2)


async def test_an_approve_in_an_edit_folder_without_cause_approves_nothing(
    root: Path, tmp_path: Path
) -> None:
    """One that is there before is no yes to what comes later."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put("edit/APPROVE", b"")
        await b.until(lambda: "approves nothing" in said_of(b, "APPROVE"))
        b.put("edit/song.mp3", MP3)
        b.put("edit/clip.mp4", mp4("c"))
        await b.until(lambda: ".project" in said_of(b, "clip.mp4"))
        await b.tick_for(1)
        assert b.claimed == []


async def test_an_approve_is_used_up_with_what_it_lets_through(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one transaction: where the process ends right after it, another mix asks again."""

    async def ends(approvals: ProjectApprovals, folder: bytes) -> tuple[bytes, ...]:
        return ()

    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut this.")
        b.put("edit/song.mp3", MP3)
        b.put("edit/clip.mp4", mp4("c"))
        await b.until(lambda: ".project" in said_of(b, "clip.mp4"))
        monkeypatch.setattr(ProjectApprovals, "use_up", ends)
        b.put("edit/APPROVE", b"")
        await b.until(lambda: len(b.claimed) == 2)
    monkeypatch.undo()
    for name in ("song.mp3", "clip.mp4"):
        (root / "inbox/edit" / name).unlink()

    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/other.mp3", MP3 + bytes(1))
        b.put("edit/other.mov", mp4("d"))
        await b.until(lambda: ".project" in said_of(b, "other.mov"))
        await b.tick_for(1)
        assert b.claimed == []
