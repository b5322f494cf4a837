"""What people are told about the whole: the status record, from the journal and from what the
daemon has in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nemowatch.clock import iso
from nemowatch.config import Watch
from nemowatch.errors import show_path
from nemowatch.hold_reasons import HOLDS
from nemowatch.journal import account, batches, holds, jobs, spend
from nemowatch.journal.jobs import ListedJob
from nemowatch.model import ENDED, WORKING, State

#: Nothing to tell.
EMPTY: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class WatchState:
    """One watch as the status shows it."""

    root: str
    mode: str  #: "events" or "scan", or "" when nobody works it
    #: "watching", "scanning (nfs4)", "degraded: …", "offline since …", "held by HOST", "not
    #: running"
    state: str
    reason: str = ""


def status(
    conn: sqlite3.Connection, daemon: Mapping[str, Any], watches: Sequence[WatchState]
) -> dict[str, Any]:
    """The record that `status --json` prints (docs/behaviour.md section 4)."""
    seen = account.credits_seen(conn)
    held = any(HOLDS[reason].about_money for reason in holds.standing(conn))
    return {
        "daemon": dict(daemon),
        "watches": [
            {"root": w.root, "mode": w.mode, "state": w.state, "reason": w.reason} for w in watches
        ],
        "counts": jobs.counts(conn),
        "credits": (
            {key: seen[key] for key in ("available", "frozen", "total", "anonymous")}
            | {"held": held}
        ),
        "attention": [row.job.id for row in jobs.listed(conn, state=State.ATTENTION)],
    }


def more(conn: sqlite3.Connection) -> dict[str, Any]:
    """What people see of the status beyond that record: the pause, holds, held jobs by reason,
    batches that wait, the account."""
    seen = account.credits_seen(conn)
    return {
        "paused": account.is_paused(conn),
        "holds": [
            {"reason": h.reason, "text": h.text, "since": iso(h.since)}
            for h in holds.standing(conn).values()
        ],
        "held": jobs.held_counts(conn),
        "batches": [
            {"watch": b.watch, "cause": b.cause, "jobs": b.waiting or b.expected}
            for b in batches.waiting(conn)
        ],
        "credits_at": iso(seen["at"]) if seen["at"] else "",
        "user_id": seen["user_id"],
    }


def not_said(text: str, cure: str) -> str:
    """`cure`, or "" when the text has said what to do already: errors of the account carry their
    own."""
    return "" if cure.partition(";")[0].rstrip(".") in text else cure


def job_json(
    conn: sqlite3.Connection, row: ListedJob, watches: Mapping[str, Watch]
) -> dict[str, Any]:
    """One job as `jobs --json` prints it (docs/behaviour.md section 4)."""
    job = row.job
    watch = watches.get(row.watch)
    error = {"code": job.error_code or "held", "text": job.error_text} if job.error_text else None
    return {
        "id": job.id,
        "watch": str(watch.root or watch.inbox) if watch else row.watch,
        "source": show_path(_source(row)),
        "folder": show_path(row.folder),
        "task": row.task,
        "target": job.target,
        "state": job.state.value,
        "attempt": job.attempt,
        "reason": job.reason or None,
        "session_id": job.session_id or None,
        "render_id": job.render_id or None,
        "outputs": [show_path(o.path) for o in jobs.outputs(conn, job.id)],
        "error": error,
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at),
    }


def _source(row: ListedJob) -> bytes:
    """Where the source was dropped: the watch's name is its inbox's path."""
    return row.watch.encode("utf-8", "surrogateescape") + b"/" + row.path


def sentence(
    counts: Mapping[str, int],
    settling: int,
    credits: float | None,
    progress: Mapping[str, int] = EMPTY,
    held: Mapping[str, int] = EMPTY,
    troubles: Sequence[str] = (),
) -> str:
    """The state of everything in one line, for systemd: "2 settling, 1 uploading 43 %, 3 rendering;
    credits 120".

    `progress`: percent of the transfers of a state; `held`: jobs by reason; `troubles`: what is
    wrong with inboxes.
    """
    parts = [f"{settling} settling"] if settling else []
    for state in State:
        if counts.get(state, 0) and state not in ENDED and state is not State.HELD:
            parts.append(
                f"{counts[state]} {state}" + (f" {progress[state]} %" if state in progress else "")
            )
    parts += [f"{n} held ({reason})" for reason, n in held.items() if n]
    more = [] if credits is None else [f"credits {spend.amount(credits)}"]
    return "; ".join([", ".join(parts) or "idle", *more, *troubles])


def percents(live: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    """How far the transfers under way are, together, by what they do; `live` holds (what, done,
    in all)."""
    sums: dict[str, tuple[int, int]] = {}
    for what, done, total in live:
        if total:
            before = sums.get(what, (0, 0))
            sums[what] = (before[0] + done, before[1] + total)
    return {what: 100 * done // total for what, (done, total) in sums.items()}


def unfinished(counts: Mapping[str, int]) -> int:
    """How many jobs are being worked on."""
    return sum(n for state, n in counts.items() if State(state) in WORKING)
