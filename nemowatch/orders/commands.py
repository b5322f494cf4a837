"""What a person can order, as functions over the journal: the same ones serve the daemon's
control socket and, when it does not run, the command itself under the state lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from nemowatch.errors import UsageError, show_path
from nemowatch.hold_reasons import RESUMABLE
from nemowatch.intake.scan import pauses
from nemowatch.journal import batches, facts, holds, job_steps, jobs, sources, spend
from nemowatch.journal.account import PAUSED
from nemowatch.journal.spend import Outcome
from nemowatch.model import HoldReason, State

Command = Callable[[sqlite3.Connection, Mapping[str, Any], int], dict[str, Any]]


def retry(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """{"jobs": [id]}: failed ones are tried again from the last saved state; held ones (a
    conflict copy, too) go on."""
    return {"jobs": {job_id: _retry_one(conn, job_id, now_ms) for job_id in _ids(args)}}


def _retry_one(conn: sqlite3.Connection, job_id: int, now_ms: int) -> str:
    job = jobs.by_id(conn, job_id)
    if job.state is State.HELD:
        if job.reason == HoldReason.APPROVAL:
            raise UsageError(
                f"Job {job_id} waits for approval.",
                cure="nemowatch approve lets the whole batch go on.",
            )
        jobs.wake_one(conn, job_id, now_ms)
        return job.back
    state = job_steps.retry(conn, job_id, now_ms)
    sources.unretire(conn, job.source_id)
    return state.value


def cancel(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """{"jobs": [id]}: taken back; a render that runs in the cloud is left to end there."""
    for job_id in _ids(args):
        job_steps.cancel(conn, job_id, "Cancelled by a person.", now_ms)
    return {"jobs": dict.fromkeys(_ids(args), State.CANCELLED.value)}


def again(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """{"jobs": [id], "new_take": bool}: published jobs are delivered anew; a new take costs
    credits."""
    new_take = bool(args.get("new_take"))
    done = {i: job_steps.redeliver(conn, i, now_ms, new_take=new_take).value for i in _ids(args)}
    if new_take:  # their files stand in the inbox again
        for job_id in _ids(args):
            sources.unretire(conn, jobs.by_id(conn, job_id).source_id)
    return {"jobs": done}


def resolve(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """{"job": id, "how": "done"|"resend", "prompt": the instructions as they are now, "" for
    those it was claimed with}: a person says whether the paid turn happened. After "done" the
    session is read, for as long as chat.recheck says.
    """
    if args.get("how") not in ("done", "resend"):
        raise UsageError("Say either done or resend.")
    job = jobs.by_id(conn, int(args["job"]))
    if job.state is not State.ATTENTION:
        ended = job.state in (State.FAILED, State.REJECTED, State.CANCELLED)
        cure = (
            f"To try it again: nemowatch retry {job.id}"
            if ended
            else f"nemowatch show {job.id} tells how it stands."
        )
        raise UsageError(f"Job {job.id} is {job.state}: there is nothing to resolve.", cure=cure)
    call = spend.unsettled(conn, job.id)
    done = args["how"] == "done"
    if call is not None:
        spend.settle(conn, call.id, Outcome.HAPPENED if done else Outcome.GIVEN_UP, None, now_ms)
    state = State.INSTRUCTED if done else State.CLAIMED
    fresh = (
        job_steps.FRESH
        if done
        else {**job_steps.FRESH, "session_id": "", "uploaded_by": "", "answer": ""}
    )
    renewed = "" if done or args.get("prompt", "") == job.prompt else args.get("prompt", "")
    jobs.apply(conn, job, state, now_ms, {**fresh, "prompt": renewed} if renewed else fresh)
    return {"job": job.id, "state": state.value, "renewed": bool(renewed)}


def pause(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Nothing new begins anywhere until `resume`; what is paid goes on."""
    facts.put(conn, PAUSED, "yes")
    return {"paused": True}


def resume(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """Ends a pause, and tries at once whatever is held for a cause that may be gone. What a PAUSE
    file holds stays held.

    "pauses": the files that stand (`Engine.pauses`). Answers {"resumed": n, "standing": [{file,
    watch, jobs}]}.
    """
    facts.put(conn, PAUSED, "")
    standing: pauses.Pauses = args.get("pauses") or pauses.NONE
    kept = dict.fromkeys(((watch, file) for (watch, _), file in standing.items()), 0)
    woken = 0
    for watch, folder, count in jobs.paused_folders(conn):
        if file := pauses.holding(standing, watch, folder):
            kept[watch, file] += count
        else:
            woken += jobs.wake_paused(conn, watch, folder, now_ms)
    for reason in RESUMABLE:
        holds.drop(conn, reason)
        woken += jobs.wake_held(conn, reason, now_ms)
    files = [
        {"watch": watch, "file": show_path(file), "jobs": n} for (watch, file), n in kept.items()
    ]
    return {"resumed": woken + jobs.wake_waiting(conn), "standing": files}


def approve(conn: sqlite3.Connection, args: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    """{"watch": name or ""}: what waits for approval may be spent on."""
    return {"approved": batches.approve(conn, args.get("watch") or None, now_ms)}


#: The commands that write to the journal, by the name they have on the socket.
COMMANDS: dict[str, Command] = {
    "retry": retry,
    "cancel": cancel,
    "again": again,
    "resolve": resolve,
    "pause": pause,
    "resume": resume,
    "approve": approve,
}


def _ids(args: Mapping[str, Any]) -> list[int]:
    found = args.get("jobs")
    if not isinstance(found, list) or not all(isinstance(i, int) for i in found):
        raise UsageError("Name the jobs by their numbers.", cure="nemowatch jobs lists them.")
    return found
