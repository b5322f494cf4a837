"""What a task folder's name asks for: its task, languages, prompts and results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nemowatch.cli.explain.location import folder_here, pause_files
from nemowatch.cli.formatting import clean
from nemowatch.journal import account

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.cli.explain.records import Location
    from nemowatch.config.watch_section import Watch
    from nemowatch.model import Target
    from nemowatch.tasks.records import Drop, Folder, Glossary

T = TypeVar("T")


def explain_folder(context: CommandContext, location: Location) -> dict[str, Any]:
    """The record of a task folder: what its name asks for, with its prompt.txt and glossary.txt,
    and what holds it."""
    return {**ordered_by(context, location), **_held(context, location)}


def ordered_by(context: CommandContext, location: Location) -> dict[str, Any]:
    """What its name and its texts order; the journal is not read."""
    from nemowatch.intake.scan.paths import as_text
    from nemowatch.tasks.grammar import read_folder
    from nemowatch.tasks.records import Folder

    raw = location.parts[0] if location.parts else os.fsencode(location.path.name)
    head = {
        "kind": "folder",
        "path": clean(str(location.path)),
        "name": clean(os.fsdecode(raw)),
    }
    own = _own_folder(context.config.watch, location)
    if own:
        return {**head, **_unreadable(own)}
    folder = read_folder(as_text(raw), context.config.own_names)
    if not isinstance(folder, Folder):
        return {**head, **_unreadable(folder.what, folder.suggestion)}

    drops = _examples(folder, prompt_text(location))
    terms = terms_of(location)
    drops = [replace(drop, glossary=terms) for drop in drops]
    return {**head, **_readable(folder, drops)}


def _unreadable(problem: str, suggestion: str = "") -> dict[str, Any]:
    return {"readable": False, "problem": problem, "suggestion": suggestion}


def _readable(folder: Folder, drops: list[Drop]) -> dict[str, Any]:
    from nemowatch.tasks.folder_description import describe

    languages = [{"tag": each.tag, "name": each.name} for each in folder.languages]
    return {
        "readable": True,
        "task": folder.task,
        "stands_for": folder.stands_for,
        "skill": folder.skill,
        "languages": languages,
        "accepts": sorted(kind.value for kind in folder.accepts),
        "prompt_file": any(drop.prompt for drop in drops),
        "glossary_file": any(drop.glossary for drop in drops),
        "orders": [_order(folder, drop) for drop in drops],
        "text": describe(folder),
    }


def _held(context: CommandContext, location: Location) -> dict[str, Any]:
    """{"pauses": the PAUSE files that hold this folder, "paused": whether `nemowatch pause`
    holds everything}."""
    from nemowatch.cli.connection import read_journal

    return {
        "pauses": pause_files(location),
        "paused": read_journal(context, account.is_paused, bool),
    }


def _own_folder(watches: Iterable[Watch], location: Location) -> str:
    """What one of the workspace's own folders is for; "" for any other."""
    if location.watch is None:
        return _beside_an_inbox(watches, location.path)
    if location.parts:
        return ""
    return "This is the inbox itself: task folders go in here."


def _beside_an_inbox(watches: Iterable[Watch], path: Path) -> str:
    """The same of a path that is in no inbox."""
    for watch in watches:
        purposes = _purposes(watch)
        if path in purposes:
            return purposes[path]
    return ""


def _purposes(watch: Watch) -> dict[Path | None, str]:
    """What each of a workspace's folders is for."""
    return {
        watch.root: f"This is the workspace itself: task folders go into {watch.inbox}.",
        watch.outbox: (
            "This is the outbox: results come here, in folders named like their task folders."
        ),
        watch.done: (
            "Here are the files of which everything is done, in folders named like their task"
            " folders."
        ),
        watch.failed: ("Here are the files that failed, each with a note that says why."),
    }


def prompt_text(location: Location) -> str:
    """The prompt that the prompt.txt files here and above give; "" when there is none, or none that
    can be read as text."""
    from nemowatch.intake.texts_on_disk import instructions_for

    return _said_to(location, instructions_for, "")


def terms_of(location: Location) -> Glossary:
    """The terms that the glossary.txt files here and above give; none if one cannot be read."""
    from nemowatch.intake.texts_on_disk import glossary_for
    from nemowatch.tasks.records import NO_TERMS

    return _said_to(location, glossary_for, NO_TERMS)


def _said_to(location: Location, read: Callable[[Path, bytes], T], nothing: T) -> T:
    """What `read` finds in the texts of this folder and those above it."""
    from nemowatch.errors import LocalError, OrderError

    if location.watch is None:
        return nothing
    try:
        return read(location.watch.inbox, folder_here(location))
    except (OSError, LocalError, OrderError):
        return nothing


def _examples(folder: Folder, prompt: str) -> list[Drop]:
    """One example of each kind of drop that the folder accepts."""
    from nemowatch.model import MediaKind
    from nemowatch.tasks.plan import takes
    from nemowatch.tasks.records import Drop

    accepted = takes(folder, prompt)
    suffixes = {MediaKind.VIDEO: "mp4", MediaKind.AUDIO: "mp3", MediaKind.IMAGE: "jpg"}
    media = [kind for kind in suffixes if kind in accepted][:1]
    drops = [Drop(kind, f"clip.{suffixes[kind]}", "", prompt) for kind in media]
    if MediaKind.SCRIPT not in accepted:
        return drops

    drops.append(Drop(MediaKind.SCRIPT, "script.txt", "(the text of script.txt)", prompt))
    for kind in media:
        drops.append(Drop(kind, f"clip.{suffixes[kind]}", "(the text of clip.txt)", prompt))
    return drops


def _order(folder: Folder, drop: Drop) -> dict[str, Any]:
    """What would be made of one drop: each target's prompt and results, or why that is
    impossible."""
    from nemowatch.errors import OrderError
    from nemowatch.model import MediaKind
    from nemowatch.tasks.plan import plan

    paired = drop.kind is not MediaKind.SCRIPT and drop.script
    shown = f"{drop.name} and clip.txt" if paired else drop.name
    try:
        order = plan(folder, drop)
    except OrderError as exc:
        return {"file": shown, "problem": exc.text, "cure": exc.cure, "targets": []}

    targets = []
    for target in order.targets:
        targets.append(
            {
                "target": target.name,
                "prompt": target.prompt,
                "results": result_names(target, drop),
            }
        )
    return {
        "file": shown,
        "skill": order.skill,
        "problem": "",
        "cure": "",
        "targets": targets,
    }


def result_names(target: Target, drop: Drop) -> list[str]:
    """The names of a drop's results for one target."""
    stem = drop.name.rpartition(".")[0]
    return [stem + output.ending for output in target.outputs]
