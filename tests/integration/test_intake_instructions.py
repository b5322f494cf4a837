"""Instructions in folders of any depth, and what only looks like one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.errors import LocalPassing
from nemowatch.intake.records import MAY_STAY, FileProblem, FolderProblem
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.reporting.daemon_snapshot import standing
from tests.rigs.inbox import InboxRig, inbox_rig, mp4
from tests.rigs.media_files import wav

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two task folders."""
    top = tmp_path / "ws"
    for name in ("dub-es", "voiceover"):
        (top / "inbox" / name).mkdir(parents=True)
    return top


def near(rig: InboxRig) -> dict[bytes, str]:
    """What is said of files that only look like an instruction, by their paths."""
    found = [one for one in rig.problems if isinstance(one, FileProblem)]
    return {one.path: one.what for one in found if one.code in ("near miss", MAY_STAY)}


def asked(rig: InboxRig, code: str) -> int:
    """About how many files something of this kind is said."""
    return sum(one.code == code for one in rig.problems)


async def prompts(rig: InboxRig) -> dict[bytes, str]:
    """What each claimed file's first job says."""
    found: dict[bytes, str] = {}
    for row in await rig.rows():
        found[row.path] = (await rig.jobs(row.id))[0].prompt
    return found


async def test_a_text_that_may_stay_needs_nobody(root: Path, tmp_path: Path) -> None:
    """A note in its folder says that it is no work; page and status ask nobody about it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/read me.txt", b"All the films in here are for Acme.")
        await b.until(lambda: list(near(b)) == [b"voiceover/read me.txt"])
        assert list(standing("inbox", b.problems, {})) == []
        b.put("voiceover/promt.txt", b"Speak slowly.")
        await b.until(lambda: len(near(b)) == 2)
        (asked_about,) = standing("inbox", b.problems, {})
        assert asked_about.path == b"voiceover/promt.txt"


MISSES = ["prompt.docx", "prompt (1).txt", "prompt - Kopie.txt", "promt.txt", "prompt.txt~"]


async def test_a_near_miss_holds_its_folder_until_it_has_gone(root: Path, tmp_path: Path) -> None:
    """Neither it nor what lies beside and below it is claimed; others are; a note says why."""
    async with inbox_rig(root, tmp_path / "s") as b:
        misses = []
        for number, name in enumerate(MISSES):
            misses.append(b.put(f"voiceover/{number}/{name}", b"Speak slowly."))
            b.put(f"voiceover/{number}/b/below.mp4", mp4(f"1 {number}"))
        b.put("voiceover/other.mp4", mp4("2"))
        paths = {os.fsencode(path.relative_to(root / "inbox")) for path in misses}
        await b.until(lambda: paths <= set(near(b)) and len(b.claimed) == 1)
        assert await b.paths() == [b"voiceover/other.mp4"]
        held = [one for one in b.inbox.waiting() if "looks like prompt.txt" in one.why]
        assert len(held) >= len(MISSES)

        for miss in misses:
            miss.unlink()
        await b.until(lambda: len(b.claimed) == 1 + len(MISSES) and not near(b))
        assert all(path.endswith((b"below.mp4", b"other.mp4")) for path in await b.paths())


async def test_a_near_miss_of_a_pause_holds_as_one(root: Path, tmp_path: Path) -> None:
    """Work is claimed and waits, as with a PAUSE, and the note names the file."""
    async with inbox_rig(root, tmp_path / "s") as b:
        miss = b.put("voiceover/PAUSE.docx", b"x")
        await b.until(lambda: b.inbox.paused(b"voiceover/deep/er"))
        await b.until(lambda: b"voiceover/PAUSE.docx" in near(b))
        assert not b.inbox.paused(b"dub-es")
        miss.unlink()
        await b.until(lambda: not b.inbox.paused(b"voiceover/deep/er"))


async def test_a_pause_holds_its_folder_at_any_depth(root: Path, tmp_path: Path) -> None:
    """A file or a folder, in any case; what lies in a folder called PAUSE is not taken; removed,
    nothing is held."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/clientA/deep/pause.TXT", b"")
        b.put("dub-es/clientB/Pause/inside.mp4", mp4("1"))
        await b.until(lambda: len(b.inbox.pauses) == 2)
        held = (b"dub-es/clientA/deep", b"dub-es/clientA/deep/er", b"dub-es/clientB")
        free = (b"dub-es", b"dub-es/clientA", b"dub-es/clientC")
        assert [b.inbox.paused(folder) for folder in held + free] == [True] * 3 + [False] * 3
        b.put("dub-es/other.mp4", mp4("2"))
        await b.until(lambda: bool(b.claimed))
        assert await b.paths() == [b"dub-es/other.mp4"]
        (root / "inbox/dub-es/clientA/deep/pause.TXT").unlink()
        await b.until(lambda: not b.inbox.paused(b"dub-es/clientA/deep/er"))


