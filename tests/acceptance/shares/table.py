"""Plays every scenario many times and writes what it showed into docs/reliability.md:
`scripts/test-shares`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pytest

from tests.acceptance.shares.all import SCENARIOS
from tests.rigs.documents import RELIABILITY, code, line, part, played, put, section
from tests.rigs.shares import SCAN, SETTLE, Scenario, Verdict, play

PART = "shares"
_print = Lock()


@dataclass
class Row:
    """What the runs of one scenario showed."""

    scenario: Scenario
    verdicts: list[Verdict] = field(default_factory=list)
    code: str = ""  #: the commit that was played
    skipped: str = ""
    broken: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """True when no run found anything wrong."""
        return not self.broken and all(v.good for v in self.verdicts)

    def line(self) -> str:
        """The row of the table."""
        if self.skipped and not self.verdicts:
            return line([self.scenario.name, f"skipped: {self.skipped}", *[""] * 6])
        sums = [
            sum(len(getattr(v, what)) for v in self.verdicts)
            for what in ("lost", "early", "doubled")
        ]
        files = sum(v.files for v in self.verdicts)
        slowest = max((v.slowest for v in self.verdicts), default=0.0)
        broken = f" ({len(self.broken)} could not be played)" if self.broken else ""
        runs = f"{len(self.verdicts)}{broken}"
        return line([self.scenario.name, runs, files, *sums, f"{slowest:.1f} s", self.code])


def say(text: str) -> None:
    """One line at a time, from many threads."""
    with _print:
        print(text, flush=True)


def once(row: Row, number: int) -> None:
    """Play a scenario once and keep what it showed."""
    base = Path(tempfile.mkdtemp(prefix="nemowatch-shares-"))
    base.chmod(0o755)
    try:
        verdict = play(row.scenario, base)
    except pytest.skip.Exception as why:
        row.skipped = str(why).removeprefix(f"{row.scenario.name}: ")
    except Exception as exc:
        row.broken.append(str(exc))
        say(f"{row.scenario.name} {number}: could not be played: {exc}")
    else:
        row.verdicts.append(verdict)
        say(
            f"{row.scenario.name} {number}: {'good' if verdict.good else verdict}"
            f" ({verdict.slowest:.1f} s)"
        )
    finally:
        shutil.rmtree(base, ignore_errors=True)


def run_all(chosen: list[Scenario], runs: int, at_once: int) -> Iterator[list[Row]]:
    """Play everything, round by round, several scenarios at a time; those that change the whole
    machine alone. Gives the rows after each round."""
    rows = [Row(one, code=code()) for one in chosen]
    for number in range(runs):
        with ThreadPoolExecutor(at_once) as pool:
            for row in rows:
                if not row.scenario.alone:
                    pool.submit(once, row, number)
        for row in rows:
            if row.scenario.alone:
                once(row, number)
        yield rows


def standing(page: Path) -> dict[str, str]:
    """The rows that stand on the page, by scenario: one that is not played now keeps its own."""
    lines = [row for row in part(page, PART).splitlines() if row.startswith("| ")]
    rows = {row.split("|")[1].strip(): row for row in lines}
    return {name: row for name, row in rows.items() if name in SCENARIOS}


def table(rows: list[Row], kept: Mapping[str, str]) -> str:
    """These rows, and `kept` for scenarios that are not among them."""
    lines = {**kept, **{row.scenario.name: row.line() for row in rows}}
    words = (
        f"Last played: {played()}, by `scripts/test-shares --runs N --write`, with a settle time of"
        f" {SETTLE:g} s and a scan every {SCAN:g} s where a scenario sets nothing else. Pick-up:"
        " from a file's last byte to its claim, while several scenarios share the machine (at the"
        " default settings: performance.md)."
    )
    head = ("scenario", "runs", "files", "lost", "early", "doubled", "slowest pick-up", "commit")
    return section(
        "Ways in which files come",
        words,
        head,
        (lines[name] for name in SCENARIOS if name in lines),
    )


def main() -> int:
    """The command; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/test-shares", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="how often each scenario is played")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/reliability.md"
    )
    parser.add_argument("--at-once", type=int, default=4, help="how many are played side by side")
    parser.add_argument("--only", default="", help="those whose name contains this")
    parser.add_argument(
        "--but",
        default="",
        help="not those whose name contains this: those in user-mode-linux take minutes",
    )
    options = parser.parse_args()
    chosen = [one for one in SCENARIOS.values() if options.only.lower() in one.name.lower()]
    if options.but:
        chosen = [one for one in chosen if options.but.lower() not in one.name.lower()]
    rows: list[Row] = []
    for rows in run_all(chosen, options.runs, options.at_once):
        # after each round: a long command that is interrupted leaves what it has shown
        if options.write:
            put(RELIABILITY, PART, table(rows, standing(RELIABILITY)))
    print(table(rows, {}))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
