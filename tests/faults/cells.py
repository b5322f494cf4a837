"""The table of faults: which calls there are, what can happen to each, and how one cell of it is run.

What must come of every cell stands in `outcomes.toml`: data, reviewed by people, never written by a test.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from tests.faults.bench import TOKEN, Bench, bench, word

#: What is right for each cell; a cell that is not named is simply published.
OUTCOMES = Path(__file__).with_name("outcomes.toml")
#: Seconds for which jobs must keep still to be at rest, and after which a job that never rests counts as "keeps trying".
STILL, PATIENCE = 1.0, 6.0
#: The same, where a rest must come: it is only waited for on a busy machine.
LONG_PATIENCE = 40.0


@dataclass(frozen=True)
class Row:
    """One call of a job's life."""

    name: str
    endpoint: str
    nth: int = 1  #: which of these calls is struck
    drops: str = "dub-es/clip.mp4"
    jobs: int = 1
    token: str = TOKEN
    always: tuple[str, ...] = ()  #: faults that stand all the time, so that the call is made at all
    effect: bool = False  #: it changes something there: also struck after its effect
    refused: str = ""  #: the rule that makes this call meet a closed port, where the call before it must answer first


ROWS = (
    Row("token", "token", token=""),
    Row("session", "session", effect=True),
    Row("upload", "upload", effect=True),
    Row("upload by URL", "upload_url", drops="dub-es-fr/clip.mp4", jobs=2, effect=True),
    Row("state before the turn", "state"),
    Row("chat (the paid turn)", "chat", effect=True, refused="state:refuse_next:0.6"),
    Row("state after the turn", "state", nth=2),
    Row("credits", "credits", nth=2),
    Row("render", "render", effect=True),
    Row("poll", "poll"),
    Row("download", "download"),
    Row("download, second way", "fallback_download", always=("download:expired@*",)),
)
#: What happens to a call, as the table names it -> the sandbox's rule.
FAULTS = {
    "refused": "refuse:0.4",
    "reset before": "reset",
    "cut in the request": "cut_request:10",
    "cut in the answer": "cut_response",
    "stall": "stall:20",
    "stall in the answer": "stall_body:20",
    "slow drip": "slow:0.6",
    "500": "500",
    "502 HTML": "502",
    "429": "429",
    "429 Retry-After": "429:1",
    "1001": "1001",
    "1002": "1002",
    "2001": "2001",
    "4001": "4001",
    "4002": "4002",
    "402": "402",
    "wrong content type": "content_type",
    "broken JSON": "broken_json",
    "10 MiB of JSON": "huge_json",
    "empty body": "empty",
}
#: The effect has come, and its answer is lost.
AFTER = {"reset after": "after-reset", "500 after": "after-500", "stall after": "after-stall:20"}


@dataclass(frozen=True)
class Cell:
    """One fault at one call."""

    row: Row
    fault: str
    lasting: bool  #: it strikes until somebody mends it

    @property
    def rule(self) -> str:
        kind = (FAULTS | AFTER)[self.fault]
        if self.fault == "refused" and self.row.refused and not self.lasting:
            return self.row.refused
        return f"{self.row.endpoint}:{kind}@{self.row.nth}{'+' if self.lasting else ''}"

    def __str__(self) -> str:
        return f"{self.row.name} / {self.fault}{' (lasting)' if self.lasting else ''}"


def cells(*, lasting: bool) -> list[Cell]:
    """Every cell of one of the two tables."""
    return [Cell(row, fault, lasting) for row in ROWS for fault in (FAULTS | (AFTER if row.effect else {}))]


def expected(cell: Cell) -> tuple[str, ...]:
    """The outcomes that are right for a cell: nearly always one; two where the moment decides."""
    table = tomllib.loads(OUTCOMES.read_text())["lasting" if cell.lasting else "once"]
    right = table.get(cell.row.name, {}).get(cell.fault, "published")
    return (right,) if isinstance(right, str) else tuple(right)


async def run_cell(base: Path, cell: Cell) -> str:
    """Run one cell and return what came of it; raises AssertionError when the ledger does not agree."""
    row = cell.row
    async with bench(base, faults=(cell.rule, *row.always), token=row.token) as house:
        house.drop(row.drops)
        await house.start()
        outcome = await (_lasting(house, cell) if cell.lasting else _once(house, cell))
        await house.agrees({row.drops})
        return outcome


async def _once(house: Bench, cell: Cell) -> str:
    found = await house.ended(cell.row.jobs)
    await house.departed(found)
    if any(job.state in ENDED for job in found):
        assert house.parts() == [], house.parts()
    via = "".join(f", after held({reason})" for reason in await house.trail())
    return _words(found) + via


def _words(found: Iterable[Job]) -> str:
    return " + ".join(sorted({word(job) for job in found}))


async def _lasting(house: Bench, cell: Cell) -> str:
    trying = any("keeps trying" in outcome for outcome in expected(cell))
    rest = await _rest(house, cell.row.jobs, PATIENCE if trying else LONG_PATIENCE)
    await house.agrees({cell.row.drops})
    house.clear_faults()
    house.fault(*cell.row.always)
    if rest != "keeps trying" and "held" not in rest:
        await house.departed(await house.jobs())
        return rest
    found = await house.ended(cell.row.jobs)
    await house.departed(found)
    return f"{rest}; mended: {_words(found)}"


async def _rest(house: Bench, count: int, patience: float) -> str:
    """What the jobs come to while the fault lasts."""
    loop = asyncio.get_running_loop()
    end, since, last = loop.time() + patience, loop.time(), ""
    quiet = ENDED | {State.ATTENTION, State.HELD}
    seen_held = ""
    while loop.time() < end:
        await asyncio.sleep(0.02)
        found = await house.jobs()
        now = _words(found)
        if "held" in now:
            seen_held = now
        if now != last or len(found) < count or any(job.state not in quiet for job in found):
            last, since = now, loop.time()
        elif loop.time() - since > STILL:
            return now
    return seen_held or "keeps trying"
