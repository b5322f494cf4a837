"""What `nemowatch check` says of orders: what `nemowatch explain` refuses of the configuration's
recipes and of the folders that are in the inboxes now, it refuses, too. Nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding
from nemowatch.fs.listing import folders_below
from nemowatch.intake.scan.ignore import Ignore, NameClass

if TYPE_CHECKING:
    from pathlib import Path

    from nemowatch.cli.context import CommandContext
    from nemowatch.cli.explain.records import Location
    from nemowatch.config.watch_section import Watch

#: Folders of one inbox that are examined.
MOST_FOLDERS = 200


def recipes(context: CommandContext) -> Iterator[Finding]:
    """The configuration's recipes that cannot be carried out."""
    from nemowatch.cli.explain.records import Location

    for name in context.config.recipes:
        nowhere = Location(context.path.parent / name, None, os.fsencode(name))
        for _, problem, cure in _refused(context, nowhere):
            yield Finding("fail", "recipe", f"recipes.{name}: {problem}", cure)


def folders(context: CommandContext, watch: Watch) -> Iterator[Finding]:
    """The folders of an inbox whose orders cannot be carried out."""
    from nemowatch.cli.explain.records import Location

    ignore = Ignore(watch.ignore)
    for name in islice(sorted(folders_below(watch.inbox)), MOST_FOLDERS):
        if ignore.name(name).kind is not NameClass.WORK:
            continue
        path = watch.inbox / os.fsdecode(name)
        for level, problem, cure in _refused(context, Location(path, watch, name)):
            yield Finding(level, "order", f"{_shown(path)}: {problem}", cure)


def _refused(context: CommandContext, location: Location) -> Iterator[tuple[str, str, str]]:
    """(level, what is wrong, its cure) of an order of which nothing can be made. All else works,
    and a folder's note says the same; one that only lacks its prompt.txt may get it."""
    from nemowatch.cli.explain.folder import ordered_by
    from nemowatch.reporting.inbox_words import about_folder

    record = ordered_by(context, location)
    if not record["readable"]:
        yield "warn", record["problem"], about_folder(record["suggestion"], "").by_hand
        return
    problems = {("warn", order["problem"], order["cure"]) for order in record["orders"]}
    if all(problem for _, problem, _ in problems):
        yield from sorted(problems)


def _shown(path: Path) -> str:
    from nemowatch.cli.formatting import name

    return name(os.fsencode(path))
