"""Files that a program is not done with: what is beside them, or how they are called, says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.intake import problems
from nemowatch.intake.ready import stability
from nemowatch.intake.ready.surroundings import surroundings
from nemowatch.intake.ready.unfinished_companions import is_half, piece_of
from nemowatch.intake.scan import partial_files
from nemowatch.intake.scan.partial_files import PartialFiles, looks_partial
from nemowatch.model import Snapshot
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

#: A sound in ADTS.
SOUND = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(range(256)) * 8


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two task folders."""
    for folder in ("dub-es", "transcribe"):
        (tmp_path / "ws/inbox" / folder).mkdir(parents=True)
    return tmp_path / "ws"


def said(b: InboxRig) -> str:
    """Everything that people are told."""
    return " ".join(problem.what for problem in b.problems)


COMPANIONS = [
    "clip.mp4.aria2",
    "clip.mp4.st",
    "clip.mp4.part",
    "CLIP.MP4.!ut",
    "clip.mp4.crdownload",
    "clip.mp4.opdownload",
    ".clip.mp4.filepart",
    ".syncthing.clip.mp4.tmp",
    "clip.mp4.ocTransferId17.part",
    "clip.mp4.xltd.cfg",
    ".clip.mp4.swp",
    "clip.temp.mp4",
]


