"""Everything about a text in an inbox that is about a result or a question (`promo.es.revise.txt`):
what it is, what it refers to, and what it would order. It carries nothing out."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import read_journal
from nemowatch.cli.explain.location import exists
from nemowatch.cli.explain.records import ChainStep, Location, file_record
from nemowatch.clock import SystemClock
from nemowatch.errors import LocalError, OrderError
from nemowatch.fs.safe_open import lookup
from nemowatch.intake.ready.file_checks import read_request
from nemowatch.intake.records import ANSWER, RequestFile
from nemowatch.intake.scan.instruction_names import request_of
from nemowatch.sources.request_plans import Asked, Plan, plan_of

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch
    from nemowatch.intake.scan.instruction_forms import Form

_WHAT = {"revise": "It says how a result should be changed.", ANSWER: "It answers a question."}
#: What each order means that a text can give.
_ORDERS = {
    "revise": "Job {job} is changed by it: one more paid turn in its session, and one more result.",
    "answer": "The question of job {job} is answered by it: one more paid turn in its session.",
    "resolve": "It lets job {job} continue, as the question says.",
    "cancel": "It ends job {job}.",
}


def explain_request(context: CommandContext, location: Location) -> dict[str, Any] | None:
    """The record: {kind, path, steps, jobs, verdict}; None for another kind of file."""
    if location.watch is None or len(location.parts) < 2:
        return None
    form = request_of(location.parts[-1])
    if form is None:
        return None
    steps = [ChainStep("ok", _WHAT[form.word])]
    if exists(location.path):
        steps.append(_said(context, location.watch, location, form))
    else:
        steps.append(ChainStep("info", "The file is not there now."))
    return file_record(location.path, steps, (), steps[-1].text)


def _said(context: CommandContext, watch: Watch, location: Location, form: Form) -> ChainStep:
    try:
        found = lookup(watch.inbox, location.relative)
        text, digest = read_request(watch.inbox, location.relative, found, _no_beat)
        now = SystemClock().now_ms()
        file = RequestFile(location.relative, form.word, found, text, digest, seen_at=now)
        return read_journal(context, lambda conn: _planned(conn, watch, file), _nothing)
    except (OrderError, LocalError) as exc:
        return ChainStep("no", f"{exc.text} {exc.cure}".strip())


def _planned(conn: sqlite3.Connection, watch: Watch, file: RequestFile) -> ChainStep:
    """The step for what the text would order. Raises OrderError."""
    plan = plan_of(conn, watch, file)
    if isinstance(plan, Plan):
        return ChainStep("ok", " ".join(map(_ordered, plan.orders)))
    return ChainStep("info", f"It was already carried out, for job {plan.taken.job}.")


def _ordered(asked: Asked) -> str:
    order, given = asked
    numbers = given.get("jobs") or [given["job"]]
    return _ORDERS[order].format(job=", ".join(map(str, numbers)))


def _nothing() -> ChainStep:
    return ChainStep("info", "Nothing has been made yet that it could be about.")


def _no_beat() -> None:
    """Gives no sign of life: nothing watches a command."""