async def test_the_nearest_prompt_counts_and_a_plus_adds(root: Path, tmp_path: Path) -> None:
    """At every depth; what lies outside those folders follows the one above."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/prompt.txt", b"Upper words.")
        b.put("dub-es/A/prompt.txt", b"+Added words.")
        b.put("dub-es/A/x/y/PROMPT.txt.TXT", b"+Last words.")
        b.put("dub-es/B/prompt.txt", b"Other words.")
        for folder in ("", "A/", "A/x/", "A/x/y/", "B/", "B/z/", "C/"):
            b.put(f"dub-es/{folder}clip.mp4", mp4(folder))
        await b.until(lambda: len(b.claimed) == 7)
        found = await prompts(b)

    def said(folder: bytes) -> list[str]:
        text = found[b"dub-es/" + folder + b"clip.mp4"]
        words = ("Upper", "Added", "Last", "Other")
        return [word for word in words if f"{word} words." in text]

    assert said(b"") == said(b"C/") == ["Upper"]
    assert said(b"A/") == said(b"A/x/") == ["Upper", "Added"]
    assert said(b"A/x/y/") == ["Upper", "Added", "Last"]
    assert said(b"B/") == said(b"B/z/") == ["Other"]


async def test_a_prompt_that_changes_or_goes_leaves_what_was_claimed(
    root: Path, tmp_path: Path
) -> None:
    """It counts for what comes after it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        first = b.put("dub-es/A/one.mp4", mp4("1"))
        await b.until(lambda: len(b.claimed) == 1)
        prompt = b.put("dub-es/A/prompt.txt", b"Late words.")
        b.put("dub-es/A/two.mp4", mp4("2"))
        await b.until(lambda: len(b.claimed) == 2)
        prompt.unlink()
        b.put("dub-es/A/three.mp4", mp4("3"))
        await b.until(lambda: len(b.claimed) == 3)
        assert first.exists()
        found = await prompts(b)
        late = [path for path, text in sorted(found.items()) if "Late words." in text]
        assert late == [b"dub-es/A/two.mp4"]


async def test_a_prompt_that_says_nothing_or_twice_holds_its_folder(
    root: Path, tmp_path: Path
) -> None:
    """An empty one may be about to be written; of two nobody knows which counts; a blank one says
    nothing. In the inbox itself it belongs nowhere."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/empty/prompt.txt", b"")
        b.put("dub-es/two/prompt.txt", b"Kindly.")
        b.put("dub-es/two/Prompt.TXT", b"Rudely.")
        b.put("dub-es/blank/prompt.txt", b" \n ")
        for folder in ("empty", "two", "blank"):
            b.put(f"dub-es/{folder}/clip.mp4", mp4(folder))
        b.put("dub-es/other.mp4", mp4("0"))
        await b.until(lambda: len(b.claimed) == 1 and len(near(b)) == 3)
        assert await b.paths() == [b"dub-es/other.mp4"]
        assert sum("prompt.txt" in one.why for one in b.inbox.waiting()) == 3
        b.put("prompt.txt", b"For all.")
        await b.until(lambda: b"prompt.txt" in near(b))


async def test_a_text_in_doubt_is_asked_about_unless_it_has_a_clip(
    root: Path, tmp_path: Path
) -> None:
    """ "pause-music.txt" is the narration of pause-music.mp4; alone, nobody knows."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/a/pause-music.mp4", mp4("1"))
        b.put("voiceover/a/pause-music.txt", b"Some words.")
        b.put("voiceover/b/pause-music.txt", b"Some words.")
        b.put("voiceover/c/A prompt reply.txt", b"A story.")
        b.put("voiceover/d/instructions.mp4", mp4("2"))
        b.put("voiceover/d/Instructions.txt", b"Some words.")
        b.put("voiceover/README.txt", b"What this folder is for.")
        await b.until(lambda: len(b.claimed) == 3 and b"voiceover/b/pause-music.txt" in near(b))
        assert await b.paths() == [
            b"voiceover/a/pause-music.mp4",
            b"voiceover/c/A prompt reply.txt",
            b"voiceover/d/instructions.mp4",
        ]
        assert b"voiceover/README.txt" in near(b)


