"""Where files that a folder does not accept could go instead: folders that exist, or else those
that people could make. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.paths import as_text
from nemowatch.model import MediaKind
from nemowatch.tasks.plan import folders_for

#: The most folders that are named as examples.
MOST_EXAMPLES = 3


def taking(kind: MediaKind, there: Iterable[bytes], book: FolderBook) -> list[str]:
    """Names of task folders that accept files of this kind: those that are `there`, else some that
    could be made."""
    own = [as_text(folder) for folder in there if kind in book.kinds(folder)]
    return sorted(own)[:MOST_EXAMPLES] or folders_for(kind)[:MOST_EXAMPLES]


def move_there(kinds: Collection[MediaKind], there: Iterable[bytes], book: FolderBook) -> str:
    """The cure for files that their own folder does not accept. `kinds`: what they are."""
    if not kinds:
        return "No folder accepts such files: move them out of the inbox."

    folders = list(there)
    names: list[str] = []
    for kind in sorted(kinds):
        names += taking(kind, folders, book)
    named = ", ".join(f'"{name}"' for name in dict.fromkeys(names))
    return f"Move each into a folder that accepts it ({named}), or out of the inbox."
