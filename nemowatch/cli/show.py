"""`nemowatch show`: everything about one job, with its whole history."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nemowatch.cli import options
from nemowatch.cli.formatting import credits, local_time, name, size
from nemowatch.reporting.phrases import because, brackets

if TYPE_CHECKING:
    from nemowatch.config.watch_section import Watch
    from nemowatch.journal.job_history import JobEvent
    from nemowatch.journal.spend import Spend
    from nemowatch.reporting.conversation import ConversationTurn


def show(job: options.Job, as_json: options.Json = False, config: options.Config = None) -> None:
    """Show everything about one job, with its whole history."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import print_json, print_lines
    from nemowatch.errors import UsageError

    context = find_context(config)
    record = read_journal(context, lambda conn: _record(conn, job, context.watches), dict[str, Any])
    if not record:
        raise UsageError(f"There is no job {job}.", cure="nemowatch jobs lists them.")
    if as_json:
        print_json(record)
        return
    text = "\n".join(_lines(record, context.option))
    print_lines(text.split("\n"))


def _record(conn: sqlite3.Connection, job_id: int, watches: Mapping[str, Watch]) -> dict[str, Any]:
    """The record of `jobs --json`, with what only this command shows."""
    from nemowatch.clock import iso
    from nemowatch.edits.draft import timeline
    from nemowatch.journal import job_history, jobs, results, spend, tips
    from nemowatch.reporting.conversation import conversation
    from nemowatch.reporting.json_records import job_record
    from nemowatch.stages.shown_answer import shown_answer

    found = jobs.listed(conn, job_id=job_id)
    if not found:
        return {}
    row, job = found[0], found[0].job
    draft = results.draft(conn, job_id)
    return job_record(conn, row, watches) | {
        "skill": job.skill,
        "prompt": job.prompt,
        "answer": shown_answer(job, job.answer, job.state.value, draft),
        "progress": job.progress,
        "due_at": iso(job.due_at) if job.due_at else None,
        "credits": job.credits,
        "credits_about": job.credits_about,
        "timeline": timeline(draft),
        "changes": _changes(results.draft_before(conn, job_id), draft),
        "source_now": name(row.retired_to) if row.retired_to else None,
        "draft_saved": results.is_draft_saved(conn, job_id),
        "sizes": [output.size for output in results.outputs(conn, job_id)],
        "paid_calls": list(map(_paid_call, spend.of_job(conn, job_id))),
        "tips": list(tips.of_source(conn, job.source_id)),
        "history": list(map(_step, job_history.events(conn, job_id))),
        "conversation": list(map(_said_turn, conversation(conn, job_id))),
    }


def _said_turn(turn: ConversationTurn) -> dict[str, Any]:
    from nemowatch.clock import iso

    return {
        "turn": turn.number,
        "take": turn.take,
        "job": turn.job,
        "at": iso(turn.at_ms),
        "state": turn.state.value,
        "replaced": turn.replaced,
        "asked": turn.asked,
        "said": turn.said,
        "timeline": turn.timeline or None,
        "changes": list(turn.changes),
        "render_id": turn.render_id or None,
        "outputs": [name(output.path) for output in turn.results],
        "credits": turn.credits,
        "credits_about": turn.credits_about,
    }


def _changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    """What this turn changed in the edit; empty for the first turn of a session."""
    from nemowatch.edits.draft_changes import draft_changes

    if before is None or after is None:
        return []
    return draft_changes(before, after).lines()


def _paid_call(call: Spend) -> dict[str, Any]:
    from nemowatch.clock import iso

    return {
        "at": iso(call.opened_at),
        "outcome": call.outcome.value,
        "before": call.credits_before,
        "after": call.credits_after,
    }


def _step(event: JobEvent) -> dict[str, Any]:
    from nemowatch.clock import iso

    return {
        "at": iso(event.at),
        "from": event.from_state or None,
        "to": event.to_state,
        "reason": event.reason or None,
        "attempt": event.attempt,
        "error": event.error or None,
    }


def _lines(record: dict[str, Any], option: str) -> list[str]:
    return [
        f"Job {record['id']}: {record['state']}{brackets(record['reason'])}",
        *_field("source", record["source"]),
        *_field("now at", record["source_now"]),
        *_field("order", f"{record['task']}, {record['target']} (skill {record['skill']})"),
        *_trouble(record, option),
        *_field("tip", "\n".join(record["tips"])),
        *_cost(record),
        *_results(record),
        *_conversation(record["conversation"]),
        "  history",
        *(f"    {_event(event)}" for event in record["history"]),
    ]


def _field(title: str, text: str | None) -> list[str]:
    """A title and its text, which may have several lines; empty when there is no text."""
    if not text:
        return []
    indented = "\n           ".join(text.splitlines())
    return [f"  {title:<8} {indented}"]


def _trouble(record: dict[str, Any], option: str) -> list[str]:
    from nemowatch.reporting import words

    error, state = record["error"] or {}, record["state"]
    code = error.get("code", "")
    text = words.what_happened(state, error.get("text", ""))
    if error and state not in ("held", "attention"):
        text = f"{text} [{code}]"
    cure = words.about_job(record["id"], state, record["reason"] or "", code)
    return [*_field("why", text), *_field("do", "\n".join(cure.typed(option)))]


def _cost(record: dict[str, Any]) -> list[str]:
    from nemowatch.reporting import words

    lines = _field("cost", words.cost(record["credits"], about=record["credits_about"]))
    for call in record["paid_calls"]:
        balance = f"balance before {credits(call['before'])}, after {credits(call['after'])}"
        lines += _field("paid", f"{local_time(call['at'])}  {call['outcome']}; {balance}")
    return lines


def _results(record: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for path, count in zip(record["outputs"], record["sizes"], strict=True):
        lines += _field("result", f"{path} ({size(count)})")
    return lines


def _conversation(turns: list[dict[str, Any]]) -> list[str]:
    lines = ["  conversation"]
    for turn in turns:
        lines += _turn(turn)
    return lines


def _turn(turn: dict[str, Any]) -> list[str]:
    from nemowatch.reporting import words

    heading = f"    turn {turn['turn']}, {local_time(turn['at'])}, job {turn['job']}"
    if turn["take"] > 1:
        heading += f", session {turn['take']}"
    heading += f": {_end(turn)}"
    cost = words.cost(turn["credits"], about=turn["credits_about"])
    return [
        heading,
        *_part("asked", turn["asked"] or "-"),
        *_part("said", turn["said"] or _silence(turn["state"])),
        *_part("edit", turn["timeline"]),
        *_part("changes", "\n".join(turn["changes"])),
        *_part("render", turn["render_id"]),
        *_part("result", "\n".join(turn["outputs"])),
        *_part("cost", cost),
    ]


def _end(turn: dict[str, Any]) -> str:
    """The state of a turn. One that was replaced is called that, since nobody has cancelled it."""
    if turn["replaced"] and turn["state"] == "cancelled":
        return "another turn took its place"
    return str(turn["state"])


def _part(title: str, text: str | None) -> list[str]:
    """A field of a turn."""
    return [f"    {line}" for line in "\n".join(_field(title, text)).splitlines()]


def _silence(state: str) -> str:
    """What is shown if the agent has said nothing."""
    if state == "published":
        return "(nothing)"
    return ""


def _event(event: dict[str, Any]) -> str:
    state = f"{event['to']}{brackets(event['reason'])}"
    if event["attempt"]:
        state += f", attempt {event['attempt']}"
    return f"{local_time(event['at'])}  {state}{because(event['error'])}"
