"""Files that were refused before any job of them existed, and lie in failed/ with a note:
remembered as long as they lie there, over restarts too. Taken away or put back by a person, they
are forgotten, and their note goes with them.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nemowatch.clock import Clock
from nemowatch.config import Watch
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem, Refused
from nemowatch.journal import Journal, facts
from nemowatch.pacing import NotBefore
from nemowatch.reporting.note_writer import NoteWriter

#: Files of one inbox that are remembered: more than anybody is shown.
REMEMBERED = 200
#: Seconds until it is looked again whether they still lie there.
LOOK_AGAIN = 10.0


class RefusedFiles:
    """Remembers them."""

    def __init__(
        self, journal: Journal, note_writer: NoteWriter, disks: Disks, clock: Clock
    ) -> None:
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._of: dict[str, dict[bytes, Refused]] = {}  # by watch and path, latest last
        self._changed: set[str] = set()  # watches of which the journal does not know the latest
        self._checks = NotBefore[str](clock)  # by watch

    @property
    def latest(self) -> list[Refused]:
        """All of them, latest first."""
        return sorted(
            (one for found in self._of.values() for one in found.values()),
            key=lambda one: -one.at_ms,
        )

    def add(self, watch: Watch, problem: FileProblem, where: Path) -> None:
        """This file was moved to failed/."""
        found = self._of[watch.name]
        found.pop(problem.path, None)
        found[problem.path] = Refused(watch.name, problem, self._clock.now_ms(), where)
        for path in list(found)[:-REMEMBERED]:
            del found[path]
        self._changed.add(watch.name)

    async def recall(self, watch: Watch) -> None:
        """At first, what an earlier process has refused here."""
        if watch.name not in self._of:
            kept = await self._journal.read(lambda conn: facts.get(conn, _fact(watch)))
            read = [_read(watch.name, one) for one in json.loads(kept or "[]")]
            self._of[watch.name] = {one.problem.path: one for one in read}

    async def forget_gone(self, watch: Watch) -> None:
        """Those that a person has taken away, with their notes. Only while the share is there."""
        found = self._of[watch.name]
        if not found or not self._checks.is_due(watch.name):
            return

        self._checks.put_off(watch.name, LOOK_AGAIN)
        for one in await self._disks.run(watch.name, _gone, list(found.values())):
            if await self._note_writer.withdraw(watch, one.problem):
                del found[one.problem.path]
                self._changed.add(watch.name)

    async def keep(self, watch: Watch) -> None:
        """Write down what has changed."""
        if watch.name not in self._changed:
            return
        self._changed.discard(watch.name)
        text = (
            json.dumps([_written(one) for one in self._of[watch.name].values()])
            if self._of[watch.name]
            else ""
        )
        await self._journal.write(lambda conn: facts.put(conn, _fact(watch), text))


def _fact(watch: Watch) -> str:
    return f"refused {watch.name}"


def _written(one: Refused) -> dict[str, Any]:
    problem = {
        key: os.fsdecode(value) if isinstance(value, bytes) else value
        for key, value in asdict(one.problem).items()
    }
    return {"problem": problem, "at_ms": one.at_ms, "where": str(one.where)}


def _read(watch: str, written: dict[str, Any]) -> Refused:
    fields = dict(written["problem"])
    path, folder = (os.fsencode(fields.pop(key)) for key in ("path", "folder"))
    return Refused(
        watch, FileProblem(path, folder, **fields), written["at_ms"], Path(written["where"])
    )


def _gone(refused: list[Refused]) -> list[Refused]:
    """Those whose file no longer lies there; what cannot be asked does."""
    return [one for one in refused if _is_gone(one.where)]


def _is_gone(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
