"""From a dropped file to its job: what is taken, what is refused, what waits."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from nemowatch.content import reading
from nemowatch.intake.records import FileProblem, FolderProblem
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import batches, source_members
from nemowatch.model import MemberRole, State
from tests.rigs import bad_parsers
from tests.rigs.inbox import inbox_rig, mp4

pytestmark = pytest.mark.anyio


async def test_a_dropped_file_becomes_one_job_for_each_language(root: Path, tmp_path: Path) -> None:
    """A closed file is claimed once, in about the quick time, with a job for each language."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        b.put("dub-es-fr/clientA/promo.mp4", mp4())
        await b.until(lambda: bool(b.claimed))
        assert await b.paths() == [b"dub-es-fr/clientA/promo.mp4"]
        assert [j.target for j in await b.jobs(b.claimed[0])] == ["es", "fr"]


async def test_a_file_that_was_closed_does_not_wait_for_the_settle_time(
    root: Path, tmp_path: Path
) -> None:
    """A local file that may be leased is taken soon after its close, however long the settle
    time is."""
    async with inbox_rig(root, tmp_path / "s", settle=600, scan_interval=600) as b:
        b.put("dub-es-fr/first.mp4", mp4("a"))
        await b.until(lambda: bool(b.claimed))


async def test_a_scan_does_not_forget_the_lease_s_answer(root: Path, tmp_path: Path) -> None:
    """A file of a foreign kind beside a settling one makes a scan; the settling one is taken all
    the same without waiting for the settle time."""
    async with inbox_rig(root, tmp_path / "s", settle=600, scan_interval=600) as b:
        b.put("dub-es-fr/first.mp4", mp4("a"))
        await b.until(lambda: b.inbox.settling == 1)
        b.put("dub-es-fr/notes.xyz", b"something")
        await b.until(lambda: bool(b.claimed))


async def test_folders_that_are_never_entered_are_not_entered_for_an_event(
    root: Path, tmp_path: Path
) -> None:
    """A recycle bin or a folder of thumbnails that is made while the inbox is watched: nothing
    in it is ever work."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        for name in (
            "@eaDir",
            "#recycle",
            "lost+found",
            "promo.mp4.download",
            "promo.mp4.sb-1a2b-c",
        ):
            b.put(f"dub-es-fr/{name}/thumb.mp4", mp4(name))
        b.put("dub-es-fr/promo.mp4", mp4())
        await b.until(lambda: bool(b.claimed))
        b.inbox.request_scan()
        b.put("dub-es-fr/second.mp4", mp4("2"))
        await b.until(lambda: len(b.claimed) == 2)
        assert await b.paths() == [b"dub-es-fr/promo.mp4", b"dub-es-fr/second.mp4"]


async def test_a_file_that_somebody_has_open_is_never_taken(root: Path, tmp_path: Path) -> None:
    """However long it is quiet, a file open for writing waits, and says so."""
    async with inbox_rig(root, tmp_path / "s") as b:
        with (root / "inbox/dub-es-fr/slow.mp4").open("wb") as file:
            file.write(mp4())
            file.flush()
            await b.until(lambda: any("another program" in w.why for w in b.inbox.waiting()))
            began = time.monotonic()
            await b.until(lambda: time.monotonic() - began > 1.2)
            assert b.claimed == []
        await b.until(lambda: bool(b.claimed))


async def test_notes_say_what_the_folder_takes(root: Path, tmp_path: Path) -> None:
    """Of a file that is not what its name says, and of a kind that is not taken, one is told
    what this very folder takes."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/disguised.mp4", b"this is a text and no film at all")
        await b.until(lambda: any(isinstance(p, FileProblem) for p in b.problems))
        (found,) = [p for p in b.problems if isinstance(p, FileProblem)]
        assert found.cure.endswith(
            "This folder accepts videos (mp4, mov, avi, webm, mkv), audio (mp3, wav, m4a, aac) and"
            " links to them (url, webloc, urls.txt)."
        )


