"""Where else files could go that a folder does not take: the folders that people have, else those
that they could make. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.paths import as_text
from nemowatch.model import MediaKind
from nemowatch.tasks.plan import folders_for

#: Folders that are named as examples.
MOST_EXAMPLES = 3


def taking(kind: MediaKind, there: Iterable[bytes], book: FolderBook) -> list[str]:
    """Names of task folders that take files of this kind: those of them that are `there`, else
    such as can be made."""
    own = [as_text(folder) for folder in there if kind in book.kinds(folder)]
    return sorted(own)[:MOST_EXAMPLES] or folders_for(kind)[:MOST_EXAMPLES]


def move_there(kinds: Collection[MediaKind], there: Iterable[bytes], book: FolderBook) -> str:
    """What to do with files that their own folder does not take. `kinds`: what they are."""
    if not kinds:
        return "No folder accepts such files: move them out of the inbox."

    folders = list(there)
    names: list[str] = []
    for kind in sorted(kinds):
        names += taking(kind, folders, book)
    named = ", ".join(f'"{name}"' for name in dict.fromkeys(names))
    return f"Move each into a folder that accepts it ({named}), or out of the inbox."
