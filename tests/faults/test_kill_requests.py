"""A kill after each commit while a text about a result or a question is carried out: charged turns
are the instructions that were given, nothing is made twice, and the text ends in done/.

Every commit is tried by scripts/faults; here every few, differently for each case.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.fault_report import tell
from tests.rigs.studio import Studio, studio

DYING = str(Path(__file__).parents[1] / "rigs/dying_daemon.py")
#: Every how many commits a kill is tried in the default run; scripts/faults sets 1.
EVERY = int(os.environ.get("KILL_EVERY", "18")) // 2 or 1
#: Lives at once: each is mostly waiting for its own settle time and its own cloud.
AT_ONCE = 3


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


def run(house: Studio, after: int, commits: Path | None = None) -> int:
    """Run until everything is done or the n-th commit; the exit code, negative for the signal."""
    told = {"COMMITS": str(commits)} if commits else {}
    words = [DYING, str(after), "run", "--once", "--config", str(house.config)]
    return house.process(*words, **told).wait(180)


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
    run(house, 0)
    if case.lost:
        house.sandbox.expire()  # type: ignore[attr-defined]
    house.drop(case.path, case.text.encode())


@pytest.mark.parametrize("name", CASES)
def test_kill_while_a_text_is_carried_out(tmp_path: Path, name: str) -> None:
    """It ends as without the kill, or asks a person where its intent to pay was written and nobody
    can know whether it was sent."""
    case = CASES[name]
    total = commits_of(tmp_path / "whole", case)
    shift = list(CASES).index(name)

    def die_after(commit: int) -> None:
        with begin(tmp_path / str(commit), case) as house:
            prepare(house, case)
            assert run(house, commit) == -9
            run(house, 0)
            check(house, case, f"{name}, killed after commit {commit} of {total}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kills = list(pool.map(die_after, range(1 + shift * EVERY // 4, total + 1, EVERY)))
    tell(f"a kill after a commit: {name}", {"kills": len(kills), "commits of a life": total})


def commits_of(base: Path, case: Case) -> int:
    base.mkdir()
    with begin(base / "studio", case) as house:
        prepare(house, case)
        assert run(house, 0, base / "commits") == 0, house.log()
        check(house, case, "without a kill")
        return int((base / "commits").read_text()) - 4  # the last belong to the end


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
