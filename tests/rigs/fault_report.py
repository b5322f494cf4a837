"""Writes the results of the fault tests into docs/reliability.md, between its own markers.

    python -m tests.rigs.fault_report RESULTS docs/reliability.md

Only what was run is written: a part that did not run keeps its earlier text.
"""

from __future__ import annotations

import json
import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from tests.rigs.documents import line, part, put

PART = "faults"
TITLES = {
    "once": (
        "A fault that strikes once",
        "How the job ends. `P` means published, with exactly one charged turn.",
    ),
    "lasting": (
        "A fault that lasts until it is repaired",
        (
            "The state of the job while the fault lasts; after `→`, how it ends once the fault"
            " is gone."
        ),
    ),
}
SHORT = (("published", "P"), ("; mended: ", " → "), (", after held(", " after ("))


def tell(what: str, figures: dict[str, Any]) -> None:
    """Leave a test's figures for the report, if one is being written."""
    if folder := os.environ.get("FAULTS_RESULTS"):
        name = re.sub(r"\W+", "-", what)
        Path(folder, f"figures-{name}.json").write_text(json.dumps({"what": what, **figures}))


def main(results: Path, document: Path) -> None:
    parts = sections(part(document, PART)) | fresh(results)
    order = ["intro", "once", "lasting", "figures", "tests"]
    body = "\n".join(f"<!-- part {name} -->\n{parts[name]}" for name in order if name in parts)
    put(document, PART, body)


def sections(old: str) -> dict[str, str]:
    """The parts of the document, by name."""
    found = re.split(r"<!-- part (\w+) -->\n", old)
    return {
        name: text.rstrip("\n") + "\n" for name, text in zip(found[1::2], found[2::2], strict=True)
    }


def fresh(results: Path) -> dict[str, str]:
    """The parts that this run has results for."""
    cases = [
        case
        for path in sorted(results.glob("junit-*.xml"))
        for case in ET.parse(path).getroot().iter("testcase")
    ]
    parts = {"intro": INTRO + head(results, cases)}
    for name, (title, words) in TITLES.items():
        path = results / f"{name}.json"
        if path.exists():
            parts[name] = table(title, words, json.loads(path.read_text()))
    figures = [json.loads(path.read_text()) for path in sorted(results.glob("figures-*.json"))]
    if figures:
        parts["figures"] = figure_table(figures)
    if cases:
        parts["tests"] = tests(cases)
    return parts


def head(results: Path, cases: list[ET.Element]) -> str:
    """Which code was run, when, how long, and with what result."""
    path = results / "run.txt"
    bad = [case for case in cases if outcome_of(case) == "FAILED"]
    skipped = [case for case in cases if outcome_of(case) == "skipped"]
    counts = f"{len(cases)} tests, {len(bad)} failed, {len(skipped)} skipped."
    return f"\n{path.read_text().strip()} {counts}\n" if path.exists() else ""


INTRO = """## Faults, kills, storms

`scripts/faults` runs all of this and writes the results here. After each cell the stand-in
cloud's own ledger is checked: a job was charged for one turn at most, a published job for exactly
one; no call broke the contract; every source is in the inbox, in `done/` or in `failed/`; and
nothing unfinished is in the outbox.
"""


def table(title: str, words: str, record: list[dict[str, str]]) -> str:
    rows = list(dict.fromkeys(cell["row"] for cell in record))
    faults = list(dict.fromkeys(cell["fault"] for cell in record))
    outcome = {(cell["row"], cell["fault"]): short(cell["outcome"]) for cell in record}
    wrong = sum(1 for cell in record if not cell["right"])
    lines = [
        f"### {title}",
        "",
        f"{words} {len(record)} cells, {wrong} with another outcome than expected.",
        "",
    ]
    lines += [line(["", *rows]), line(["---"] * (len(rows) + 1))]
    lines += [line([fault, *(outcome.get((row, fault), "") for row in rows)]) for fault in faults]
    return "\n".join([*lines, ""])


def short(outcome: str) -> str:
    for long, brief in SHORT:
        outcome = outcome.replace(long, brief)
    return outcome if len(outcome) < 80 else outcome[:77] + "…"


def figure_table(figures: list[dict[str, object]]) -> str:
    keys = list(dict.fromkeys(key for found in figures for key in found if key != "what"))
    lines = [
        "### Kills, storms and lost power",
        "",
        line(["", *keys]),
        line(["---"] * (len(keys) + 1)),
    ]
    lines += [
        line([str(found["what"]), *(str(found.get(key, "")) for key in keys)]) for found in figures
    ]
    return "\n".join([*lines, ""])


def outcome_of(case: ET.Element) -> str:
    """The outcome of a test."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "FAILED"
    return "skipped" if case.find("skipped") is not None else "passed"


def tests(cases: list[ET.Element]) -> str:
    """Each test of the run with its result."""
    lines = [
        "### Every test of the run",
        "",
        line(["test", "result", "seconds"]),
        line(["---"] * 3),
    ]
    for case in cases:
        name = f"{case.get('classname', '').rpartition('.')[2]}: {case.get('name', '')}"
        lines.append(line([name, outcome_of(case), f"{float(case.get('time', 0)):.0f}"]))
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