async def test_a_list_names_each_linked_file(root: Path, tmp_path: Path) -> None:
    """{file} in a prompt means the file that an address leads to, not the list it stands in."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Call it {file}.")
        b.put(
            "edit/films.urls.txt", b"https://example.com/one%20two.mp4\nhttps://example.com/b.mp4\n"
        )
        await b.until(lambda: len(b.claimed) == 1)
        assert [j.prompt for j in await b.jobs(b.claimed[0])] == [
            "Call it one two.mp4.",
            "Call it b.mp4.",
        ]


async def test_moved_linked_and_nested_files_are_all_taken(root: Path, tmp_path: Path) -> None:
    """A move, a hard link, a tree that is moved in and names that are no UTF-8 each become a
    source."""
    away = tmp_path / "away"
    (away / "deep" / "er").mkdir(parents=True)
    (away / "deep/er/x.mp4").write_bytes(mp4("x"))
    (away / "m.mp4").write_bytes(mp4("m"))
    (away / "l.mp4").write_bytes(mp4("l"))
    async with inbox_rig(root, tmp_path / "s") as b:
        os.rename(away / "m.mp4", root / "inbox/dub-es-fr/m.mp4")
        os.link(away / "l.mp4", root / "inbox/dub-es-fr/l.mp4")
        os.rename(away / "deep", root / "inbox/dub-es-fr/deep")
        odd = os.fsencode(root) + b"/inbox/dub-es-fr/caf\xe9.mp4"
        with open(odd, "wb") as file:
            file.write(mp4("odd"))
        await b.until(lambda: len(b.claimed) == 4)
        assert await b.paths() == [
            b"dub-es-fr/caf\xe9.mp4",
            b"dub-es-fr/deep/er/x.mp4",
            b"dub-es-fr/l.mp4",
            b"dub-es-fr/m.mp4",
        ]
        row = next(r for r in await b.rows() if b"caf" in r.path)
        assert (await b.jobs(row.id))[0].stem == "café"


async def test_a_text_beside_a_video_belongs_to_it(root: Path, tmp_path: Path) -> None:
    """In a voiceover folder clip.mp4 and clip.txt are one source; a text alone is one too."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/clip.txt", b"Say this, please.")
        b.put("voiceover/clip.mp4", mp4())
        b.put("voiceover/alone.txt", b"Only words.")
        await b.until(lambda: len(b.claimed) == 2)
        assert await b.paths() == [b"voiceover/alone.txt", b"voiceover/clip.mp4"]
        row = next(r for r in await b.rows() if r.path.endswith(b"clip.mp4"))
        members = await b.journal.read(lambda conn: source_members.of_source(conn, row.id))
        assert [m.role for m in members] == [MemberRole.CLIP, MemberRole.SCRIPT]
        assert "Say this, please." in (await b.jobs(row.id))[0].prompt


async def test_a_pair_never_waits_for_each_other(root: Path, tmp_path: Path) -> None:
    """A text needs the whole settle time, its clip a moment: they are taken when both have
    settled, however often the inbox is scanned meanwhile."""
    async with inbox_rig(root, tmp_path / "s", settle=1.5, scan_interval=0.5) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        for name in ("a", "b", "c"):
            b.put(f"voiceover/{name}.mp4", mp4(name))
            b.put(f"voiceover/{name}.txt", f"Say {name}, please.".encode())
        await b.until(lambda: len(b.claimed) == 3)


async def test_an_unreadable_prompt_is_reported(root: Path, tmp_path: Path) -> None:
    """What waits for it says why, the folder has a note, and both end when it goes."""
    (tmp_path / "elsewhere.txt").write_text("make it nice")
    (root / "inbox/dub-es-fr/prompt.txt").symlink_to(tmp_path / "elsewhere.txt")
    async with inbox_rig(root, tmp_path / "s", scan_interval=0.5) as b:
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: any("link" in w.why for w in b.inbox.waiting()))
        assert any(isinstance(p, FolderProblem) and "prompt.txt" in p.what for p in b.problems)
        assert b.claimed == []
        (root / "inbox/dub-es-fr/prompt.txt").unlink()
        await b.until(lambda: bool(b.claimed))
        assert b.problems == ()


async def test_bad_input_is_reported_and_the_rest_goes_on(root: Path, tmp_path: Path) -> None:
    """A disguised file is refused; links, pipes and sockets are told; an empty file waits; good
    files are taken."""
    inbox = root / "inbox"
    os.mkfifo(inbox / "dub-es-fr/pipe.mp4")
    (inbox / "dub-es-fr/link.mp4").symlink_to("/etc/passwd")
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(inbox / "dub-es-fr")
        try:
            made.bind("s.mp4")
        finally:
            os.chdir(here)
    (inbox / "dub-es-fr/empty.mp4").touch()
    (inbox / "dub-es-fr/fake.mp4").write_bytes(b"%PDF-1.7 not a film")
    (inbox / "dub-es-fr/good.mp4").write_bytes(mp4())
    (inbox / "dub-xx-nonsense").mkdir()
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(b.claimed) == 1)
        await b.until(lambda: any(isinstance(p, FileProblem) and p.final for p in b.problems))
        final = [p for p in b.problems if isinstance(p, FileProblem) and p.final]
        assert [p.path for p in final] == [b"dub-es-fr/fake.mp4"]
        assert "PDF" in final[0].what
        told = {p.path for p in b.problems if isinstance(p, FileProblem) and not p.final}
        assert told == {b"dub-es-fr/pipe.mp4", b"dub-es-fr/link.mp4", b"dub-es-fr/s.mp4"}
        assert [w.path for w in b.inbox.waiting()] == [b"dub-es-fr/empty.mp4"]
        assert await b.paths() == [b"dub-es-fr/good.mp4"]
        await b.until(
            lambda: any(
                isinstance(p, FolderProblem) and p.folder == b"dub-xx-nonsense" for p in b.problems
            )
        )


