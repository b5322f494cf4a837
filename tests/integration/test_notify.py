"""Who is told of what: one message for a hold and for a round of work, none twice after a restart,
and none lost while a channel is down. Each test runs the true engine against a sandbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.config.schema import Notify
from nemowatch.config.show import show
from nemowatch.errors import ConfigError
from nemowatch.journal import notices
from nemowatch.journal.database import Journal
from nemowatch.model import State
from nemowatch.notify import news, programs, worker
from nemowatch.notify.channels import Command, channels_of
from nemowatch.notify.message import Message
from nemowatch.notify.not_taken import NotTaken
from nemowatch.secrecy import redact
from nemowatch.sources import retirement
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.receiver import Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for more of its kind waits a moment only."""
    monkeypatch.setattr(news, "DELAY_MS", 150)
    monkeypatch.setattr(news, "SLOW_DELAY_MS", 150)
    monkeypatch.setattr(news, "FOLDER_DELAY_MS", 150)
    monkeypatch.setattr(news, "JOBS_APART_MS", 300)
    monkeypatch.setattr(worker, "LOOK", 0.05)
    monkeypatch.setattr(worker, "AGAIN", 0.2)


def told_to(receiver: Receiver, more: str = "") -> str:
    """The configuration of a rig that tells this receiver."""
    return f'[notify]\nwebhook = "http://{receiver.address}/hook?key=very-secret-key"\n{more}'


async def until(what: str, condition: Callable[[], Any], limit: float = 30) -> Any:
    """The condition's first true value."""
    end = asyncio.get_running_loop().time() + limit
    while not (value := condition()):
        assert asyncio.get_running_loop().time() < end, f"waited in vain for {what}"
        await asyncio.sleep(0.02)
    return value


async def restart(rig: EngineRig) -> None:
    """Once every message is known to be taken: one that is cut there comes twice."""
    assert rig.journal is not None
    while await rig.journal.read(notices.next_delivery) is not None:
        await asyncio.sleep(0.02)
    await rig.stop()
    await rig.start()


def events(receiver: Receiver) -> list[str]:
    return [message["event"] for message in receiver.taken()]


async def test_one_message_for_a_hold_and_one_for_the_round(tmp_path: Path) -> None:
    """Three jobs meet the end of the credits: one message, one when it is over, and one when the
    last of them is done, with counts and cost; none again after restarts."""
    with Receiver() as receiver:
        async with engine_rig(tmp_path, limits=told_to(receiver), settings={"credits": 50}) as rig:
            await rig.start()
            for name in ("a", "b", "c"):
                rig.drop(f"dub-es/{name}.mp4")
            await until("the hold", receiver.taken)
            await restart(rig)
            assert events(receiver) == ["hold"]
            assert receiver.taken()[0]["about"]["reason"] == "credits"

            rig.sandbox.world.settings.credits = 1000
            for account in rig.sandbox.world.every_account():
                account.available = 1000
            assert rig.engine is not None
            await rig.engine.order("resume", {})
            await rig.ended(3)
            await until("both", lambda: len(receiver.taken()) == 3)
            assert sorted(events(receiver)) == ["batch done", "hold", "recovered"]
            done = receiver.taken()[-1]["about"]
            assert done["counts"] == {"published": 3}
            assert done["files"] == 3
            assert done["credits"] == 300

            # a single change later is a round of its own
            await rig.engine.order("revise", {"job": 1, "text": "Make the voice slower."})
            await until("the change", lambda: events(receiver).count("batch done") == 2)
            await restart(rig)
            await asyncio.sleep(0.3)
            assert len(receiver.taken()) == 4
            assert len({post["key"] for post in receiver.posts}) == 4


