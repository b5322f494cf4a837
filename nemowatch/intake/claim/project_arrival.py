"""Whether all of a project has arrived: files that a program still writes, files that do not keep
still yet, texts that nobody has read as they are now, media that are about to be copied.

Owns since when each project has waited for what. It reads no disk.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.fs.identity import content_key, unchanged
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.claim.project_contents import ProjectContents, is_media
from nemowatch.intake.claim.project_questions import ProjectQuestions
from nemowatch.intake.ready.stability import GIVE_UP, StillnessVerdict
from nemowatch.intake.scan.paths import as_text, name_of
from nemowatch.intake.scan.project_problems import unfinished
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot

#: Seconds before a project without media is reported: they are about to be copied.
PATIENCE = 10.0


class ProjectArrival:
    """The projects of one inbox, as they arrive."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        groups: Groups,
        questions: ProjectQuestions,
        clock: Clock,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._groups = groups
        self._questions = questions
        self._clock = clock
        #: by project: what a program still writes there, and since when it is as it is
        self._arriving: dict[bytes, tuple[int, float]] = {}
        self._since: dict[bytes, float] = {}  #: when each was first found without media

    def forget(self, project: bytes) -> None:
        """It is gone."""
        self._arriving.pop(project, None)
        self._since.pop(project, None)

    def must_wait(self, project: bytes, contents: ProjectContents) -> bool:
        """Whether something of it is not there yet, or nobody knows what is asked; its files are
        blocked, with the reason."""
        why = self._why_arriving(project, contents.arriving)
        why = why or self._why_unsettled(contents)
        if why:
            self._questions.block(contents.files, why, soon=True)
            return True

        unclear = self._groups.why_unclear(project + b"/prompt.txt")
        if unclear:
            self._questions.block(contents.files, unclear)
            return True

        unread = self._why_unread(contents)
        if unread:
            self._questions.block(contents.files, unread, soon=True)
        return bool(unread)

    def is_unread(self, project: bytes, contents: ProjectContents) -> bool:
        """Whether nobody knows what the texts in its own folder say now: they are being written,
        or they cannot be used."""
        if self._why_unread(contents):
            return True
        held = self._state.instructions.get(project)
        return held is not None and held.unclear is not None

    def may_still_come(self, project: bytes, contents: ProjectContents) -> bool:
        """Whether there is no medium yet, and has not been for a moment only."""
        if any(map(is_media, contents.files)):
            return False
        now = self._clock.monotonic()
        return now - self._since.setdefault(project, now) < PATIENCE

    def is_complete(self, project: bytes) -> None:
        """Nothing is missing in it any more."""
        self._since.pop(project, None)

    def _why_arriving(self, project: bytes, arriving: dict[bytes, Snapshot]) -> str:
        if not arriving:
            self._arriving.pop(project, None)
            return ""

        now = self._clock.monotonic()
        state = hash(tuple((path, content_key(at)) for path, at in arriving.items()))
        known, since = self._arriving.get(project, (state, now))
        if known != state:
            since = now
        self._arriving[project] = (state, since)

        names = [as_text(name_of(path)) for path in arriving]
        if now - since >= GIVE_UP:
            self._questions.ask(project, unfinished(names))
        return f"waits for {names[0]}, which a program has not finished"

    def _why_unsettled(self, contents: ProjectContents) -> str:
        """What the others of a project wait for: every file keeps still for the whole settle
        time, for nothing else says that no more come."""
        for path in filter(is_media, contents.files):
            if not self._is_settled(path):
                return _still_copied(path)
        return ""

    def _is_settled(self, path: bytes) -> bool:
        if path in self._state.known:
            return True

        tracked = self._state.tracked.get(path)
        if tracked is None:
            self._root_monitor.scans.request()
            return False
        if tracked.verdict() is StillnessVerdict.READY and tracked.settled():
            return True
        tracked.no_short_cut(self._clock.monotonic())
        return False

    def _why_unread(self, contents: ProjectContents) -> str:
        """What is said of a prompt.txt that no scan has seen yet as it is now."""
        for path, now in contents.texts.items():
            if not self._is_read(path, now):
                self._root_monitor.scans.request()
                return _still_copied(path)
        return ""

    def _is_read(self, path: bytes, now: Snapshot) -> bool:
        read = self._state.texts_read.get(path)
        if read is None:
            return False
        return unchanged(read, now, local=self._root_monitor.is_local(path))


def _still_copied(path: bytes) -> str:
    return f"waits for {as_text(name_of(path))}, which is still being copied"
