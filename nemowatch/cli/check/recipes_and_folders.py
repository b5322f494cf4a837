"""What `nemowatch check` says about orders: of the configuration's recipes and the folders that are
in the inboxes now, it refuses whatever `nemowatch explain` refuses. Nothing is sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding
from nemowatch.fs.listing import entries, folders_below, walk_folders
from nemowatch.intake.scan.ignore import WORK, Ignore

if TYPE_CHECKING:
    from pathlib import Path

    from nemowatch.cli.context import CommandContext
    from nemowatch.cli.explain.records import Location
    from nemowatch.config.watch_section import Watch
    from nemowatch.model import MediaKind
    from nemowatch.tasks.records import Folder

#: The most folders of one inbox that are checked.
MOST_FOLDERS = 200


def recipes(context: CommandContext) -> Iterator[Finding]:
    """A finding for each recipe of the configuration that cannot be carried out."""
    from nemowatch.cli.explain.records import Location

    for name in context.config.recipes:
        nowhere = Location(context.path.parent / name, None, os.fsencode(name))
        for _, problem, cure in _refused(context, nowhere):
            yield Finding("fail", "recipe", f"recipes.{name}: {problem}", cure)


def folders(context: CommandContext, watch: Watch) -> Iterator[Finding]:
    """A finding for each folder of an inbox whose order cannot be carried out."""
    from nemowatch.cli.explain.records import Location

    ignore = Ignore(watch.ignore)
    for name in islice(sorted(folders_below(watch.inbox)), MOST_FOLDERS):
        if not ignore.is_work(name, folder=True):
            continue
        path = watch.inbox / os.fsdecode(name)
        location = Location(path, watch, name)
        own = _needing_a_prompt(context, name)
        refused = _refused(context, location) if own is None else _without_prompt(own, location)
        for level, problem, cure in refused:
            yield Finding(level, "order", f"{_shown(path)}: {problem}", cure)


def _refused(context: CommandContext, location: Location) -> Iterator[tuple[str, str, str]]:
    """(level, what is wrong, its cure) of an order that cannot be carried out. Everything else
    works, and the folder's note says the same."""
    from nemowatch.cli.explain.folder import ordered_by
    from nemowatch.reporting.inbox_words import about_folder

    record = ordered_by(context, location)
    if not record["readable"]:
        yield "warn", record["problem"], about_folder(record["suggestion"], "").by_hand
        return
    problems = {("warn", order["problem"], order["cure"]) for order in record["orders"]}
    if all(problem for _, problem, _ in problems):
        yield from sorted(problems)


def _needing_a_prompt(context: CommandContext, name: bytes) -> Folder | None:
    """The folder, if only a prompt.txt says what is made in it; otherwise None."""
    from nemowatch.intake.scan.paths import as_text
    from nemowatch.tasks.grammar import read_folder
    from nemowatch.tasks.kinds import kind_of
    from nemowatch.tasks.records import Folder

    folder = read_folder(as_text(name), context.config.own_names)
    if isinstance(folder, Folder) and kind_of(folder).needs_prompt:
        return folder
    return None


def _without_prompt(folder: Folder, location: Location) -> Iterator[tuple[str, str, str]]:
    """The same for the first file without a prompt.txt in its folder or above. Each folder below
    may have its own, and an empty folder still waits for both."""
    from nemowatch.cli.explain.folder import prompt_text
    from nemowatch.errors import OrderError
    from nemowatch.tasks.plan import plan
    from nemowatch.tasks.records import Drop

    for relative, media in _media_below(folder, location):
        below = os.path.join(location.relative, relative).rstrip(b"/")
        inside = replace(location, path=location.path / os.fsdecode(relative), relative=below)
        if prompt_text(inside):
            continue
        name, kind = media
        try:
            plan(folder, Drop(kind, os.fsdecode(name), "", ""))
        except OrderError as exc:
            yield "warn", exc.text, exc.cure
            return


def _media_below(
    folder: Folder, location: Location
) -> Iterator[tuple[bytes, tuple[bytes, MediaKind]]]:
    """(path of a folder, its first file that is work for this task) of each folder below that has
    one."""
    ignore = Ignore(location.watch.ignore if location.watch else ())
    for relative, opened in islice(walk_folders(location.path), MOST_FOLDERS):
        if relative and ignore.path(relative, folder=True) != WORK:
            continue
        for media in islice(_media_in(opened, ignore, folder), 1):
            yield relative, media


def _media_in(opened: int, ignore: Ignore, folder: Folder) -> Iterator[tuple[bytes, MediaKind]]:
    """(name, kind) of each file of an open folder that is work for this task, by name."""
    from nemowatch.content.kinds import kind_by_name

    for name, at in sorted(entries(opened), key=itemgetter(0)):
        kind = kind_by_name(name)
        is_file = at is not None and stat.S_ISREG(at.st_mode)
        if is_file and kind in folder.accepts and ignore.is_work(name):
            yield name, kind


def _shown(path: Path) -> str:
    from nemowatch.cli.formatting import name

    return name(os.fsencode(path))
