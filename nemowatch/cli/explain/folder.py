"""What a task folder's name asks for, with its prompt.txt. Looks, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nemowatch.cli.connection import read_journal
from nemowatch.cli.context import CommandContext
from nemowatch.cli.explain.place import Place, pause_files, prompt_text
from nemowatch.cli.formatting import clean
from nemowatch.config import Watch
from nemowatch.errors import OrderError
from nemowatch.intake.scan.folders import as_text
from nemowatch.journal import account
from nemowatch.model import MediaKind
from nemowatch.tasks import Drop, Folder, describe, plan, read_folder, takes


def explain_folder(setting: CommandContext, place: Place) -> dict[str, Any]:
    """The whole meaning of a task folder's name, with its prompt.txt."""
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
    return {"pauses": pause_files(place), "paused": read_journal(setting, account.is_paused, bool)}


def _examples(folder: Folder, prompt: str) -> list[Drop]:
    """One drop of each shape that the folder knows."""
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
