"""Remembers from start to start which roots of a workspace are folders and no links, and what they
lie on, so that a link put in the place of one while nothing runs, or a share that is not mounted
yet, is recognised. `fs.anchor` decides what follows from that."""

from __future__ import annotations

import contextlib
import os
from itertools import filterfalse
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs import anchor
from nemowatch.fs.safe_open import open_root
from nemowatch.fs.threads import Disks
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact


class AnchorMemory:
    """An inbox, to which notes are written, its outbox, done and failed, and where its owner file
    and the page are."""

    def __init__(self, watch: Watch, journal: Journal, disks: Disks) -> None:
        own = {watch.workspace, watch.page.parent}
        own -= {watch.inbox}
        self._roots = (watch.inbox, watch.outbox, watch.done, watch.failed, *sorted(own))
        self._journal = journal
        self._watch, self._disks = watch.name, disks
        self._kept: dict[str, anchor.Memory] = {}  # as the journal knows them

    async def hold(self) -> None:
        """Before anything is written there: hold them to what earlier processes saw."""
        known = await self._journal.read(
            lambda conn: facts.table_of(conn, InboxFact.TREES, self._watch)
        )
        self._kept = {name: tuple(seen) for name, seen in known.items()}
        for root in self._roots:
            anchor.hold(root, self._kept.get(str(root), anchor.UNSEEN))

    async def learn(self) -> None:
        """Check those that were not seen yet, and write down what is new."""
        if not all(map(anchor.is_seen, self._roots)):
            await self._disks.run(self._watch, _see, self._roots)
        seen = filter(anchor.is_seen, self._roots)
        now = self._kept | {str(root): anchor.memory(root) for root in seen}
        if now == self._kept:
            return
        await self._journal.write(
            lambda conn: facts.put_table_of(conn, InboxFact.TREES, self._watch, now)
        )
        self._kept = now


def _see(roots: tuple[Path, ...]) -> None:
    """The first of them is the inbox: where it is, the share is."""
    inbox = roots[0]
    for root in filterfalse(anchor.is_seen, roots):
        with contextlib.suppress(LocalError):  # not made yet, or the share is unavailable
            os.close(open_root(root))
        is_share_there = root.parent == inbox.parent and anchor.is_seen(inbox)
        if is_share_there and _is_missing(root):
            anchor.expect_folder(root)


def _is_missing(root: Path) -> bool:
    """Whether nothing at all has its name; False where that cannot be said."""
    try:
        root.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False
