"""The files of one inbox that are not jobs yet, and when each is to be checked.

Owns the collection; `stability` knows the state of one file.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from nemowatch.intake.ready.fair_turns import portion
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.intake.ready.stability import Observation, TrackedFile
from nemowatch.intake.records import FileProblem


class TrackedFiles:
    """Every file of one inbox that is not a job yet, by its path relative to the inbox."""

    def __init__(self) -> None:
        self._files: dict[bytes, TrackedFile] = {}  # in the order in which they came
        self._held: dict[bytes, None] = {}  # those that `hold` was called for, and perhaps more

    def __repr__(self) -> str:
        return f"TrackedFiles({len(self._files)} files)"

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: bytes) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._files)

    def items(self) -> Iterable[tuple[bytes, TrackedFile]]:
        """Each file with what is known of it; none may be added or removed during the iteration."""
        return self._files.items()

    def get(self, path: bytes) -> TrackedFile | None:
        """What is known of this file, if it is tracked."""
        return self._files.get(path)

    def why_blocked(self, path: bytes) -> str:
        """Why this file is blocked; "" when it is not, or not tracked."""
        tracked = self._files.get(path)
        if tracked is None:
            return ""
        return tracked.blocked

    def see(self, path: bytes, seen: Observation, rule: SettleRule) -> TrackedFile:
        """Take in an observation; a file that is not tracked yet is from now on."""
        tracked = self._files.get(path)
        if tracked is None:
            tracked = self._files[path] = TrackedFile(seen, rule)
        else:
            tracked.rule = rule
            tracked.see(seen)
        return tracked

    def hold(self, path: bytes, problem: FileProblem, why: str) -> None:
        """Hold this tracked file, about which people are notified, until it changes."""
        self._files[path].hold(problem, why)
        self._held[path] = None

    def noticeable(self, now: float) -> Iterator[tuple[bytes, TrackedFile]]:
        """The files about which there may be something to say: those that are held, and those that
        came long ago. After each portion of a burst all others would be asked in vain."""
        self._held = dict.fromkeys(filter(self._is_held, self._held))
        for path in self._held:
            yield path, self._files[path]
        for path, tracked in self._files.items():
            if not tracked.is_old(now):
                return
            if path not in self._held:
                yield path, tracked

    def _is_held(self, path: bytes) -> bool:
        tracked = self._files.get(path)
        return tracked is not None and tracked.problem is not None

    def drop(self, path: bytes) -> None:
        """Stop tracking a file: it is a job now, or gone."""
        self._files.pop(path, None)

    def due(
        self,
        now: float,
        limit: int,
        apart: Container[bytes] = (),
    ) -> list[bytes]:
        """Up to `limit` files whose next check is due, without those in `apart`, in the order in
        which they were first seen, with room for each folder."""
        return portion(self._late(now, apart), limit)

    def _late(self, now: float, apart: Container[bytes]) -> Iterator[bytes]:
        for path, tracked in self._files.items():
            if tracked.next_at <= now and path not in apart:
                yield path

    def next_at(self, apart: Container[bytes] = ()) -> float:
        """The monotonic second of the next check of a file that is not in `apart`; infinite when
        none is planned."""
        earliest = float("inf")
        for path, tracked in self._files.items():
            if path not in apart:
                earliest = min(earliest, tracked.next_at)
        return earliest

    def is_busy(self) -> bool:
        """Whether one of them is neither stuck nor blocked, and will be a job soon."""
        return not all(tracked.stuck for tracked in self._files.values())
