"""Clips, recordings and pictures that come into an edit folder together may be meant as one film or
as separate works. Each would be paid for, so a person is asked.

Owns which files came together, and the question about them. It reads no disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from nemowatch.intake.claim.project_approvals import ProjectApprovals
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folders import MEDIA
from nemowatch.intake.scan.name_order_and_stems import natural
from nemowatch.intake.scan.paths import as_text, name_of, parent, promised_kind
from nemowatch.intake.state import InboxState
from nemowatch.model import MediaKind
from nemowatch.tasks.words import examples

#: Seconds between the last change of one file and the first sight of the next: what a person copies
#: at once follows within moments.
TOGETHER = 10.0
#: The `code` of the question.
CODE = "mixed"
_CURE = (
    "If they are to become one video, put them into a folder here whose name ends in .project,"
    " with a prompt.txt that says what to make from them. If each is to be processed separately,"
    " put a file called APPROVE into this folder."
)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When a file came."""

    path: bytes
    kind: MediaKind
    first: float  #: monotonic seconds at which it was first seen
    last: float  #: monotonic seconds of its last change

    @property
    def folder(self) -> bytes:
        return parent(self.path)

    def is_near(self, other: _Arrival) -> bool:
        """Whether both came into the same folder, one soon after the other."""
        if self.folder != other.folder:
            return False
        apart = max(self.first - other.last, other.first - self.last)
        return apart <= TOGETHER


class MixedArrivals:
    """The mixed arrivals of one inbox."""

    def __init__(self, inbox_state: InboxState, approvals: ProjectApprovals) -> None:
        self._state = inbox_state
        self._approvals = approvals
        #: by folder: the files there, and those that were let through lately
        self._there: dict[bytes, dict[bytes, _Arrival]] = {}
        self._passed: dict[bytes, _Arrival] = {}
        self._released: set[bytes] = set()  #: files that a person lets through
        self._obeyed: set[bytes] = set()  #: folders whose APPROVE has let files through

    def __repr__(self) -> str:
        return f"MixedArrivals({len(self._passed)} passed, {len(self._released)} released)"

    def learn(self, folders: Iterable[bytes]) -> None:
        """Note which media are in these folders now."""
        wanted = set(filter(self._state.book.asks_about_mixes, folders))
        found: dict[bytes, dict[bytes, _Arrival]] = defaultdict(dict)
        if wanted:
            for arrival in self._arrivals(wanted):
                found[arrival.folder][arrival.path] = arrival
        self._there = found
        self._released = set(filter(self._state.tracked.__contains__, self._released))

    def _arrivals(self, folders: set[bytes]) -> Iterator[_Arrival]:
        """The media in these folders."""
        for path, tracked in self._state.tracked.items():
            if parent(path) not in folders:
                continue
            kind = promised_kind(path)
            if kind in MEDIA:
                yield _Arrival(path, kind, tracked.first_at, tracked.since)

    def hold(self, path: bytes) -> bool:
        """Whether this file waits for a person; if so, it is blocked with the reason."""
        there = self._there.get(parent(path), {})
        own = there.get(path)
        if own is None:
            return False

        mix = self._mix(own, there.values())
        if mix and not self._is_released(path, mix):
            self._ask(path, mix)
            return True

        if self._is_asked(path):
            self._state.problems.clear_question(path)
        self._pass(own)
        return False

    def _is_released(self, path: bytes, mix: list[_Arrival]) -> bool:
        """Whether a person has let this file through, or now lets through everything that came with
        it."""
        if path in self._released:
            return True
        folder = parent(path)
        if not self._approvals.approved(folder):
            return False
        self._released.update(map(attrgetter("path"), mix))
        self._obeyed.add(folder)
        return True

    def _is_asked(self, path: bytes) -> bool:
        return self._state.problems.asks(path, CODE)

    def _pass(self, own: _Arrival) -> None:
        """Let it through, and remember it: what comes next may still belong to it."""
        for path, one in list(self._passed.items()):
            if own.first - one.last > TOGETHER:
                del self._passed[path]
        self._passed[own.path] = own

    def _mix(self, own: _Arrival, there: Iterable[_Arrival]) -> list[_Arrival]:
        """The files that came with this one, if they are of different kinds."""
        all_of_them = (*there, *self._passed.values())
        near = {one.path: one for one in all_of_them if one.is_near(own)}
        kinds = set(map(attrgetter("kind"), near.values()))
        if MediaKind.VIDEO in kinds and len(kinds) > 1:
            return list(near.values())
        return []

    def _ask(self, path: bytes, mix: list[_Arrival]) -> None:
        names = [as_text(name_of(one.path)) for one in sorted(mix, key=_by_name)]
        several = examples(names)
        what = (
            f"{several} came together. In this folder each file is processed and paid for"
            f" separately, so those that have not been started yet wait."
        )
        problem = FileProblem(path, parent(path), what, _CURE, code=CODE)
        self._state.problems.ask(problem)
        self._state.block(path, what)

    def waits(self, folder: bytes) -> bool:
        """Whether files in this folder wait for a person."""
        for path, _tracked in self._state.tracked.items():
            if parent(path) == folder and self._is_asked(path):
                return True
        return False

    @property
    def obeyed(self) -> frozenset[bytes]:
        """The folders whose APPROVE has let files through since they were last taken."""
        return frozenset(self._obeyed)

    def take_obeyed(self) -> set[bytes]:
        """The same, which are none then: their files have been claimed."""
        obeyed = self._obeyed
        self._obeyed = set()
        return obeyed


def _by_name(one: _Arrival) -> bytes:
    return natural(one.path)
