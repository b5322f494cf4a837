"""A kill after each commit of a job's life: nothing is lost, nothing is paid twice, nothing is left
half.

Every commit is tried by scripts/faults; here each distinct one once, divided among the task kinds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rigs.fault_report import tell
from tests.rigs.kills import AT_ONCE, chosen, points_of, run_dying
from tests.rigs.studio import Studio, script, studio

#: What is dropped, and what must stand afterwards, by task kind.
KINDS: dict[str, tuple[dict[str, bytes | None], set[str]]] = {
    "dub": ({"dub-es/clip.mp4": None}, {"dub-es/clip.es.mp4"}),
    "siblings": ({"dub-es-fr/clip.mp4": None}, {"dub-es-fr/clip.es.mp4", "dub-es-fr/clip.fr.mp4"}),
    "script": ({"voiceover/say.txt": script()}, {"voiceover/say.voiceover.mp4"}),
    "transcribe": (
        {"transcribe/talk.mp4": None},
        {
            "transcribe/talk.txt",
            "transcribe/talk.srt",
            "transcribe/talk.vtt",
            "transcribe/talk.transcribed.mp4",
        },
    ),
}


def drop(house: Studio, kind: str) -> set[str]:
    dropped, wanted = KINDS[kind]
    for where, data in dropped.items():
        house.drop(where, data)
    return wanted


@pytest.mark.parametrize(("kind", "shift"), [(kind, shift) for shift, kind in enumerate(KINDS)])
def test_kill_after_a_commit(tmp_path: Path, kind: str, shift: int) -> None:
    """Killed after a commit and started again, a job ends published and charged once, or asks a
    person when its intent to pay was written and nobody can know whether it was sent."""
    points = _points(tmp_path / "whole", kind)

    def die_at(point: str) -> bool:
        name = f"life-{points.index(point)}"
        settings = {"settle": 0.2, "scan": 1}
        with studio(tmp_path / name, sandbox={"abort_on_disconnect": False}, **settings) as house:
            wanted = drop(house, kind)
            ended = run_dying(house, point)
            assert ended in (-9, 0), house.log()
            run_dying(house)
            _check(house, wanted, f"{kind}, killed after {point}")
        return ended == -9

    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = list(pool.map(die_at, chosen(points, shift, len(KINDS))))
    # a slow life may come to an end without one of the many small commits of a quick one
    assert killed.count(False) <= 1 + len(killed) // 10
    figures = {"kills": sum(killed), "commits of a life": len(points)}
    tell(f"a kill after a commit: {kind}", figures)


def _points(base: Path, kind: str) -> list[str]:
    base.mkdir()
    with studio(base / "studio", settle=0.2, scan=1) as house:
        wanted = drop(house, kind)
        assert run_dying(house, commits=base / "commits") == 0, house.log()
        assert wanted <= house.results()
        return points_of(base / "commits")


def _check(house: Studio, wanted: set[str], case: str) -> None:
    jobs, turns = house.jobs(), house.charged_turns()
    told = f"{case}: {jobs} {house.log()}"
    by_session: dict[str, int] = {}
    for session_id, session in house.ledger()["sessions"].items():
        by_session[session_id] = len([t for t in session["turns"] if t["charged"]])
    assert max(by_session.values(), default=0) <= 1, told
    assert len(turns) <= len(jobs), told
    states = {job["state"] for job in jobs}
    assert states <= {"published", "attention"}, told
    assert house.results() == wanted or "attention" in states, told
    if states == {"published"}:
        assert len(turns) == len(jobs), told
        assert house.results("inbox") == set(), told
        assert len(house.beside_results()) == len(jobs), f"{house.beside_results()}; {told}"
    assert house.ledger()["violations"] == [], told
    parts = list(house.root.rglob(".~nemowatch*"))
    assert parts == [], told
