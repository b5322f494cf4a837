"""Texts about results that people have put beside the results: each is moved to the inbox folder of
its film, where it is read like any other.

Owns where such texts are looked for: in the folders of the latest results, and only where their
listing has changed. What nemowatch has published is never one, whatever its name. It carries
nothing out (docs/decisions/0032).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import structlog

from nemowatch.clock import Clock
from nemowatch.config.display_paths import from_share
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, SourceChanged, SourceGone
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.instruction_names import request_of
from nemowatch.jobs.job_log import location_of
from nemowatch.journal import requests, results
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot
from nemowatch.outbox.texts_beside_results import OutboxListing, put_back
from nemowatch.retry_memory import NotBefore

log = structlog.get_logger("nemowatch.inbox")

#: Seconds between two looks where `settle` says none: a text that is the same in both has been
#: written.
PAUSE = 10.0
#: Folders of the latest results that are looked into: more would be work for every NAS.
FOLDERS = 50


def _is_text(name: bytes) -> bool:
    return request_of(name) is not None


@dataclass(slots=True)
class _OutboxState:
    """What is known of the outbox of one inbox."""

    changes: int = -1  #: how far the journal had changed
    #: the folders of the latest results -> the inbox folder of their films
    folders: dict[bytes, bytes] = field(default_factory=dict)
    listing: OutboxListing = field(default_factory=lambda: OutboxListing(_is_text))
    #: texts that were there at the last look
    texts: dict[bytes, Snapshot] = field(default_factory=dict)
    problems: dict[bytes, FileProblem] = field(default_factory=dict)


class OutboxTexts:
    """Those of all inboxes."""

    def __init__(self, journal: Journal, disks: Disks, clock: Clock) -> None:
        self._journal = journal
        self._disks = disks
        self._looks = NotBefore[str](clock)
        self._seen: dict[str, _OutboxState] = {}

    async def act_on(self, watch: Watch) -> Iterable[FileProblem]:
        """Move what has been written; returns what people should read about those that cannot be
        moved. Never raises for files."""
        seen = self._seen.setdefault(watch.name, _OutboxState())
        if self._looks.is_due(watch.name):
            self._looks.put_off(watch.name, _pause(watch))
            with contextlib.suppress(LocalError):  # it is unavailable: deliveries say so
                await self._look(watch, seen)
        return seen.problems.values()

    async def _look(self, watch: Watch, seen: _OutboxState) -> None:
        if seen.changes != self._journal.changes:
            seen.changes = self._journal.changes
            seen.folders = await self._journal.read(partial(_folders, watch=watch))
        before = seen.texts
        folders = tuple(seen.folders)
        seen.texts = await self._disks.run(watch.name, seen.listing.texts, watch.outbox, folders)
        for path in seen.problems.keys() - seen.texts.keys():
            del seen.problems[path]
        for path, found in seen.texts.items():
            is_written = found.size > 0 and before.get(path) == found
            if is_written and not await self._is_result(watch, path):
                await self._move(watch, seen, path, found)

    async def _is_result(self, watch: Watch, path: bytes) -> bool:
        """Whether nemowatch has put it there: the transcript of talk.revise.mp4 is called so."""
        whole = os.path.join(os.fsencode(watch.outbox), path)
        return bool(await self._journal.read(lambda conn: results.of_output(conn, whole)))

    async def _move(self, watch: Watch, seen: _OutboxState, path: bytes, found: Snapshot) -> None:
        folder = seen.folders[os.path.dirname(path)]
        there = os.path.join(folder, os.path.basename(path))
        try:
            await self._disks.run(
                watch.name, put_back, watch.outbox, path, found, watch.inbox, folder
            )
        except (SourceGone, SourceChanged):
            return
        except LocalError as exc:
            shown = from_share(watch, watch.outbox / os.fsdecode(path))
            what = f"{shown} is not read there, and could not be moved here: {exc.text}"
            cure = "Move it into this folder, where such texts are read."
            seen.problems[path] = FileProblem(there, folder, what, cure, code="outbox")
        else:
            seen.problems.pop(path, None)
            log.info("text moved from the outbox", **location_of(watch.name, there))


def _pause(watch: Watch) -> float:
    if watch.settle == "auto":
        return PAUSE
    return float(watch.settle)


def _folders(conn: sqlite3.Connection, watch: Watch) -> dict[bytes, bytes]:
    """The folders of the latest results, relative to the outbox, each with that of its film."""
    root = os.fsencode(watch.outbox)
    found: dict[bytes, bytes] = {}
    for result, source in requests.latest(conn, watch.name):
        above = os.path.dirname(result)
        if not above.startswith(root + b"/"):
            continue
        found.setdefault(os.path.relpath(above, root), os.path.dirname(source))
        if len(found) == FOLDERS:
            break
    return found
