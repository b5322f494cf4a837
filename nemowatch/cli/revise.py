"""`nemowatch revise` and `nemowatch answer`: what a person says to the agent, one turn each."""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import options

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext

#: Seconds between two checks of a job that is waited for.
CHECK_AGAIN = 1.0
Text = Annotated[
    str,
    typer.Argument(metavar="TEXT", help='What should be different: "make the voice slower".'),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until the new result is there.")]


Words = Annotated[
    str,
    typer.Argument(metavar="TEXT", help='Your answer: "Spanish, please".'),
]


def answer(job: options.Job, text: Words, config: options.Config = None) -> None:
    """Answer what the cloud has asked: one more paid turn.

    The cloud continues from there, in the same session."""
    from nemowatch.cli.context import find_context
    from nemowatch.cli.orders import carry_out
    from nemowatch.cli.output import say

    state = carry_out(find_context(config), "answer", job=job, text=text)["state"]
    say(f"Job {job} continues from: {state}.")


def revise(
    job: options.Job,
    text: Text,
    wait: Wait = False,
    as_json: options.Json = False,
    config: options.Config = None,
) -> None:
    """Change a result: one more paid turn, and one more result.

    It is made in the session of that result, from its latest version, and put beside it."""
    from nemowatch.cli.connection import ask
    from nemowatch.cli.context import find_context
    from nemowatch.cli.orders import carry_out
    from nemowatch.cli.output import say

    context = find_context(config)
    if wait:
        ask(context, "status")  # first: without a daemon, waiting would be in vain
    made = int(carry_out(context, "revise", job=job, text=text)["job"])
    if not as_json:
        say(_what_is_made(made, job))
    record = _ended(context, made) if wait else _record(context, made)
    if as_json:
        from nemowatch.cli.output import print_json

        print_json(record)
    elif wait:
        _print_end(context, record)
    if wait and record["state"] != "published":
        raise typer.Exit(1)


def _what_is_made(made: int, job: int) -> str:
    """Of a job that waits for its text, the text is made anew under its own number."""
    if made == job:
        return f"Job {made} makes its text anew first."
    return f"Job {made} revises job {job}."


def _ended(context: CommandContext, job_id: int) -> dict[str, Any]:
    """The job's record, once it has ended or waits for a person."""
    from nemowatch.cli.still_working import TurnReminder
    from nemowatch.model import ENDED, State

    still_working = TurnReminder(context.config.chat.still_working)
    skill = _skill(context, job_id)
    while True:
        record = _record(context, job_id)
        if record["state"] in ENDED | {State.ATTENTION}:
            return record
        news = still_working.news(job_id, record["state"], skill)
        if news:
            # at once, and not in the output that --json prints
            print(f"Job {job_id}: {news}", file=sys.stderr, flush=True)
        time.sleep(CHECK_AGAIN)


def _skill(context: CommandContext, job_id: int) -> str:
    from nemowatch.cli.connection import read_journal
    from nemowatch.journal import jobs

    return read_journal(context, lambda conn: jobs.by_id(conn, job_id).skill, str)


def _record(context: CommandContext, job_id: int) -> dict[str, Any]:
    """The job as `jobs --json` prints it."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.journal import jobs
    from nemowatch.reporting.json_records import job_record

    def read(conn: sqlite3.Connection) -> dict[str, Any]:
        (row,) = jobs.listed(conn, job_id=job_id)
        return job_record(conn, row, context.watches)

    return read_journal(context, read, dict[str, Any])


def _print_end(context: CommandContext, record: dict[str, Any]) -> None:
    from nemowatch.cli.output import say
    from nemowatch.reporting import words

    job_id, state = record["id"], record["state"]
    for path in record["outputs"]:
        say(path)
    if state == "published":
        return
    error = record["error"] or {}
    say(f"Job {job_id} is {state}: {words.what_happened(state, error.get('text', ''))}")
    reason, code = record["reason"] or "", error.get("code", "")
    for line in words.about_job(job_id, state, reason, code).typed(context.option):
        say(f"  {line}")