async def test_an_approve_that_is_none_says_so(root: Path, tmp_path: Path) -> None:
    """It approves nothing, holds nothing, and is never spoken."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/APPROVE", b"")
        b.put("voiceover/approve (1).txt", b"yes")
        b.put("voiceover/clip.mp4", mp4())
        await b.until(lambda: len(near(b)) == 2 and len(b.claimed) == 1)
        assert await b.paths() == [b"voiceover/clip.mp4"]
        assert not b.approved


async def test_an_approve_that_was_obeyed_is_used_when_the_share_comes_back(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The share goes away between the yes and the claim: the yes is used with the claim, can go
    then, and nobody is told that nothing waited for it."""
    look = RootMonitor.is_taken_over
    failures = [LocalPassing("The share is unavailable.")]

    async def once_away(monitor: RootMonitor) -> bool:
        if failures:
            raise failures.pop()
        return await look(monitor)

    monkeypatch.setattr(RootMonitor, "is_taken_over", once_away)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/prompt.txt", b"Cut it to ten seconds.")
        b.put("edit/film.mp4", mp4())
        b.put("edit/song.wav", wav())
        await b.until(lambda: asked(b, "mixed") == 2)
        assert b.claimed == []
        b.put("edit/APPROVE", b"")
        await b.until(lambda: len(b.claimed) == 2 and b.used == [b"edit/APPROVE"])
        assert not failures
        assert asked(b, "approve") == 0


async def test_a_text_named_after_the_whole_clip_belongs_to_it(root: Path, tmp_path: Path) -> None:
    """tour.mp4.txt is the narration of tour.mp4, in any case, composed or decomposed, and with a
    space too many."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/tour.mp4", mp4("1"))
        b.put("voiceover/tour.mp4.txt", b"Words of the tour.")
        b.put("voiceover/Cafe\u0301.mp4", mp4("2"))
        b.put("voiceover/CAF\u00c9.MP4.docx.txt", b"no partner of it")
        b.put("voiceover/CAF\u00c9.MP4.TXT", b"Words of the cafe.")
        b.put("voiceover/izmir  1.mp4", mp4("3"))
        b.put("voiceover/\u0130ZM\u0130R 1 .txt", b"Words of the city.")
        await b.until(lambda: len(b.claimed) == 4)
        found = await prompts(b)
        assert "Words of the city." in found[b"voiceover/izmir  1.mp4"]
        assert "Words of the tour." in found[b"voiceover/tour.mp4"]
        assert "Words of the cafe." in found["voiceover/Cafe\u0301.mp4".encode()]


async def test_several_texts_or_clips_of_one_name_are_asked_about(
    root: Path, tmp_path: Path
) -> None:
    """Nobody is charged for a guess; when one goes, the others go on."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/a/tour.mp4", mp4("1"))
        b.put("voiceover/a/tour.txt", b"Some words.")
        other = b.put("voiceover/a/tour.mp4.txt", b"Other words.")
        b.put("voiceover/b/tour.mp4", mp4("2"))
        b.put("voiceover/b/tour.mov", mp4("3"))
        b.put("voiceover/b/tour.txt", b"Whose words?")
        await b.until(lambda: sum(one.code == "pair" for one in b.problems) == 6)
        assert b.claimed == []
        other.unlink()
        await b.until(lambda: len(b.claimed) == 1)
        assert "Some words." in (await prompts(b))[b"voiceover/a/tour.mp4"]


