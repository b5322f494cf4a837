"""What people read about things in an inbox that are neither files nor folders that a scan can
enter.
"""

from __future__ import annotations

import errno
import os

from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.scanner import TOO_DEEP, Entry, EntryKind


def oddity(entry: Entry) -> FileProblem:
    """What people read about this entry, which is not a file."""
    if entry.kind is EntryKind.CLOSED:
        why = entry.what.lower() or "no reason given"
        what = f"This folder cannot be read by nemowatch ({why})."
        cure = _closed_cure(entry.what)
        code = "permission"
    else:
        what = f"It is {entry.what}, not a file; nemowatch leaves it alone."
        cure = "Copy the file itself here."
        code = "not a file"
    return FileProblem(entry.path, entry.folder, what, cure, code=code)


def _closed_cure(why: str) -> str:
    if why in (os.strerror(errno.EACCES), os.strerror(errno.EPERM)):
        return "Give the user that runs nemowatch permission to read it."
    if why == TOO_DEEP:
        return "Move the files that are in it to a folder higher up."
    return "If a disk or a share is mounted there, mount it again; work then resumes by itself."
