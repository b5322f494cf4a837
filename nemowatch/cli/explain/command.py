"""`nemowatch explain PATH`: what a folder's name asks for, or what becomes of a file and why it
waits. No network, no change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nemowatch.cli import options

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
    from nemowatch.cli.context import find_context
    from nemowatch.cli.explain.file import explain_file
    from nemowatch.cli.explain.folder import explain_folder
    from nemowatch.cli.explain.lines import file_lines, folder_lines
    from nemowatch.cli.explain.location import is_folder, locate
    from nemowatch.cli.explain.project import explain_project, is_left_project, project_at
    from nemowatch.cli.explain.result import explain_result
    from nemowatch.cli.formatting import clean
    from nemowatch.cli.output import print_json

    context = find_context(config)
    location = locate(context.config.watch, path)
    project = project_at(context, location)
    if project is not None:
        record = explain_project(context, location, project)
        lines = file_lines(record)
    elif is_folder(location) and not is_left_project(location):
        record = explain_folder(context, location)
        lines = folder_lines(record, context.option)
    else:
        record = explain_result(context, location) or explain_file(context, location)
        lines = file_lines(record)
    if as_json:
        print_json(record)
        return
    for line in lines:
        print(clean(line))
