"""Subtitles beside a clip in a dub folder: the words of the dub in their language."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nemowatch.intake.records import FileProblem
from nemowatch.journal import source_members
from nemowatch.model import Member, State
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n¡Hola, <i>señor</i>!\r\n\r\n2\r\n00:00:03,000 -->"
    " 00:00:04,000\r\nAdiós.\r\n"
)
VTT = "WEBVTT\n\nNOTE by Ann\n\n1\n00:01.000 --> 00:02.500 align:start\nBonjour.\n"
SAID = "00:00:01,000 --> 00:00:02,500\n¡Hola, señor!\n\n2\n00:00:03,000 --> 00:00:04,000\nAdiós."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with three task folders."""
    top = tmp_path / "ws"
    for name in ("dub-es", "dub-es-fr-pt_BR", "voiceover"):
        (top / "inbox" / name).mkdir(parents=True)
    return top


def said(rig: InboxRig) -> dict[bytes, str]:
    """What is said of files, by their paths."""
    found = [one for one in rig.problems if isinstance(one, FileProblem)]
    return {one.path: one.what for one in found}


async def prompts(rig: InboxRig, source: int = 0) -> dict[str, str]:
    """The messages of a source's jobs, by language."""
    row = (await rig.rows())[source]
    return {job.target: job.prompt for job in await rig.jobs(row.id)}


async def members(rig: InboxRig) -> list[Member]:
    """The files of the first source."""
    row = (await rig.rows())[0]
    return await rig.journal.read(lambda conn: source_members.of_source(conn, row.id))


async def test_subtitles_are_the_words_of_their_language(root: Path, tmp_path: Path) -> None:
    """In any encoding and case, SubRip or WebVTT, with their times; other languages are translated
    as ever. Clip and subtitles are one source."""
    async with inbox_rig(root, tmp_path / "s") as b:
        folder = "dub-es-fr-pt_BR/a"
        b.put(f"{folder}/Promo.es.SRT", SRT.encode("cp1252"))
        b.put(f"{folder}/promo.mp4.pt-BR.vtt", VTT.encode("utf-16"))
        b.put(f"{folder}/promo.mp4", mp4("1"))
        await b.until(lambda: len(b.claimed) == 1)
        found = await prompts(b)
        assert found["es"].endswith(f"dub, each after its times:\n\n1\n{SAID}")
        assert "speak the words below, word for word and each at its time" in found["es"]
        assert found["pt-BR"].endswith("00:00:01,000 --> 00:00:02,500\nBonjour.")
        assert "Translate everything" in found["fr"]
        assert "-->" not in found["fr"]
        assert {one.name for one in await members(b)} == {
            "promo.mp4",
            "Promo.es.SRT",
            "promo.mp4.pt-BR.vtt",
        }
        await b.tick_for(3)
        assert len(await b.rows()) == 1
        assert not said(b)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("promo.srt",), "no language"),
        (("promo.de.srt",), 'orders Spanish, and not "de"'),
        (("promo.es-MX.srt",), "and not"),
        (("promo.es (1).srt",), "not read as one language"),
        (("promo.es.forced.srt",), "not read as one language"),
        (("promo-es.srt",), "does not follow a dot"),
        (("promo.es.srt", "promo.spanish.vtt"), "others for the same language"),
    ],
)
async def test_subtitles_that_cannot_be_used_hold_their_clip(
    root: Path, tmp_path: Path, names: tuple[str, ...], why: str
) -> None:
    """Nothing is paid for; the note names them; without them the clip is taken as it is."""
    async with inbox_rig(root, tmp_path / "s") as b:
        files = [b.put(f"dub-es/{name}", SRT.encode()) for name in names]
        b.put("dub-es/promo.mp4", mp4("1"))
        b.put("dub-es/promo2.mp4", mp4("2"))
        paths = [f"dub-es/{name}".encode() for name in names]
        await b.until(lambda: all(why in said(b).get(path, "") for path in paths))
        await b.until(lambda: len(b.claimed) == 1)
        assert await b.paths() == [b"dub-es/promo2.mp4"]
        for file in files:
            file.unlink()
        await b.until(lambda: len(b.claimed) == 2 and not said(b))
        assert "Translate everything" in (await prompts(b, 1))["es"]


