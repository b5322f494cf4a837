"""What people read about a folder that has a project's name but is not one, and about a project
that cannot be worked on as it is.

Owns the words. It reads no file.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.paths import as_text, name_of, parent
from nemowatch.intake.scan.project_folders import ProjectFolder, Role
from nemowatch.tasks.words import examples


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a project cannot be worked on as it is. Nothing of it is sent or paid for meanwhile."""

    what: str  #: whole sentences
    cure: str


_WHAT = {
    Role.NOT_HERE: (
        "Only edit folders, and folders of recipes, accept projects (folders that end in .project,"
        " whose files are worked on together). Nothing in this one is processed or paid for."
    ),
    Role.NEARLY: (
        "This folder's name is almost that of a project, but not quite. Nothing in it is"
        " processed or paid for."
    ),
}
_CURE = {
    Role.NOT_HERE: (
        "If its files are to become one video, move it into a folder called edit, with a prompt.txt"
        " in it. If each file is to be processed separately, put them straight into this task"
        " folder."
    ),
    Role.NEARLY: (
        "If its files belong together, call it NAME.project, with nothing before or after. If each"
        " file is to be processed separately, give the folder another name."
    ),
}


def no_project(folder: ProjectFolder) -> FileProblem:
    """What people read of a folder that only looks like a project, or is one in the wrong place."""
    return FileProblem(
        folder.path, parent(folder.path), _WHAT[folder.role], _CURE[folder.role], code="project"
    )


def trouble(project: bytes, fault: Fault, code: str = "project") -> FileProblem:
    """What people read about a project that waits for a person."""
    what = f"The project {as_text(name_of(project))} waits. {fault.what}"
    return FileProblem(project, parent(project), what, fault.cure, code=code)


#: A project without instructions in a folder that needs them.
NO_PROMPT = Fault(
    "It has no prompt.txt that says what to do with its files.",
    "Put a text file prompt.txt that says it into the project's folder. Parts separated by a line"
    " of three hyphens (---) are done one after the other, each with a result of its own.",
)


def late_files(names: list[str]) -> Fault:
    """Files came, or changed, after the project was claimed."""
    return Fault(
        f"Work on it had already begun when these came or changed: {examples(names)}. What was"
        " ordered before is made without them.",
        "To have the whole project made once more with them, put a file called APPROVE into its"
        " folder: that is a new version, and is paid for like a new project. If you do not want"
        " that, take them out again, or put back what was there before. The folder stays here"
        " until then.",
    )


def unfinished(names: list[str]) -> Fault:
    """A program began to write files and has long not finished them."""
    return Fault(
        f"These are not finished, and nothing has changed for ten minutes: {examples(names)}.",
        "Let the program that writes them finish, or remove them.",
    )
