"""Commands that are typed often, beside Python itself. The configuration has been read before, as
it has for whoever types a second one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import cost_of
from tests.benchmarks.table import Figure, Measure, Row

COMMANDS = {
    "status": ["status"],
    "jobs": ["jobs"],
    "explain": ["explain", "dub-es"],
    "--help": ["--help"],
}


@contextmanager
def commands(base: Path) -> Iterator[Measure]:
    """In a workspace without jobs; no daemon runs."""
    env = {**os.environ, "HOME": str(base), "XDG_CACHE_HOME": str(base / "cache")}
    ours = [sys.executable, "-m", "nemowatch"]
    subprocess.run([*ours, "init", base / "videos"], env=env, check=True, capture_output=True)

    def cpu(command: list[str]) -> float:
        return cost_of(command, env)[1]

    def measure(number: int) -> dict[str, float]:
        plain = cpu([sys.executable, "-c", "pass"])
        found = {name: cpu([*ours, *words]) - plain for name, words in COMMANDS.items()}
        return {**found, "python -c pass": plain}

    for words in COMMANDS.values():
        cpu([*ours, *words])
    yield measure


ROWS = (
    Row(
        "commands",
        "CPU seconds of a command above it",
        "`python -c pass`",
        tuple(Figure(name, 0.2) for name in COMMANDS),
        commands,
        rounds=9,
    ),
)
