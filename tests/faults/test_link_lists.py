"""A list of addresses that is dropped again with other lines: only what is new of it is paid
for."""

from __future__ import annotations

import pytest

from nemowatch.model import State
from tests.rigs.engine import EngineRig

pytestmark = pytest.mark.anyio


def drop(rig: EngineRig, *names: str, prompt: str = "") -> None:
    if prompt:
        rig.drop("edit/prompt.txt", prompt.encode())
    lines = "".join(f"https://example.com/{name}.mp4\n" for name in names)
    rig.drop("edit/list.urls.txt" if prompt else "dub-ja/list.urls.txt", lines.encode())


async def all_done(rig: EngineRig, count: int) -> None:
    await rig.until(
        "all done", lambda f: len(f) == count and all(job.state is State.PUBLISHED for job in f)
    )
    lists = {"dub-ja/list.urls.txt", "edit/list.urls.txt"}
    await rig.until("the list has left", lambda _: not lists & rig.files("inbox"))


async def test_one_line_more(rig: EngineRig) -> None:
    """What was made of the others stands and is done; the list goes to done/ when the new line
    is."""
    drop(rig, "a", "b")
    await all_done(rig, 2)
    drop(rig, "b", "c", "a")
    await all_done(rig, 5)
    assert rig.charged() == 3
    assert rig.files("outbox") == {"dub-ja/a.ja.mp4", "dub-ja/b.ja.mp4", "dub-ja/c.ja.mp4"}
    drop(rig, "a", "c")
    await all_done(rig, 7)
    assert rig.charged() == 3


async def test_results_that_were_taken_out_of_the_outbox(rig: EngineRig) -> None:
    """They come again from the saved edits, which cost nothing."""
    drop(rig, "a", "b")
    await all_done(rig, 2)
    (rig.root / "outbox/dub-ja/a.ja.mp4").unlink()
    drop(rig, "a", "b", "c")
    await all_done(rig, 5)
    assert rig.charged() == 3
    assert rig.files("outbox") == {"dub-ja/a.ja.mp4", "dub-ja/b.ja.mp4", "dub-ja/c.ja.mp4"}


async def test_a_line_more_while_the_others_are_made(rig: EngineRig) -> None:
    """What the first list is paying for is its own to deliver."""
    rig.sandbox.world.settings.change({"render_seconds": 3600.0})
    drop(rig, "a", "b")
    await rig.until("both render", lambda f: [job.state for job in f] == [State.RENDERING] * 2)
    drop(rig, "a", "b", "c")
    await rig.until("a third", lambda f: [job.state for job in f] == [State.RENDERING] * 3)
    assert rig.charged() == 3


async def test_other_instructions_are_another_order(rig: EngineRig) -> None:
    """The same address with another prompt is made, and paid for, again."""
    drop(rig, "a", prompt="cut the first minute")
    await all_done(rig, 1)
    drop(rig, "a", "b", prompt="cut the last minute")
    await all_done(rig, 3)
    assert rig.charged() == 3
