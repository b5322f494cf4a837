"""Writes "How to use these folders.txt" beside the folders, once, and again when its text changes.
One that a person has deleted or changed is left alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path

import structlog

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs.listing import names_below
from nemowatch.fs.threads import Disks
from nemowatch.i18n.language import LANGUAGES, in_language
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.watch.health import ONLINE
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.outbox.note_file import Wrote, write_note
from nemowatch.reporting.grouping import grouped
from nemowatch.reporting.guide import NAME, guide
from nemowatch.tasks.records import OwnNames

log = structlog.get_logger("nemowatch.page")


class GuideFile:
    """The guide of every workspace."""

    def __init__(self, journal: Journal, inboxes: Mapping[str, Inbox], disks: Disks) -> None:
        self._journal = journal
        self._inboxes = inboxes
        self._disks = disks
        self._settled: set[Path] = set()  #: folders that need no further check

    async def write(self, own_names: OwnNames) -> None:
        """Write it where it is missing; an unavailable share gets it later."""
        beside = grouped(self._inboxes.values(), attrgetter("watch.page.parent"))
        for folder, own in beside.items():
            is_there = all(inbox.health.state in ONLINE for inbox in own)
            if is_there and folder not in self._settled:
                self._settled.add(folder)
                await self._write(folder, own, own_names)

    async def _write(self, folder: Path, own: Sequence[Inbox], own_names: OwnNames) -> None:
        name = own[0].watch.name
        last = await self._journal.read(lambda conn: facts.get_of(conn, InboxFact.GUIDE, name))
        watches = [inbox.watch for inbox in own]
        text = guide(watches, own_names)
        work = partial(put_guide, folder, text, last, _in_each_language(watches, own_names))
        try:
            wrote = await self._disks.run(name, work)
        except LocalError as exc:
            log.warning("the guide could not be written", folder=str(folder), why=exc.text)
            return
        if wrote is not Wrote.FOREIGN and text != last:
            await self._journal.write(lambda conn: facts.put_of(conn, InboxFact.GUIDE, name, text))


def _in_each_language(watches: Sequence[Watch], own_names: OwnNames) -> Iterator[str]:
    """The guides that `init` or an earlier daemon may have written. Each is made when it is needed,
    which is only to compare a guide of which the journal does not know."""
    for language in LANGUAGES:
        with in_language(language):
            text = guide(watches, own_names)
        yield text


def put_guide(folder: Path, text: str, last: str = "", others: Iterable[str] = ()) -> Wrote:
    """Write the guide into an existing folder. `last`: what was written there before, "" when that
    is not known; `others`: which texts of ours may be there in that case. Raises LocalError."""
    was_deleted = last != "" and os.fsencode(NAME) not in names_below(folder, b"")
    if was_deleted:
        return Wrote.FOREIGN
    wrote = write_note(folder, folder / NAME, text, last)
    if last:
        return wrote
    for other in others:
        if wrote is not Wrote.FOREIGN:
            return wrote
        wrote = write_note(folder, folder / NAME, text, other)
    return wrote
