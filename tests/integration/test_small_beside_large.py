"""A small file does not wait behind large ones: one more than `[limits]` says goes beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.config.schema import Limits
from nemowatch.jobs.lanes import SMALL, Busy, choose
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.stages.table import Lane
from tests.rigs.engine import engine_rig
from tests.rigs.journal_rows import LOOK, claim, clip, do, force
from tests.rigs.studio import video

LIMITS = Limits(uploads=2, downloads=2)


def drop(journal: Journal, name: str, size: int) -> int:
    """A file of this many bytes; returns its job."""
    path = f"dub-es/{name}.mp4".encode()
    member = replace(clip(path), snapshot=replace(LOOK, size=size))
    return claim(journal, path, members=(member,))[0]


def started(journal: Journal, lane: Lane, under_way: list[int], large: list[int]) -> list[int]:
    """The jobs that start in a lane beside these."""
    busy = Busy(dict.fromkeys(under_way, lane), frozenset(), large=frozenset(large))
    found = do(journal, lambda conn: choose(conn, 5000, LIMITS, busy, polling=False))
    return [job.id for at, job in found.start if at is lane]


@pytest.mark.parametrize(
    ("lane", "state"), [(Lane.UPLOADS, State.CLAIMED), (Lane.DOWNLOADS, State.RENDERED)]
)
def test_one_small_file_goes_beside_large_ones(journal: Journal, lane: Lane, state: State) -> None:
    """One, and only while every place is a large file's."""
    large = [drop(journal, f"large-{number}", SMALL + 1) for number in range(3)]
    small = [drop(journal, f"small-{number}", SMALL) for number in range(2)]
    for job_id in (*large, *small):
        force(journal, job_id, state)
    first = large[:2]
    assert started(journal, lane, first, first) == small[:1]
    assert started(journal, lane, [*first, small[0]], first) == []
    assert started(journal, lane, [large[0], small[0]], large) == []
    assert started(journal, lane, large[:1], large) == large[1:2]


@pytest.mark.anyio
async def test_a_small_file_is_published_while_two_large_ones_are_sent(tmp_path: Path) -> None:
    """With the default limits, on a slow line."""
    async with engine_rig(tmp_path, limits=f"upload_rate = {SMALL // 8}") as rig:
        size = (SMALL + 8).to_bytes(4, "big")
        for number in range(2):
            rig.drop(f"dub-es/{number}.mp4", video(str(number)) + size + b"free" + bytes(SMALL))
        await rig.start()
        await rig.until("both go up", lambda found: states(found) == ["uploading"] * 2)

        rig.drop("dub-fr/one.mp4")

        found = await rig.until("its result", lambda found: "published" in states(found))
        assert states(found) == ["published", "uploading", "uploading"]


def states(found: list[Job]) -> list[str]:
    """The states of jobs, sorted."""
    return sorted(str(job.state) for job in found)
