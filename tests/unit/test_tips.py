"""What is advised for better results: how long a film is, how long a text is, and whether
instructions say what to do."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.model import MediaKind
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import plan
from nemowatch.tasks.projects import ProjectDrop, plan_project
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.routing import is_vague
from tests.rigs import media_files as media
from tests.rigs.media_files import sniffed
from tests.rigs.rows import each_row

#: In the head of an MP4: units a second, and units.
SHORT_TIMES, LONG_TIMES = ">II", ">IQ"


def mp4(times: bytes, *, version: int = 0) -> bytes:
    """An MP4 whose index says how long it plays."""
    made = 16 if version else 8
    header = bytes([version, 0, 0, 0]) + bytes(made) + times + bytes(80)
    index = media.box(b"moov", media.box(b"mvhd", header) + media.PICTURE + media.SOUND)
    return media.box(b"ftyp", media.FTYP_BODY) + index + media.box(b"mdat", b"d" * 5000)


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        (mp4(struct.pack(SHORT_TIMES, 600, 432_000)), 720),
        (mp4(struct.pack(LONG_TIMES, 1000, 5_000_000_000), version=1), 5_000_000),
        (mp4(struct.pack(SHORT_TIMES, 0, 432_000)), 0),
        (mp4(struct.pack(SHORT_TIMES, 600, 0xFFFFFFFF)), 0),
        (mp4(b""), 0),
    ],
)
def test_an_mp4_says_how_long_it_plays(tmp_path: Path, data: bytes, seconds: float) -> None:
    """In both forms of its times; unknown, or without a scale, it does not say."""
    assert sniffed(tmp_path, "a.mp4", data).seconds == seconds


@pytest.mark.parametrize(
    ("duration", "scale", "seconds"),
    [
        (struct.pack(">d", 720_000.0), None, 720),
        (struct.pack(">f", 72_000.0), 10_000_000, 720),
        (struct.pack(">d", float("nan")), None, 0),
        (struct.pack(">d", float("inf")), None, 0),
        (b"abc", None, 0),
    ],
)
def test_a_matroska_says_how_long_it_plays(
    tmp_path: Path, duration: bytes, scale: int | None, seconds: float
) -> None:
    """As a number of units; what is no number says nothing."""
    unit = b""
    if scale is not None:
        unit = media.element(0x2AD7B1, scale.to_bytes(4, "big"))
    info = media.element(0x1549A966, unit + media.element(0x4489, duration))
    entries = media.tracks(media.track_entry(1, 1), media.track_entry(2, 2))
    found = sniffed(tmp_path, "a.mkv", media.mkv(info, entries, media.cluster(1, 2)))
    assert found.seconds == pytest.approx(seconds)


def wav(rate: int, sound: int) -> bytes:
    """A WAV of so many bytes a second."""
    form = struct.pack("<HHIIHH", 1, 1, rate, rate, 1, 8)
    body = media.chunk(b"fmt ", form) + media.chunk(b"data", b"s" * sound)
    return media.chunk(b"RIFF", b"WAVE" + body)


def avi(scale: int, rate: int, length: int) -> bytes:
    """An AVI whose pictures say how long they play."""
    said = struct.pack("<IIII", scale, rate, 0, length)
    silent = media.avi(b"vids", b"auds")
    return silent.replace(b"vids" + bytes(32), b"vids" + bytes(16) + said)


@pytest.mark.parametrize(
    ("name", "data", "seconds"),
    [
        ("a.wav", wav(10, 4210), 421),
        ("a.wav", wav(0, 4210), 0),
        ("a.wav", wav(10, 4210).replace(struct.pack("<I", 4210), b"\xff" * 4), 421),
        ("a.avi", avi(1001, 30000, 12_600), 420.42),
        ("a.avi", avi(1, 0, 12_600), 0),
        ("a.avi", avi(1, 25, 0xFFFFFFFF), 0),
        ("a.mp3", media.mp3(100), 100 * 1152 / 44100),
        ("a.mp3", media.FRAME * 100, 100 * 1152 / 44100),
        ("a.aac", (b"\xff\xf1\x50\x80\x02\x7f\xfc" + b"a" * 12) * 430, 430 * 1024 / 44100),
    ],
)
def test_recordings_say_how_long_they_play(
    tmp_path: Path, name: str, data: bytes, seconds: float
) -> None:
    """By their rates, their frames, or the header of the first one."""
    assert sniffed(tmp_path, name, data).seconds == pytest.approx(seconds, rel=0.02)


def test_projects_get_tips() -> None:
    """For each part that leaves open what to do, and each file that is longer than turns out best
    with the skill of a recipe."""
    recipe = Recipe(
        prompt="x", skill="multilingual-video-dubbing", accepts=("video",), outputs=("mp4",)
    )
    folder = read_folder("ours", {"ours": recipe})
    assert isinstance(folder, Folder)
    drop = ProjectDrop(
        "film",
        ("a.mp4", "b.mp4"),
        "Cut the pauses out.\n---\nMake it better.",
        seconds={"a.mp4": 720, "b.mp4": 60},
    )
    length, vague = plan_project(folder, drop).tips
    assert length.startswith("a.mp4 is 12 minutes long")
    assert '"Make it better."' in vague


def tips(name: str, drop: Drop, recipes: dict[str, Recipe] | None = None) -> tuple[str, ...]:
    """What is advised for this drop in this folder."""
    folder = read_folder(name, recipes or {})
    assert isinstance(folder, Folder)
    return plan(folder, drop).tips


@pytest.mark.parametrize("name", ["dub-es-fr", "transcribe"])
def test_long_films_get_a_tip(name: str) -> None:
    """Over five minutes, where the cloud's page says so; one of unknown length gets none."""
    (tip,) = tips(name, Drop(MediaKind.VIDEO, "talk.mp4", seconds=720))
    assert "talk.mp4 is 12 minutes long" in tip
    assert "up to 5 minutes" in tip
    for seconds in (0, 30, 300):
        assert not tips(name, Drop(MediaKind.VIDEO, "talk.mp4", seconds=seconds))
    assert not tips("voiceover", Drop(MediaKind.VIDEO, "talk.mp4", seconds=720))


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("word " * 151, "151"),
        ("don't stop " * 200, "400"),
        ("word " * 100_000, "100,000"),
        ("\u4f60\u597d\u4e16\u754c\u3002" * 100, "266"),
    ],
)
def test_long_scripts_get_a_tip(script: str, count: str) -> None:
    """Over 150 words; three ideographs count as two."""
    (tip,) = tips("voiceover", Drop(MediaKind.SCRIPT, "a.txt", script))
    assert f"about {count} words" in tip
    assert "up to 150" in tip
    assert not tips("voiceover", Drop(MediaKind.SCRIPT, "a.txt", "word " * 150))


