"""The records of `nemowatch explain` as lines for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nemowatch.reporting import inbox_words
from nemowatch.tasks.folder_description import hint_lines
from nemowatch.tasks.records import OwnNames

#: The mark before each decision.
MARKS = {"ok": "+", "wait": "~", "no": "-", "info": " "}


def folder_lines(record: dict[str, Any], option: str, own_names: OwnNames) -> list[str]:
    """The lines about a folder: what holds it, then what it asks for, or why it cannot be read."""
    lines = [f"Folder {record['name']}", *_paused(record, option)]
    if record["readable"]:
        return [*lines, *_meaning(record)]

    lines.append(f"  {record['problem']}")
    if record["suggestion"]:
        return [*lines, f"  {inbox_words.about_folder(record['suggestion'], '').by_hand}"]
    return [*lines, "  Names that work, for example:", *_indented(hint_lines(own_names), 4)]


def _paused(record: dict[str, Any], option: str) -> list[str]:
    lines = []
    for file in record["pauses"]:
        lines.append(f"  It is paused by the file {file}. {inbox_words.PAUSE_FILE.by_hand}")
    if record["paused"]:
        lines.append("  Everything is paused by nemowatch pause. To resume:")
        lines += _indented(inbox_words.PAUSED_ALL.typed(option), 4)
    return lines


def _indented(lines: Iterable[str], depth: int) -> Iterator[str]:
    indent = " " * depth
    for line in lines:
        yield indent + line


def _meaning(record: dict[str, Any]) -> list[str]:
    lines = [*_indented(record["text"], 2)]
    if record["prompt_file"]:
        lines.append("  Its prompt.txt is part of the prompts below.")
    if record["glossary_file"]:
        lines.append("  Its glossary.txt is part of the prompts below.")
    for order in record["orders"]:
        lines += _order(order)
    return lines


def _order(order: dict[str, Any]) -> Iterator[str]:
    """The lines about one kind of file: what would be made of it, or why nothing would."""
    yield ""
    yield f"  {order['file']}"
    if order["problem"]:
        yield f"    {order['problem']}"
        yield f"    {order['cure']}"
    for target in order["targets"]:
        results = ", ".join(target["results"])
        yield f"    {target['target']}: {results}"
        yield from _indented(target["prompt"].splitlines(), 6)


def file_lines(record: dict[str, Any]) -> list[str]:
    """The lines about a file: each decision about it, then the outcome."""
    steps = [f"  {MARKS[step['result']]} {step['text']}" for step in record["steps"]]
    return [f"File {record['path']}", *steps, "", *record["verdict"].splitlines()]
