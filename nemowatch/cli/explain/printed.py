"""What `nemowatch explain PATH` prints: what a folder's name asks for, or what becomes of a file
and why it waits. No network, no change."""

from __future__ import annotations

from pathlib import Path


def print_explanation(path: Path, *, as_json: bool = False, config: Path | None = None) -> None:
    """Print what becomes of a folder, a file, a result or a project."""
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
