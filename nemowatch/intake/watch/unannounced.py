"""Files that scans find and that no event has named: a mount whose events do not arrive, as bind
mounts in some containers and virtual machines, looks like any other, and says so by nothing else.

Owns that count. It goes down again where events name files that people bring: a folder that came
in a race, or was opened, has files that no event named, and its events arrive. An event of our own
making proves nothing, since such mounts report what is written on this side (docs/platform.md
section filesystems, point 2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from nemowatch.intake.scan.paths import parent

#: So many such files mean that events do not arrive: one may be a race with a folder that came.
MANY = 2
#: No more are counted, so that events which arrive after all show within a few scans.
ENOUGH = 4
#: Paths that are remembered between two scans; with more of them no file counts.
MOST = 20_000


def _nothing(_: bytes) -> bool:
    return False


class Unannounced:
    """Of one inbox, since it is watched."""

    def __init__(self) -> None:
        self._heard: set[bytes] = set()  # since the last scan
        self._found: set[bytes] = set()  # by the last scan, and not named until now
        self._missed = 0
        self._listens = False

    def __repr__(self) -> str:
        return f"Unannounced({self._missed} missed, {len(self._found)} in question)"

    @property
    def many(self) -> bool:
        """Whether events do not arrive."""
        return self._missed >= MANY

    def begin(self) -> None:
        """Watching has begun again."""
        self._missed = 0
        self.overlook()

    def overlook(self) -> None:
        """What the next scan finds was there before: as it is watched, or is read, anew."""
        self._found.clear()
        self._listens = False

    def hear(self, paths: Iterable[bytes]) -> None:
        """Events have named these."""
        if len(self._heard) < MOST:
            self._heard.update(paths)

    def scanned(
        self, fresh: Collection[bytes], is_followed: Callable[[bytes], bool] = _nothing
    ) -> None:
        """A scan has found these files, which were not known before. They count when no event names
        them until the next scan: one may be on its way. `is_followed`: whether it is a file that
        people brought, and known by now."""
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