VAGUE = """
make it better|Make it better, please.|make the video better|improve it|Improve this video
enhance the quality|make it pop|make it look professional|edit|edit the video|do your magic|fix it
make it more engaging|\u4f18\u5316\u4e00\u4e0b|\u4f18\u5316|\u7f8e\u5316\u4e00\u4e0b
\u8ba9\u89c6\u9891\u66f4\u597d\u770b|\u5e2e\u6211\u526a\u8f91\u89c6\u9891|\u63d0\u5347\u8d28\u91cf
"""
CLEAR = """
fix the audio|improve the sound|make it warmer|cut it to 30 s|add good music|make it shorter
make it black and white|edit out the pauses|make the dancer look better|add nice titles
\u526a\u621030\u79d2|\u4f18\u5316\u97f3\u8d28|\u52a0\u5b57\u5e55
"""


def phrases(table: str) -> list[str]:
    return table.strip().replace("\n", "|").split("|")


@each_row(phrases(VAGUE))
def test_instructions_that_leave_open_what_to_do_get_a_tip(said: str) -> None:
    """In a prompt.txt, also one that adds, and in a recipe; they are carried out all the same."""
    assert is_vague(said)
    for prompt in (said, f"+ {said}"):
        (tip,) = tips("dub-es", Drop(MediaKind.VIDEO, "a.mp4", prompt=prompt))
        assert "leave open what to do" in tip
    assert tips("fine", Drop(MediaKind.VIDEO, "a.mp4"), {"fine": Recipe(prompt=said)})


@each_row(phrases(CLEAR))
def test_instructions_that_say_what_to_do_get_none(said: str) -> None:
    """However short they are."""
    assert not is_vague(said)
    assert not tips("edit", Drop(MediaKind.VIDEO, "a.mp4", prompt=said))


def test_an_addition_that_is_no_work_is_answered() -> None:
    """The folder's own work goes on, and the answer is where tips are."""
    (tip,) = tips("dub-es", Drop(MediaKind.VIDEO, "a.mp4", prompt="+ how many credits are left?"))
    assert "only asks about credits" in tip
    assert "status.html" in tip
