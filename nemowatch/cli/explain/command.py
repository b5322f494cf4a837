"""`nemowatch explain PATH`: what a folder's name asks for, or what becomes of a file and why it
waits. No network, no change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nemowatch.cli import options
from nemowatch.cli.formatting import clean

PathArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="A task folder, or just its name; a file in one; or what became of a file.",
    ),
]


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
    from nemowatch.cli.explain.folder import explain_folder
    from nemowatch.cli.explain.place import is_folder, locate
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
