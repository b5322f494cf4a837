"""Runs nemowatch unchanged, and records how late its event loop is:
`python -m tests.rigs.loop_lag FILE python -m nemowatch run …`.

A timer on the loop is due every few milliseconds. How much later it is called is the lag of
everything else on the loop, too.
"""

from __future__ import annotations

import asyncio
import runpy
import struct
import sys
import time
from pathlib import Path
from statistics import quantiles
from typing import BinaryIO

#: Seconds between two samples: short compared with the lags that matter, and two hundred samples a
#: second cost next to nothing.
EVERY = 0.005
SAMPLE = struct.Struct("dd")


class Probe:
    """Samples of one event loop, each with the time of day."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: BinaryIO) -> None:
        self._loop = loop
        self._file = file
        self._due = loop.time()

    def tick(self) -> None:
        """Record how late this call is, and schedule the next one."""
        now = self._loop.time()
        self._file.write(SAMPLE.pack(time.time(), now - self._due))
        self._due = now + EVERY
        self._loop.call_at(self._due, self.tick)


class Policy(asyncio.DefaultEventLoopPolicy):
    """Gives each new event loop a probe."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._samples = file

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        loop.call_soon(Probe(loop, self._samples).tick)
        return loop


def lag_between(path: Path, began: float, ended: float) -> float:
    """The 99th percentile of the lag between two times of day, in milliseconds."""
    data = path.read_bytes()
    whole = data[: len(data) // SAMPLE.size * SAMPLE.size]
    lags = [lag for at, lag in SAMPLE.iter_unpack(whole) if began <= at <= ended]
    if len(lags) < 2:
        return 0.0
    return quantiles(lags, n=100)[98] * 1000


def main() -> None:
    """Run the module that the command line names."""
    path, _python, _flag, module, *rest = sys.argv[1:]
    with Path(path).open("ab", buffering=1024) as file:
        asyncio.set_event_loop_policy(Policy(file))
        sys.argv = [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
