"""What a job's instructions are now: asked when a person has the paid turn sent again, by which
time the folder's prompt.txt may say more than it did when the file was claimed.

Found out over the journal, read from the disk, and only then ordered, like the files that
`returns` brings back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemowatch.config import Recipe
from nemowatch.errors import LocalError, OrderError, SourceGone, UsageError
from nemowatch.fs.listing import names_in
from nemowatch.fs.safe_open import folder_of, read_below
from nemowatch.intake.scan.folders import as_text
from nemowatch.intake.scan.ignore import PROMPT_NAMES, folded
from nemowatch.journal import jobs, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import Member, MemberRole
from nemowatch.tasks import Drop, Folder, decode_text, plan, read_folder, read_script

#: Bytes of an instruction or a script that are read: intake took no larger ones.
LARGEST = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """A job whose paid turn is to be sent again, with what it was made from."""

    job: Job
    source: SourceRow
    members: tuple[Member, ...]  #: of the job's item, and its script


def needed(conn: sqlite3.Connection, command: str, args: Mapping[str, Any]) -> Asked | None:
    """The job whose instructions an order needs anew; None for every other order. Raises
    UsageError for no such job."""
    if command != "resolve" or args.get("how") != "resend":
        return None
    job = jobs.by_id(conn, int(args["job"]))
    row = sources.by_id(conn, job.source_id)
    if row is None:
        return None
    own = [
        m
        for m in sources.members(conn, row.id)
        if m.item == job.item or m.role is MemberRole.SCRIPT
    ]
    return Asked(job, row, tuple(own))


def prompt_now(asked: Asked | None, recipes: Mapping[str, Recipe]) -> str:
    """The message that the folder asks for now; "" when nobody can tell, and the old one stands.
    Reads the disk.

    Raises UsageError when the folder's instructions cannot be carried out.
    """
    if asked is None:
        return ""
    folder = read_folder(as_text(asked.source.folder), recipes)
    main = next(
        (m for m in asked.members if m.role is not MemberRole.SCRIPT),
        next(iter(asked.members), None),
    )
    if not isinstance(folder, Folder) or main is None:
        return ""
    inbox = Path(asked.source.watch)
    try:
        text = _read(inbox, [m.path for m in asked.members if m.role is MemberRole.SCRIPT])
        order = plan(
            folder, Drop(main.kind, main.name, text, _instructions(inbox, asked.source.folder))
        )
    except OrderError as exc:
        raise UsageError(exc.text, cure=exc.cure) from exc
    except (LocalError, OSError):  # the share is away, or the script: what was claimed still stands
        return ""
    return next((target.prompt for target in order.targets if target.name == asked.job.target), "")


def _read(inbox: Path, scripts: Iterable[bytes]) -> str:
    return "".join(
        read_script(
            read_below(inbox, path, LARGEST), "." + as_text(path).rpartition(".")[2].lower()
        )
        for path in scripts
    )


def _instructions(inbox: Path, folder: bytes) -> str:
    """What the folder's prompt.txt says; "" without one."""
    with suppress(SourceGone), folder_of(inbox, folder) as opened:
        names = [name for name in names_in(opened) if folded(name) in PROMPT_NAMES]
        if names:
            return decode_text(read_below(inbox, folder + b"/" + min(names), LARGEST))
    return ""
