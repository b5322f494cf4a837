"""What a channel is given while something else goes on: a stop, a correction of its address, and
what it complains of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.journal import notices
from nemowatch.journal.database import Journal
from nemowatch.notify import worker
from nemowatch.notify.channels import Command, channels_of
from nemowatch.notify.message import Message
from nemowatch.notify.not_taken import NotTaken
from nemowatch.service.telling import Telling
from tests.rigs.receiver import Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel is tried again in a moment."""
    monkeypatch.setattr(worker, "LOOK", 0.05)
    monkeypatch.setattr(worker, "AGAIN", 0.1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal.open(tmp_path / "journal.db", SystemClock())
    yield made
    made.close()


def message(title: str) -> Message:
    return Message("failed", title, "text", "site", "now")


def add(journal: Journal, channel: str, *titles: str) -> None:
    """Messages that wait for this channel."""
    for title in titles:
        record = message(title).record
        journal.write_now(
            partial(notices.add, event="failed", message=record, channels=[channel], now_ms=1)
        )


async def is_sent(journal: Journal) -> None:
    """Once nothing waits any more."""
    async with asyncio.timeout(30):
        while await journal.read(notices.next_delivery) is not None:
            await asyncio.sleep(0.02)


async def is_refused(journal: Journal, channel: str) -> None:
    """Once the channel has not taken what waits for it."""
    async with asyncio.timeout(30):
        while not (await journal.read(partial(notices.waiting, channel=channel, limit=1)))[0].tries:
            await asyncio.sleep(0.02)


class Slow:
    """A channel that takes its time."""

    key = shown = "slow"

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.begun = asyncio.Event()

    async def send(self, message: Message) -> None:
        self.titles.append(message.title)
        self.begun.set()
        await asyncio.sleep(0.1)

    async def check(self) -> None:
        pass


async def test_what_is_being_sent_at_a_stop_is_not_sent_twice(
    journal: Journal, tmp_path: Path
) -> None:
    """The last look comes while a slow channel takes its messages: each goes out once."""
    path = tmp_path / "config.toml"
    path.write_text(f'[[watch]]\nroot = "{tmp_path}"\n')
    channel = Slow()
    config = load(path, {})
    made = worker.NotifyWorker(journal, SystemClock(), config, "site", [channel], dict, dict)
    journal.write_now(partial(notices.begin, channels=["slow"], now_ms=1))
    add(journal, "slow", "one", "two", "three")
    running = asyncio.create_task(made.run())
    try:
        await asyncio.wait_for(channel.begun.wait(), 30)
        await made.finish(30)
        await is_sent(journal)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert channel.titles == ["one", "two", "three"]


async def test_what_waits_for_an_address_goes_to_the_corrected_one(
    journal: Journal, tmp_path: Path
) -> None:
    """A message waits for an address of Apprise where nobody takes it; the address is corrected
    while the daemon runs: the message arrives there."""
    pytest.importorskip("apprise")
    path = tmp_path / "config.toml"
    base = f'[[watch]]\nroot = "{tmp_path}"\n[notify]\nurls = '
    with Receiver() as receiver:
        path.write_text(f'{base}["json://127.0.0.1:1/wrong"]\n')
        config = load(path, {})
        (wrong,) = channels_of(config.notify)
        telling = Telling(journal, SystemClock(), lambda: config, {}, dict)
        journal.write_now(partial(notices.begin, channels=[wrong.key], now_ms=1))
        add(journal, wrong.key, "kept")
        running = asyncio.create_task(telling.run())
        try:
            await is_refused(journal, wrong.key)
            path.write_text(f'{base}["json://{receiver.address}/right"]\n')
            config = load(path, {})
            telling.reconfigure()
            await is_sent(journal)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert [post["body"]["title"] for post in receiver.posts] == ["kept"]
    assert receiver.posts[0]["path"] == "/right"


async def test_a_command_that_repeats_its_arguments_gives_nothing_away() -> None:
    """What a program complains of is told without any piece of what it was started with."""
    script = 'echo "no room $1 for $2" >&2; exit 3'
    command = Command(("/bin/sh", "-c", script, "sh", "--key=TOPSECRET77", "//h/a-b/PATHSECRET5"))
    with pytest.raises(NotTaken, match="it ended with 3: no room") as refusal:
        await command.send(message("title"))
    assert "SECRET" not in refusal.value.why
