"""The table of faults: which calls there are, what can happen to each, and how one cell of it is
run.

The right outcome of every cell is in `fault_table.toml`: data, reviewed by people, never written by
a test.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nemowatch.errors import RemoteError
from nemowatch.journal import holds
from nemowatch.journal.jobs import Job
from nemowatch.model import DEFAULT_SKILL, ENDED, HoldReason, State
from tests.rigs.engine import ATTEMPTS, LIMIT, TOKEN, EngineRig, engine_rig, word

#: The right outcome of each cell; in a cell that is not named the job is simply published.
OUTCOMES = Path(__file__).with_name("fault_table.toml")
#: How many checks in a row must find the same holds before these count as the outcome.
STAYS = 3
#: Strikes, and attempts of a job, after which nothing gives up any more: well above the number of
#: attempts that may fail.
FOR_EVER = 3 * ATTEMPTS
#: Time limits of small calls and of a turn, in seconds: short where a stall must end by them, else
#: far above any slowness of the machine.
SHORT, LONG = (1.5, 3.0), (60.0, 60.0)


@dataclass(frozen=True)
class Row:
    """One call of a job's life."""

    name: str
    endpoint: str
    #: the rule after which this call is the first to meet a closed port; "": it is closed from the
    #: start
    refused: str
    nth: int = 1  #: which of these calls is struck
    token: str = TOKEN
    leads: tuple[str, ...] = ()  #: faults that cause this call to happen at all, once
    always: tuple[str, ...] = ()  #: the same, all the time
    effect: bool = False  #: it changes something in the cloud: it is also struck after its effect
    alone: bool = False  #: no job makes it: the client is asked for it, and for that once


