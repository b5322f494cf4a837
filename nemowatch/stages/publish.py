"""downloaded -> published: puts every result of the job into the outbox, complete, under a free
name, never over another file.

Repeated after a kill, it finds what is already there; the commit at the end makes it known.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from nemowatch.config.display_paths import from_share
from nemowatch.edits import transcript
from nemowatch.edits.answer_words import publishable
from nemowatch.edits.transcript import Transcript
from nemowatch.edits.turn_summary import summary_of
from nemowatch.errors import NothingMade, SourceGone
from nemowatch.fs.names import safe_name
from nemowatch.journal import results, reviews
from nemowatch.journal.results import Summary
from nemowatch.model import Downloaded, Output, OutputKind, State
from nemowatch.outbox.publish import PlacedResult, part_path, publish, publish_bytes
from nemowatch.outbox.target_folder import ensure_target_folder
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, go, later, refuse
from nemowatch.stages.work import Work

#: How each kind of text is made.
FORMS: dict[OutputKind, Callable[[Transcript], str]] = {
    OutputKind.TEXT: transcript.as_text,
    OutputKind.SRT: transcript.as_srt,
    OutputKind.VTT: transcript.as_vtt,
}
#: A saved draft; None when there is none.
Draft = dict[str, Any] | None
#: A result, its content, and where it was published.
Made = tuple[Output, Downloaded, PlacedResult]
#: The edit is kept, so moving the file back would deliver the same again.
NO_TEXT_CURE = "To have it made again, drop the file under another name; that costs again."


async def put(work: Work, context: StageContext) -> Decision:
    """downloaded: publish all outputs, or fetch again what has disappeared meanwhile."""
    draft, before = await context.journal.read(partial(_drafts, job_id=work.job.id))
    texts, summary = await context.on_disk(work.watch, _words, work, before, draft)
    if _is_text_missing(work, texts):
        error = NothingMade("The cloud finished, but no text came back.", cure=NO_TEXT_CURE)
        return refuse(State.FAILED, error)
    try:
        put_out = await context.on_disk(work.watch, _put_all, work, texts)
    except SourceGone:
        # a text is made again; there is nothing to fetch
        back = State.DOWNLOADED
        if work.job.part:
            back = State.RENDERING
        return later(back, 0, counts=True, text="the fetched file is gone: fetching it again")

    now = context.clock.now_ms()
    writes = [_add_output(work, made, now) for made in put_out]
    writes.append(partial(results.keep_summary, job_id=work.job.id, summary=summary))
    writes.append(_ask_for_review(work, put_out, now))
    done = go(
        State.PUBLISHED,
        *writes,
        part=b"",
        result_url="",
        progress=100,
    )
    return replace(done, text=_left_out(work, put_out))


def _ask_for_review(work: Work, put_out: list[Made], now_ms: int) -> Write:
    """What is made of a text once a person approves it waits from now on."""
    texts = [
        from_share(work.watch, os.fsencode(found.path))
        for output, _, found in put_out
        if output.kind in FORMS
    ]
    question = (
        f"The text is ready: {', '.join(texts)}. The result waits until you put it back, and"
        f" nothing has been paid for that so far."
    )
    return partial(reviews.ask, text_job=work.job.id, question=question, now_ms=now_ms)


def _drafts(conn: sqlite3.Connection, job_id: int) -> tuple[Draft, Draft]:
    """The draft of the turn, and that of the turn before."""
    return results.draft(conn, job_id), results.draft_before(conn, job_id)


def _is_text_missing(work: Work, texts: dict[str, bytes]) -> bool:
    """Whether a text that was asked for cannot be made of what came back."""
    required = filter(attrgetter("required"), work.job.outputs)
    endings = {output.ending for output in required if output.kind in FORMS}
    return not endings <= texts.keys()


def _add_output(work: Work, made: Made, now_ms: int) -> Write:
    output, whole, found = made
    return partial(
        results.add_output,
        job_id=work.job.id,
        ending=output.ending,
        path=os.fsencode(found.path),
        size=whole.size,
        sha256=whole.sha256,
        now_ms=now_ms,
    )


def _left_out(work: Work, put_out: list[Made]) -> str:
    """What is said of results that the cloud gave nothing for."""
    endings = {output.ending for output in work.job.outputs}
    endings -= {output.ending for output, _, _ in put_out}
    if not endings:
        return ""
    return f"left out, because the cloud gave nothing to make it from: {', '.join(sorted(endings))}"


def _words(work: Work, before: Draft, draft: Draft) -> tuple[dict[str, bytes], Summary]:
    """The text results, and what has changed since the turn before."""
    return _texts(work, draft), summary_of(before, draft)


def _texts(work: Work, draft: dict[str, object] | None) -> dict[str, bytes]:
    """The text results by their ending, without those that the cloud gave nothing for. For a long
    draft it takes a second."""
    words = transcript.read(draft, publishable(work.job.answer))
    made = {}
    for output in work.job.outputs:
        text = FORMS.get(output.kind, _no_text)(words)
        if text:
            made[output.ending] = text.encode("utf-8", "replace")
    return made


def _no_text(words: Transcript) -> str:
    """The form of a video."""
    return ""


def _name(work: Work, output: Output) -> str:
    return safe_name(work.job.stem.encode("utf-8", "surrogateescape"), output.ending)


def _put_all(work: Work, texts: dict[str, bytes]) -> list[Made]:
    folder = ensure_target_folder(work.watch, work.source.path)
    done = []
    for ordinal, output in enumerate(work.job.outputs):
        name = _name(work, output)
        first = work.versions.get(output.ending, 0) + 1
        if output.kind is OutputKind.VIDEO and work.job.part:
            whole = Downloaded(
                path=Path(os.fsdecode(work.job.part)),
                size=work.job.part_size,
                sha256=work.job.part_sha256,
            )
            put_out = publish(whole.path, name, whole.sha256, whole.size, first)
            done.append((output, whole, put_out))
        elif output.ending in texts:
            part = part_path(folder, work.job.id, ordinal + 1)
            done.append((output, *publish_bytes(part, name, texts[output.ending], first)))
    return done