async def test_a_project_folder_is_reported_and_never_taken_apart(
    root: Path, tmp_path: Path
) -> None:
    """What lies in NAME.project is no job of its own, whether a scan or an event finds it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/Film.project/one.mp4", mp4())
        b.put("dub-es-fr/p.mp4", mp4("p"))
        await b.until(lambda: len(b.claimed) == 1)
        await b.until(
            lambda: any(isinstance(p, FileProblem) and p.code == "project" for p in b.problems)
        )
        assert await b.paths() == [b"dub-es-fr/p.mp4"]


async def test_a_list_of_links_is_one_source_with_an_item_for_each(
    root: Path, tmp_path: Path
) -> None:
    """Each URL becomes a clip and jobs of its own item, and more than confirm_above of them wait
    for a person."""
    async with inbox_rig(root, tmp_path / "s", confirm_above=3) as b:
        b.put("dub-es-fr/films.urls.txt", b"https://example.com/a.mp4\nhttps://example.com/b.mp4\n")
        await b.until(lambda: len(b.claimed) == 1)
        found = await b.jobs(1)
        assert [(j.item, j.stem, j.target) for j in found] == [
            ("1", "a", "es"),
            ("1", "a", "fr"),
            ("2", "b", "es"),
            ("2", "b", "fr"),
        ]
        assert {j.reason for j in found} == {"approval"}
        b.put("dub-ja/clip.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 2)
        assert [j.reason for j in await b.jobs(b.claimed[1])] == [""]


async def test_a_list_of_too_many_addresses_is_refused(root: Path, tmp_path: Path) -> None:
    """One file becomes a bounded number of jobs, languages counted; nothing of it is taken."""
    lines = "".join(f"https://example.com/{number}.mp4\n" for number in range(501))
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/films.urls.txt", lines.encode())
        b.put("dub-es-fr/fits.urls.txt", lines.partition("\n")[2].encode())
        await b.until(lambda: b.problems and b.claimed)
        assert len(await b.jobs(b.claimed[0])) == 1000
        (problem,) = b.problems
        assert "501 addresses" in problem.what
        assert "1,002 results" in problem.what
        assert "Split it" in problem.cure


@pytest.mark.parametrize("seconds", [-1_000_000_000, 15_000_000_000])
async def test_a_file_from_another_century_is_taken(
    seconds: int, root: Path, tmp_path: Path
) -> None:
    """Anybody may set a file's times; those that fit no integer of the journal stop nothing."""
    async with inbox_rig(root, tmp_path / "s") as b:
        path = b.put("dub-es/clip.mp4", mp4())
        os.utime(path, (seconds, seconds))
        await b.until(lambda: len(b.claimed) == 1)