@pytest.mark.parametrize("name", ["promo.mov", "promo.es.mp4"])
async def test_subtitles_of_two_clips_hold_both(root: Path, tmp_path: Path, name: str) -> None:
    """Until one of them has another name."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/promo.es.srt", SRT.encode())
        b.put("dub-es/promo.mp4", mp4("1"))
        other = b.put(f"dub-es/{name}", mp4("2"))
        await b.until(lambda: "may belong to" in said(b).get(b"dub-es/promo.es.srt", ""))
        assert await b.rows() == []
        other.rename(other.with_name("other.mov"))
        await b.until(lambda: len(b.claimed) == 2 and not said(b))


@pytest.mark.parametrize(
    "data",
    [
        b"Just some words.",
        b"1\n00:00:05,000 --> 00:00:04,000\nHola\n",
        b"1\n00:00:01,000 --> 00:00:02,000\nHola\n\n2\n00:00:03 -->\nAdios\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n\n",
        b" \n",
        b"\x00\x01\x02\x03" * 500,
        "1\n00:00:01,000 --> 00:00:02,000\nПривет\n".encode()[:-3] + b"\xff\xfe\xd0",
    ],
)
async def test_broken_subtitles_are_refused_with_their_clip(
    root: Path, tmp_path: Path, data: bytes
) -> None:
    """Neither is paid for; what is said names the cure, and the rest goes on."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/promo.es.srt", data)
        b.put("dub-es/promo.mp4", mp4("1"))
        b.put("dub-es/other.mp4", mp4("2"))
        both = {b"dub-es/promo.es.srt", b"dub-es/promo.mp4"}
        await b.until(lambda: both <= said(b).keys() and len(b.claimed) == 1)
        assert await b.paths() == [b"dub-es/other.mp4"]
        problems = [one for one in b.problems if isinstance(one, FileProblem)]
        assert all(one.final and one.cure for one in problems)


async def test_empty_subtitles_hold_their_clip_and_are_named(root: Path, tmp_path: Path) -> None:
    """They may be about to be written; after a while a note says so."""
    async with inbox_rig(root, tmp_path / "s") as b:
        empty = b.put("dub-es/promo.es.srt", b"")
        b.put("dub-es/promo.mp4", mp4("1"))
        await b.until(lambda: "is empty" in said(b).get(b"dub-es/promo.es.srt", ""), 30)
        assert await b.rows() == []
        empty.write_text(SRT)
        await b.until(lambda: len(b.claimed) == 1 and not said(b), 20)
        assert (await prompts(b))["es"].endswith(SAID)


async def test_subtitles_that_come_before_anything_is_paid_count(
    root: Path, tmp_path: Path
) -> None:
    """The clip's order is replaced by the one with its words."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/promo.mp4", mp4("1"))
        await b.until(lambda: len(b.claimed) == 1)
        b.put("dub-es/promo.es.srt", SRT.encode())
        await b.until(lambda: len(b.claimed) == 2)
        assert (await prompts(b, 1))["es"].endswith(SAID)
        first = (await b.rows())[0]
        assert [job.state for job in await b.jobs(first.id)] == [State.CANCELLED]


def _begin_to_pay(conn: sqlite3.Connection) -> None:
    """The job is as when its paid call is sent."""
    for state in ("uploading", "uploaded", "instructing"):
        conn.execute("UPDATE job SET state = ?", (state,))


async def test_subtitles_that_come_too_late_order_nothing(root: Path, tmp_path: Path) -> None:
    """Once the clip is paid for a note says so, also after a restart, and nothing is made."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/promo.mp4", mp4("1"))
        await b.until(lambda: len(b.claimed) == 1)
        await b.journal.write(_begin_to_pay)
        late = b.put("dub-es/promo.es.srt", SRT.encode())
        await b.until(lambda: "already" in said(b).get(b"dub-es/promo.es.srt", ""))
        await b.tick_for(3)
        assert len(await b.rows()) == 1
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: "already" in said(b).get(b"dub-es/promo.es.srt", ""))
        assert len(await b.rows()) == 1
        late.unlink()
        await b.until(lambda: not said(b))


async def test_where_texts_are_work_subtitles_stay_scripts(root: Path, tmp_path: Path) -> None:
    """In a voiceover folder `promo.es.srt` is a script of its own, and `promo.srt` the
    narration."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/promo.srt", SRT.encode())
        b.put("voiceover/promo.mp4", mp4("1"))
        b.put("voiceover/other.es.srt", SRT.encode())
        await b.until(lambda: len(b.claimed) == 2)
        texts = [(await prompts(b, n))["voiceover"] for n in (0, 1)]
        assert all("-->" not in text and "¡Hola, señor!\nAdiós." in text for text in texts)
