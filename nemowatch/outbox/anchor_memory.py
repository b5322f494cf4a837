"""Remembers from start to start which trees of a workspace are folders and no links, and what
they lie on, so that a link that is put in the place of one while nothing runs, or a share that
is not mounted yet, is known for what it is. What follows from that is `fs.anchor`'."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from nemowatch.config import Watch
from nemowatch.errors import LocalError
from nemowatch.fs import anchor
from nemowatch.fs.safe_open import open_root
from nemowatch.fs.threads import Disks
from nemowatch.journal import Journal, facts
from nemowatch.journal.facts import InboxFact


class AnchorMemory:
    """An inbox, to which notes are written, and its outbox, done and failed."""

    def __init__(self, watch: Watch, journal: Journal, disks: Disks) -> None:
        self._trees = (watch.inbox, watch.outbox, watch.done, watch.failed)
        self._journal = journal
        self._watch, self._disks = watch.name, disks
        self._kept: dict[str, anchor.Memory] = {}  # as the journal knows them

    async def hold(self) -> None:
        """Before anything is written there: hold them to what earlier processes saw."""
        kept = await self._journal.read(
            lambda conn: facts.get_of(conn, InboxFact.TREES, self._watch)
        )
        told = json.loads(kept or "{}")
        self._kept = {name: tuple(seen) for name, seen in told.items()}
        for tree in self._trees:
            anchor.hold(tree, self._kept.get(str(tree), anchor.UNSEEN))

    async def learn(self) -> None:
        """Look at those that nobody has seen yet, and write down what is new."""
        if not all(anchor.is_seen(tree) for tree in self._trees):
            await self._disks.run(self._watch, _look, self._trees)
        now = {
            **self._kept,
            **{str(tree): anchor.memory(tree) for tree in self._trees if anchor.is_seen(tree)},
        }
        if now != self._kept:
            text = json.dumps(now)
            await self._journal.write(
                lambda conn: facts.put_of(conn, InboxFact.TREES, self._watch, text)
            )
            self._kept = now


def _look(trees: tuple[Path, ...]) -> None:
    for tree in trees:
        with contextlib.suppress(LocalError):  # not made yet, or the share is away
            os.close(open_root(tree))
