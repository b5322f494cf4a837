"""The file beside a result: what was asked, what the agent said, the timeline, what it cost, when.
It is there once, over nobody's file, and hurts no result."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from nemowatch.clock import SystemClock
from nemowatch.config.schema import SideFile as SideFileSection
from nemowatch.fs.last_lines import SIDE
from nemowatch.fs.threads import Disks
from nemowatch.journal import results, side_files
from nemowatch.journal.database import Journal
from nemowatch.journal.results import Summary
from nemowatch.model import State
from nemowatch.outbox import side_file
from nemowatch.reporting.conversation import conversation
from nemowatch.reporting.side_files import SideFiles
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio

TIMELINE = "Timeline (2 tracks): 1. Video: clip.mp4 (0-6s) 2. Audio: Dubbed voice (0-6s)"


def sides(rig: EngineRig) -> dict[str, str]:
    """The side files of the outbox, by their name."""
    found = sorted((rig.root / "outbox").rglob("*.nemowatch*.txt"))
    return {path.name: path.read_text("utf-8-sig") for path in found}


async def settled(rig: EngineRig) -> None:
    """Until nothing about side files is left to do."""
    assert rig.journal is not None
    journal = rig.journal
    async with asyncio.timeout(PATIENCE):
        while await journal.read(side_files.all_due):
            await rig.until("a turn of the loop", lambda _: True)
            for wrap_up in rig.engine.wrap_ups.values() if rig.engine else ():
                wrap_up.nudge()


async def published(rig: EngineRig, count: int = 1) -> None:
    await rig.start()
    assert {job.state for job in await rig.ended(count)} == {State.PUBLISHED}
    await settled(rig)


async def test_it_says_what_was_asked_and_said(tmp_path: Path) -> None:
    """Beside the result, under its name: opens in Notepad, and has every part."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (path,) = (rig.root / "outbox").rglob("*.nemowatch.txt")
        data = path.read_bytes()
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    assert path.name == "clip.es.nemowatch.txt"
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    assert text.startswith("clip.es.mp4\n\nAsked:\n    Dub this video into Spanish")
    assert "\nThe agent said:\n    I dubbed your video." in text
    assert f"\n{TIMELINE}\n" in text
    assert "\nFrom: dub-es/clip.mp4\nCost: 100 credits\nDate: " in text
    assert "\nTo change it: save what you want as clip.es.revise.txt in the inbox folder" in text
    assert text.endswith(f"{SIDE['en']}\n")


async def test_a_silent_edit_says_so(tmp_path: Path) -> None:
    """An edit that closed without a word still shows what it made."""
    async with engine_rig(tmp_path, faults=["chat:silent"]) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (text,) = sides(rig).values()
    assert "Nothing. It finished without a word" in text
    assert TIMELINE in text


async def test_one_for_all_results_of_a_job(tmp_path: Path) -> None:
    """A transcript has four results and one file that says how it was made; its words are not
    taken for the transcript."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("transcribe/talk.mp4")
        await published(rig)
        (side,) = sides(rig).items()
    assert side[0] == "talk.nemowatch.txt"
    assert side[1].startswith("talk.txt, talk.srt, talk.vtt, talk.transcribed.mp4\n")
    assert "Export" not in side[1]


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    """Nothing is written then, and nothing is left to do."""
    async with engine_rig(tmp_path) as rig:
        rig.config = replace(rig.config, side_file=SideFileSection(enabled=False))
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        assert sides(rig) == {}


async def test_a_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    """A person's file keeps its name and its content; ours gets a number."""
    async with engine_rig(tmp_path) as rig:
        theirs = rig.root / "outbox/dub-es/clip.es.nemowatch.txt"
        theirs.parent.mkdir()
        theirs.write_text("mine")
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        found = sides(rig)
    assert found.keys() == {"clip.es.nemowatch.txt", "clip.es.nemowatch (2).txt"}
    assert found["clip.es.nemowatch.txt"] == "mine"


