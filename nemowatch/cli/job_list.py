"""What `nemowatch jobs` prints: every job in one line, or as JSON for programs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nemowatch.cli.formatting import clean, name
from nemowatch.clock import SystemClock, moment
from nemowatch.reporting.phrases import brackets

if TYPE_CHECKING:
    from pathlib import Path

    from nemowatch.cli.context import CommandContext
    from nemowatch.errors import UsageError
    from nemowatch.journal.jobs import ListedJob


def print_jobs(
    state: str = "",
    *,
    limit: int = 0,
    newest: bool = False,
    as_json: bool = False,
    config: Path | None = None,
) -> None:
    """Print the jobs, oldest first. `state`: as `wanted_jobs` reads it; `limit`: at most this many
    (0: all); `newest`: those that changed last come first. Raises UsageError."""
    from nemowatch.cli.context import find_context
    from nemowatch.errors import UsageError

    if limit < 0:
        raise UsageError("--limit must be 1 or more.", cure="Leave it out to have all of them.")
    context = find_context(config)
    wanted = replace(wanted_jobs(state), limit=limit, newest=newest)
    if as_json:
        _print_json(context, wanted)
    else:
        _print_table(context, wanted)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are asked for; empty values mean all."""

    state: str
    reason: str = ""  #: what is in brackets: "held (paused)"
    limit: int = 0  #: 0: all
    newest: bool = False  #: those that changed last come first

    def __str__(self) -> str:
        return f"{self.state}{brackets(self.reason)}"

    def none_found(self) -> str:
        """What is said when there are no such jobs."""
        if not self.state:
            return "There are no jobs yet."
        return f"No job is {self}."

    def listed(self, conn: sqlite3.Connection) -> list[ListedJob]:
        """The jobs that are asked for, in their order."""
        from nemowatch.journal import jobs as journal_jobs

        return journal_jobs.listed(
            conn,
            state=self.state,
            reason=self.reason,
            newest=self.newest,
            limit=self.limit or -1,
        )


def wanted_jobs(text: str) -> JobFilter:
    """The filter for a state as the table of jobs shows it: "failed", "held (paused)",
    "rendering 40 %"; "" for all.

    Raises UsageError, which names the nearest state, or all of them.
    """
    from nemowatch.model import AttentionReason, HoldReason, State

    word, bracket, reason = text.strip().lower().partition("(")
    word = word.rstrip("0123456789 %").strip()
    reason = reason.strip().removesuffix(")").strip()
    known = list(map(str, State))
    reasons = {
        str(State.HELD): list(map(str, HoldReason)),
        str(State.ATTENTION): list(map(str, AttentionReason)),
    }

    if not word and not bracket:
        return JobFilter("")
    if word not in known:
        raise _only_a_reason(word, reasons) or _unknown("state", word or text, known)
    if not bracket:
        return JobFilter(word)
    of_state = reasons.get(word, [])
    if reason not in of_state:
        raise _unknown(f"reason for {word}", reason, of_state)
    return JobFilter(word, reason)


def _only_a_reason(word: str, reasons: Mapping[str, Sequence[str]]) -> UsageError | None:
    """The error for a word like "paused" or "question", which is a reason and not a state."""
    from nemowatch.errors import UsageError

    for state, known in reasons.items():
        if word in known:
            return UsageError(
                f"{word!r} is not a state, but why a job is {state}.",
                cure=f'Write: --state "{state} ({word})"',
            )
    return None


def _unknown(what: str, word: str, known: list[str]) -> UsageError:
    import difflib

    from nemowatch.errors import UsageError

    cure = "Only held and attention have one."
    if known:
        there = ", ".join(known)
        cure = f"There are: {there}."
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        cure = f"Did you mean {near[0]}? {cure}"
    return UsageError(f"There is no {what} called {word!r}.", cure=cure)


def _print_json(context: CommandContext, wanted: JobFilter) -> None:
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.output import print_json
    from nemowatch.reporting.json_records import job_record

    def read(conn: sqlite3.Connection) -> list[dict[str, Any]]:
        rows = wanted.listed(conn)
        return [job_record(conn, row, context.watches) for row in rows]

    print_json(read_journal(context, read, list[dict[str, Any]]))


def _print_table(context: CommandContext, wanted: JobFilter) -> None:
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.output import print_table, say

    rows = read_journal(context, wanted.listed, list["ListedJob"])
    if not rows:
        say(wanted.none_found())
        return
    now = SystemClock().now_ms()
    print_table(
        ("JOB", "CHANGED", "STATE", "TARGET", "FILE"), [_row(row, now) for row in rows], right=(0,)
    )


def _row(row: ListedJob, now: int) -> tuple[str, str, str, str, str]:
    job = row.job
    return str(job.id), moment(job.updated_at, now), state_words(row), job.target, file_words(row)


def file_words(row: ListedJob) -> str:
    """The file as it was dropped; for a list of links also which one."""
    item = clean(row.job.stem) if row.job.item else ""
    return f"{name(row.path)}{brackets(item)}"


def state_words(row: ListedJob) -> str:
    """The state with its reason, or with its progress."""
    job = row.job
    if job.reason:
        return f"{job.state} ({job.reason})"
    if job.state == "rendering" and job.progress:
        return f"{job.state} {job.progress:.0f} %"
    return str(job.state)
