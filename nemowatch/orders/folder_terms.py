"""The names and terms of a job's folder, for a person's words about that job: a glossary goes with
every turn."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nemowatch.errors import LocalError, OrderError, UsageError
from nemowatch.intake.scan.paths import as_text, parent
from nemowatch.intake.texts_on_disk import glossary_for
from nemowatch.journal import jobs, sources
from nemowatch.journal.sources import SourceRow
from nemowatch.orders.site import Site
from nemowatch.tasks.glossary import glossary_words
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.records import NO_TERMS, Folder, Glossary


class FolderTerms:
    """Those that go with words about one job."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._target = ""
        self._source: SourceRow  # known once it is prepared
        self._words = ""

    def prepare(self, conn: sqlite3.Connection) -> None:
        """Find out which folder it is. Raises UsageError."""
        job = jobs.by_id(conn, self._job_id)
        self._target = job.target
        self._source = sources.of_job(conn, job)

    async def read(self, site: Site) -> None:
        """Read them from the disk. Raises UsageError for a glossary.txt that cannot be read."""
        source = self._source
        folder = read_folder(as_text(source.folder), site.own_names())
        if not isinstance(folder, Folder):
            return
        glossary = await site.run(source.watch, lambda: _terms_of(source))
        own = [language for language in folder.languages if language.tag == self._target]
        self._words = glossary_words(glossary, own or folder.languages)

    def added_to(self, text: str) -> str:
        """What is said, with them."""
        if not self._words:
            return text
        return f"{text}\n\n{self._words}"


def _terms_of(source: SourceRow) -> Glossary:
    try:
        return glossary_for(Path(source.watch), parent(source.path))
    except OrderError as exc:
        raise UsageError(f"Its glossary.txt cannot be used. {exc.text}", cure=exc.cure) from exc
    except (LocalError, OSError):  # the share is away: the agent was told them before
        return NO_TERMS
