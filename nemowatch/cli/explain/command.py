"""`nemowatch explain PATH`: what a folder's name asks for, or what becomes of a file and why it
waits. No network, no change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import options
from nemowatch.cli.formatting import clean, name
from nemowatch.journal import account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemowatch.cli.context import CommandContext
    from nemowatch.config import Watch
    from nemowatch.tasks import Drop, Folder

PathArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="A task folder, or just its name; a file in one; or what became of a file.",
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path lies."""

    path: Path  #: absolute
    watch: Watch | None  #: None: in no inbox
    relative: bytes = b""  #: to the inbox; empty for the inbox itself

    @property
    def parts(self) -> list[bytes]:
        """The names below the inbox."""
        return [part for part in self.relative.split(b"/") if part]


def explain(
    path: PathArgument, as_json: options.Json = False, config: options.Config = None
) -> None:
    """Explain a folder's order, or why a file waits.

    A folder: task, languages, prompt, results. A file: every decision about it. A result, or a
    source in done or failed: its job, what it cost, and how to have it made again. Nothing is
    sent or changed.
    """
    from nemowatch.cli.context import find_setting
    from nemowatch.cli.explain.file import explain_file
    from nemowatch.cli.explain.result import explain_result
    from nemowatch.cli.output import print_json

    setting = find_setting(config)
    place = locate(setting.config.watch, path)
    if is_folder(place):
        record = explain_folder(setting, place)
        lines = _folder_lines(record, setting.option)
    else:
        record = explain_result(setting, place) or explain_file(setting, place)
        lines = _file_lines(record)
    if as_json:
        print_json(record)
    else:
        print("\n".join(clean(line) for line in lines))


def locate(watches: Iterable[Watch], path: Path) -> Place:
    """Which inbox a path lies in: as it is, else below an inbox (`dub-es/clip.mp4`)."""
    known = list(watches)
    absolute = Path(os.path.normpath(path.absolute()))
    for watch in known:
        for place, inbox in (
            (absolute, watch.inbox),
            (_real(absolute), Path(os.path.realpath(watch.inbox))),
        ):
            if place.is_relative_to(inbox):
                return Place(
                    absolute, watch, os.fsencode(place.relative_to(inbox)).removeprefix(b".")
                )
    if not path.is_absolute() and not _exists(absolute):
        for watch in known:  # "outbox/dub-es/clip.es.mp4", as the share shows it
            if watch.root is not None and _exists(watch.root / path) and path.name:
                return locate(known, watch.root / path)
        for watch in known:
            below = Path(os.path.normpath(watch.inbox / path))
            if below.is_relative_to(watch.inbox) and _exists(watch.inbox / path.parts[0]):
                return Place(below, watch, os.fsencode(below.relative_to(watch.inbox)))
    return Place(absolute, None, os.fsencode(absolute.name))


def _real(path: Path) -> Path:
    """The path with links above it resolved; the file itself may be a link, which is refused,
    not followed."""
    return Path(os.path.realpath(path.parent)) / path.name


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def is_folder(place: Place) -> bool:
    """Whether this is about a folder: one that exists, or a name that no file has."""
    if _exists(place.path):
        return place.path.is_dir()
    if place.watch is not None:
        return len(place.parts) < 2
    return not place.path.suffix and not _exists(place.path.parent / place.path.name)


def explain_folder(setting: CommandContext, place: Place) -> dict[str, Any]:
    """The whole meaning of a task folder's name, with its prompt.txt."""
    from nemowatch.intake.scan.folders import as_text
    from nemowatch.tasks import Folder, describe, read_folder

    raw = place.parts[0] if place.parts else os.fsencode(place.path.name)
    record: dict[str, Any] = {
        "kind": "folder",
        "path": clean(str(place.path)),
        "name": clean(os.fsdecode(raw)),
    }
    if place.watch is not None and not place.parts:
        return record | {
            "readable": False,
            "problem": "This is the inbox itself: task folders stand in it.",
            "suggestion": "",
            **_held(setting, place),
        }
    if place.watch is None and (tree := _tree(setting.config.watch, place.path)):
        return record | {
            "readable": False,
            "problem": tree,
            "suggestion": "",
            **_held(setting, place),
        }
    folder = read_folder(as_text(raw), setting.config.recipes)
    if not isinstance(folder, Folder):
        return record | {
            "readable": False,
            "problem": folder.what,
            "suggestion": folder.suggestion,
            **_held(setting, place),
        }
    prompt = prompt_text(place.watch.inbox / os.fsdecode(raw) if place.watch else place.path)
    return record | {
        "readable": True,
        "task": folder.task,
        "skill": folder.skill,
        "languages": [
            {"tag": language.tag, "name": language.name} for language in folder.languages
        ],
        "accepts": sorted(kind.value for kind in folder.accepts),
        "prompt_file": bool(prompt),
        "orders": [_order(folder, drop) for drop in _examples(folder, prompt)],
        "text": describe(folder),
        **_held(setting, place),
    }


