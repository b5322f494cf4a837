"""Carries out texts about results and questions: each once, whatever comes in between.

A text is written down in the transaction that carries out what it asks for, and leaves for done/
afterwards. One that comes back is recognised by its words, its subject and its time: it is no new
instruction. It pays for nothing itself; what a text asks for is an order like any other.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from nemowatch.clock import Clock, iso
from nemowatch.config.display_paths import from_share
from nemowatch.config.watch_section import Watch
from nemowatch.cures import ADMIN
from nemowatch.errors import (
    LocalError,
    OrderError,
    SourceChanged,
    SourceGone,
    UsageError,
)
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import ANSWER, FileProblem, RequestFile, SightedAnswer
from nemowatch.intake.scan.paths import parent
from nemowatch.jobs.hold_log import whole
from nemowatch.jobs.job_log import location_of
from nemowatch.journal import requests
from nemowatch.journal.database import Journal
from nemowatch.journal.retired_files import RetiredFile
from nemowatch.outbox.retire import Leaving, moved_files, retire_all
from nemowatch.reporting import notes
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.retry_memory import NotBefore
from nemowatch.sources.request_plans import Asked, KnownText, Plan, Record, plan_of, words_of

log = structlog.get_logger("nemowatch.inbox")

#: Seconds until one that could not leave the inbox is moved again.
TRY_AGAIN = 10.0
#: The short name of an order that was refused: for what is on the disk, perhaps, of which the
#: journal knows nothing.
_REFUSED = "refused"
#: The short name of a text that was carried out and cannot leave the inbox.
_STAYS = "carried out"
#: How far no journal has changed.
_NEVER = -1

#: (file, for the log; orders; record): carries them out together. Raises UsageError, LocalError.
CarryOut = Callable[[str, list[Asked], Record], Awaitable[None]]
#: (watch, path relative to the inbox)
Key = tuple[str, bytes]


class _Stays(OrderError):
    """A text that was carried out, and cannot leave the inbox."""


@dataclass(slots=True)
class _Judged:
    """What was last said of a text, and how far the journal had changed by then."""

    file: RequestFile
    changes: int
    problem: FileProblem | None


class Requests:
    """Carries out what texts in the inboxes ask for."""

    def __init__(
        self,
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
        carry_out: CarryOut,
        nudge: Callable[[], None],
    ) -> None:
        """`nudge` has the runner look for work."""
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._carry_out = carry_out
        self._nudge = nudge
        self._judged: dict[Key, _Judged] = {}
        self._sighted: set[tuple[str, bytes, int]] = set()  # until they were read
        self._done: dict[Key, RequestFile] = {}  # until a scan has seen that they are gone
        self._moves = NotBefore[Key](clock)

    def waiting(self, watch: str) -> bool:
        """Whether this inbox has texts that nothing was done about so far."""
        return any(key[0] == watch for key in self._judged)

    async def sight(self, watch: Watch, answers: Iterable[SightedAnswer]) -> None:
        """Write down when these were first seen: they do not answer what is asked after that, even
        when nemowatch ended before it had read them."""
        for answer in answers:
            known = (watch.name, answer.path, answer.mtime_ns)
            if known in self._sighted:
                continue
            seen = partial(requests.sighted, watch=watch.name, path=answer.path)
            await self._journal.write(
                partial(seen, mtime_ns=answer.mtime_ns, seen_at=answer.seen_at)
            )
            self._sighted.add(known)

    async def act_on(self, watch: Watch, files: Iterable[RequestFile]) -> list[FileProblem]:
        """Carry out what can be; returns what people should read about the others."""
        there = {file.path: file for file in files}
        for key in [*self._judged, *self._done]:
            if key[0] == watch.name and key[1] not in there:
                await self._forget(key)

        problems: list[FileProblem] = []
        for path in sorted(there):
            problem = await self._judge(watch, there[path])
            if problem is not None:
                problems.append(problem)
        return problems

    async def _forget(self, key: Key) -> None:
        """It is not there any more."""
        self._done.pop(key, None)
        judged = self._judged.pop(key, None)
        self._moves.forget(key)
        if judged is not None and judged.file.kind == ANSWER:
            await self._journal.write(lambda conn: requests.waits_no_more(conn, *key))

    async def _judge(self, watch: Watch, file: RequestFile) -> FileProblem | None:
        """Look at one again when there is anything new to know."""
        key = (watch.name, file.path)
        if self._done.get(key) == file:
            return None
        changes = self._journal.changes
        last = self._judged.get(key)
        if last is not None and self._is_same(key, last, file):
            return last.problem
        problem = await self._try(watch, file)
        if problem is not None and problem.code == _REFUSED:
            changes = _NEVER
        if self._done.get(key) == file:
            self._judged.pop(key, None)
        else:
            self._judged[key] = _Judged(file, changes, problem)
        return problem

    def _is_same(self, key: Key, last: _Judged, file: RequestFile) -> bool:
        """Whether the same would be said of it again."""
        if last.file != file:
            return False
        if last.problem is not None and last.problem.code == _STAYS:
            return not self._moves.is_due(key)
        return last.changes == self._journal.changes

    async def _try(self, watch: Watch, file: RequestFile) -> FileProblem | None:
        try:
            if file.trouble:
                raise OrderError(file.trouble, cure=file.cure)
            await self._do(watch, file)
        except _Stays as exc:
            return replace(_problem(file, exc.text, exc.cure), code=_STAYS)
        except UsageError as exc:
            return replace(_problem(file, exc.text, without_terminal(exc.cure)), code=_REFUSED)
        except OrderError as exc:
            return _problem(file, exc.text, exc.cure)
        except LocalError as exc:
            return _problem(file, exc.text, exc.cure)
        return None

    async def _do(self, watch: Watch, file: RequestFile) -> None:
        """Raises OrderError for a text that nothing can be done about, UsageError, LocalError."""
        file = await self._with_first_seen(watch, file)
        found = await self._journal.read(partial(plan_of, watch=watch, file=file))
        if isinstance(found, Plan):
            where = whole(watch.name, file.path)
            await self._carry_out(where, found.orders, found.record)
            self._nudge()
        elif found.is_repeated:
            await self._write_note(watch, file, found)
        await self._file_away(watch, file)

    async def _with_first_seen(self, watch: Watch, file: RequestFile) -> RequestFile:
        """An answer may have been seen before nemowatch was started."""
        if file.kind != ANSWER:
            return file
        written = words_of(watch, file)
        self._sighted.discard((watch.name, file.path, file.snapshot.mtime_ns))
        before = await self._journal.read(partial(requests.waits_since, words=written))
        if before is not None:
            return replace(file, seen_at=min(before, file.seen_at))
        await self._journal.write(lambda conn: requests.waits(conn, written, file.seen_at))
        return file

    async def _write_note(self, watch: Watch, file: RequestFile, known: KnownText) -> None:
        """The note comes first: after a kill between the two the text is found again."""
        made = [from_share(watch, path) for path in known.results]
        when = iso(known.taken.taken_at).replace("T", " ")[:16]
        text = notes.same_words_note(os.path.basename(file.path), f"{when} (UTC)", made)
        await self._note_writer.beside_done(watch, file.path, text)
        log.info("same text again", **location_of(watch.name, file.path), job=known.taken.job)

    async def _file_away(self, watch: Watch, file: RequestFile) -> None:
        """Into done/, where what was done is. Until that can be, the journal knows it. Raises
        _Stays."""
        key = (watch.name, file.path)
        there: list[RetiredFile] = []
        try:
            there = await self._disks.run(watch.name, _moved_to_done, watch, file)
        except SourceGone:
            pass  # a person has taken it away
        except SourceChanged:
            return  # what is written there now is looked at next, and may be the same words
        except LocalError as exc:
            self._moves.put_off(key, TRY_AGAIN)
            log.warning(
                "text could not be moved", **location_of(watch.name, file.path), why=exc.text
            )
            raise _Stays(
                f"It was carried out, but cannot be moved to done: {exc.text}",
                cure=exc.cure or f"Ask {ADMIN}.",
            ) from exc
        self._moves.forget(key)
        self._done[key] = file
        written = words_of(watch, file)
        await self._journal.write(
            lambda conn: requests.moved(conn, written, there, self._clock.now_ms())
        )


def _moved_to_done(watch: Watch, file: RequestFile) -> list[RetiredFile]:
    """Move a text; as it is where it lies then. Raises as `retire_all`."""
    leaving = [Leaving(file.path, file.snapshot, file.digest)]
    went = retire_all(watch.inbox, leaving, watch.done)
    return list(moved_files(watch.done, leaving, went))


def without_terminal(cure: str) -> str:
    """What a person can do who has no terminal."""
    if not cure or "nemowatch " in cure:
        return f"Ask {ADMIN}."
    return cure


def _problem(file: RequestFile, what: str, cure: str) -> FileProblem:
    return FileProblem(file.path, parent(file.path), what, cure, code=file.kind)
