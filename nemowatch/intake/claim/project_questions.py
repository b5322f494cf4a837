"""What people read about projects that wait: a reason for each file, and a note for what only a
person can decide.

Owns which projects wait for a person. Other modules find out why.
"""

from __future__ import annotations

from collections.abc import Iterable

from nemowatch.intake.ready.stability import StillnessVerdict
from nemowatch.intake.scan.project_problems import Fault, trouble
from nemowatch.intake.state import InboxState


class ProjectQuestions:
    """The waiting projects of one inbox."""

    def __init__(self, inbox_state: InboxState) -> None:
        self._state = inbox_state
        self.asked: set[bytes] = set()  #: projects that wait for a person

    def block(self, paths: Iterable[bytes], why: str, *, soon: bool = False) -> None:
        """Block those of these files that are ready, for this reason; `soon`: what they wait for
        is about to settle by itself."""
        for path in paths:
            tracked = self._state.tracked.get(path)
            if tracked is not None and tracked.verdict() is StillnessVerdict.READY:
                tracked.block(why, soon=soon)

    def ask(self, project: bytes, fault: Fault, code: str = "project") -> None:
        """Have a project wait for a person, who reads why in a note."""
        self.asked.add(project)
        self._state.problems.ask(trouble(project, fault, code))

    def hold(
        self,
        project: bytes,
        paths: Iterable[bytes],
        fault: Fault,
        code: str = "project",
    ) -> None:
        """Have a project wait for a person, and block these files of it."""
        self.ask(project, fault, code)
        self.block(paths, fault.what)

    def answered(self, project: bytes) -> None:
        """Note that a project no longer waits for a person."""
        self.asked.discard(project)
        self._state.problems.clear_question(project)


def together(wrong: list[Fault]) -> Fault:
    """All faults as one, for a single note: each with its cure."""
    *others, last = wrong
    said = [f"{fault.what} {fault.cure}".strip() for fault in others]
    return Fault(" ".join([*said, last.what]), last.cure)
