"""A fault at every call: whatever breaks at whichever call, the job comes to the outcome that the
table names, the ledger agrees, and no turn is charged twice.

The default run takes every eleventh cell; scripts/faults takes every cell.
"""

from __future__ import annotations

import asyncio
import json
import os
import traceback
from pathlib import Path

import pytest

from nemowatch.remote import token as token_room
from tests.rigs.fault_table import Cell, cells, expected, run_cell

pytestmark = [
    pytest.mark.anyio,
    # Connections that the sandbox hangs up in the middle are left to the garbage collector, on its
    # side.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

#: Every how many cells one is run; scripts/faults sets 1.
EVERY = int(os.environ.get("FAULTS_EVERY", "11"))
#: Cells at once: more than this and the machine's own slowness becomes a fault.
AT_ONCE = 8
#: Seconds for one cell: far above any of them.
CELL_SECONDS = 300.0


@pytest.fixture(autouse=True)
def short_wait_for_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause after a refused token is half a minute; only its length is changed."""
    monkeypatch.setattr(token_room, "WAIT_ON_429_S", 0.1)


async def run_all(base: Path, wanted: list[Cell]) -> dict[Cell, str]:
    """Run cells side by side; what is wrong in one is its outcome."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(cell: Cell) -> str:
        async with gate:
            task = asyncio.create_task(run_cell(base, cell))
            done, _ = await asyncio.wait({task}, timeout=CELL_SECONDS)
            if not done:
                stack = "".join(
                    line for frame in task.get_stack() for line in traceback.format_stack(frame, 1)
                )
                task.cancel()
                return f"never came to an end: {stack}"
            problem = task.exception()
            return task.result() if problem is None else f"{type(problem).__name__}: {problem}"

    return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
async def test_a_fault_at_every_call(tmp_path: Path, lasting: bool) -> None:
    """Each fault at each call comes to what the table says, whether it strikes once or until it
    is mended."""
    wanted = cells(lasting=lasting)[:: EVERY * (2 if lasting and EVERY > 1 else 1)]
    came = await run_all(tmp_path, wanted)
    if folder := os.environ.get("FAULTS_RESULTS"):
        record = [
            {
                "row": c.row.name,
                "fault": c.fault,
                "outcome": came[c],
                "right": came[c] == expected(c),
            }
            for c in wanted
        ]
        Path(folder, "lasting.json" if lasting else "once.json").write_text(json.dumps(record))
    wrong = [
        f"{cell}: {outcome}, not {expected(cell)}"
        for cell, outcome in came.items()
        if outcome != expected(cell)
    ]
    assert wrong == [], "\n" + "\n".join(wrong)
