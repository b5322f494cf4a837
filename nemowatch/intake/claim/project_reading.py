"""Has the files of projects read, each once, and says whether all of them can be used.

Owns what was read of them, as long as it holds. `group_reading` does the reading itself.
"""

from __future__ import annotations

from nemowatch.fs.identity import unchanged
from nemowatch.intake.claim.acceptance import Acceptance
from nemowatch.intake.claim.group import Group
from nemowatch.intake.claim.group_reading import GroupReading, ReadingQuestion
from nemowatch.intake.claim.project_contents import ProjectContents
from nemowatch.intake.claim.project_questions import ProjectQuestions, together
from nemowatch.intake.ready.inspection_result import Advice, Inspected
from nemowatch.intake.scan.paths import as_text, name_of, parent
from nemowatch.intake.scan.project_problems import Fault
from nemowatch.intake.watch.root_monitor import RootMonitor


class ProjectReading:
    """Reads the projects of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        acceptance: Acceptance,
        reading: GroupReading,
        questions: ProjectQuestions,
    ) -> None:
        self._root_monitor = root_monitor
        self._acceptance = acceptance
        self._reading = reading
        self._questions = questions
        self._read: dict[bytes, tuple[ReadingQuestion, Inspected]] = {}

    def forget(self, project: bytes) -> None:
        """Forget a project that is gone."""
        for path in list(self._read):
            if parent(path) == project:
                del self._read[path]

    async def usable(self, project: bytes, contents: ProjectContents) -> list[Inspected] | None:
        """What was read of every file, if all of them can be used; None when the project must wait.
        Raises LocalPassing when the share is unavailable."""
        read = await self._read_all(contents)
        if read is None:
            return None
        if not self._may_be_taken(project, contents, read):
            return None
        return read

    async def _read_all(self, contents: ProjectContents) -> list[Inspected] | None:
        """What was read of every file; None while some are left, of which each tick reads a
        portion."""
        questions = {path: self._reading.question(path) for path in contents.files}
        missing = self._missing(questions, contents)
        if missing:
            work = [self._reading.work(Group(path)) for path in missing]
            for group, inspected in await self._reading.read(work, self._root_monitor.worker):
                self._read[group.main] = (questions[group.main], inspected[0])

        if self._missing(questions, contents):
            self._questions.block(contents.files, "is being read", soon=True)
            return None
        return [self._read[path][1] for path in contents.files]

    def _missing(
        self, questions: dict[bytes, ReadingQuestion], contents: ProjectContents
    ) -> list[bytes]:
        """The files for which there is no reading that still holds."""
        return [path for path in questions if not self._holds(questions[path], contents)]

    def _holds(self, question: ReadingQuestion, contents: ProjectContents) -> bool:
        """Whether what was read of a file still holds."""
        path = question.path
        read = self._read.get(path)
        if read is None or read[0] != question:
            return False
        if read[1].advice is not Advice.TAKE:
            return True
        local = self._root_monitor.is_local(path)
        return unchanged(read[1].snapshot, contents.files[path], local=local)

    def _may_be_taken(
        self, project: bytes, contents: ProjectContents, read: list[Inspected]
    ) -> bool:
        """Whether every file can be used; if not, the whole project waits, for a file or for a
        person."""
        refused: list[Fault] = []
        taken: list[bytes] = []
        waiting = ""
        for one in read:
            if one.advice is Advice.TAKE:
                taken.append(one.path)
                continue

            del self._read[one.path]
            name = as_text(name_of(one.path))
            if one.advice is Advice.REFUSE:
                refused.append(Fault(f"{name}: {one.why}", one.cure))
                continue
            waiting = f"waits for {name}, which is not whole yet"
            self._acceptance.not_now(one)

        if refused:
            self._questions.hold(project, contents.files, together(refused))
            return False
        if waiting:
            self._questions.block(taken, waiting, soon=True)
            return False
        return True
