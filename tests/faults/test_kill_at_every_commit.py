"""A kill after each commit of a job's life: nothing is lost, nothing is paid twice, nothing is left
half.

Every commit is tried by scripts/faults; here every eighteenth, shifted evenly over the task
kinds, so that all kinds together cover the life of a job at each run.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rigs.fault_report import tell
from tests.rigs.studio import Studio, script, studio

DYING = str(Path(__file__).parents[1] / "rigs/dying_daemon.py")
#: Every how many commits a kill is tried in the default run; scripts/faults sets 1.
EVERY = int(os.environ.get("KILL_EVERY", "18"))
#: Lives at once: each is mostly waiting for its own settle time and its own cloud.
AT_ONCE = 3
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


def run_dying(house: Studio, after: int, commits: Path | None = None) -> int:
    """Run until everything is done or the n-th commit; returns the exit code, negative for the
    signal."""
    told = {"COMMITS": str(commits)} if commits else {}
    words = [DYING, str(after), "run", "--once", "--config", str(house.config)]
    return house.process(*words, **told).wait(180)


def drop(house: Studio, kind: str) -> set[str]:
    dropped, wanted = KINDS[kind]
    for where, data in dropped.items():
        house.drop(where, data)
    return wanted


@pytest.mark.parametrize(("kind", "shift"), [(kind, shift) for shift, kind in enumerate(KINDS)])
def test_kill_after_a_commit(tmp_path: Path, kind: str, shift: int) -> None:
    """Killed after a commit and started again, a job ends published and charged once, or asks a
    person when its intent to pay was written and nobody can know whether it was sent."""
    total = _commits(tmp_path / "whole", kind)

    def die_after(commit: int) -> bool:
        with studio(
            tmp_path / str(commit), sandbox={"abort_on_disconnect": False}, settle=0.2, scan=1
        ) as house:
            wanted = drop(house, kind)
            ended = run_dying(house, commit)
            assert ended in (-9, 0), house.log()
            run_dying(house, 0)
            _check(house, wanted, f"{kind}, killed after commit {commit} of {total}")
        return ended == -9

    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = list(pool.map(die_after, range(1 + shift * EVERY // len(KINDS), total + 1, EVERY)))
    # a slow life has more or fewer commits than the one that was counted: its end may come first
    assert killed.count(False) <= 1 + len(killed) // 10
    tell(f"a kill after a commit: {kind}", {"kills": sum(killed), "commits of a life": total})


def _commits(base: Path, kind: str) -> int:
    base.mkdir()
    with studio(base) as house:
        wanted = drop(house, kind)
        assert run_dying(house, 0, base / "commits") == 0, house.log()
        assert wanted <= house.results()
        # The last few commits belong to the end of the process and may fall away: a kill must
        # surely come before them.
        return int((base / "commits").read_text()) - 4


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