async def test_a_companion_holds_a_file_and_ends_in_a_note(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the state file of a program is beside it, it is not taken; a note names it in time."""
    monkeypatch.setattr(stability, "GIVE_UP", 0.6)
    async with inbox_rig(root, tmp_path / "s") as b:
        beside = []
        for number, companion in enumerate(COMPANIONS):
            beside.append(b.put(f"dub-es/{number}/{companion}", b"state"))
            b.put(f"dub-es/{number}/clip.mp4", mp4(f"clip {number}"))
        for companion in COMPANIONS:
            await b.until(lambda one=companion: f"{one} is beside it" in said(b), 20)
        assert b.claimed == []

        for path in beside:
            path.unlink()
        await b.until(lambda: len(b.claimed) == len(COMPANIONS), 20)
        await b.until(lambda: b.problems == ())


@pytest.mark.parametrize(
    ("name", "companion"),
    [
        ("script.docx", "~$script.docx"),
        ("myscript.docx", "~$script.docx"),
        ("script.docx", ".~lock.script.docx#"),
    ],
)
def test_a_document_that_somebody_has_open_is_unfinished(
    tmp_path: Path, name: str, companion: str
) -> None:
    """Word shortens long names in its owner files; LibreOffice writes a lock."""
    (tmp_path / name).touch()
    (tmp_path / companion).touch()
    beside = surroundings(tmp_path, [os.fsencode(name)])[os.fsencode(name)]
    assert companion in beside.unfinished


@pytest.mark.parametrize(
    "other",
    ["clip.mp4.md5", "clip.txt", "clip.mp4.error.txt", "._clip.mp4", "clip2.mp4.part", "clip.part"],
)
async def test_what_is_no_companion_holds_nothing(root: Path, tmp_path: Path, other: str) -> None:
    """Checksums, texts, notes, shadows and what belongs to another file are nobody's work."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put(f"dub-es/{other}", b"x")
        b.put("dub-es/clip.mp4", mp4("clip"))
        await b.until(lambda: len(b.claimed) == 1)


async def test_a_file_of_unknown_ending_that_grows_beside_it_holds_it(
    root: Path, tmp_path: Path
) -> None:
    """Whatever a program calls it: while NAME.anything changes, NAME is not whole."""
    async with inbox_rig(root, tmp_path / "s", settle=0.6) as b:
        growing = b.put("dub-es/clip.mp4.xyz", b"x")
        b.put("dub-es/clip.mp4", mp4("clip"))
        for _ in range(8):
            with growing.open("ab") as file:
                file.write(b"more")
            await b.tick_for(0.3)
            assert b.claimed == []
        await b.until(lambda: len(b.claimed) == 1)


async def test_the_sound_of_a_film_waits_while_an_encoder_writes_the_film(
    root: Path, tmp_path: Path
) -> None:
    """One half is no work while another file of its stem grows; it goes when the film is whole."""
    async with inbox_rig(root, tmp_path / "s", settle=0.6) as b:
        sound = b.put("transcribe/Sequence 01.aac", SOUND)
        film = root / "inbox/transcribe/Sequence 01.mpg"
        for _ in range(8):
            with film.open("ab") as file:
                file.write(b"more")
            await b.tick_for(0.3)
            assert b.claimed == []
        sound.unlink()
        await b.tick_for(1.0)
        assert b.claimed == []


async def test_the_halves_of_a_film_wait_while_the_film_is_open(root: Path, tmp_path: Path) -> None:
    """An encoder that pauses for longer than the settle time has the film open all the same."""
    async with inbox_rig(root, tmp_path / "s") as b:
        halves = [b.put("transcribe/Seq.aac", SOUND), b.put("transcribe/Seq.m4v", mp4("picture"))]
        with (root / "inbox/transcribe/Seq.mp4").open("wb") as film:
            film.write(mp4("film")[:500])
            film.flush()
            await b.tick_for(2.5)
            assert b.claimed == []
            for half in halves:
                half.unlink()
            film.write(mp4("film")[500:])
        await b.until(lambda: len(b.claimed) == 1)
        assert await b.paths() == [b"transcribe/Seq.mp4"]


PIECES = [
    "Talk.f137.mp4",
    "Talk.f140.m4a",
    "Talk.f251-drc.webm",
    "Talk.fhls-720p.mp4",
    "Talk.temp.mp4",
    "Talk.TMP.mov",
    "Talk.part.mp4",
    "Talk.temp.m4a",
]


async def test_pieces_of_a_running_program_are_no_work_and_end_in_a_note(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a downloader or an encoder calls its pieces is not paid for; under another name it
    is."""
    monkeypatch.setattr(stability, "GIVE_UP", 0.6)
    async with inbox_rig(root, tmp_path / "s") as b:
        pieces = []
        for number, name in enumerate(PIECES):
            pieces.append(b.put(f"transcribe/{number}/{name}", mp4(f"piece {number}")))
        await b.until(lambda: said(b).count("still seems to be working") >= len(PIECES), 20)
        assert b.claimed == []

        for piece in pieces:
            piece.rename(piece.parent / f"Whole{piece.suffix}")
        await b.until(lambda: len(b.claimed) == len(PIECES), 20)


@pytest.mark.parametrize(
    "name",
    ["Talk.mp4", "Talk.final.mp4", "v1.2.mp4", "temp.mp4", "part.mp4", "f137.mp4", "a.tmp.txt"],
)
def test_names_that_people_give_are_no_pieces(name: str) -> None:
    """Only a working name before the ending counts, and only of sound and pictures."""
    assert piece_of(name.encode()) == ""


def test_halves_of_a_film_are_its_sound_and_its_bare_picture() -> None:
    """A video waits for nothing."""
    halves = ["a.aac", "a.m4a", "a.wav", "a.m4v", "a.m2v"]
    assert all(is_half(name.encode()) for name in halves)
    assert not is_half(b"a.mp4")


async def test_a_partial_file_of_an_unknown_program_is_quiet_while_it_grows(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported once it has stopped, with the way to have it taken."""
    monkeypatch.setattr(partial_files, "STALLED_AFTER", 1.0)
    monkeypatch.setattr(problems, "FOREIGN_AFTER", 0.1)
    async with inbox_rig(root, tmp_path / "s", scan_interval=0.2) as b:
        growing = b.put("dub-es/film.mp4.dlx", b"x")
        for _ in range(10):
            with growing.open("ab") as file:
                file.write(b"more")
            await b.tick_for(0.3)
            assert b.problems == ()
        await b.until(lambda: "stopped growing: film.mp4.dlx" in said(b))
        growing.write_bytes(mp4("film"))
        growing.rename(growing.with_suffix(""))
        await b.until(lambda: len(b.claimed) == 1)
        await b.until(lambda: b.problems == ())


@pytest.mark.parametrize(
    ("names", "cure"),
    [
        (["old.doc", "x.xyz"], "Convert .doc to DOCX or TXT, and put that here. Then move these"),
        (["x.xyz"], "No folder accepts such files: move them out of the inbox."),
        (["old.doc", "photo.jpg"], 'Move each into a folder that accepts it ("edit")'),
    ],
)
async def test_nobody_is_sent_to_the_folder_that_does_not_accept_the_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], cure: str
) -> None:
    """A folder that takes texts is not where an old Word document could go from there."""
    monkeypatch.setitem(problems._PATIENCE, "foreign", 0.1)
    async with inbox_rig(root, tmp_path / "s", scan_interval=0.2) as b:
        for name in names:
            b.put(f"voiceover/{name}", b"x")
        await b.until(lambda: names[-1] in said(b))
        assert cure in b.problems[0].cure
        assert '"voiceover"' not in b.problems[0].cure


def test_growth_is_told_from_scan_to_scan() -> None:
    """Time alone is no stillness: a scan has to show that nothing has changed."""
    files, one = PartialFiles(), Snapshot(1, 1, 1, 8, 1, 1)
    other = Snapshot(2, 2, 2, 8, 1, 1)
    path = b"dub-es/film.mp4.dlx"
    for now, found, count in ((0, one, 0), (100, other, 0), (150, other, 0), (161, other, 1)):
        files.learn({b"dub-es": {path: found}}, now)
        assert len(files.problems()) == count
    files.learn({}, 200)
    assert files.problems() == []


def test_only_what_would_be_work_without_its_last_ending_looks_partial() -> None:
    """The ending says nothing; what is below it does."""
    assert looks_partial(b"film.mp4.dlx")
    assert not looks_partial(b"film.dlx")
    for ending in (b"srt", b"txt", b"json", b"nfo", b"sha256", b"gz", b"7z"):
        assert not looks_partial(b"film.mp4." + ending)
    assert not looks_partial(b"mp4.dlx")
