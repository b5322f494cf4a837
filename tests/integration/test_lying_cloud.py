"""A cloud that lies in single values of its answers: what was paid for is delivered, or becomes a
question, and is paid for once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from nemowatch.model import State
from nemowatch.reporting.json_records import status_record
from nemowatch.reporting.overview import DaemonSnapshot
from nemowatch.reporting.overview_reading import gather
from tests.rigs.engine import engine_rig
from tests.rigs.lying_cloud import Lies, lying
from tests.rigs.lying_cloud import Path as Way
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio

HUGE = "9223372036854775808"  # one more than the journal takes
DIGITS = "9" * 5000  # more than Python reads
DEEP = "[" * 600 + "]" * 600
ODD = r'"a\u0000\n\u202e\ud800\u001b[31m"'
LONG = '"' + "x" * 2_000_000 + '"'

LIES: list[tuple[str, Way, str]] = [
    ("session", ("data", "task_id"), LONG),
    ("session", ("data", "user_id"), ODD),
    ("upload", ("data", "files", 0, "duration"), HUGE),
    ("upload", ("data", "files", 0, "cdn_url"), LONG),
    ("upload", ("data", "files", 0, "filename"), ODD),
    ("credits", ("data", "available"), HUGE),
    ("credits", ("data", "frozen"), "1e308"),
    ("credits", ("data",), DEEP),
    ("chat", ("errorCode",), DIGITS),
    ("chat", ("content", "parts", 0, "text"), ODD),
    ("state", ("data", "state", "draft", "d"), HUGE),
    ("state", ("data", "state", "draft", "m", "more"), DEEP),
    ("state", ("data", "state", "video_infos"), "NaN"),
    ("render", ("data", "size"), HUGE),
    ("render", ("data", "size"), "1"),
    ("render", ("data", "progress"), DIGITS),
    ("render", ("data", "outputUrl"), LONG),
    ("render", ("data", "id"), ODD),
]


async def met(base: Path, endpoint: str, way: Way, text: str) -> str:
    """What is wrong after this lie; "" when nothing is."""
    lies = Lies(endpoint, way, text)
    cloud = {"render_shape": "envelope"}
    async with (
        engine_rig(base, timeout=PATIENCE, turn=PATIENCE, settings=cloud) as rig,
        lying(lambda: rig.sandbox.url, lies) as url,
    ):
        rig.address = url
        rig.drop("transcribe/clip.mp4")
        await rig.start()
        (job,) = await rig.ended(1)
        assert rig.journal is not None
        shown = await rig.journal.read(status)
        said = f"{endpoint} {way}: {job.state}, charged {rig.charged()}: {job.error_text}"
        is_kept = json.loads(shown)["counts"] == {job.state.value: 1}
        is_settled = job.state in (State.PUBLISHED, State.ATTENTION)
        if rig.charged() > 1 or "itself failed" in job.error_text or not is_kept:
            return said
        if rig.charged() and not is_settled:
            return said
        return ""


def status(conn: sqlite3.Connection) -> str:
    """What `nemowatch status --json` prints of the journal that the lie has left."""
    found = status_record(gather(conn, DaemonSnapshot({}, ()), limit=10))
    return json.dumps(found, allow_nan=False)


async def test_a_lie_in_any_answer_ends_in_a_result_or_a_question(tmp_path: Path) -> None:
    """Numbers beyond every bound, texts that nobody can write, lists without a bottom: the journal
    stays readable, and status shows the job."""
    some = asyncio.Semaphore(4)

    async def one(endpoint: str, way: Way, text: str) -> str:
        async with some:
            return await met(tmp_path, endpoint, way, text)

    found = await asyncio.gather(*[one(*lie) for lie in LIES])
    assert list(filter(None, found)) == []
