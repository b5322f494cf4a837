"""Finds where a path is that a person names: in which inbox, and whether as a folder or a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.explain.records import Location
from nemowatch.cli.formatting import name

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch
    from nemowatch.intake.scan.folder_instructions import FolderInstructions
    from nemowatch.intake.scan.project_folders import ProjectFolder


def locate(watches: Iterable[Watch], path: Path) -> Location:
    """In which inbox a path is: as given, or else below an inbox (`dub-es/clip.mp4`)."""
    known = list(watches)
    absolute = Path(os.path.normpath(path.absolute()))
    for watch in known:
        relative = _relative(absolute, watch.inbox)
        if relative is not None:
            return Location(absolute, watch, relative)

    if not path.is_absolute() and not exists(absolute):
        found = _below_a_root(known, path) or _below_an_inbox(known, path)
        if found is not None:
            return found
    return Location(absolute, None, os.fsencode(absolute.name))


def below(path: Path, folder: Path) -> Path | None:
    """The path as nemowatch writes it, whatever links lead to it; None when it is not below this
    folder."""
    if path.is_relative_to(folder):
        return path
    real = _real(path)
    real_folder = Path(os.path.realpath(folder))
    if real.is_relative_to(real_folder):
        return folder / real.relative_to(real_folder)
    return None


def _relative(path: Path, inbox: Path) -> bytes | None:
    """The path relative to the inbox; None when it is not below it."""
    found = below(path, inbox)
    if found is None:
        return None
    return os.fsencode(found.relative_to(inbox)).removeprefix(b".")


def _below_a_root(watches: list[Watch], path: Path) -> Location | None:
    """The location of a path like "outbox/dub-es/clip.es.mp4", as people see it on the share."""
    if not path.name:
        return None
    roots = filter(None, [watch.root for watch in watches])
    for root in roots:
        if exists(root / path):
            return locate(watches, root / path)
    return None


def _below_an_inbox(watches: list[Watch], path: Path) -> Location | None:
    """The location of a path like "dub-es/clip.mp4"."""
    for watch in watches:
        whole = Path(os.path.normpath(watch.inbox / path))
        if whole.is_relative_to(watch.inbox) and exists(watch.inbox / path.parts[0]):
            return Location(whole, watch, os.fsencode(whole.relative_to(watch.inbox)))
    return None


def _real(path: Path) -> Path:
    """The path with the links above it resolved. The file itself may be a link, which is refused
    and not followed."""
    return Path(os.path.realpath(path.parent)) / path.name


def exists(path: Path) -> bool:
    """Whether anything has this path, even a link."""
    return os.path.lexists(path)


def is_folder(location: Location) -> bool:
    """Whether this is about a folder: one that exists, or a name that is not a file's."""
    if exists(location.path):
        return location.path.is_dir()
    if location.watch is not None:
        return len(location.parts) < 2
    return not _has_a_file_ending(os.fsencode(location.path.name))


def _has_a_file_ending(name: bytes) -> bool:
    """Whether a name has a file's ending; what follows the dot in "dub.es" is a language."""
    from nemowatch.content.endings import kind_after
    from nemowatch.content.kinds import kind_by_name
    from nemowatch.intake.scan.paths import as_text
    from nemowatch.tasks.kinds import beginning

    if b"." not in name:
        return False
    if kind_by_name(name) or kind_after(name):
        return True
    kind, _ = beginning(as_text(name.partition(b".")[0]).replace("-", " ").split())
    return kind is None


def project_at(context: CommandContext, location: Location) -> ProjectFolder | None:
    """The folder with a project's name, if the path is one in an inbox."""
    from nemowatch.intake.scan.project_names import Named, named

    if location.watch is None or len(location.parts) < 2:
        return None
    if named(location.parts[-1]) is Named.NOT:
        return None
    from nemowatch.intake.scan.folders import FolderBook

    found = FolderBook(context.config.own_names).project(location.relative)
    if found is None or found.path != location.relative:
        return None
    return found


def is_left_project(location: Location) -> bool:
    """Whether this is a project that has left its inbox."""
    from nemowatch.intake.scan.project_names import Named, named

    is_elsewhere = location.watch is None and location.path.is_dir()
    return is_elsewhere and named(os.fsencode(location.path.name)) is Named.EXACTLY


def folder_here(location: Location) -> bytes:
    """The folder that this is about, or that it is in; relative to the inbox."""
    if is_folder(location):
        return location.relative
    return location.relative.rpartition(b"/")[0]


def instructions_above(location: Location) -> list[FolderInstructions]:
    """The instructions that apply here: those in the folder and above, the inbox itself first."""
    from nemowatch.intake.scan.ignore import Ignore
    from nemowatch.intake.scan.paths import lineage
    from nemowatch.intake.scan.pauses import held_in

    watch = location.watch
    if watch is None:
        return []
    ignore = Ignore(watch.ignore)
    return [held_in(watch.inbox, folder, ignore) for folder in lineage(folder_here(location))]


def pause_files(location: Location) -> list[str]:
    """The PAUSE files that hold this location."""
    if location.watch is None:
        return []
    inbox = os.fsencode(location.watch.inbox)
    files = filter(None, [held.paused for held in instructions_above(location)])
    return [name(os.path.join(inbox, file)) for file in files]
