"""Has texts, documents and lists read in a thread of their own: a document may take seconds, and no
clip has to wait for it.

Owns what is being read there, one portion at a time, the queue of files that wait, and the check
that what was read still holds when the inbox uses it. It judges and claims nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from nemowatch.content.kinds import is_word
from nemowatch.errors import LocalError
from nemowatch.fs.identity import unchanged
from nemowatch.fs.lookups import lookup_many
from nemowatch.fs.threads import Hung
from nemowatch.intake.claim.group import Group
from nemowatch.intake.claim.group_reading import GroupReading, Read, ReadingWork
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.ready.fair_turns import in_turns
from nemowatch.intake.ready.inspection_result import Advice, Inspected
from nemowatch.intake.scan.paths import as_text, name_of, promises_text
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_check import SILENCE
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot

#: Seconds for which the inbox waits for a reading that it has begun: nearly all texts are read by
#: then, and can be claimed at once.
PATIENCE = 0.25
#: Groups read in one go.
PORTION = 200
#: Files in the queue; of any more the inbox only knows that they exist.
MOST_WAITING = 2_000
#: Why a file beyond the queue waits.
IN_LINE = "waits until the texts and documents before it are read"


class TextLane:
    """The ready texts of one inbox, and the files that belong to them."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        groups: Groups,
        reading: GroupReading,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._groups = groups
        self._reading = reading
        self._work: list[ReadingWork] = []
        self._task: asyncio.Task[list[Read]] | None = None
        self._with_text: set[bytes] = set()  #: clips that are read together with their text

    def __repr__(self) -> str:
        return f"TextLane({len(self._work)} under way)"

    @property
    def is_reading(self) -> bool:
        """Whether a reading is under way, or has ended and is not yet collected. The end of a
        reading wakes the inbox."""
        return self._task is not None

    def among(self, ready: Iterable[bytes]) -> set[bytes]:
        """Those of these ready files that are read here."""
        return set(filter(self._reads, ready))

    def _reads(self, path: bytes) -> bool:
        if promises_text(path):
            return True
        return path in self._with_text

    def assign(self, group: Group) -> bool:
        """Have this group read here if it has a text; returns whether it has."""
        if not any(map(promises_text, group.paths)):
            return False
        self._with_text.update(group.paths)
        return True

    def stop(self) -> None:
        """Stop. A reading that is under way is abandoned."""
        if self._task is not None:
            self._task.cancel()

    async def read(self, waiting: dict[bytes, None], texts: set[bytes]) -> list[Read]:
        """Begin to read those of the ready files that are read here (`texts`), and return what was
        read since the last call. Files that need no further reading are removed from `waiting`."""
        self._with_text &= waiting.keys()
        if texts and self._task is None:
            await self._begin(waiting, texts)
        if self._task is None or not self._task.done():
            return []
        return await self._collect(waiting)

    # -- beginning

    async def _begin(self, waiting: dict[bytes, None], texts: set[bytes]) -> None:
        line = in_turns(list(filter(texts.__contains__, waiting)), self._cost)
        for path in line[MOST_WAITING:]:
            self._state.block(path, IN_LINE, soon=True)
            del waiting[path]

        portion = line[:PORTION]
        groups = await self._groups.of(portion)
        kept = _paths(groups)
        for path in portion:
            if path not in kept:  # it is blocked now, with the reason
                del waiting[path]
        if not groups:
            return

        self._work = list(map(self._reading.work, groups))
        reading = self._reading.read(self._work, self._root_monitor.text_worker)
        self._task = asyncio.create_task(reading)
        await asyncio.wait([self._task], timeout=PATIENCE)
        if not self._task.done():
            self._task.add_done_callback(lambda _: self._root_monitor.wake())

    def _cost(self, path: bytes) -> tuple[bool, int]:
        """A key for the order of reading: documents last, since they may take seconds whatever
        their size; of the others the small ones first."""
        size = 0
        tracked = self._state.tracked.get(path)
        if tracked is not None:
            size = tracked.last.size
        return is_word(as_text(name_of(path))), size

    # -- collecting

    async def _collect(self, waiting: dict[bytes, None]) -> list[Read]:
        """What the last reading has found, as far as it still holds; the rest is read again."""
        assert self._task is not None
        task, work = self._task, self._work
        self._task, self._work = None, []
        try:
            found = task.result()
        except Hung:
            # if the whole share hangs, the inbox's own thread finds that out as well
            self._put_off(work, waiting)
            return []

        holding = await self._still_true(work, found)
        for path in _paths(group for group, _ in holding):
            waiting.pop(path, None)
        return holding

    def _put_off(self, work: list[ReadingWork], waiting: dict[bytes, None]) -> None:
        """Put these off: they cannot be read for the moment."""
        for path in _paths(one.group for one in work):
            self._state.block(path, f"cannot be read right now: {SILENCE}")
            waiting.pop(path, None)

    async def _still_true(self, work: list[ReadingWork], found: list[Read]) -> list[Read]:
        """The readings that still hold: the group is the same as when its reading began, the same
        is asked about it, and its files have not changed since they were read."""
        same = await self._same_groups(work[: len(found)])
        now = await self._files_now(found)
        still_true: list[Read] = []
        for group, inspected in found:
            if group in same and self._are_same_files(inspected, now):
                still_true.append((group, inspected))
        return still_true

    async def _same_groups(self, work: list[ReadingWork]) -> set[Group]:
        groups = await self._groups.of([one.group.main for one in work])
        wanted = {group: self._reading.work(group) for group in groups}

        same: set[Group] = set()
        for one in work:
            if wanted.get(one.group) == one:
                same.add(one.group)
        return same

    async def _files_now(self, found: list[Read]) -> dict[bytes, Snapshot | LocalError]:
        root = self._root_monitor.root
        paths = list(_paths(group for group, _ in found))
        return await self._root_monitor.worker.run(lambda: dict(lookup_many(root, paths)))

    def _are_same_files(
        self, found: list[Inspected], now: dict[bytes, Snapshot | LocalError]
    ) -> bool:
        """Whether every file that would be taken is still the one that was read."""
        taken = [one for one in found if one.advice is Advice.TAKE]
        return all(self._is_same_file(one, now.get(one.path)) for one in taken)

    def _is_same_file(self, one: Inspected, now: Snapshot | LocalError | None) -> bool:
        if not isinstance(now, Snapshot):
            return False
        return unchanged(one.snapshot, now, local=self._root_monitor.is_local(one.path))


def _paths(groups: Iterable[Group]) -> set[bytes]:
    """Every file of these groups."""
    found: set[bytes] = set()
    for group in groups:
        found.update(group.paths)
    return found
