"""A list of addresses that is dropped again with other lines: only what is new of it is paid
for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nemowatch.model import State
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EngineRig]:
    async with engine_rig(tmp_path) as made:
        await made.start()
        yield made


def drop(house: EngineRig, *names: str, prompt: str = "") -> None:
    if prompt:
        house.drop("edit/prompt.txt", prompt.encode())
    lines = "".join(f"https://example.com/{name}.mp4\n" for name in names)
    house.drop("edit/list.urls.txt" if prompt else "dub-ja/list.urls.txt", lines.encode())


async def all_done(house: EngineRig, count: int) -> None:
    await house.until(
        "all done", lambda f: len(f) == count and all(job.state is State.PUBLISHED for job in f)
    )
    lists = {"dub-ja/list.urls.txt", "edit/list.urls.txt"}
    await house.until("the list has left", lambda _: not lists & house.files("inbox"))


async def test_one_line_more(house: EngineRig) -> None:
    """What was made of the others stands and is done; the list goes to done/ when the new line
    is."""
    drop(house, "a", "b")
    await all_done(house, 2)
    drop(house, "b", "c", "a")
    await all_done(house, 5)
    assert house.charged() == 3
    assert house.files("outbox") == {"dub-ja/a.ja.mp4", "dub-ja/b.ja.mp4", "dub-ja/c.ja.mp4"}
    drop(house, "a", "c")
    await all_done(house, 7)
    assert house.charged() == 3


async def test_results_that_were_taken_out_of_the_outbox(house: EngineRig) -> None:
    """They come again from the saved edits, which cost nothing."""
    drop(house, "a", "b")
    await all_done(house, 2)
    (house.root / "outbox/dub-ja/a.ja.mp4").unlink()
    drop(house, "a", "b", "c")
    await all_done(house, 5)
    assert house.charged() == 3
    assert house.files("outbox") == {"dub-ja/a.ja.mp4", "dub-ja/b.ja.mp4", "dub-ja/c.ja.mp4"}


async def test_a_line_more_while_the_others_are_made(house: EngineRig) -> None:
    """What the first list is paying for is its own to deliver."""
    house.sandbox.world.settings.change({"render_seconds": 3600.0})
    drop(house, "a", "b")
    await house.until("both render", lambda f: [job.state for job in f] == [State.RENDERING] * 2)
    drop(house, "a", "b", "c")
    await house.until("a third", lambda f: [job.state for job in f] == [State.RENDERING] * 3)
    assert house.charged() == 3


async def test_other_instructions_are_another_order(house: EngineRig) -> None:
    """The same address with another prompt is made, and paid for, again."""
    drop(house, "a", prompt="cut the first minute")
    await all_done(house, 1)
    drop(house, "a", "b", prompt="cut the last minute")
    await all_done(house, 3)
    assert house.charged() == 3