async def test_a_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    """What it leads to stays as it is."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    async with engine_rig(tmp_path) as rig:
        link = rig.root / "outbox/dub-es/clip.es.nemowatch.txt"
        link.parent.mkdir()
        link.symlink_to(victim)
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        assert link.is_symlink()
        assert "clip.es.nemowatch (2).txt" in sides(rig)
    assert victim.read_text() == "mine"


async def set_cost(rig: EngineRig, credits: float) -> None:
    assert rig.journal is not None
    update = "UPDATE job SET credits = ?, credits_about = 1"
    await rig.journal.write(lambda conn: conn.execute(update, (credits,)))
    await settled(rig)


async def test_a_cost_that_becomes_known_later_is_added(tmp_path: Path) -> None:
    """The same file says it then, and there is no second one."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        await set_cost(rig, 70)
        (text,) = sides(rig).values()
    assert "\nCost: about 70 credits\n" in text


@pytest.mark.parametrize("theirs", ["", "my own notes"])
async def test_what_a_person_did_to_it_stays(tmp_path: Path, theirs: str) -> None:
    """Deleted stays deleted, and what a person wrote into it stays."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (path,) = (rig.root / "outbox").rglob("*.nemowatch.txt")
        path.unlink()
        if theirs:
            path.write_text(theirs)
        await set_cost(rig, 70)
        assert list(sides(rig).values()) == [theirs] * bool(theirs)


async def test_a_result_that_was_taken_away_gets_none(tmp_path: Path) -> None:
    """A side file lies beside its result, or nowhere."""
    async with engine_rig(tmp_path) as rig:
        rig.config = replace(rig.config, side_file=SideFileSection(enabled=False))
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (rig.root / "outbox/dub-es/clip.es.mp4").unlink()
        await make_due(rig)
        await settled(rig)
        assert sides(rig) == {}


async def make_due(rig: EngineRig) -> None:
    assert rig.journal is not None
    assert rig.engine is not None
    rig.engine.reconfigure(replace(rig.config, side_file=SideFileSection()))
    due = "UPDATE side_file SET due = 1"
    await rig.journal.write(lambda conn: conn.execute(due))


async def test_one_that_cannot_be_written_hurts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is published and its source leaves; the side file comes when it can."""
    with broken(monkeypatch, "put", OSError(28, "No space left on device")):
        async with engine_rig(tmp_path) as rig:
            rig.drop("dub-es/clip.mp4")
            await rig.start()
            await rig.departed(await rig.ended(1))
            assert sides(rig) == {}
            assert rig.files("outbox") == {"dub-es/clip.es.mp4"}
            monkeypatch.undo()
            await settled(rig)
            assert len(sides(rig)) == 1


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> Iterator[None]:
    from nemowatch.fs.safe_open import translated

    def fail(result: Path, *_: object, **__: object) -> None:
        with translated(result):
            raise error

    monkeypatch.setattr(side_file, name, fail)
    yield


# -- kills


class Killed(BaseException):
    """As sudden as SIGKILL for the code under test."""


def dying(call: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    def die(*args: Any, **kwargs: Any) -> Any:
        if not before:
            call(*args, **kwargs)
        raise Killed

    return die


#: What is killed, and whether before its effect or right after it.
MOMENTS = [
    (module, name, before)
    for module, name in ((side_file, "put"), (side_files, "intend"), (side_files, "written"))
    for before in (True, False)
]


@pytest.mark.parametrize(("module", "name", "before"), MOMENTS)
async def test_there_is_one_whenever_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, before: bool
) -> None:
    """Killed around each step, while what the turn cost becomes known: one file, which says it."""
    async with engine_rig(tmp_path) as rig:
        rig.config = replace(rig.config, side_file=SideFileSection(enabled=False))
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        await rig.stop()

        rig.config = replace(rig.config, side_file=SideFileSection())
        with closing(Journal.open(rig.state / "journal.db", SystemClock())) as journal:
            await journal.write(lambda conn: conn.execute("UPDATE side_file SET due = 1"))
            with monkeypatch.context() as patch, closing(Disks()) as disks:
                patch.setattr(module, name, dying(getattr(module, name), before=before))
                with pytest.raises(Killed):
                    await sync(rig, journal, disks).check()

            await journal.write(lambda conn: conn.execute("UPDATE job SET credits = 70"))
            with closing(Disks()) as disks:
                await sync(rig, journal, disks).check()
        (text,) = sides(rig).values()
        assert "\nCost: 70 credits\n" in text
        assert not list(rig.root.rglob(".~nemowatch*"))