async def test_nothing_is_lost_while_the_channel_is_down(tmp_path: Path) -> None:
    """Failures, a question and a refused file happen while the webhook answers 503, over a kill:
    each is told once, under the id of its first try, and another channel is not told twice."""
    told = tmp_path / "told.jsonl"
    tell = tmp_path / "tell.sh"
    tell.write_text(f"#!/bin/sh\ncat >> {told}\n")
    tell.chmod(0o755)
    with Receiver() as receiver:
        receiver.status = 503
        extra = told_to(receiver, f'command = "{tell}"\n')
        async with engine_rig(tmp_path, limits=extra) as rig:
            rig.fault("upload:4002")
            await rig.start()
            rig.drop("dub-es/bad.mp4")
            await rig.until("its end", lambda found: any(j.state is State.REJECTED for j in found))
            rig.clear_faults()
            rig.fault("chat:question")
            rig.drop("dub-es/ask.mp4")
            rig.drop("dub-es/broken.mp4", b"nothing that is a video" * 40)
            await rig.ended(2)

            def command_told() -> list[dict[str, Any]]:
                lines = told.read_text().splitlines() if told.exists() else []
                return list(map(json.loads, lines))

            await until("the command", lambda: len(command_told()) >= 3)
            await rig.stop()
            tried = [post["key"] for post in receiver.posts]
            assert tried
            assert not receiver.taken()
            receiver.status = 204
            await rig.start()
            wanted = {message["id"] for message in command_told()}
            await until("all of it", lambda: {m["id"] for m in receiver.taken()} == wanted)
            assert receiver.taken()[0]["id"] == tried[0]
            assert {m["event"] for m in command_told()} == {"attention", "failed"}
            # a stop between a program's end and our note of it repeats that one, with its id
            assert len(wanted) == len(receiver.taken()) == 3
            text = " ".join(message["text"] for message in command_told())
            for name in ("bad.mp4", "ask.mp4", "broken.mp4"):
                assert name in text


async def test_what_is_wrong_with_folders_is_told_once_while_it_lasts(tmp_path: Path) -> None:
    """A folder whose name cannot be read and one without instructions: told as attention, not again
    after a restart, and again when it is back after it was mended."""

    def told(receiver: Receiver) -> str:
        assert set(events(receiver)) == {"attention"}
        return "\n".join(message["text"] for message in receiver.taken())

    with Receiver() as receiver:
        async with engine_rig(tmp_path, limits=told_to(receiver)) as rig:
            await rig.start()
            rig.drop("dubb-es/a.mp4")
            rig.drop("edit/c.mp4")
            await until("both", lambda: receiver.taken() and '"dubb" is not' in told(receiver))
            assert told(receiver).count("has no instructions") == 1
            await restart(rig)
            rig.drop("dubb-fr/b.mp4")
            await until("the third", lambda: told(receiver).count('"dubb" is not') == 2)
            assert told(receiver).count("has no instructions") == 1
            assert 'Did you mean "dub-fr"?' in receiver.taken()[-1]["text"]

            wrong = rig.root / "inbox/dubb-fr"
            wrong.rename(tmp_path / "elsewhere")
            assert rig.journal is not None
            journal = rig.journal

            async def remembered() -> int:
                begin = f"trouble {rig.root / 'inbox'}\n"
                return len(await journal.read(lambda conn: notices.told_of(conn, begin)))

            while await remembered() > 2:
                await asyncio.sleep(0.05)
            (tmp_path / "elsewhere").rename(wrong)
            await until("it again", lambda: told(receiver).count('"dubb" is not') == 3)


async def test_a_file_that_cannot_be_moved_is_told(tmp_path: Path) -> None:
    """Its result is there, and only a person can take away what stands in its place in done/."""
    with Receiver() as receiver:
        async with engine_rig(tmp_path, limits=told_to(receiver)) as rig:
            (rig.root / "done").mkdir(exist_ok=True)
            (rig.root / "done/dub-es").touch()
            await rig.start()
            rig.drop("dub-es/clip.mp4")
            await until("a word", lambda: "attention" in events(receiver))
            attention = [m for m in receiver.taken() if m["event"] == "attention"]
            assert "cannot be moved out of the inbox" in attention[0]["text"]