async def test_a_video_and_its_own_sound_are_asked_about(root: Path, tmp_path: Path) -> None:
    """A recording of a video's name is hardly a second order: when one goes, the other goes on."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/clip.mp4", mp4("1"))
        sound = b.put("dub-es/CLIP.wav", wav(b"1" * 4000))
        b.put("dub-es/alone.wav", wav(b"2" * 4000))
        b.put("dub-es/below/clip.wav", wav(b"3" * 4000))
        b.put("voiceover/tour.mp4", mp4("2"))
        b.put("voiceover/tour.wav", wav(b"4" * 4000))
        b.put("voiceover/tour.txt", b"Some words.")
        await b.until(lambda: sum(one.code == "twins" for one in b.problems) == 4)
        assert sorted(await b.paths()) == [b"dub-es/alone.wav", b"dub-es/below/clip.wav"]
        sound.unlink()
        await b.until(lambda: len(b.claimed) == 3)
        assert b"dub-es/clip.mp4" in await b.paths()


async def test_a_copy_with_a_machine_s_name_is_asked_about(root: Path, tmp_path: Path) -> None:
    """OneDrive calls conflicts so. Without the file itself beside it, it is a title like any."""
    async with inbox_rig(root, tmp_path / "s") as b:
        copies = (
            "Talk-ANNAS-PC",
            "talk-STUDIOPC-2",
            "talk-MacBook",
            "talk-Anna's MacBook Pro",
            "talk-NB4711",
            "talk-W10-LT-221",
        )
        for number, name in enumerate(("talk", *copies)):
            b.put(f"dub-es/{name}.mp4", mp4(f"a {number}"))
        for name in ("talk-1080P", "talk-SUMMER2026", "talk-S01E102", "talk-nb4711"):
            b.put(f"dub-es/{name}.mp4", mp4(name))
        b.put("dub-es/setup-laptop.mp4", mp4("b"))
        b.put("dub-es/talk-final.mp4", mp4("c"))
        await b.until(lambda: len(b.claimed) == 7)
        await b.until(lambda: sum(one.code == "machine copy" for one in b.problems) == len(copies))
        assert not {f"dub-es/{name}.mp4".encode() for name in copies} & set(await b.paths())


async def test_what_a_prompt_asks_too_much_is_said_in_its_own_folder(
    root: Path, tmp_path: Path
) -> None:
    """A prompt.txt below a task folder that cannot be followed, or is a folder, holds what is
    there and nothing else."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/A/prompt.txt", b"Please export it.")
        b.put("dub-es/B/prompt.txt/inside.txt", b"Not this one.")
        for folder in ("", "A/", "B/"):
            b.put(f"dub-es/{folder}clip.mp4", mp4(folder))

        def reported() -> set[bytes]:
            return {one.folder for one in b.problems if isinstance(one, FolderProblem)}

        await b.until(lambda: reported() == {b"dub-es/A", b"dub-es/B"} and len(b.claimed) == 1)
        assert await b.paths() == [b"dub-es/clip.mp4"]
        b.put("dub-es/A/prompt.txt", b"Slowly, please.")
        await b.until(lambda: len(b.claimed) == 2 and b"dub-es/A" not in reported())


async def test_instructions_below_end_the_note_above_for_those_alone(
    root: Path, tmp_path: Path
) -> None:
    """An edit folder without a prompt.txt is noted until each folder below it with files has
    one."""

    def lacking(rig: InboxRig) -> str:
        found = [one for one in rig.problems if isinstance(one, FolderProblem)]
        return " ".join(one.what for one in found if one.folder == b"edit")

    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("edit/a/one.mp4", mp4("1"))
        b.put("edit/b/two.mp4", mp4("2"))
        await b.until(lambda: "no instructions" in lacking(b))
        b.put("edit/a/prompt.txt", b"Cut it.")
        await b.until(lambda: len(b.claimed) == 1 and "two.mp4" in lacking(b))
        b.put("edit/b/prompt.txt", b"Cut it, too.")
        await b.until(lambda: len(b.claimed) == 2 and not lacking(b))