def sync(rig: EngineRig, journal: Journal, disks: Disks) -> SideFiles:
    """As a new process has it."""
    (watch,) = rig.config.watch
    return SideFiles(
        watch.name,
        lambda: {watch.name: watch},
        lambda: rig.config,
        journal,
        disks,
        journal.clock,
    )


# -- what it is not


async def test_it_is_never_work(tmp_path: Path) -> None:
    """Copied into an inbox, with its folder or under another name, it is neither spoken nor
    paid for."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("voiceover/say.txt", b"Good morning from the harbour.")
        await published(rig)
        (side,) = (rig.root / "outbox").rglob("*.nemowatch.txt")
        for name in (side.name, "a.nemowatch (2).txt", "b.nemowatch - Copy.txt", "renamed.txt"):
            rig.drop(f"voiceover/{name}", side.read_bytes())
        rig.drop("voiceover/other.txt", b"Good evening from the harbour.")
        await rig.ended(2)
        assert rig.charged() == 2


async def test_the_page_says_the_same(tmp_path: Path) -> None:
    """Folded, below the result."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        html = await rig.page_with("<summary>I dubbed your video.")
    assert "<dd>Dub this video into Spanish" in html
    assert f"<dd>{TIMELINE}</dd>" in html
    assert 'href="outbox/dub-es/clip.es.nemowatch.txt"' in html


def test_names_stay_within_what_filesystems_take() -> None:
    """However long the result's name is."""
    for limit in (255, 143):  # eCryptfs has less room
        name = side_file.side_name("ü" * 122 + ".es (2).mp4", limit)
        assert len(os.fsencode(name)) <= limit
        assert name.endswith(".nemowatch.txt")


async def test_what_a_later_turn_changed_is_said(tmp_path: Path) -> None:
    """What is kept of a turn comes from its draft and the one before."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        assert rig.journal is not None
        kept = await rig.journal.read(lambda conn: results.summary(conn, 1))
        assert kept == Summary(TIMELINE, (), False)
        changed = Summary(TIMELINE, ("added: BGM: Lo-fi (0-10s, 35%)",))
        await rig.journal.write(lambda conn: results.keep_summary(conn, 1, changed))
        await set_cost(rig, 70)
        (text,) = sides(rig).values()
    assert "\nChanged since the previous turn:\n    added: BGM: Lo-fi (0-10s, 35%)\n" in text


async def test_a_further_turn_has_its_own(tmp_path: Path) -> None:
    """Beside its own result, with the tracks that it added, and the first one stays as it is."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (first,) = sides(rig).values()
        assert rig.engine is not None
        text = 'Add a title "Urban Dreams" and lo-fi music.'
        await rig.engine.order("revise", {"job": 1, "text": text})
        assert {job.state for job in await rig.ended(2)} == {State.PUBLISHED}
        await settled(rig)
        found = sides(rig)
    assert found.keys() == {"clip.es.nemowatch.txt", "clip.es (2).nemowatch.txt"}
    assert found["clip.es.nemowatch.txt"] == first
    second = found["clip.es (2).nemowatch.txt"]
    assert second.startswith("clip.es (2).mp4 (turn 2)\n")
    tracks = '3. BGM: Lo-fi (0-6s, 35%) 4. Title: "Urban Dreams" (0-3s)'
    assert f"Timeline (4 tracks): {TIMELINE.partition(': ')[2]} {tracks}\n" in second
    assert "    added: BGM: Lo-fi (0-6s, 35%)\n" in second
    assert '    added: Title: "Urban Dreams" (0-3s)\n' in second