async def test_a_file_that_could_not_be_moved_goes_soon_after_a_person_has_made_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While that person still looks at it: within a minute."""
    assert retirement.TRY_AGAIN <= 60
    monkeypatch.setattr(retirement, "TRY_AGAIN", 0.2)
    async with engine_rig(tmp_path) as rig:
        (rig.root / "done").mkdir(exist_ok=True)
        (rig.root / "done/dub-es").touch()
        await rig.start()
        rig.drop("dub-es/clip.mp4")
        assert rig.engine is not None
        (wrap_up,) = rig.engine.wrap_ups.values()
        await until("a word", lambda: wrap_up.retirement.unmoved)
        (rig.root / "done/dub-es").unlink()
        await until("it moves", (rig.root / "done/dub-es/clip.mp4").exists)
        await until("no word", lambda: not wrap_up.retirement.unmoved)


async def test_what_is_over_before_it_is_told_is_not_told(tmp_path: Path) -> None:
    """A hold that ends within its delay, and events that nobody wants, make no message; without
    any channel nothing is written."""
    with Receiver() as receiver:
        extra = told_to(receiver, 'on = ["batch done"]\n')
        async with engine_rig(tmp_path, limits=extra) as rig:
            await rig.start()
            rig.drop("dub-es/a.mp4")
            await rig.ended(1)
            await until("the round", receiver.taken)
            assert events(receiver) == ["batch done"]
            await rig.stop()

            journal = Journal.open(rig.state / "journal.db", SystemClock())
            try:
                later = SystemClock().now_ms() + 1
                journal.write_now(lambda conn: notices.forget(conn, later))
                kept = journal.read_now(
                    lambda conn: conn.execute("SELECT count(*) FROM round_job").fetchone()[0]
                )
                assert kept == 0
                journal.write_now(lambda conn: notices.begin(conn, (), 0))
                assert journal.read_now(notices.subjects) == {}
                left = journal.read_now(
                    lambda conn: conn.execute("SELECT count(*) FROM notice").fetchone()[0]
                )
                assert left == 0
            finally:
                journal.close()


async def test_a_program_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """One that hangs is ended as a group; one that fails says why; none gets our secrets."""
    mark = tmp_path / "alive"
    hangs = Command(("/bin/sh", "-c", f"(sleep 0.8; touch {mark}) & sleep 60"), seconds=0.3)
    message = Message("test", "title", "text", "site", "now")
    with pytest.raises(NotTaken, match=r"longer than 0\.3 s"):
        await hangs.send(message)
    fails = Command(("/bin/sh", "-c", "echo no such room >&2; exit 3"))
    with pytest.raises(NotTaken, match="it ended with 3: no such room"):
        await fails.send(message)
    with pytest.raises(NotTaken, match="cannot be started"):
        await Command(("/nowhere/at-all",)).send(message)
    assert programs.environment({"NEMO_TOKEN": "x", "NEMOWATCH_X": "y", "PATH": "p"}) == {
        "PATH": "p"
    }
    await asyncio.sleep(0.9)
    assert not mark.exists()


async def test_apprise_sends_and_says_nothing_secret(tmp_path: Path) -> None:
    """Through the real Apprise: a message arrives; a refusal is worded without any piece of the
    address; an address that it does not know is named as such."""
    pytest.importorskip("apprise")
    message = Message("failed", "A title", "A text", "site", "now")
    with Receiver() as receiver:
        url = f"json://user:sesamopen@{receiver.address}/apprise/PATHSECRET77"
        good, unknown = channels_of(Notify(urls=(url, "nonsense77://sesamopen")))
        await good.send(message)
        assert receiver.posts[-1]["body"]["title"] == "A title"
        await good.check()
        receiver.status = 403
        with pytest.raises(NotTaken) as refusal:
            await good.send(message)
        with pytest.raises(NotTaken, match="knows no service"):
            await unknown.check()
    said = f"{refusal.value.why} {good!r} {good.shown} {good.key} {redact(url)}"
    assert "sesamopen" not in said
    assert "PATHSECRET77" not in said


def test_the_configuration_is_shown_without_addresses(tmp_path: Path) -> None:
    """`config show` says that they are set, and a mistake never repeats one."""
    path = tmp_path / "config.toml"
    base = f'[[watch]]\nroot = "{tmp_path}"\n[notify]\n'
    path.write_text(base + 'urls = "ntfy://topic-secret"\nwebhook = "https://h.example/p-secret"\n')
    shown = show(load(path, {"NEMOWATCH_SITE": "Studio 1"}))
    assert "secret" not in shown.replace("may hold secrets", "")
    assert 'site = "Studio 1"' in shown
    path.write_text(base + 'urls = ["topic-secret"]\nwebhook = "p-secret"\non = ["secret"]\n')
    with pytest.raises(ConfigError) as refused:
        load(path, {})
    assert "secret" not in str(refused.value)
    assert len(refused.value.problems) == 3
