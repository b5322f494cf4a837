"""What an inbox remembers between two looks: small, and touched only by its own loop.

Owns the memory, not the decisions. A known file costs its path and eight bytes, so a hundred
thousand fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nemowatch.config import Recipe, Watch
from nemowatch.intake.problems import Problems
from nemowatch.intake.ready.tracker import Tracker
from nemowatch.intake.scan.diff import FolderFacts, snapshot_hash
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.model import Snapshot


@dataclass(slots=True)
class InboxState:
    """The memory of one inbox."""

    book: FolderBook
    ignore: Ignore
    problems: Problems
    tracker: Tracker = field(default_factory=Tracker)
    #: claimed or refused files: path -> hash of the look
    known: dict[bytes, int] = field(default_factory=dict)
    #: claimed files that look different since, and are settling again
    changed: set[bytes] = field(default_factory=set)
    #: by task folder; b"" is the inbox itself
    facts: dict[bytes, FolderFacts] = field(default_factory=dict)
    prompts: dict[bytes, Snapshot] = field(
        default_factory=dict
    )  #: by folder: how the prompt.txt looked when it was read
    approvals: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, watch: Watch, recipes: Mapping[str, Recipe]) -> InboxState:
        """An empty one."""
        book = FolderBook(recipes)
        return cls(book, Ignore(watch.ignore), Problems(book))

    def know(self, path: bytes, look: Snapshot, *, local: bool) -> None:
        """This file needs no further look until it changes."""
        self.known[path] = snapshot_hash(look, local=local)
        self.changed.discard(path)
        self.tracker.drop(path)

    def paused(self, folder: bytes) -> bool:
        """True when a PAUSE stands in the inbox or in this task folder."""
        return any(name in self.facts and bool(self.facts[name].paused) for name in (b"", folder))

    def block(self, path: bytes, why: str, *, soon: bool = False, now: float = 0.0) -> None:
        """This file is still, and cannot be taken for this reason; `soon`: the reason settles as
        well; `now`: the look at it has failed."""
        tracked = self.tracker.get(path)
        if tracked is not None:
            tracked.block(why, soon=soon, now=now)

    def unblock(self, folder: bytes) -> None:
        """Something in this folder (b"": anywhere) has changed that files may have waited for."""
        prefix = folder + b"/" if folder else b""
        for path in self.tracker:
            tracked = self.tracker.get(path)
            if tracked is not None and tracked.blocked and path.startswith(prefix):
                tracked.block("")
