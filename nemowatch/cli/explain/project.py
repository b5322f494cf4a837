"""Everything about a project: whether its folder is one, what is wrong with it, what its files wait
for, its jobs. It changes nothing; the daemon, when it runs, adds what only it knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nemowatch.cli.explain.file import job_step, jobs_of, verdict, waiting
from nemowatch.cli.explain.records import Location, Step, file_record
from nemowatch.errors import LocalError, OrderError
from nemowatch.intake.claim.project_contents import contents_of, faults
from nemowatch.intake.claim.projects import ACCEPTED
from nemowatch.intake.scan.folders import FolderBook, ProjectFolder, as_text, name_of
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.project_names import Named, named
from nemowatch.intake.scan.project_problems import NO_PROMPT, no_project
from nemowatch.intake.texts_on_disk import instructions_for
from nemowatch.tasks import Folder, ProjectDrop, plan_project, takes

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext


def project_at(context: CommandContext, location: Location) -> ProjectFolder | None:
    """The folder that is called like a project, when the path is one in an inbox."""
    if location.watch is None or len(location.parts) < 2:
        return None
    found = FolderBook(context.config.recipes).project(location.relative)
    if found is None or found.path != location.relative:
        return None
    return found


def is_left_project(location: Location) -> bool:
    """Whether this is a project that has left its inbox."""
    is_elsewhere = location.watch is None and location.path.is_dir()
    return is_elsewhere and named(os.fsencode(location.path.name)) is Named.EXACTLY


def explain_project(
    context: CommandContext, location: Location, project: ProjectFolder
) -> dict[str, Any]:
    """The record, in the form of a file's."""
    jobs = jobs_of(context, location)
    steps = [*_steps(context, location, project), *map(job_step, jobs)]
    return file_record(location.path, steps, jobs, verdict(steps, jobs, context.option))


def _steps(context: CommandContext, location: Location, project: ProjectFolder) -> Iterator[Step]:
    watch = location.watch
    book = FolderBook(context.config.recipes)
    folder = book.read(location.parts[0])
    assert watch is not None
    if not project.is_work or not isinstance(folder, Folder):
        problem = no_project(project)
        yield Step("no", f"{problem.what} {problem.cure}")
        return
    try:
        contents = contents_of(watch.inbox, project.path, Ignore(watch.ignore))
        prompt = instructions_for(watch.inbox, project.path)
    except (LocalError, OrderError) as exc:
        yield Step("wait", exc.words)
        return
    yield Step("ok", f"It is a project: its {len(contents.files)} files are worked on together.")
    for fault in faults(contents, ACCEPTED & takes(folder, prompt)):
        yield Step("wait", f"{fault.what} {fault.cure}")
    if not folder.prompt and not contents.texts:
        yield Step("wait", f"{NO_PROMPT.what} {NO_PROMPT.cure}")
        return
    names = tuple(as_text(name_of(path)) for path in contents.files)
    try:
        order = plan_project(folder, ProjectDrop(as_text(name_of(project.path)), names, prompt))
    except OrderError as exc:
        yield Step("wait", exc.words)
        return
    yield Step("ok", f"Its instructions are {len(order.targets)} paid calls, in one session.")
    for path in contents.files:
        file = replace(location, path=watch.inbox / os.fsdecode(path), relative=path)
        found = waiting(context, file)
        if found:
            yield from found
            return
