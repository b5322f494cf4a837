"""Texts, documents and lists, read in a thread of their own: a document may take seconds, and no
clip waits for it.

Owns what is being read there, one portion at a time, the queue of those that wait, and that what
was read still holds when the inbox comes to it. It judges and claims nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from nemowatch.content.kinds import is_word
from nemowatch.errors import LocalError
from nemowatch.fs.identity import unchanged
from nemowatch.fs.safe_open import lookup_many
from nemowatch.fs.threads import Hung
from nemowatch.intake.claim.group import Group
from nemowatch.intake.claim.group_reading import GroupReading, Read, ReadingWork
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.ready.fair_turns import in_turns
from nemowatch.intake.ready.inspection_result import Advice, Inspected
from nemowatch.intake.scan.paths import as_text, name_of, promised_kind
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_check import SILENCE
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind, Snapshot

#: Seconds for which the inbox waits for a reading that it has begun: nearly all texts are read by
#: then, and go on at once.
PATIENCE = 0.25
#: Groups read in one go.
PORTION = 200
#: Files that wait in the line; of more the inbox only knows that they are there.
MOST_WAITING = 2_000
#: Why a file beyond those waits.
IN_LINE = "waits until the texts and documents before it are read"
#: Kinds whose words a child has to read.
_PARSED = frozenset({MediaKind.SCRIPT, MediaKind.LINK})


class TextLane:
    """The texts of one inbox that are ready, and what belongs to them."""

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
        """Whether a reading is under way, or has ended and was not collected; its end wakes the
        inbox."""
        return self._task is not None

    def reads(self, path: bytes) -> bool:
        """Whether this ready file is read here."""
        if _is_parsed(path):
            return True
        return path in self._with_text

    def assign(self, group: Group) -> bool:
        """Have this group read here if it has a text; returns whether it has."""
        if not any(map(_is_parsed, group.paths)):
            return False
        self._with_text.update(group.paths)
        return True

    def stop(self) -> None:
        """End. What its thread is reading is left to itself."""
        if self._task is not None:
            self._task.cancel()

    async def read(self, waiting: dict[bytes, None]) -> list[Read]:
        """Go on with those of the ready files that are read here: what has been read since the
        last time. Whatever needs no further reading is taken out of `waiting`."""
        self._with_text &= waiting.keys()
        if self._task is None:
            await self._begin(waiting)
        if self._task is None or not self._task.done():
            return []
        return await self._collect(waiting)

    # -- beginning

    async def _begin(self, waiting: dict[bytes, None]) -> None:
        line = in_turns(list(filter(self.reads, waiting)), self._cost)
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
        """Documents come after texts, since they may take seconds whatever their size; of the
        others small ones come first."""
        size = 0
        tracked = self._state.tracked.get(path)
        if tracked is not None:
            size = tracked.last.size
        return is_word(as_text(name_of(path))), size

    # -- collecting

    async def _collect(self, waiting: dict[bytes, None]) -> list[Read]:
        """What the reading that has ended has found, as far as it still holds; the rest is read
        again."""
        assert self._task is not None
        task, work = self._task, self._work
        self._task, self._work = None, []
        try:
            found = task.result()
        except Hung:
            # where the whole share hangs, the inbox's own thread meets it, too
            self._put_off(work, waiting)
            return []

        holding = await self._still_true(work, found)
        for path in _paths(group for group, _ in holding):
            waiting.pop(path, None)
        return holding

    def _put_off(self, work: list[ReadingWork], waiting: dict[bytes, None]) -> None:
        """These cannot be read for the moment."""
        for path in _paths(one.group for one in work):
            self._state.block(path, f"cannot be read right now: {SILENCE}")
            waiting.pop(path, None)

    async def _still_true(self, work: list[ReadingWork], found: list[Read]) -> list[Read]:
        """What was read of groups that are the same as when their reading began, on which the same
        is asked, and whose files have not changed since they were read."""
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
        """Whether every file that would be taken is the one that was read."""
        taken = [one for one in found if one.advice is Advice.TAKE]
        return all(self._is_same_file(one, now.get(one.path)) for one in taken)

    def _is_same_file(self, one: Inspected, now: Snapshot | LocalError | None) -> bool:
        if not isinstance(now, Snapshot):
            return False
        return unchanged(one.snapshot, now, local=self._root_monitor.is_local(one.path))


def _is_parsed(path: bytes) -> bool:
    return promised_kind(path) in _PARSED


def _paths(groups: Iterable[Group]) -> set[bytes]:
    """Every file of these groups."""
    found: set[bytes] = set()
    for group in groups:
        found.update(group.paths)
    return found
