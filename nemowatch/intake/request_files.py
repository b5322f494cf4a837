"""Texts about results and questions (NAME.revise.txt, NAME.answer.txt, a text that was reviewed):
noticed by scans and read when they have settled.

Owns which of them are read. Other modules find out what they refer to, and act on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from nemowatch.clock import Clock
from nemowatch.errors import NemowatchError, OrderError
from nemowatch.intake.ready.file_checks import read_request, read_reviewed
from nemowatch.intake.ready.stability import Observation, TrackedFile
from nemowatch.intake.records import ANSWER, REVIEWED, RequestFile, SightedAnswer
from nemowatch.intake.scan import instruction_names
from nemowatch.intake.scan.paths import below, name_of
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot


class RequestFiles:
    """The texts of one inbox about results and questions."""

    def __init__(self, root_monitor: RootMonitor, inbox_state: InboxState, clock: Clock) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._clock = clock

    def __repr__(self) -> str:
        return f"RequestFiles({len(self._state.read_requests)} read)"

    def absorb(self, start: bytes, now: float) -> None:
        """Take in what a scan has seen at and below this folder."""
        there = self._state.requests
        read = self._state.read_requests
        for path in below(read, start):
            if there.get(path) != read[path].snapshot:
                del read[path]

        for path in sorted(set(below(there, start)) - read.keys()):
            rule = self._root_monitor.settle_rules.at(path)
            self._state.tracked.see(path, Observation(there[path], now), rule)

    def sighted(self) -> Iterator[SightedAnswer]:
        """The answers that are there and have yet to be read."""
        for path, found in self._state.requests.items():
            tracked = self._state.tracked.get(path)
            if tracked is not None and _kind(path) == ANSWER:
                yield SightedAnswer(path, found.mtime_ns, self._wall_clock(tracked.since))

    async def read_settled(self, path: bytes, tracked: TrackedFile, found: Snapshot) -> None:
        """Read one that has settled. Raises LocalError."""
        try:
            text, digest = await self._read(path, found)
        except OrderError as exc:
            self.fail(path, exc)
        else:
            seen_at = self._wall_clock(tracked.since)
            self._take(RequestFile(path, _kind(path), found, text, digest, seen_at=seen_at))

    def _wall_clock(self, moment: float) -> int:
        """UTC ms of a moment of the monotonic clock."""
        passed = self._clock.monotonic() - moment
        return self._clock.now_ms() - round(passed * 1000)

    def fail(self, path: bytes, error: NemowatchError) -> None:
        """Notify people that one cannot be read."""
        found = self._state.requests[path]
        trouble = f"It cannot be read: {error.text}"
        self._take(RequestFile(path, _kind(path), found, trouble=trouble, cure=error.cure))

    def _take(self, read: RequestFile) -> None:
        self._state.tracked.drop(read.path)
        self._state.requests[read.path] = read.snapshot
        self._state.read_requests[read.path] = read

    async def _read(self, path: bytes, expected: Snapshot) -> tuple[str, str]:
        root = self._root_monitor.root
        worker = self._root_monitor.worker
        read = read_request
        if _kind(path) == REVIEWED:
            read = read_reviewed
        return await worker.run(lambda: read(root, path, expected, worker.beat))


def _kind(path: bytes) -> str:
    form = instruction_names.request_of(name_of(path))
    if form is None:
        return REVIEWED
    return form.word