async def test_a_glossary_goes_with_its_folder_and_adds_below(root: Path, tmp_path: Path) -> None:
    """At every depth; a change counts for what comes after it, and orders nothing again."""
    async with inbox_rig(root, tmp_path / "s") as b:
        glossary = b.put("dub-es/glossary.txt", "Acme Cloud = Nube Acme\nBob\n".encode("utf-16"))
        b.put("dub-es/A/Glossary.TXT", b"Bob = Roberto\n")
        b.put("dub-es/clip.mp4", mp4("1"))
        b.put("dub-es/A/clip.mp4", mp4("2"))
        await b.until(lambda: len(b.claimed) == 2)
        found = await prompts(b)
        assert "- Acme Cloud = Nube Acme" in found[b"dub-es/clip.mp4"]
        assert "do not translate them:\n- Bob" in found[b"dub-es/clip.mp4"]
        assert "- Acme Cloud = Nube Acme\n- Bob = Roberto" in found[b"dub-es/A/clip.mp4"]

        glossary.write_text("Acme Cloud = Nube\n")
        b.put("dub-es/other.mp4", mp4("3"))
        await b.until(lambda: len(b.claimed) == 3)
        assert (await prompts(b))[b"dub-es/other.mp4"].endswith("- Acme Cloud = Nube")
        glossary.unlink()
        b.put("dub-es/last.mp4", mp4("4"))
        await b.until(lambda: len(b.claimed) == 4)
        found = await prompts(b)
        assert "Acme" not in found[b"dub-es/last.mp4"]
        assert "- Acme Cloud = Nube Acme" in found[b"dub-es/clip.mp4"]
        assert not b.again


async def test_a_glossary_that_cannot_be_read_holds_its_folder(root: Path, tmp_path: Path) -> None:
    """The note names the line; what is mended counts, and a prompt.txt beside it changes
    nothing of that."""
    async with inbox_rig(root, tmp_path / "s") as b:
        glossary = b.put("dub-es/A/glossary.txt", b"\n\nFine\nAcme =\n")
        b.put("dub-es/A/prompt.txt", b"+Slowly.")
        b.put("dub-es/A/clip.mp4", mp4("1"))
        b.put("dub-es/clip.mp4", mp4("2"))

        def said() -> str:
            folders = [one for one in b.problems if isinstance(one, FolderProblem)]
            return "".join(one.what for one in folders if one.folder == b"dub-es/A")

        await b.until(lambda: 'In line 4 ("Acme =")' in said() and len(b.claimed) == 1)
        await b.tick_for(3)
        assert await b.paths() == [b"dub-es/clip.mp4"]
        assert 'In line 4 ("Acme =")' in said()
        assert any("glossary.txt" in one.why for one in b.inbox.waiting())

        glossary.write_bytes(b"Fine\nAcme\n")
        await b.until(lambda: len(b.claimed) == 2 and not said())
        assert "- Fine\n- Acme" in (await prompts(b))[b"dub-es/A/clip.mp4"]


async def test_near_misses_of_a_glossary_hold_their_folder(root: Path, tmp_path: Path) -> None:
    """As those of a prompt.txt do."""
    async with inbox_rig(root, tmp_path / "s") as b:
        misses = ("glossary.docx", "glossary (1).txt", "glossar.txt", "glossary.csv")
        for number, name in enumerate(misses):
            b.put(f"voiceover/{number}/{name}", b"Acme")
            b.put(f"voiceover/{number}/clip.mp4", mp4(f"1 {number}"))
        b.put("voiceover/empty/glossary.txt", b"")
        b.put("voiceover/empty/clip.mp4", mp4("2"))
        b.put("voiceover/other.mp4", mp4("3"))
        paths = {os.fsencode(f"voiceover/{n}/{name}") for n, name in enumerate(misses)}
        paths.add(b"voiceover/empty/glossary.txt")
        await b.until(lambda: paths <= set(near(b)) and len(b.claimed) == 1)
        assert await b.paths() == [b"voiceover/other.mp4"]


async def test_instructions_that_are_no_files_are_called_what_they_are(
    root: Path, tmp_path: Path
) -> None:
    """A pipe has no size, and is not called empty; a file in its place counts."""
    async with inbox_rig(root, tmp_path / "s") as b:
        clip = b.put("dub-es/A/clip.mp4", mp4("1"))
        for name in ("prompt.txt", "glossary.txt", "clip.es.revise.txt"):
            os.mkfifo(clip.with_name(name))

        def said() -> str:
            folders = [one for one in b.problems if isinstance(one, FolderProblem)]
            return "".join(one.what for one in folders if one.folder == b"dub-es/A")

        await b.until(lambda: said().count("It is a pipe, not a file.") == 2)
        await b.tick_for(3)
        assert not near(b)
        assert not await b.paths()

        clip.with_name("glossary.txt").unlink()
        clip.with_name("prompt.txt").unlink()
        clip.with_name("prompt.txt").write_bytes(b"Slowly.")
        await b.until(lambda: len(b.claimed) == 1)
        assert "Slowly." in (await prompts(b))[b"dub-es/A/clip.mp4"]