def _tree(watches: Iterable[Watch], path: Path) -> str:
    """What one of the workspace's own folders is for; "" for every other."""
    for watch in watches:
        known = {
            watch.root: f"This is the workspace itself: task folders stand in {watch.inbox}.",
            watch.outbox: (
                "This is the outbox: results come here, in folders called like their task folders."
            ),
            watch.done: (
                "Here are the files of which everything is done, in folders called like their task"
                " folders."
            ),
            watch.failed: (
                "Here are the files that could not be done, each with a note that says why."
            ),
        }
        if path in known:
            return known[path]
    return ""


def _held(setting: CommandContext, place: Place) -> dict[str, Any]:
    """{"pauses": the PAUSE files that hold this folder, "paused": whether `nemowatch pause`
    holds everything}."""
    from nemowatch.cli.connection import read_journal

    return {"pauses": pause_files(place), "paused": read_journal(setting, account.is_paused, bool)}


def pause_files(place: Place) -> list[str]:
    """The PAUSE files that hold what lies at this place: one of the inbox itself, one of its
    task folder."""
    from nemowatch.intake.scan.pauses import lying_in

    if place.watch is None:
        return []
    found = (
        lying_in(place.watch.inbox, folder) for folder in dict.fromkeys((b"", *place.parts[:1]))
    )
    return [name(os.fsencode(place.watch.inbox / os.fsdecode(file))) for file in found if file]


def prompt_text(folder: Path) -> str:
    """What the folder's prompt.txt says; "" when there is none, or none that can be read as
    text."""
    from nemowatch.errors import OrderError
    from nemowatch.intake.scan.ignore import PROMPT_NAMES, folded
    from nemowatch.tasks import decode_text

    try:
        names = [
            entry for entry in os.listdir(os.fsencode(folder)) if folded(entry) in PROMPT_NAMES
        ]
        return decode_text((folder / os.fsdecode(min(names))).read_bytes()) if names else ""
    except (OSError, OrderError):
        return ""


def _examples(folder: Folder, prompt: str) -> list[Drop]:
    """One drop of each shape that the folder knows."""
    from nemowatch.model import MediaKind
    from nemowatch.tasks import Drop, takes

    accepted = takes(folder, prompt)
    suffixes = ((MediaKind.VIDEO, "mp4"), (MediaKind.AUDIO, "mp3"), (MediaKind.IMAGE, "jpg"))
    media = [(kind, f"clip.{suffix}") for kind, suffix in suffixes if kind in accepted][:1]
    drops = [Drop(kind, name, "", prompt) for kind, name in media]
    if MediaKind.SCRIPT in accepted:
        drops.append(Drop(MediaKind.SCRIPT, "script.txt", "(the text of script.txt)", prompt))
        drops += [Drop(kind, name, "(the text of clip.txt)", prompt) for kind, name in media]
    return drops


def _order(folder: Folder, drop: Drop) -> dict[str, Any]:
    """What one drop would give: each target's prompt and results, or why it cannot be done."""
    from nemowatch.errors import OrderError
    from nemowatch.model import MediaKind
    from nemowatch.tasks import plan

    paired = drop.kind is not MediaKind.SCRIPT and drop.script
    shown = f"{drop.name} and clip.txt" if paired else drop.name
    try:
        order = plan(folder, drop)
    except OrderError as exc:
        return {"file": shown, "problem": exc.text, "cure": exc.cure, "targets": []}
    stem = drop.name.rpartition(".")[0]
    targets = [
        {
            "target": t.name,
            "prompt": t.prompt,
            "results": [stem + output.ending for output in t.outputs],
        }
        for t in order.targets
    ]
    return {"file": shown, "skill": order.skill, "problem": "", "cure": "", "targets": targets}


def _folder_lines(record: dict[str, Any], option: str) -> list[str]:
    lines = [f"Folder {record['name']}"]
    lines += [
        f"  It is paused by the file {file}: delete it to go on." for file in record["pauses"]
    ]
    if record["paused"]:
        lines.append(
            f"  Everything is paused by nemowatch pause; to go on: nemowatch resume{option}"
        )
    if not record["readable"]:
        lines.append(f"  {record['problem']}")
        return (
            [*lines, f"  The nearest name that works: {record['suggestion']}"]
            if record["suggestion"]
            else lines
        )
    lines += [f"  {line}" for line in record["text"]]
    if record["prompt_file"]:
        lines.append("  Its prompt.txt is part of the prompts below.")
    for order in record["orders"]:
        lines += ["", f"  {order['file']}"]
        if order["problem"]:
            lines += [f"    {order['problem']}", f"    {order['cure']}"]
        for target in order["targets"]:
            said = target["prompt"].splitlines()
            lines += [
                f"    {target['target']}: {', '.join(target['results'])}",
                *(f"      {part}" for part in said),
            ]
    return lines


def _file_lines(record: dict[str, Any]) -> list[str]:
    marks = {"ok": "+", "wait": "~", "no": "-", "info": " "}
    lines = [f"File {record['path']}"]
    lines += [f"  {marks[step['result']]} {step['text']}" for step in record["steps"]]
    return [*lines, "", *record["verdict"].splitlines()]
