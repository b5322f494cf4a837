"""Parts of a project, which go on from each other: none is paid for after one that made nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nemowatch.journal.jobs import Job
from nemowatch.model import State
from tests.rigs.engine import EngineRig

pytestmark = pytest.mark.anyio

PARTS = ["Join them.", "Add a title.", "Put music under it."]
RESULTS = {"edit/film.1.mp4", "edit/film.2.mp4", "edit/film.3.mp4"}


def put(rig: EngineRig) -> None:
    for name in ("a.mp4", "b.mp4"):
        rig.drop(f"edit/film.project/{name}")
    rig.drop("edit/film.project/prompt.txt", "\n---\n".join(PARTS).encode())


def turns(rig: EngineRig) -> list[list[str]]:
    """What was said in each session of the cloud in which something was said."""
    said = []
    for session in rig.ledger()["sessions"].values():
        said.append([turn["message"] for turn in session["turns"]])
    return list(filter(None, said))


async def order(rig: EngineRig, name: str, args: dict[str, Any]) -> dict[str, Any]:
    """Give an order, as a command does."""
    assert rig.engine is not None
    return await rig.engine.order(name, args)


async def asked(rig: EngineRig) -> Path:
    """The first part has a question; where it is noted."""
    rig.fault("chat:question@1")
    put(rig)
    note = rig.root / "inbox/edit/film.project.question.txt"
    await rig.until("the question", lambda _: note.exists())
    return note


async def all_ended(rig: EngineRig, *states: State) -> list[Job]:
    jobs = await rig.ended(3)
    assert [job.state for job in jobs] == list(states)
    await rig.departed(jobs)
    return jobs


async def test_cancelling_a_part_by_a_file_cancels_those_behind_it(rig: EngineRig) -> None:
    """Nothing is paid for; the question says so before; a retry makes them in their order in
    one session."""
    note = await asked(rig)
    said = " ".join(note.read_text("utf-8-sig").split())
    assert "(film.2.mp4, film.3.mp4): cancel ends them, too" in said
    (asking,) = [job for job in await rig.jobs() if job.state is State.ATTENTION]
    assert "cancel ends them, too" in asking.error_text  # page, status and show say it as well
    rig.drop("edit/film.project.answer.txt", b"cancel")
    jobs = await all_ended(rig, *[State.CANCELLED] * 3)
    assert rig.charged() == 0
    assert turns(rig) == [PARTS[:1]]

    await order(rig, "retry", {"jobs": [job.id for job in jobs]})
    await all_ended(rig, *[State.PUBLISHED] * 3)
    assert turns(rig) == [PARTS[:1], PARTS]
    assert rig.charged() == 3
    assert rig.files("outbox") >= RESULTS


async def test_a_refused_part_ends_those_behind_it(rig: EngineRig) -> None:
    """They are not begun; a later part alone cannot be tried again; together they are made in their
    order in one session."""
    rig.fault("upload:4001@2")
    put(rig)
    jobs = await all_ended(rig, State.REJECTED, State.FAILED, State.FAILED)
    assert rig.charged() == 0
    assert "film.1.mp4" in jobs[1].error_text

    error = (rig.root / "failed/edit/film.project.error.txt").read_text("utf-8-sig")
    assert "this one was not begun" in " ".join(error.split())
    with pytest.raises(Exception, match="goes on from an earlier one"):
        await order(rig, "retry", {"jobs": [jobs[1].id]})

    await order(rig, "retry", {"jobs": [job.id for job in reversed(jobs)]})
    await all_ended(rig, *[State.PUBLISHED] * 3)
    assert turns(rig) == [PARTS]
    assert rig.charged() == 3


async def test_a_refused_project_that_is_put_back_is_made_in_one_session(rig: EngineRig) -> None:
    """The folder moved from failed/ to its inbox folder orders all parts once more, in order."""
    rig.fault("upload:4001@1")
    put(rig)
    await all_ended(rig, State.REJECTED, State.FAILED, State.FAILED)
    (rig.root / "failed/edit/film.project").rename(rig.root / "inbox/edit/film.project")
    await rig.until("the results", lambda _: rig.files("outbox") >= RESULTS)
    assert turns(rig) == [PARTS]
    assert rig.charged() == 3


async def test_a_part_ordered_again_takes_those_behind_it_along(rig: EngineRig) -> None:
    """`again` gives the order in a new session, and the parts behind it go on there."""
    await asked(rig)
    rig.drop("edit/film.project.answer.txt", b"again")
    await all_ended(rig, *[State.PUBLISHED] * 3)
    assert turns(rig) == [PARTS[:1], PARTS]
    assert rig.charged() == 3


async def test_cancelling_all_parts_by_number_is_one_order(rig: EngineRig) -> None:
    """Those that end with another one are no mistake; the answer names all of them."""
    await asked(rig)
    jobs = await rig.jobs()
    ids = [job.id for job in jobs]
    answer = await order(rig, "cancel", {"jobs": ids})
    assert list(map(int, answer["jobs"])) == ids
    await all_ended(rig, *[State.CANCELLED] * 3)
    assert rig.charged() == 0