async def test_a_delivery_once_more_has_its_own(tmp_path: Path) -> None:
    """`again` puts a second copy beside the first, each with its words."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        assert rig.engine is not None
        await rig.engine.order("again", {"jobs": [1]})
        await rig.until("two results", lambda _: len(rig.files("outbox")) == 2)
        await rig.ended(1)
        await settled(rig)
        assert sides(rig).keys() == {"clip.es.nemowatch.txt", "clip.es (2).nemowatch.txt"}


async def test_it_holds_no_secret(tmp_path: Path) -> None:
    """Neither a token nor what signs an address, whoever wrote it."""
    signed = "https://cdn.example.com/a.mp4?X-Signature=abcdef123456&Expires=99"
    async with engine_rig(tmp_path) as rig:
        prompt = f"Use {signed} and nmv_usr_secretsecret."
        rig.drop("edit/prompt.txt", prompt.encode())
        rig.drop("edit/clip.mp4")
        await published(rig)
        assert rig.journal is not None
        answer = f"I used {signed} with Bearer nmv_usr_secretsecret.\x1b[31m"
        say = "UPDATE job SET answer = ?, credits = 70"
        await rig.journal.write(lambda conn: conn.execute(say, (answer,)))
        await settled(rig)
        (text,) = sides(rig).values()
    assert "https://cdn.example.com/a.mp4?…" in text
    assert "I used" in text
    for secret in ("abcdef123456", "secretsecret", "\x1b"):
        assert secret not in text


async def test_long_texts_are_cut(tmp_path: Path) -> None:
    """A script of a book is in the inbox already."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 0}) as rig:
        rig.drop("voiceover/book.txt", b"The harbour is quiet before seven. " * 3000)
        await published(rig)
        (text,) = sides(rig).values()
    assert 4000 < len(text) < 8000
    assert "…" in text


async def test_an_answer_stands_behind_its_question(tmp_path: Path) -> None:
    """What was asked first, the question of the agent, and what it was answered: in their order,
    in one file, and in the conversation of the job."""
    async with engine_rig(tmp_path, faults=["chat:question"]) as rig:
        rig.drop("dub-es/clip.mp4")
        await rig.start()
        assert {job.state for job in await rig.ended(1)} == {State.ATTENTION}
        assert rig.engine is not None
        await rig.engine.order("answer", {"job": 1, "text": "European Spanish"})
        assert {job.state for job in await rig.ended(1)} == {State.PUBLISHED}
        await settled(rig)
        (text,) = sides(rig).values()
        assert rig.journal is not None
        turns = await rig.journal.read(lambda conn: conversation(conn, 1))
    parts = [
        "clip.es.mp4 (turn 2)\n",
        "Asked:\n    Dub this video into Spanish",
        "The agent said:\n    Which language would you like?",
        "Asked:\n    European Spanish\n",
        "The agent said:\n    I dubbed your video.",
        TIMELINE,
    ]
    places = list(map(text.find, parts))
    assert -1 not in places
    assert places == sorted(places)
    assert [(turn.number, turn.job, turn.replaced) for turn in turns] == [
        (1, 1, True),
        (2, 1, False),
    ]


async def test_a_fault_of_ours_keeps_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with the words, the source leaves, and the log says what it was."""
    monkeypatch.setattr("nemowatch.reporting.side_files.side_text", lambda *_: 1 / 0)
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        with capture_logs() as logs:
            await rig.start()
            await rig.departed(await rig.ended(1))
        assert rig.files("done") == {"dub-es/clip.mp4"}
    assert [log["doing"] for log in logs if log["event"] == "internal error"] == [
        "write the file beside a result"
    ]


@pytest.mark.parametrize("kept", [True, False])
async def test_a_result_that_takes_a_free_name_has_the_words_of_that_name(
    tmp_path: Path, kept: bool
) -> None:
    """Delivered once more after a person deleted the result, with or without its words: there is
    one file of words, of the new delivery."""
    async with engine_rig(tmp_path) as rig:
        rig.drop("dub-es/clip.mp4")
        await published(rig)
        (rig.root / "outbox/dub-es/clip.es.mp4").unlink()
        words = rig.root / "outbox/dub-es/clip.es.nemowatch.txt"
        before = words.stat().st_mtime_ns
        if not kept:
            words.unlink()
        assert rig.engine is not None
        await rig.engine.order("again", {"jobs": [1]})
        await rig.until("the result", lambda _: "dub-es/clip.es.mp4" in rig.files("outbox"))
        await rig.ended(1)
        await set_cost(rig, 70)
        ((name, text),) = sides(rig).items()
        assert words.stat().st_mtime_ns > before
    assert name == "clip.es.nemowatch.txt"
    assert "\nCost: about 70 credits\n" in text
