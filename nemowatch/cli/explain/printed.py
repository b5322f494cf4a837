"""What `nemowatch explain PATH` prints: what a folder's name asks for, or what becomes of a file
and why it waits. It uses no network and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.cli.explain.records import Location


def print_explanation(path: Path, *, as_json: bool = False, config: Path | None = None) -> None:
    """Print what becomes of a folder, a file, a result or a project."""
    from nemowatch.cli.context import find_context
    from nemowatch.cli.explain.lines import file_lines, folder_lines
    from nemowatch.cli.explain.location import locate
    from nemowatch.cli.output import print_json, print_lines

    context = find_context(config)
    location = locate(context.config.watch, path)
    record = explained(context, location)
    if record["kind"] == "folder":
        lines = folder_lines(record, context.option, context.config.own_names)
    else:
        lines = file_lines(record)
    if as_json:
        said = [line.strip() for line in lines if line.strip()]
        print_json({"text": said, **record})
    else:
        print_lines(lines)


def explained(context: CommandContext, location: Location) -> dict[str, Any]:
    """The record of what is at this location. Each kind loads only what it needs: for a file that
    is ten times as much as for a folder."""
    from nemowatch.cli.explain.location import is_folder, is_left_project, project_at

    project = project_at(context, location)
    if project is not None:
        from nemowatch.cli.explain.project import explain_project

        return explain_project(context, location, project)
    if is_folder(location) and not is_left_project(location):
        from nemowatch.cli.explain.folder import explain_folder

        return explain_folder(context, location)

    from nemowatch.cli.explain.result import explain_result

    result = explain_result(context, location)
    if result is not None:
        return result
    from nemowatch.cli.explain.request import explain_request

    request = explain_request(context, location)
    if request is not None:
        return request
    from nemowatch.cli.explain.file import explain_file

    return explain_file(context, location)
