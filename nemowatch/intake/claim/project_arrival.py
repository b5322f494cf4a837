"""Whether all of a project has arrived: no file is still being written or unsettled, no text has
yet to be read, and no media are about to be copied.

Owns how long each project has waited, and for what. It reads no disk.
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

#: Seconds before a project without media is reported: they may be about to be copied.
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
        #: by project: a hash of the files still being written there, and since when it is the same
        self._arriving: dict[bytes, tuple[int, float]] = {}
        self._since: dict[bytes, float] = {}  #: when each was first found without media

    def forget(self, project: bytes) -> None:
        """Forget a project that is gone."""
        self._arriving.pop(project, None)
        self._since.pop(project, None)

    def must_wait(self, project: bytes, contents: ProjectContents) -> bool:
        """Whether some of it has not arrived, or its instructions are not known yet; its files are
        then blocked, with the reason."""
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
        """Whether the texts in its own folder are not known as they are now: they are still being
        written, or cannot be used."""
        if self._why_unread(contents):
            return True
        held = self._state.instructions.get(project)
        return held is not None and held.unclear is not None

    def may_still_come(self, project: bytes, contents: ProjectContents) -> bool:
        """Whether it has no media yet, and has been without only for a moment."""
        if any(map(is_media, contents.files)):
            return False
        now = self._clock.monotonic()
        return now - self._since.setdefault(project, now) < PATIENCE

    def is_complete(self, project: bytes) -> None:
        """Note that nothing is missing in it any more."""
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
        """Why the settled files of a project wait for the others. Every file must be still for the
        whole settle time, since nothing else shows that no more will come."""
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
        """Why a project waits whose prompt.txt no scan has seen in its present version."""
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
