"""A turn that takes its time is said to be under way: in the log, on the page, on the terminal, and
no more often than that."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nemowatch.cli.still_working import TurnReminder
from nemowatch.model import State
from nemowatch.reporting.status_page import in_steps
from nemowatch.tasks.kinds import KINDS, RECIPE
from nemowatch.tasks.usual_times import USUAL, usual_time
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.studio import studio, wait_for

USUALLY = "usually 1-3 minutes"


def often(rig: EngineRig, seconds: float) -> None:
    rig.config = replace(rig.config, chat=replace(rig.config.chat, still_working=seconds))


@pytest.mark.anyio
async def test_the_log_says_that_a_turn_goes_on(tmp_path: Path) -> None:
    """As often as the configuration says, until the turn is over, with what it takes as a rule."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 1.0}) as rig:
        often(rig, 0.3)
        rig.drop("dub-es/clip.mp4")
        with capture_logs() as logs:
            await rig.start()
            await rig.ended(1)
    lines = [line for line in logs if line["event"] == "still working"]
    assert 1 <= len(lines) <= 4
    assert lines[0]["file"] == "clip.mp4"
    assert (lines[0]["target"], lines[0]["usually"]) == ("es", "1-3 minutes")
    assert lines[0]["so_far"] == "0 s"


@pytest.mark.anyio
async def test_zero_says_nothing(tmp_path: Path) -> None:
    """Neither in the log nor on the page."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 0.6}) as rig:
        often(rig, 0)
        rig.drop("dub-es/clip.mp4")
        with capture_logs() as logs:
            await rig.start()
            await rig.ended(1)
    assert [line for line in logs if line["event"] == "still working"] == []


@pytest.mark.anyio
async def test_the_page_counts_in_steps(tmp_path: Path) -> None:
    """It says what a turn takes as a rule, then how long it has taken; between two steps it is not
    written again."""
    async with engine_rig(tmp_path, turn=300, settings={"turn_seconds": 200}) as rig:
        often(rig, 100)
        rig.drop("dub-es/clip.mp4")
        await rig.start()
        assert rig.engine is not None
        await rig.until("the turn", lambda jobs: bool(rig.engine and rig.engine.board.turns))
        page = rig.root / "status.html"
        first = await rig.page_with(USUALLY)
        written = page.stat().st_mtime_ns
        rig.engine.board.turns[1] -= 50
        await rig.engine.page.write()
        assert page.stat().st_mtime_ns == written
        rig.engine.board.turns[1] -= 180
        later = await rig.page_with("still working")
    assert f"being edited · {USUALLY}" in first
    assert f"being edited · still working, 3 min so far; {USUALLY}" in later


@pytest.mark.parametrize(
    ("seconds", "every", "shown"), [(119, 120, 0), (121, 120, 120), (500, 120, 480), (500, 0, 0)]
)
def test_steps(seconds: float, every: float, shown: float) -> None:
    """Down to a whole step; none where nothing is to be said."""
    assert in_steps(seconds, every) == shown


def test_a_command_that_waits_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each step of a turn, and once more for the next turn."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    waiting = TurnReminder(120)
    said = []
    for second, state in [
        (0, State.UPLOADING),
        (1, State.INSTRUCTING),
        (120, State.INSTRUCTING),
        (122, State.INSTRUCTING),
        (123, State.INSTRUCTING),
        (250, State.INSTRUCTING),
        (251, State.INSTRUCTED),
        (252, State.INSTRUCTING),
    ]:
        now[0] = second
        said.append(waiting.news(1, state, "multilingual-video-dubbing"))
    first = f"still working, 2 min so far; {USUALLY}"
    last = f"still working, 4 min so far; {USUALLY}"
    assert said == ["", "", "", first, "", last, "", ""]


def test_status_and_revise_say_so(tmp_path: Path) -> None:
    """On the terminal: status at any time, `revise --wait` as often as the configuration says,
    beside the record that it prints."""
    extra = "\n[page]\nenabled = false\n"
    with studio(tmp_path, sandbox={"turn_seconds": 3}, extra=extra) as house:
        config = house.config.read_text().replace("[chat]\n", "[chat]\nstill_working = 1\n")
        assert "still_working" in config
        house.config.write_text(config)
        house.drop("dub-es/clip.mp4")
        house.start()
        wait_for("status", lambda: f"so far; {USUALLY}" in house.run("status").stdout)
        house.wait_states("published")
        done = house.run("revise", "1", "make the voice slower", "--wait", "--json")
    assert "Job 2: still working, " in done.stderr
    assert done.stdout.startswith("{")


def test_every_skill_has_its_usual_time() -> None:
    """As docs/api.md section 2 has it; of a recipe's own skill nothing is known."""
    for kind in (*KINDS, RECIPE):
        for skill in kind.skills:
            assert usual_time(skill.name)
    assert usual_time("of-my-own") == ""
    text = " ".join((Path(__file__).parents[2] / "docs/api.md").read_text("utf-8").split())
    for name, usual in USUAL.items():
        row = text.split(f"| `{name}` |")[1].split("MB |")[0]
        short = usual.removeprefix("usually ").replace("seconds", "s").replace("minutes", "min")
        assert f"| {short} |" in row
