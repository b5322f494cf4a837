"""The records that the parts of `nemowatch explain` pass to each other."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemowatch.cli.formatting import name

if TYPE_CHECKING:
    from nemowatch.config.watch_section import Watch
    from nemowatch.journal.jobs import Job


@dataclass(frozen=True, slots=True)
class Location:
    """Where a path is."""

    path: Path  #: absolute
    watch: Watch | None  #: None: in no inbox
    relative: bytes = b""  #: to the inbox; empty for the inbox itself

    @property
    def parts(self) -> list[bytes]:
        """The names below the inbox."""
        return [part for part in self.relative.split(b"/") if part]


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One decision about a file."""

    result: str  #: "ok": go on; "wait": not now; "no": not at all; "info": nothing depends on it
    text: str


def file_record(
    path: Path,
    steps: Iterable[ChainStep],
    jobs: Iterable[Job],
    verdict: str,
) -> dict[str, Any]:
    """The record of a file: {kind, path, steps, jobs, verdict}."""
    return {
        "kind": "file",
        "path": name(os.fsencode(path)),
        "steps": [{"result": step.result, "text": step.text} for step in steps],
        "jobs": list(map(_job, jobs)),
        "verdict": verdict,
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "target": job.target,
        "state": job.state.value,
        "reason": job.reason or None,
    }
