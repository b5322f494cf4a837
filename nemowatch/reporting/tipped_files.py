"""Which files have tips for better results. It reads the journal, and decides nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from nemowatch.journal import tips
from nemowatch.journal.jobs import ListedJob

#: The most files for which tips are shown: those that are being worked on, or were lately.
MOST_TIPPED = 20


@dataclass(frozen=True, slots=True)
class TippedFile:
    """A file with its tips for better results."""

    path: bytes  #: relative to the inbox
    folder: bytes
    text: str


def tipped(conn: sqlite3.Connection, rows: Iterable[ListedJob]) -> Iterator[TippedFile]:
    """The files of these jobs that have tips, each file once; only the latest of them."""
    by_source: dict[int, ListedJob] = {}
    for row in rows:
        by_source.setdefault(row.job.source_id, row)
    for source_id, row in islice(by_source.items(), MOST_TIPPED):
        for text in tips.of_source(conn, source_id):
            yield TippedFile(row.path, row.folder, text)