async def test_an_edit_folder_waits_for_its_prompt(root: Path, tmp_path: Path) -> None:
    """Without instructions the folder says so; when prompt.txt comes the file is taken with it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/clip.mp4", mp4())
        await b.until(
            lambda: any(isinstance(p, FolderProblem) and p.folder == b"edit" for p in b.problems)
        )
        b.put("edit/prompt.txt", b"Cut it to ten seconds.")
        await b.until(lambda: len(b.claimed) == 1)
        assert "ten seconds" in (await b.jobs(b.claimed[0]))[0].prompt
        await b.until(lambda: not any(isinstance(p, FolderProblem) for p in b.problems))


async def test_pause_and_approve_are_seen_in_any_case(root: Path, tmp_path: Path) -> None:
    """PAUSE in a folder or the inbox, APPROVE in the inbox, as files or folders, with or without
    .txt."""
    async with inbox_rig(root, tmp_path / "s") as b:
        (root / "inbox/voiceover/pause.TXT").touch()
        await b.until(lambda: b.inbox.paused(b"voiceover"))
        assert not b.inbox.paused(b"dub-es-fr")
        (root / "inbox/Pause").mkdir()
        (root / "inbox/approve.txt").touch()
        await b.until(lambda: b.inbox.paused(b"dub-es-fr") and b.approved)
        (root / "inbox/Pause").rmdir()
        (root / "inbox/approve.txt").unlink()
        await b.until(lambda: not b.inbox.paused(b"dub-es-fr") and not b.approved)


async def test_many_files_at_first_sight_wait_for_a_person(root: Path, tmp_path: Path) -> None:
    """More new jobs than confirm_above in a first scan begin held; what follows joins them until
    they are approved."""
    for number in range(4):
        (root / f"inbox/dub-es-fr/{number}.mp4").write_bytes(mp4(str(number)))
    async with inbox_rig(root, tmp_path / "s", confirm_above=5) as b:
        await b.until(lambda: len(b.claimed) == 4)
        assert {(j.state, j.reason) for i in b.claimed for j in await b.jobs(i)} == {
            (State.HELD, "approval")
        }
        b.put("voiceover/more.mp4", mp4("more"))
        await b.until(lambda: len(b.claimed) == 5)
        assert (await b.jobs(5))[0].reason == "approval"
        await b.journal.write(lambda conn: batches.approve(conn, b.watch.name, 1))
        b.put("voiceover/later.mp4", mp4("later"))
        await b.until(lambda: len(b.claimed) == 6)
        assert (await b.jobs(6))[0].state is State.CLAIMED


async def test_a_conflict_copy_is_held(root: Path, tmp_path: Path) -> None:
    """A sync client's conflict copy is claimed and waits for a person."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/p.sync-conflict-20260101-101010-ABCDEFG.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        assert {(j.state, j.reason) for j in await b.jobs(1)} == {(State.HELD, "conflict")}


async def test_what_came_together_is_taken_in_natural_order(root: Path, tmp_path: Path) -> None:
    """Files that one scan finds become sources in the order in which people see them."""
    for name in ("Clip 10", "clip 9", "a/z", "clip 100", "b 2"):
        path = root / f"inbox/dub-es-fr/{name}.mp4"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(mp4(name))
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(b.claimed) == 5)
        names = [row.path.partition(b"/")[2].decode() for row in await b.rows()]
        assert names == ["a/z.mp4", "b 2.mp4", "clip 9.mp4", "Clip 10.mp4", "clip 100.mp4"]


async def test_a_burst_is_claimed_exactly_once(root: Path, tmp_path: Path) -> None:
    """Eight hundred files in many folders: each one source."""
    async with inbox_rig(root, tmp_path / "s") as b:
        for number in range(800):
            b.put(f"voiceover/{number % 50}/{number}.mp4", mp4(str(number), 100))
            if number % 100 == 0:
                await asyncio.sleep(0)
        await b.until(lambda: len(b.claimed) >= 800, 40)
        assert len(await b.rows()) == 800


async def test_what_one_scan_leaves_the_next_one_takes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far more files than one scan takes in, and before them as many that wait for ever: all
    that can be are claimed, at once."""
    monkeypatch.setattr("nemowatch.intake.scan.diff.MAX_FRESH", 5)
    monkeypatch.setattr("nemowatch.intake.scan.schedule.REFILL", 8)
    folder = root / "inbox/dub-es-fr"
    for number in range(6):
        (folder / f"0 empty {number}.mp4").touch()
    for number in range(23):
        (folder / f"clip {number}.mp4").write_bytes(mp4(str(number)))
    async with inbox_rig(root, tmp_path / "s", mode="scan", settle=0.2, scan_interval=60) as b:
        await b.until(lambda: len(b.claimed) == 23)
        assert b.inbox.settling == 6
        await b.until(lambda: not b.inbox.busy())


async def test_a_file_that_kills_its_reader_is_refused_and_the_others_are_taken(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Final, in plain words, so that it goes to failed; the files around it become jobs."""
    monkeypatch.setattr(reading, "TEXT_TASK", f"{bad_parsers.__name__}:killed")
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/before.mp4", mp4("before"))
        b.put("voiceover/bomb.txt", b"words")
        await b.until(lambda: any(isinstance(p, FileProblem) and p.final for p in b.problems))
        b.put("dub-es-fr/after.mp4", mp4("after"))
        await b.until(lambda: len(b.claimed) == 2)

        (refused,) = [p for p in b.problems if isinstance(p, FileProblem) and p.final]
        assert refused.path == b"voiceover/bomb.txt"
        assert refused.code == "unsafe"
        assert refused.what.startswith("The file cannot be read safely: ")
        assert refused.cure
