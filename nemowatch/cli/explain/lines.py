"""The records of `nemowatch explain` as lines for a person. Pure."""

from __future__ import annotations

from typing import Any

from nemowatch.reporting import words

#: How each decision is marked.
MARKS = {"ok": "+", "wait": "~", "no": "-", "info": " "}


def folder_lines(record: dict[str, Any], option: str) -> list[str]:
    """A folder: what holds it, then what it asks for, or why it cannot be read."""
    lines = [f"Folder {record['name']}", *_paused(record, option)]
    if record["readable"]:
        return [*lines, *_meaning(record)]

    lines.append(f"  {record['problem']}")
    if record["suggestion"]:
        lines.append(f"  {words.about_folder(record['suggestion'], '').by_hand}")
    return lines


def _paused(record: dict[str, Any], option: str) -> list[str]:
    lines = []
    for file in record["pauses"]:
        lines.append(f"  It is paused by the file {file}. {words.PAUSE_FILE.by_hand}")
    if record["paused"]:
        lines.append("  Everything is paused by nemowatch pause. To go on:")
        lines += [f"    {line}" for line in words.PAUSED_ALL.typed(option)]
    return lines


def _meaning(record: dict[str, Any]) -> list[str]:
    lines = [f"  {line}" for line in record["text"]]
    if record["prompt_file"]:
        lines.append("  Its prompt.txt is part of the prompts below.")
    for order in record["orders"]:
        lines += ["", f"  {order['file']}"]
        if order["problem"]:
            lines += [f"    {order['problem']}", f"    {order['cure']}"]
        for target in order["targets"]:
            lines.append(f"    {target['target']}: {', '.join(target['results'])}")
            lines += [f"      {part}" for part in target["prompt"].splitlines()]
    return lines


def file_lines(record: dict[str, Any]) -> list[str]:
    """A file: each decision about it, then what comes of them."""
    steps = [f"  {MARKS[step['result']]} {step['text']}" for step in record["steps"]]
    return [f"File {record['path']}", *steps, "", *record["verdict"].splitlines()]