#: What is dropped.
DROPPED = "dub-es/clip.mp4"
ROWS = (
    Row("token", "token", "", token=""),
    Row("session", "session", "", effect=True),
    Row("upload", "upload", "session:refuse_next:600", effect=True),
    # A job that has lost its session uploads its file by the address that the first upload gave.
    Row(
        "upload by URL",
        "upload_url",
        "session:refuse_next:600@2",
        leads=("state:1002@1",),
        effect=True,
    ),
    Row("state before the turn", "state", "upload:refuse_next:600"),
    Row("chat (the paid turn)", "chat", "state:refuse_next:600", effect=True),
    Row("state after the turn", "state", "chat:refuse_next:600", nth=2),
    Row("credits", "credits", "state:refuse_next:600@2", nth=2),
    Row("render", "render", "state:refuse_next:600@2", effect=True),
    Row("poll", "poll", "render:refuse_next:600"),
    Row("download", "download", "poll:refuse_next:600"),
    Row(
        "download, second way",
        "fallback_download",
        "download:refuse:600",
        always=("download:expired@*",),
    ),
    Row("cancel a render", "cancel", "", effect=True, alone=True),
)
#: What happens to a call, by its name in the table -> the sandbox's rule.
FAULTS = {
    "refused": "refuse:0.4",  # the rows say how
    "reset before": "reset",
    "cut in the request": "cut_request:10",
    "cut in the answer": "cut_response",
    "stall": "stall:600",
    "stall in the answer": "stall_body:600",
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
AFTER = {"reset after": "after-reset", "500 after": "after-500", "stall after": "after-stall:600"}


@dataclass(frozen=True)
class Cell:
    """One fault at one call."""

    row: Row
    fault: str
    lasting: bool  #: it strikes until somebody ends it

    @property
    def rule(self) -> str:
        """The sandbox's rule; "" if the port is closed from the start."""
        if self.fault == "refused":
            return self.row.refused
        kind = (FAULTS | AFTER)[self.fault]
        return f"{self.row.endpoint}:{kind}@{self.row.nth}{'+' if self.lasting else ''}"

    @property
    def limits(self) -> tuple[float, float]:
        """Time limits of small calls and of a turn, in seconds."""
        return SHORT if self.fault.startswith("stall") else LONG

    def __str__(self) -> str:
        return f"{self.row.name} / {self.fault}{' (lasting)' if self.lasting else ''}"


def cells(*, lasting: bool) -> list[Cell]:
    """Every cell of one of the two tables."""
    rows = [row for row in ROWS if not (lasting and row.alone)]
    return [
        Cell(row, fault, lasting)
        for row in rows
        for fault in FAULTS | (AFTER if row.effect else {})
    ]


@cache
def outcomes() -> dict[tuple[bool, str, str], str]:
    """(lasting, row, fault) -> the right outcome, for every cell that is not simply published.
    Raises AssertionError for a cell that is named twice, or does not exist."""
    known = {
        (cell.lasting, cell.row.name, cell.fault)
        for lasting in (False, True)
        for cell in cells(lasting=lasting)
    }
    right: dict[tuple[bool, str, str], str] = {}
    for part, rows in tomllib.loads(OUTCOMES.read_text()).items():
        for row, found in rows.items():
            for outcome, faults in found.items():
                for fault in faults:
                    key = (part == "lasting", row, fault)
                    assert key in known, f"no such cell: {key}"
                    assert key not in right, f"named twice: {key}"
                    right[key] = outcome
    return right


def expected(cell: Cell) -> str:
    """The one outcome that is right for a cell."""
    return outcomes().get((cell.lasting, cell.row.name, cell.fault), "published")


async def run_cell(base: Path, cell: Cell) -> str:
    """Run one cell and return its outcome; raises AssertionError when the ledger does not agree."""
    row, (small, turn) = cell.row, cell.limits
    rules = [rule for rule in (cell.rule, *row.leads, *row.always) if rule]
    # done before the first poll, so that a poll is followed by the download
    cloud = {"render_seconds": 0.05}
    async with engine_rig(
        base, faults=rules, token=row.token, timeout=small, turn=turn, settings=cloud
    ) as house:
        if cell.fault == "refused" and not row.refused:
            house.sandbox.go_down(600)
        if row.alone:
            return await _alone(house)
        house.drop(DROPPED)
        await house.start()
        outcome = await (_lasting(house, cell) if cell.lasting else _once(house, cell))
        await house.agrees({DROPPED})
        return outcome


async def _alone(house: EngineRig) -> str:
    """The client's result of a call that no job makes."""
    client = house.client()
    try:
        await client.cancel_render(DEFAULT_SKILL, "render_1")
    except RemoteError as exc:
        return type(exc).__name__
    finally:
        await client.aclose()
    return "done"


async def _once(house: EngineRig, cell: Cell) -> str:
    if cell.fault == "refused":
        await house.until(
            "an outage", lambda found: any(word(job) == "held(outage)" for job in found)
        )
        house.sandbox.go_up()
    found = await house.ended(1)
    await house.departed(found)
    if any(job.state in ENDED for job in found):
        await house.nothing_unfinished()
    # whether the job comes within the second that the cloud asks for is a matter of speed
    trail = [] if cell.fault == "429 Retry-After" else await house.trail()
    return _words(found) + "".join(f", after held({reason})" for reason in trail)


def _words(found: Iterable[Job]) -> str:
    return " + ".join(sorted({word(job) for job in found}))


async def _lasting(house: EngineRig, cell: Cell) -> str:
    rest = await _rest(house)
    waits = rest == "keeps trying" or "held" in rest
    if waits:
        await house.agrees({DROPPED})
    house.clear_faults()
    house.fault(*cell.row.always)
    if waits and not cell.row.token:
        # a refused anonymous token is asked for again after an hour, or when a person says so
        assert house.engine is not None
        await house.engine.order("resume", {})
    if not waits:
        await house.departed(await house.jobs())
        return rest
    found = await house.ended(1)
    await house.departed(found)
    return f"{rest}; mended: {_words(found)}"


async def _rest(house: EngineRig) -> str:
    """What the job comes to while the fault lasts. No clock decides: what is held is checked
    until the looks change nothing more, and what has been struck so often that any count of
    attempts is used up goes on for ever.
    """
    assert house.engine is not None
    assert house.journal is not None
    fault = house.sandbox.faults.rules[0] if house.sandbox.faults.rules else None
    end, same, last = asyncio.get_running_loop().time() + LIMIT, 0, ""
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
        found = await house.jobs()
        now = _words(found)
        if found and all(job.state in ENDED | {State.ATTENTION} for job in found):
            return now
        if found and all(job.state is State.HELD for job in found):
            await house.engine.holds.check()
            if "outage" in now and HoldReason.OUTAGE not in await house.journal.read(holds.active):
                continue  # the cloud answers: it was not an outage
            same, last = (same + 1 if now == last else 1), now
            if same == STAYS:
                return now
        elif any(job.tries >= FOR_EVER for job in found) or (
            fault is not None and fault.struck >= FOR_EVER
        ):
            return "keeps trying"
    raise AssertionError(
        "neither an end, nor a hold that stays, nor tries without end:"
        f" {_words(await house.jobs())}"
    )
