"""The record of a file that `explain` makes: decisions, jobs, and a verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemowatch.cli.formatting import name
from nemowatch.journal.jobs import Job


@dataclass(frozen=True, slots=True)
class Step:
    """One decision."""

    result: str  #: "ok": go on; "wait": not now; "no": not at all; "info": nothing depends on it
    text: str


def file_record(
    path: Path, steps: Iterable[Step], jobs: Iterable[Job], verdict: str
) -> dict[str, Any]:
    """The record of a file: {kind, path, steps, jobs, verdict}."""
    return {
        "kind": "file",
        "path": name(os.fsencode(path)),
        "steps": [{"result": step.result, "text": step.text} for step in steps],
        "jobs": [
            {
                "id": job.id,
                "target": job.target,
                "state": job.state.value,
                "reason": job.reason or None,
            }
            for job in jobs
        ],
        "verdict": verdict,
    }
