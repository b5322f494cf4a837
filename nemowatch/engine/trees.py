"""Remembers from start to start which trees of a workspace are folders and no links, so that a link that is put in the place
of one while nothing runs is known for what it is. What follows from that is `outbox.roots`'."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path

from nemowatch.config import Watch
from nemowatch.engine.disks import Disks
from nemowatch.errors import LocalError
from nemowatch.journal import Journal, facts
from nemowatch.outbox import roots
from nemowatch.outbox.tree import open_root


class Trees:
    """The outbox, done and failed of one inbox."""

    def __init__(self, watch: Watch, journal: Journal, disks: Disks) -> None:
        self._trees = (watch.outbox, watch.done, watch.failed)
        self._fact = f"trees {watch.name}"
        self._journal = journal
        self._disk = disks.of(watch.name)
        self._kept: list[str] = []  # plain ones, as the journal knows them

    async def hold(self) -> None:
        """Before anything is written there: hold them to what earlier processes saw."""
        told = json.loads(await self._journal.read(lambda conn: facts.get(conn, self._fact)) or "[]")
        self._kept = sorted(str(tree) for tree in self._trees if str(tree) in told)
        for tree in self._trees:
            roots.hold(tree, plain=str(tree) in told)

    async def learn(self) -> None:
        """Look at those that nobody has seen yet, and write down what is new."""
        if len(self._kept) == len(self._trees):
            return
        plain = await asyncio.get_running_loop().run_in_executor(self._disk, _look, self._trees)
        if plain != self._kept:
            await self._journal.write(lambda conn: facts.put(conn, self._fact, json.dumps(plain)))
            self._kept = plain


def _look(trees: tuple[Path, ...]) -> list[str]:
    """Those that are plain, also by what was seen before."""
    for tree in trees:
        with contextlib.suppress(LocalError):  # not made yet, or the share is away
            os.close(open_root(tree))
    return sorted(str(tree) for tree in trees if roots.is_plain(tree))
