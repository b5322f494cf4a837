"""What the daemon answers when it is asked: the operations of the control socket, the status of
everything, one line of it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nemowatch.clock import iso
from nemowatch.errors import show_path
from nemowatch.intake.records import FileProblem, FolderProblem
from nemowatch.journal import account, jobs
from nemowatch.model import HoldReason
from nemowatch.orders import ORDERS
from nemowatch.reporting import overview
from nemowatch.service.engine import Engine

Handler = Callable[[dict[str, Any]], Awaitable[Any]]

#: Waiting files that one answer names: more would hold up the loop, and nobody reads them.
SHOWN_WAITING = 1000


def _problem(watch: str, found: FileProblem | FolderProblem) -> dict[str, str]:
    place = found.folder if isinstance(found, FolderProblem) else found.path
    suggestion = found.suggestion if isinstance(found, FolderProblem) else ""
    return {
        "path": show_path(os.fsencode(Path(watch) / os.fsdecode(place))),
        "what": found.what,
        "cure": found.cure,
        "suggestion": suggestion,
        "refused": "",
    }


class Operations:
    """Answers for one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Handler]:
        """The operations of the control socket, but for those of the process itself."""
        orders: dict[str, Handler] = {name: partial(self._engine.order, name) for name in ORDERS}
        return {
            **orders,
            "scan": self._scan,
            "explain": self._explain,
        }

    async def _scan(self, _: dict[str, Any]) -> dict[str, Any]:
        self._engine.scan_all()
        return {"scanning": len(self._engine.inboxes)}

    async def _explain(self, args: dict[str, Any]) -> dict[str, Any]:
        path, boxes = Path(str(args.get("path", ""))), self._engine.inboxes.values()
        why = [
            w.why
            for box in boxes
            for w in box.waiting()
            if box.watch.inbox / os.fsdecode(w.path) == path
        ]
        return {"waiting": why}

    async def snapshot(self, daemon: Mapping[str, Any]) -> dict[str, Any]:
        """Everything there is to say: the status record, and what people want to see beyond it."""
        engine, states = self._engine, self._watch_states()
        record, more = await engine.journal.read(
            lambda conn: (overview.status(conn, daemon, states), overview.more(conn))
        )
        waiting = [
            {
                "path": show_path(bytes(box.watch.inbox) + b"/" + w.path),
                "why": w.why,
                "since": w.since_ms,
            }
            for box in engine.inboxes.values()
            for w in box.waiting(SHOWN_WAITING)
        ]
        rows = engine.board.rows.items()
        progress = [
            {"job": job_id, "what": what, "done": done, "total": total}
            for job_id, (what, done, total) in rows
        ]
        more["holds"] += self._journal_hold()
        return {
            "status": record,
            "more": more | {"pauses": self._pauses()},
            "waiting": waiting,
            "progress": progress,
            "problems": self._problems(),
        }

    def _journal_hold(self) -> list[dict[str, str]]:
        """A full disk below the journal stops everything, and cannot be written into it."""
        journal = self._engine.journal
        text = (
            f"{journal.path}: the disk that holds the journal is full; everything waits for space"
            " there."
        )
        return (
            [{"reason": HoldReason.SPACE, "text": text, "since": iso(journal.full_at)}]
            if journal.full_at
            else []
        )

    def _pauses(self) -> list[str]:
        """Every PAUSE file that stands, whole."""
        return [
            show_path(os.fsencode(Path(watch) / os.fsdecode(file)))
            for (watch, _), file in self._engine.pauses().items()
        ]

    def _problems(self) -> list[dict[str, str]]:
        """What only a person can put right: folders that cannot be read, files that are not
        taken, the latest first."""
        scan_results, found = self._engine.scan_results, list[dict[str, str]]()
        for watch, problems in scan_results.problems.items():
            found += [
                _problem(watch, one)
                for one in problems
                if isinstance(one, FolderProblem) or not one.final
            ]
        found += [
            _problem(one.watch, one.problem) | {"refused": "yes"} for one in scan_results.refused
        ]
        return found[:SHOWN_WAITING]

    async def sentence(self) -> str:
        """The state of everything in one line."""
        counts, held, credits = await self._engine.journal.read(
            lambda conn: (
                jobs.counts(conn),
                jobs.held_counts(conn),
                account.credits_seen(conn)["available"],
            )
        )
        boxes = self._engine.inboxes.values()
        troubles = [
            f"{box.watch.root or box.watch.inbox}: {box.health}"
            for box in boxes
            if box.health.troubled
        ]
        troubles += ["the journal's disk is full"] if self._engine.journal.full_at else []
        settling = sum(box.settling for box in boxes)
        percents = overview.percents(self._engine.board.rows.values())
        return overview.sentence(counts, settling, credits, percents, held, troubles)

    def _watch_states(self) -> list[overview.WatchState]:
        return [
            overview.WatchState(
                str(w.root or w.inbox), box.health.mode, str(box.health), box.health.reason
            )
            for box in self._engine.inboxes.values()
            for w in (box.watch,)
        ]
