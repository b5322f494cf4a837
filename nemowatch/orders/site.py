"""Where an order is carried out: in the running daemon, or in its journal while it does not run.
Owns no order; it only lends what they need."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import DaemonNeeded, UsageError
from nemowatch.intake.scan import pauses
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.journal.database import Journal
from nemowatch.tasks.records import OwnNames

if TYPE_CHECKING:  # a command without a daemon has no use for them
    from nemowatch.fs.threads import Disks
    from nemowatch.intake.inbox import Inbox
    from nemowatch.journal.jobs import Job

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Site(ABC):
    """What an order may use."""

    @abstractmethod
    async def read(self, work: Work[T]) -> T:
        """Read the journal."""

    @abstractmethod
    async def write(self, work: Work[T]) -> T:
        """Write the journal, in one transaction."""

    @abstractmethod
    async def run(self, watch: str, work: Callable[[], T]) -> T:
        """Do something on the disk that holds an inbox."""

    @abstractmethod
    def own_names(self) -> OwnNames:
        """The recipes of the configuration."""

    @abstractmethod
    def inbox(self, watch: str) -> Path:
        """The inbox of a watch. Raises UsageError for one that is not configured."""

    @abstractmethod
    def ignore(self, watch: str) -> tuple[str, ...]:
        """The names that a watch ignores besides the usual ones."""

    @abstractmethod
    def pauses(self) -> Pauses:
        """The PAUSE files that there are."""

    @abstractmethod
    async def take_over(self) -> list[str]:
        """Work every inbox in place of another host; their names. Raises DaemonNeeded."""

    @abstractmethod
    def is_leaving(self, source_id: int) -> bool:
        """Whether the files of a source are being moved out of their inbox right now. May be asked
        on any thread."""

    @abstractmethod
    def keeping(self, source_ids: Collection[int]) -> AbstractContextManager[None]:
        """Have nobody move the files of these sources meanwhile."""

    @abstractmethod
    def stop_renders(self, cancelled: list[Job]) -> None:
        """Have the cloud stop what it renders for these jobs, soon and as far as it will."""

    @abstractmethod
    def ask_account(self) -> None:
        """Have the cloud asked for the account at once, whatever it refused before."""

    @abstractmethod
    def now_ms(self) -> int:
        """UTC, in ms."""


class DaemonSite(Site):
    """The running daemon: nothing holds up its loop."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        inboxes: Mapping[str, Inbox],
        own_names: Callable[[], OwnNames],
        stop_renders: Callable[[list[Job]], None],
        ask_account: Callable[[], None],
        is_leaving: Callable[[int], bool],
        keeping: Callable[[Collection[int]], AbstractContextManager[None]],
    ) -> None:
        self._journal = journal
        self._disks = disks
        self._clock = clock
        self._inboxes = inboxes
        self._own_names = own_names
        self._stop_renders = stop_renders
        self._ask_account = ask_account
        self._is_leaving = is_leaving
        self._keeping = keeping

    async def read(self, work: Work[T]) -> T:
        return await self._journal.read(work)

    async def write(self, work: Work[T]) -> T:
        return await self._journal.write(work)

    async def run(self, watch: str, work: Callable[[], T]) -> T:
        return await self._disks.run(watch, work)

    def own_names(self) -> OwnNames:
        return self._own_names()

    def inbox(self, watch: str) -> Path:
        return _configured({box.watch.name: box.watch for box in self._inboxes.values()}, watch)

    def ignore(self, watch: str) -> tuple[str, ...]:
        return tuple(self._inboxes[watch].watch.ignore)

    def pauses(self) -> Pauses:
        """As far as the scans have seen."""
        return pauses.seen(self._inboxes)

    async def take_over(self) -> list[str]:
        for inbox in self._inboxes.values():
            await inbox.take_over()
        return list(self._inboxes)

    def is_leaving(self, source_id: int) -> bool:
        return self._is_leaving(source_id)

    def keeping(self, source_ids: Collection[int]) -> AbstractContextManager[None]:
        return self._keeping(source_ids)

    def stop_renders(self, cancelled: list[Job]) -> None:
        self._stop_renders(cancelled)

    def ask_account(self) -> None:
        self._ask_account()

    def now_ms(self) -> int:
        return self._clock.now_ms()


class JournalSite(Site):
    """The journal of a daemon that does not run; whoever uses it holds the state folder's lock.

    Nothing here ever waits: where the disk is full, the order fails."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        watches: Iterable[Watch],
        own_names: OwnNames,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._watches = tuple(watches)
        self._own_names = own_names

    async def read(self, work: Work[T]) -> T:
        return self._journal.read_now(work)

    async def write(self, work: Work[T]) -> T:
        return self._journal.write_now(work)

    async def run(self, watch: str, work: Callable[[], T]) -> T:
        return work()

    def own_names(self) -> OwnNames:
        return self._own_names

    def inbox(self, watch: str) -> Path:
        return _configured({one.name: one for one in self._watches}, watch)

    def ignore(self, watch: str) -> tuple[str, ...]:
        return next(tuple(one.ignore) for one in self._watches if one.name == watch)

    def pauses(self) -> Pauses:
        """As the disk has them."""
        return pauses.on_disk(self._watches)

    async def take_over(self) -> list[str]:
        raise DaemonNeeded("Only a running nemowatch can take inboxes over.")

    def is_leaving(self, source_id: int) -> bool:
        return False  # nobody moves files while the daemon does not run

    def keeping(self, source_ids: Collection[int]) -> AbstractContextManager[None]:
        return nullcontext()

    def stop_renders(self, cancelled: list[Job]) -> None:
        """Nobody is there to ask the cloud; they end by themselves and cost nothing."""

    def ask_account(self) -> None:
        """The daemon asks when it starts."""

    def now_ms(self) -> int:
        return self._clock.now_ms()


def _configured(watches: Mapping[str, Watch], name: str) -> Path:
    if name not in watches:
        raise UsageError(f"{name} is not a watched inbox.")
    return watches[name].inbox
