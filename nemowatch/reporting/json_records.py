"""The records that programs read: `status --json`, `jobs --json`, and what the daemon answers to
`status`. Their keys are a promise (docs/behaviour.md section 4). Pure, except that a job's results
are read from the journal."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nemowatch.clock import iso
from nemowatch.config.watch_section import Watch
from nemowatch.errors import show_path
from nemowatch.hold_reasons import HOLDS
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import results
from nemowatch.journal.jobs import Job, ListedJob
from nemowatch.model import HoldReason
from nemowatch.remote.connection_state import READY, ConnectionPhase, ConnectionState
from nemowatch.reporting.overall_progress import Figures, Lanes
from nemowatch.reporting.overview import (
    DaemonSnapshot,
    InboxStatus,
    Overview,
    PauseFile,
    Settling,
    Transfer,
    Trouble,
)


def status_record(overview: Overview) -> dict[str, Any]:
    """What `status --json` prints."""
    credits = overview.credits
    return {
        "daemon": dict(overview.snapshot.daemon),
        "watches": list(map(_inbox, overview.snapshot.inboxes)),
        "counts": dict(overview.counts),
        "credits": {
            "available": credits.available,
            "frozen": credits.frozen,
            "total": credits.total,
            "anonymous": credits.anonymous,
            "held": any(HOLDS[hold.reason].about_money for hold in overview.holds),
        },
        "attention": list(overview.attention),
        "queue": _queue(overview.figures),
    }


def _queue(figures: Figures) -> dict[str, Any]:
    """The overall progress; what is not known is null."""
    return {
        "done": figures.done if figures.total else None,
        "total": figures.total or None,
        "making": figures.making,
        "queued": figures.queued,
        "seconds_left": round(figures.seconds_left) or None,
    }


def _inbox(inbox: InboxStatus) -> dict[str, str]:
    return {
        "root": inbox.root,
        "mode": inbox.mode,
        "state": inbox.state,
        "reason": inbox.reason,
    }


def job_record(
    conn: sqlite3.Connection, row: ListedJob, watches: Mapping[str, Watch]
) -> dict[str, Any]:
    """One job as `jobs --json` prints it."""
    job = row.job
    return {
        "id": job.id,
        "watch": _root(row, watches),
        "source": show_path(os.fsencode(row.watch) + b"/" + row.path),
        "folder": show_path(row.folder),
        "task": row.task,
        "target": job.target,
        "state": job.state.value,
        "attempt": job.attempt,
        "reason": _reason(job),
        "session_id": job.session_id or None,
        "render_id": job.render_id or None,
        "outputs": [show_path(output.path) for output in results.outputs(conn, job.id)],
        "error": _error(row),
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at),
    }


def _reason(job: Job) -> str | None:
    """Why a job is held or asks; "checking" while it finds out whether its last step has
    happened."""
    if job.checking:
        return "checking"
    return job.reason or None


def _root(row: ListedJob, watches: Mapping[str, Watch]) -> str:
    watch = watches.get(row.watch)
    if watch is None:
        return row.watch
    return str(watch.workspace)


def _error(row: ListedJob) -> dict[str, str] | None:
    if not row.job.error_text:
        return None
    return {"code": row.job.error_code or "held", "text": row.job.why}


# -- the daemon's answer ---------------------------------------------------------------


def answer(overview: Overview) -> dict[str, Any]:
    """What the daemon answers to `status`: the record, and what only the daemon knows."""
    snapshot = overview.snapshot
    return {
        "status": status_record(overview),
        "more": _more(overview),
        "waiting": list(map(_settling, snapshot.settling)),
        "progress": [_transfer(job, one) for job, one in snapshot.transfers.items()],
        "problems": list(map(_trouble, snapshot.troubles)),
    }


def _more(overview: Overview) -> dict[str, Any]:
    snapshot = overview.snapshot
    return {
        "paused": overview.paused,
        "holds": [
            {"reason": hold.reason, "text": hold.text, "since": iso(hold.since)}
            for hold in overview.holds
        ],
        "pauses": [file.shown for file in snapshot.pauses],
        "credits_at": iso(overview.credits.at) if overview.credits.at else "",
        "health": [inbox.health for inbox in snapshot.inboxes],
        "cures": [inbox.cure for inbox in snapshot.inboxes],
        "settling": snapshot.settling_count,
        "journal": {"path": snapshot.journal_path, "full_at": snapshot.journal_full_at},
        "connection": asdict(snapshot.connection),
        "lanes": asdict(snapshot.lanes),
    }


def _settling(one: Settling) -> dict[str, Any]:
    return {"path": one.shown, "why": one.why, "since": one.since}


def _transfer(job: int, one: Transfer) -> dict[str, Any]:
    return {
        "job": job,
        "what": one.what,
        "done": one.done,
        "total": one.total,
        "seconds": one.seconds,
    }


def _trouble(one: Trouble) -> dict[str, Any]:
    return {
        "path": one.shown,
        "folder": not one.path,
        "what": one.what,
        "cure": one.cure,
        "suggestion": one.suggestion,
        "refused_at": one.refused_at,
    }


def read_answer(said: Mapping[str, Any]) -> DaemonSnapshot:
    """The daemon's snapshot, from its answer, from which a daemon of another version may leave
    things out. Paths are as shown to people."""
    more, watches = said["more"], said["status"]["watches"]
    health = more.get("health", [None] * len(watches))
    cures = more.get("cures", [""] * len(watches))
    journal = more.get("journal", {})
    return DaemonSnapshot(
        said["status"]["daemon"],
        inboxes=tuple(map(_read_inbox, watches, health, cures)),
        settling=tuple(map(_read_settling, said["waiting"])),
        settling_count=more.get("settling", len(said["waiting"])),
        pauses=tuple(PauseFile(file, file) for file in more.get("pauses", ())),
        troubles=tuple(map(_read_trouble, said["problems"])),
        transfers={row["job"]: _read_transfer(row) for row in said["progress"]},
        journal_path=journal.get("path", ""),
        journal_full_at=journal.get("full_at", 0),
        connection=_read_connection(more.get("connection")),
        lanes=Lanes(**more.get("lanes", {})),
    )


def _read_connection(row: Mapping[str, Any] | None) -> ConnectionState:
    if row is None:
        return READY
    reason = row["reason"]
    held = HoldReason(reason) if reason else None
    return ConnectionState(ConnectionPhase(row["link"]), row["text"], row["cure"], held)


def _read_inbox(row: Mapping[str, Any], health: str | None, cure: str) -> InboxStatus:
    root, state = row["root"], row["state"]
    known = HealthState(health) if health else None
    return InboxStatus(root, root, state, row["mode"], row["reason"], known, cure=cure)


def _read_settling(row: Mapping[str, Any]) -> Settling:
    return Settling("", os.fsencode(row["path"]), row["why"], row["since"])


def _read_transfer(row: Mapping[str, Any]) -> Transfer:
    return Transfer(row["what"], row["done"], row["total"], row.get("seconds", 0))


def _read_trouble(row: Mapping[str, Any]) -> Trouble:
    shown = os.fsencode(row["path"])
    folder, path = (shown, b"") if row.get("folder") else (b"", shown)
    suggestion, refused_at = row["suggestion"], row.get("refused_at", 0)
    return Trouble("", folder, row["what"], row["cure"], path, suggestion, refused_at)
