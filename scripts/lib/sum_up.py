"""Prints one closing line for several runs of pytest, as pytest does for one.

    python scripts/lib/sum_up.py FOLDER

FOLDER holds a JUnit file of each run. Ends with 1 when nothing was run or something failed.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def outcome(case: ET.Element) -> str:
    """What became of one test."""
    for kind, word in (("error", "failed"), ("failure", "failed"), ("skipped", "skipped")):
        if case.find(kind) is not None:
            return word
    return "passed"


def main(folder: Path) -> int:
    """Print the line; returns the exit code."""
    counts: Counter[str] = Counter()
    failed: list[str] = []
    for report in sorted(folder.glob("*.xml")):
        for case in ET.parse(report).getroot().iter("testcase"):
            word = outcome(case)
            counts[word] += 1
            if word == "failed":
                failed.append(f"{case.get('classname')}::{case.get('name')}")
    for name in failed:
        print(f"FAILED {name}")
    print(", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped")))
    return int(not counts or bool(failed))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
