"""`nemowatch show`: all that is known of one job, with its whole history."""

from __future__ import annotations

import sqlite3
from typing import Any

from nemowatch.cli import options
from nemowatch.cli.formatting import clean, credits, hold_cure, local_time, name, size


def show(job: options.Job, as_json: options.Json = False, config: options.Config = None) -> None:
    """Show all of one job, with its whole history."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.context import find_setting
    from nemowatch.cli.output import print_json
    from nemowatch.errors import UsageError

    setting = find_setting(config)
    record = read_journal(setting, lambda conn: _record(conn, job, setting.watches), dict[str, Any])
    if not record:
        raise UsageError(f"There is no job {job}.", cure="nemowatch jobs lists them.")
    if as_json:
        print_json(record)
    else:
        print(
            "\n".join(
                clean(part) for line in _lines(record, setting.option) for part in line.split("\n")
            )
        )


def _record(conn: sqlite3.Connection, job_id: int, watches: Any) -> dict[str, Any]:
    """The record of `jobs --json`, and beside it what only this command tells."""
    from nemowatch.clock import iso
    from nemowatch.journal import jobs, spend
    from nemowatch.outbox.draft import timeline
    from nemowatch.reporting import overview

    found = jobs.listed(conn, job_id=job_id)
    if not found:
        return {}
    row, job = found[0], found[0].job
    events = jobs.events(conn, job_id)
    calls = spend.of_job(conn, job_id)
    return overview.job_json(conn, row, watches) | {
        "skill": job.skill,
        "prompt": job.prompt,
        "answer": job.answer,
        "progress": job.progress,
        "due_at": iso(job.due_at) if job.due_at else None,
        "credits": job.credits,
        "credits_about": job.credits_about,
        "timeline": timeline(jobs.draft(conn, job_id)),
        "source_now": name(row.retired_to) if row.retired_to else None,
        "draft_saved": jobs.has_draft(conn, job_id),
        "sizes": [output.size for output in jobs.outputs(conn, job_id)],
        "paid_calls": [
            {
                "at": iso(c.opened_at),
                "outcome": c.outcome.value,
                "before": c.credits_before,
                "after": c.credits_after,
            }
            for c in calls
        ],
        "history": [
            {
                "at": iso(e.at),
                "from": e.from_state or None,
                "to": e.to_state,
                "reason": e.reason or None,
                "attempt": e.attempt,
                "error": e.error or None,
            }
            for e in events
        ],
    }


def _lines(record: dict[str, Any], option: str) -> list[str]:
    reason = f" ({record['reason']})" if record["reason"] else ""
    lines = [
        f"Job {record['id']}: {record['state']}{reason}",
        f"  source   {record['source']}",
        *([f"  now at   {record['source_now']}"] if record["source_now"] else []),
        f"  order    {record['task']}, {record['target']} (skill {record['skill']})",
        f"  prompt   {_indented(record['prompt'])}",
        *([f"  answer   {_indented(record['answer'])}"] if record["answer"] else []),
        *([f"  edit     {_indented(record['timeline'])}"] if record["timeline"] else []),
        *_trouble(record, option),
        *_cost(record),
        *_results(record),
        "  history",
    ]
    return lines + [f"    {_event(event)}" for event in record["history"]]


def _indented(text: str) -> str:
    return "\n           ".join(text.splitlines()) if text else "-"


def _trouble(record: dict[str, Any], option: str) -> list[str]:
    lines = []
    if record["error"]:
        code = (
            f" [{record['error']['code']}]" if record["state"] not in ("held", "attention") else ""
        )
        lines.append(f"  why      {_indented(record['error']['text'])}{code}")
    if cure := cure_of(record["id"], record["state"], record["reason"] or "", option):
        lines.append(f"  do       {_indented(cure)}")
    return lines


def cure_of(job_id: int, state: str, reason: str, option: str = "") -> str:
    """What a person can do about a job that does not go on by itself, one way a line; "" when
    there is nothing to do."""
    if state == "held":
        return hold_cure(reason, job_id, option)
    if state == "attention":
        resend = f"nemowatch resolve {job_id} --resend{option}"
        cancel = f"nemowatch cancel {job_id}{option}   (leaves it)"
        if reason == "question":
            more = "(costs again; first answer in a prompt.txt in its folder)"
            done = (
                f"nemowatch resolve {job_id} --done{option}   (the work is there after all; costs"
                " nothing)"
            )
            return f"{resend}   {more}\n{done}\n{cancel}"
        return f"nemowatch resolve {job_id} --done{option}\n{resend}   (may pay again)\n{cancel}"
    return (
        f"nemowatch retry {job_id}{option}" if state in ("failed", "rejected", "cancelled") else ""
    )


def _cost(record: dict[str, Any]) -> list[str]:
    lines = []
    if record["credits"] is not None:
        lines.append(
            f"  credits  {'about ' if record['credits_about'] else ''}{credits(record['credits'])}"
        )
    for call in record["paid_calls"]:
        balance = f"balance before {credits(call['before'])}, after {credits(call['after'])}"
        lines.append(f"  paid     {local_time(call['at'])}  {call['outcome']}; {balance}")
    return lines


def _results(record: dict[str, Any]) -> list[str]:
    pairs = zip(record["outputs"], record["sizes"], strict=True)
    return [f"  result   {path} ({size(count)})" for path, count in pairs]


def _event(event: dict[str, Any]) -> str:
    reason = f" ({event['reason']})" if event["reason"] else ""
    attempt = f", attempt {event['attempt']}" if event["attempt"] else ""
    error = f": {event['error']}" if event["error"] else ""
    return f"{local_time(event['at'])}  {event['to']}{reason}{attempt}{error}"
