"""Counts files that scans find although no event has named them. Only that shows a mount whose
events do not arrive, such as a bind mount in some containers and virtual machines.

Owns that count. It goes down again when events name files that people bring: a folder that came in
a race, or became readable, holds files that no event named, and yet its events arrive. An event of
our own making proves nothing, since such mounts report what is written on this side
(docs/platform.md section filesystems, point 2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from nemowatch.intake.scan.paths import parent

#: This many such files mean that events do not arrive: one may be a race with a new folder.
MANY = 2
#: The highest count, so that events that arrive after all show within a few scans.
ENOUGH = 4
#: Paths remembered between two scans; with more of them no file is counted.
MOST = 20_000


def _nothing(_: bytes) -> bool:
    return False


class Unannounced:
    """The unannounced files of one inbox, since it has been watched."""

    def __init__(self) -> None:
        self._heard: set[bytes] = set()  # since the last scan
        self._found: set[bytes] = set()  # by the last scan, and not named since
        self._missed = 0
        self._listens = False

    def __repr__(self) -> str:
        return f"Unannounced({self._missed} missed, {len(self._found)} in question)"

    @property
    def many(self) -> bool:
        """Whether events do not arrive."""
        return self._missed >= MANY

    def begin(self) -> None:
        """Start again, because watching has."""
        self._missed = 0
        self.overlook()

    def overlook(self) -> None:
        """Do not count what the next scan finds: it was there before the inbox was watched, or its
        folders were read, anew."""
        self._found.clear()
        self._listens = False

    def hear(self, paths: Iterable[bytes]) -> None:
        """Note that events have named these paths."""
        if len(self._heard) < MOST:
            self._heard.update(paths)

    def scanned(
        self, fresh: Collection[bytes], is_followed: Callable[[bytes], bool] = _nothing
    ) -> None:
        """Note new files that a scan has found. They count if no event names them until the next
        scan, since one may be on its way. `is_followed`: whether a path is a file that people
        brought and that is known by now."""
        is_telling = self._listens and len(self._heard) < MOST
        if is_telling:
            self._count(is_followed)
        self._found = {path for path in fresh if not self._is_heard(path)}
        if not is_telling or len(fresh) > MOST:
            self._found.clear()
        self._heard.clear()
        self._listens = True

    def _count(self, is_followed: Callable[[bytes], bool]) -> None:
        missed = sum(1 for path in self._found if not self._is_heard(path))
        if missed:
            self._missed = min(self._missed + missed, ENOUGH)
        elif any(map(is_followed, self._heard)):
            self._missed = max(self._missed - 1, 0)

    def _is_heard(self, path: bytes) -> bool:
        """Whether an event has named it, or a folder above it."""
        while path:
            if path in self._heard:
                return True
            path = parent(path)
        return False
