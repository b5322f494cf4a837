"""A kill after each commit while a text about a result or a question is carried out: charged turns
are the instructions that were given, nothing is made twice, and the text ends in done/.

Every commit is tried by scripts/faults; here each distinct one from the text on once, divided among
the cases.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.fault_report import tell
from tests.rigs.kills import AT_ONCE, chosen, points_of, run_dying
from tests.rigs.studio import Studio, studio

#: What the first commit that a text brings about is written by. Those before it belong to every
#: start, and are tried in test_kill_at_every_commit.
FIRST_OF_A_TEXT = "nemowatch.sources.requests."


@dataclass(frozen=True)
class Case:
    """What lies there before, what a person says then, and what it comes to."""

    fault: str  #: of the cloud, while the film is dubbed
    lost: bool  #: the cloud loses its sessions after that
    name: str  #: of the text
    text: str
    results: frozenset[str]
    turns: int  #: charged, in all; a question is not
    folder: str = "dub-es"

    @property
    def path(self) -> str:
        """Where the text is put."""
        return f"{self.folder}/{self.name}"


FIRST, SECOND = "dub-es/promo.es.mp4", "dub-es/promo.es (2).mp4"
BOTH = frozenset({FIRST, SECOND})
CASES = {
    "revise": Case("", False, "promo.es.revise.txt", "slower", BOTH, 2),
    "answer": Case("chat:question", False, "promo.answer.txt", "Mexican", frozenset({FIRST}), 1),
    "again": Case("chat:question", False, "promo.answer.txt", "again", frozenset({FIRST}), 1),
    "rebuild": Case("", True, "promo.es.revise.txt", "slower", BOTH, 3),
}
CASES["review"] = Case(
    "",
    False,
    "promo.es.srt",
    "1\n00:00:01,000 --> 00:00:02,000\nBuenas tardes.\n",
    frozenset({"dub-es-review/promo.es.mp4"}),
    2,
    "dub-es-review",
)
REBUILDS = '\n[chat]\non_lost_session = "rebuild"'


def begin(base: Path, case: Case) -> Any:
    """A studio whose configuration has lost sessions rebuilt."""
    return studio(base, sandbox={"abort_on_disconnect": False}, settle=0.2, scan=1)


def prepare(house: Studio, case: Case) -> None:
    """A film was dubbed, or is asked about, and a person has said something to that."""
    text = house.config.read_text()
    house.config.write_text(text.replace("\n[chat]", REBUILDS))
    if case.fault:
        house.sandbox.fault(case.fault)  # type: ignore[attr-defined]
    house.drop(f"{case.folder}/promo.mp4")
    run_dying(house)
    if case.lost:
        house.sandbox.expire()  # type: ignore[attr-defined]
    house.drop(case.path, case.text.encode())


@pytest.mark.parametrize("name", CASES)
def test_kill_while_a_text_is_carried_out(tmp_path: Path, name: str) -> None:
    """It ends as without the kill, or asks a person where its intent to pay was written and nobody
    can know whether it was sent."""
    case = CASES[name]
    points = points_of_text(tmp_path / "whole", case)

    def die_at(point: str) -> bool:
        with begin(tmp_path / f"life-{points.index(point)}", case) as house:
            prepare(house, case)
            ended = run_dying(house, point)
            assert ended in (-9, 0), house.log()
            run_dying(house)
            check(house, case, f"{name}, killed after {point}")
        return ended == -9

    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = list(pool.map(die_at, chosen(points, list(CASES).index(name), len(CASES))))
    # a slow life may come to an end without one of the many small commits of a quick one
    assert killed.count(False) <= 1 + len(killed) // 10
    figures = {"kills": sum(killed), "commits of a life": len(points)}
    tell(f"a kill after a commit: {name}", figures)


def points_of_text(base: Path, case: Case) -> list[str]:
    base.mkdir()
    with begin(base / "studio", case) as house:
        prepare(house, case)
        assert run_dying(house, commits=base / "commits") == 0, house.log()
        check(house, case, "without a kill")
        points = points_of(base / "commits")
    first = next(n for n, point in enumerate(points) if point.startswith(FIRST_OF_A_TEXT))
    return points[first:]


def check(house: Studio, case: Case, what: str) -> None:
    jobs, turns = house.jobs(), house.charged_turns()
    told = f"{what}: {[turn['message'][:30] for turn in turns]} {jobs} {house.log()}"
    states = {job["state"] for job in jobs}
    assert states <= {"published", "attention"}, told
    assert len(turns) <= case.turns, told
    results = {name for name in house.results() if name.endswith(".mp4")}
    if states == {"published"}:
        assert len(turns) == case.turns, told
        assert results == case.results, told
    else:
        reasons = {job["reason"] for job in jobs if job["state"] == "attention"}
        assert reasons == {"unknown"}, told
    assert case.path in house.results("done"), told
    assert case.path not in house.results("inbox"), told
    assert not any(name.endswith(".note.txt") for name in house.results("done")), told
    assert house.ledger()["violations"] == [], told
    assert list(house.root.rglob(".~nemowatch*")) == [], told
