"""What a job's instructions are now: read when a person has the paid turn sent again, since the
folder's prompt.txt may have changed after the file was claimed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nemowatch.content import reading
from nemowatch.errors import LocalError, OrderError, UsageError
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.claim.subtitle_names import tags_of
from nemowatch.intake.scan.paths import as_text, parent
from nemowatch.intake.texts_on_disk import glossary_for, instructions_for
from nemowatch.journal import jobs, source_members, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import Member, MemberRole
from nemowatch.outbox.leaving_project import is_project
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import plan, takes_subtitles
from nemowatch.tasks.records import Drop, Folder, OwnNames


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """A job with what it was made from."""

    job: Job
    source: SourceRow
    clips: list[Member]  #: of the job's item
    scripts: list[Member]

    @property
    def inbox(self) -> Path:
        return Path(self.source.watch)

    @property
    def is_project(self) -> bool:
        return is_project(self.source.path, self.clips)

    @property
    def main(self) -> Member | None:
        """The clip, or the script where there is none."""
        return next(iter([*self.clips, *self.scripts]), None)


def made_from(conn: sqlite3.Connection, job_id: int) -> MadeFrom:
    """What a job was made from. Raises UsageError for no such job."""
    job = jobs.by_id(conn, job_id)
    source = sources.of_job(conn, job)
    clips: list[Member] = []
    scripts: list[Member] = []
    for member in source_members.of_source(conn, source.id):
        if member.role is MemberRole.SCRIPT:
            scripts.append(member)
        elif member.item == job.item:
            clips.append(member)
    return MadeFrom(job, source, clips, scripts)


def current_prompt(asked: MadeFrom, own_names: OwnNames) -> str:
    """The message that the folder asks for now; "" when that cannot be known: the old one is kept.
    Reads the disk.

    Raises UsageError when the folder's instructions cannot be carried out.
    """
    folder = read_folder(as_text(asked.source.folder), own_names)
    main = asked.main
    if not isinstance(folder, Folder) or main is None:
        return ""
    if asked.is_project:  # it keeps what it was claimed with
        return ""
    try:
        order = plan(folder, _drop(asked, main, folder))
    except OrderError as exc:
        raise UsageError(exc.text, cure=exc.cure) from exc
    except (LocalError, OSError):  # the share is unavailable, or the script: the old one is kept
        return ""
    prompts = {target.name: target.prompt for target in order.targets}
    return prompts.get(asked.job.target, "")


def _drop(asked: MadeFrom, main: Member, folder: Folder) -> Drop:
    beside = parent(asked.source.path)
    drop = Drop(
        main.kind,
        main.name,
        prompt=instructions_for(asked.inbox, beside),
        glossary=glossary_for(asked.inbox, beside),
    )
    if takes_subtitles(folder):
        return replace(drop, subtitles=tuple(_subtitles(asked, folder)))
    return replace(drop, script=_script(asked, folder.language_tags))


def _script(asked: MadeFrom, languages: tuple[str, ...]) -> str:
    texts: list[str] = []
    for member in asked.scripts:
        with os.fdopen(open_below(asked.inbox, member.path), "rb") as file:
            name = as_text(member.path)
            texts.append(reading.read_script(file.fileno(), name, languages=languages))
    return "".join(texts)


def _subtitles(asked: MadeFrom, folder: Folder) -> Iterator[tuple[str, str]]:
    """(tag, words with their times) of the clip's subtitles."""
    paths = [member.path for member in asked.scripts]
    for path, tag in tags_of(folder.language_tags, asked.source.path, paths).items():
        with os.fdopen(open_below(asked.inbox, path), "rb") as file:
            languages = folder.language_tags
            yield tag, reading.read_subtitles(file.fileno(), languages=languages)
