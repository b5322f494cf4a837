"""Records in docs/reliability.md how often the tests passed in a row: one row for each call of
`scripts/repeat N --write`, below those of earlier calls.

    python -m tests.rigs.repeat_report LOGS LOAD

LOGS has the file `tally` with a line for each run: its result, its seconds, and what failed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rigs.documents import RELIABILITY, line, part, played, put, section

PART = "repeat"
TITLE = "The tests, again and again"
WORDS = (
    "`scripts/repeat N [--busy] --write` runs the whole suite N times in a row and adds a row here;"
    " with `--busy` every core is kept busy by something else meanwhile."
)
HEAD = ("when", "the cores", "runs", "passed", "seconds each", "what failed")


def row(tally: Path, load: str) -> str:
    """The row for one call."""
    results: list[str] = []
    seconds: list[int] = []
    failed: dict[str, None] = {}
    for run in tally.read_text("utf-8").splitlines():
        word, took, *names = run.split()
        results.append(word)
        seconds.append(int(took))
        failed |= dict.fromkeys(names)
    times = f"{min(seconds)} to {max(seconds)}"
    bad = ", ".join(failed) or "nothing"
    return line([played(), load, len(results), results.count("passed"), times, bad])


def main(logs: Path, load: str) -> None:
    """Add the row to the document."""
    earlier = [old for old in part(RELIABILITY, PART).splitlines() if old.startswith("| 20")]
    rows = [*earlier, row(logs / "tally", load)]
    put(RELIABILITY, PART, section(TITLE, WORDS, HEAD, rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
