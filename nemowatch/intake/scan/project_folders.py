"""Folders below a task folder that have the name of a project, and what each of them is.

Owns that decision, by names alone. The caller says which task folders take projects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nemowatch.intake.scan.project_names import Named, named


class Role(StrEnum):
    """What a folder with a project's name is."""

    PROJECT = "project"  #: its files are worked on together
    NOT_HERE = "not here"  #: a project in a task folder that takes none
    NEARLY = "nearly"  #: it only looks like one


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """A folder below a task folder that has a project's name."""

    path: bytes  #: relative to the inbox
    role: Role

    @property
    def is_work(self) -> bool:
        """Whether its files are worked on together."""
        return self.role is Role.PROJECT


#: What a folder with such a name is where projects are taken, and where they are not.
_WHERE_TAKEN = {
    Named.EXACTLY: Role.PROJECT,
    Named.NEARLY: Role.NEARLY,
    Named.MAYBE: Role.NEARLY,
}
_ELSEWHERE = {Named.EXACTLY: Role.NOT_HERE, Named.NEARLY: Role.NEARLY}


def project_of(path: bytes, takes_projects: Callable[[bytes], bool]) -> ProjectFolder | None:
    """The outermost folder with a project's name in a path below a task folder, including its last
    part; None when there is none. `takes_projects`: whether that task folder does."""
    task_folder, *below = path.split(b"/")
    if not any(map(_may_be_project, below)):
        return None

    roles = _ELSEWHERE
    if takes_projects(task_folder):
        roles = _WHERE_TAKEN
    at = task_folder
    for name in below:
        at = at + b"/" + name
        role = roles.get(named(name))
        if role is not None:
            return ProjectFolder(at, role)
    return None


@lru_cache(maxsize=512)
def _may_be_project(name: bytes) -> bool:
    return named(name) is not Named.NOT
