"""Everything about a project: whether its folder is one, what is wrong with it, what its files wait
for, its jobs. It changes nothing; the daemon, if it runs, adds what only it knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemowatch.cli.explain.file import job_step, jobs_of, verdict, waiting
from nemowatch.cli.explain.records import ChainStep, Location, file_record
from nemowatch.errors import LocalError, OrderError
from nemowatch.intake.claim.project_contents import ACCEPTED, ProjectContents, contents_of, faults
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.paths import as_text, name_of
from nemowatch.intake.scan.project_folders import ProjectFolder
from nemowatch.intake.scan.project_problems import NO_PROMPT, Fault, no_project
from nemowatch.intake.texts_on_disk import instructions_for
from nemowatch.tasks.plan import takes
from nemowatch.tasks.projects import ProjectDrop, plan_project
from nemowatch.tasks.records import Folder

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext


def explain_project(
    context: CommandContext, location: Location, project: ProjectFolder
) -> dict[str, Any]:
    """The record, in the form of a file's."""
    jobs = jobs_of(context, location)
    steps = [*_steps(context, location, project), *map(job_step, jobs)]
    return file_record(location.path, steps, jobs, verdict(steps, jobs, context.option))


def _steps(
    context: CommandContext, location: Location, project: ProjectFolder
) -> Iterator[ChainStep]:
    watch = location.watch
    assert watch is not None
    folder = FolderBook(context.config.own_names).read(location.parts[0])
    if not project.is_work or not isinstance(folder, Folder):
        problem = no_project(project)
        yield ChainStep("no", f"{problem.what} {problem.cure}")
        return

    try:
        contents = contents_of(watch.inbox, project.path, Ignore(watch.ignore))
        prompt = instructions_for(watch.inbox, project.path)
    except (LocalError, OrderError) as exc:
        yield ChainStep("wait", exc.words)
        return
    yield ChainStep(
        "ok", f"It is a project: its {len(contents.files)} files are worked on together."
    )
    yield from map(_wrong, faults(contents, ACCEPTED & takes(folder, prompt)))
    if not folder.prompt and not contents.texts:
        yield _wrong(NO_PROMPT)
        return

    order = _order_step(folder, project, contents, prompt)
    yield order
    if order.result == "ok":
        yield from _first_waiting(context, location, watch.inbox, contents.files)


def _wrong(fault: Fault) -> ChainStep:
    return ChainStep("wait", f"{fault.what} {fault.cure}")


def _order_step(
    folder: Folder, project: ProjectFolder, contents: ProjectContents, prompt: str
) -> ChainStep:
    """What its instructions order, or why they cannot be carried out."""
    names = tuple(as_text(name_of(path)) for path in contents.files)
    drop = ProjectDrop(as_text(name_of(project.path)), names, prompt)
    try:
        order = plan_project(folder, drop)
    except OrderError as exc:
        return ChainStep("wait", exc.words)
    return ChainStep("ok", f"Its instructions are {len(order.targets)} paid calls, in one session.")


def _first_waiting(
    context: CommandContext, project: Location, inbox: Path, paths: Iterable[bytes]
) -> list[ChainStep]:
    """What the first of its waiting files waits for."""
    for path in paths:
        file = replace(project, path=inbox / os.fsdecode(path), relative=path)
        found = waiting(context, file)
        if found:
            return found
    return []
