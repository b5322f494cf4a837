"""What is said in messages: a title, some lines, and the same as data. Pure.

The words about a job, a hold or a cure are those of the page and the notes (`reporting.words`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nemowatch.clock import date_and_time, iso
from nemowatch.cures import Cure
from nemowatch.errors import show_path
from nemowatch.fs.names import note_name, plain
from nemowatch.i18n.language import filled, message
from nemowatch.intake.records import Refused
from nemowatch.intake.watch.health import Health, HealthState
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.jobs import ListedJob
from nemowatch.journal.notices import HoldStory, Round
from nemowatch.journal.spend import amount
from nemowatch.model import State
from nemowatch.notify.message import NotifyEvent
from nemowatch.reporting import inbox_words, words
from nemowatch.reporting.overview import Trouble
from nemowatch.reporting.paragraphs import shortened
from nemowatch.reporting.phrases import brackets, capital, counted
from nemowatch.secrecy import redact_work

#: Jobs that are named in the text: a phone shows no more.
NAMED = 8
#: Jobs in the data of one message, which stays below any channel's limit.
RECORDED = 50
#: Characters of one job's story.
LONGEST = 300

#: How people call the ways in which a job ends, in the order in which they are counted.
ENDS = {
    State.PUBLISHED: message("{count} done"),
    State.FAILED: message("{count} failed"),
    State.REJECTED: message("{count} not accepted"),
    State.CANCELLED: message("{count} cancelled"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about one thing."""

    event: NotifyEvent
    title: str
    lines: tuple[str, ...]
    about: Mapping[str, Any]
    name: str = ""  #: of the one file that it is about


def held(reason: str, story: HoldStory) -> Told:
    """Work waits for this."""
    what = capital(story.text) or words.hold_words(reason)
    cure = words.about_hold(reason).beyond(what)
    lines = [what, *_cured(cure)]
    if story.jobs:
        lines.append(f"{counted(story.jobs, 'job waits', 'jobs wait')} for it.")
    about = {"reason": reason, "since": iso(story.since), "jobs": story.jobs}
    title = f"Work waits: {_first_sentence(words.hold_words(reason))}"
    return Told(NotifyEvent.HOLD, title, tuple(lines), about)


def over(reason: str) -> Told:
    """Work no longer waits for that."""
    was = _first_sentence(words.hold_words(reason))
    title = f"Work continues. It had waited: {was[:1].lower()}{was[1:]}"
    return Told(NotifyEvent.RECOVERED, title, (), {"reason": reason})


def inbox_away(inbox: str, health: Health, cure: Cure) -> Told:
    """An inbox cannot be worked on."""
    what = f"since {date_and_time(health.since)}: {health.reason}"
    if health.state is HealthState.HELD:
        what = str(health)
    lines = (capital(what), *_cured(cure))
    about = {"reason": "inbox", "inbox": show_path(inbox), "state": redact_work(str(health))}
    return Told(NotifyEvent.HOLD, f"An inbox is not being processed: {plain(inbox)}", lines, about)


def inbox_back(inbox: str) -> Told:
    """It is worked on again."""
    about = {"reason": "inbox", "inbox": show_path(inbox)}
    return Told(
        NotifyEvent.RECOVERED, f"An inbox is being processed again: {plain(inbox)}", (), about
    )


def approval(batch: BatchRow) -> Told:
    """Many results at once wait for approval."""
    number = max(batch.waiting, batch.expected)
    what = inbox_words.batch(number, batch.cause, plain(batch.watch))
    about = {"reason": "approval", "inbox": show_path(batch.watch), "jobs": number}
    return Told(NotifyEvent.ATTENTION, what, (what, *_cured(words.approve(batch.watch))), about)


def asking(rows: Sequence[ListedJob]) -> Told:
    """Jobs that a person has to decide about."""
    title = f"{counted(len(rows), 'job needs', 'jobs need')} your decision"
    first = rows[0]
    name = plain(note_name(os.path.basename(first.path), ""))
    cure = words.about_job(first.job.id, first.job.state, first.job.reason).for_file(name)
    return Told(
        NotifyEvent.ATTENTION,
        title,
        (*_stories(rows), *_what_to_do(rows, cure)),
        _about_jobs(rows),
        _only_name(rows),
    )


def failed(rows: Sequence[ListedJob]) -> Told:
    """Jobs that could not be done."""
    title = counted(len(rows), "job failed", "jobs failed")
    first = rows[0].job
    cure = words.about_job(first.id, first.state, code=first.error_code)
    lines = (*_stories(rows), *_what_to_do(rows, cure))
    return Told(NotifyEvent.FAILED, title, lines, _about_jobs(rows), _only_name(rows))


def refused(inbox: str, files: Sequence[Refused]) -> Told:
    """Files that were never taken."""
    names = {plain(os.path.basename(one.problem.path)) for one in files}
    lines: list[str] = []
    for one in files[:NAMED]:
        name = plain(os.path.basename(one.problem.path))
        where = _inside(name, one.problem.folder)
        lines.append(f"{where}: {one.problem.what}")
    lines += _unnamed(len(files))
    if len(files) == 1:
        lines += _cured(inbox_words.about_refused(files[0].problem.cure))
    about = {
        "inbox": show_path(inbox),
        "files": [show_path(str(one.where)) for one in files[:RECORDED]],
    }
    title = counted(len(files), "file was refused", "files were refused")
    return Told(NotifyEvent.FAILED, title, tuple(lines), about, _only(names))


def troubles(inbox: str, found: Sequence[Trouble]) -> Told:
    """Folders and files of an inbox that only a person can put right."""
    lines: list[str] = []
    for one in found[:NAMED]:
        lines.append(f"{_place(one)}: {one.what}")
    lines += _unnamed(len(found))
    if len(found) == 1:
        lines += _cured(inbox_words.about_trouble(found[0]))
    else:
        lines.append("The page, and the note in each folder, say what can be done.")
    of_them: list[dict[str, Any]] = []
    for one in found[:RECORDED]:
        of_them.append({"path": one.shown, "what": _as_told(one.what)})
    about = {
        "reason": "folders",
        "inbox": show_path(inbox),
        "troubles": len(found),
        "of_them": of_them,
    }
    title = counted(len(found), "thing needs you", "things need you")
    return Told(NotifyEvent.ATTENTION, title, tuple(lines), about)


def _place(trouble: Trouble) -> str:
    if trouble.path:
        return _inside(plain(os.path.basename(trouble.path)), trouble.folder)
    return plain(trouble.folder) or plain(trouble.inbox)


def round_done(found: Round, rows: Sequence[ListedJob]) -> Told:
    """The last of what came together is done; `rows`: some of its jobs."""
    jobs = sum(found.states.values())
    done = found.states.get(State.PUBLISHED, 0)
    title = f"All done: {counted(jobs, 'result', 'results')}"
    if done < jobs:
        title = f"Finished: {done:,} of {counted(jobs, 'result', 'results')} done"
    lines = [
        f"{plain(found.watch)}: {counted(found.files, 'file', 'files')}, {_ends(found.states)}.",
        _cost(found),
        *_stories([row for row in rows if row.job.state is not State.PUBLISHED]),
    ]
    about = {
        "inbox": show_path(found.watch),
        "begun_at": iso(found.begun_at),
        "files": found.files,
        "counts": dict(found.states),
        "credits": found.credits,
        "credits_about": found.about or bool(found.unknown),
        **_about_jobs(rows),
        "jobs": jobs,
    }
    return Told(NotifyEvent.BATCH_DONE, title, tuple(lines), about)


def _ends(states: Mapping[str, int]) -> str:
    parts: list[str] = []
    for state, said in ENDS.items():
        if states.get(state):
            parts.append(filled(said, count=f"{states[state]:,}"))
    return ", ".join(parts)


def _cost(found: Round) -> str:
    if found.credits is None:
        return "What it cost is not known." if found.unknown else "Nothing was paid."
    if found.unknown:
        return f"Cost: at least {amount(found.credits)} credits; of some it is not known."
    about = "about " if found.about else ""
    return f"Cost: {about}{amount(found.credits)} credits."


def _stories(rows: Sequence[ListedJob]) -> Iterable[str]:
    for row in rows[:NAMED]:
        story = words.what_happened(row.job.state, row.job.error_text)
        if not story:
            story = words.hold_words(row.job.reason)
        said = _as_told(" ".join(story.split()))
        yield f"{_inside(_name(row), row.folder)}{brackets(row.job.target)}: {said}"
    yield from _unnamed(len(rows))


def _unnamed(count: int) -> Iterable[str]:
    """How many there are besides those that are named, if any."""
    if count > NAMED:
        yield f"And {count - NAMED:,} more."


def _inside(name: str, folder: bytes) -> str:
    return filled("{name} in {folder}", name=name, folder=plain(folder))


def _what_to_do(rows: Sequence[ListedJob], cure: Cure) -> list[str]:
    """The cure of one job; of several, where it is said."""
    if len(rows) == 1:
        return _cured(cure)
    return ["The page, and the note about each file, say what can be done."]


def _cured(cure: Cure) -> list[str]:
    return cure.asked()


def _only_name(rows: Sequence[ListedJob]) -> str:
    """The file that all of them are about; "" where they are about several."""
    return _only({_name(row) for row in rows})


def _only(names: set[str]) -> str:
    if len(names) > 1:
        return ""
    return names.pop()


def _name(row: ListedJob) -> str:
    return plain(os.path.basename(row.path))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _about_jobs(rows: Sequence[ListedJob]) -> dict[str, Any]:
    return {"jobs": len(rows), "of_them": [_record(row) for row in rows[:RECORDED]]}


def _record(row: ListedJob) -> dict[str, Any]:
    job = row.job
    return {
        "id": job.id,
        "source": show_path(os.fsencode(row.watch) + b"/" + row.path),
        "folder": show_path(row.folder),
        "target": job.target,
        "state": job.state.value,
        "reason": job.reason or None,
        "error": _as_told(job.why) or None,
    }


def _as_told(story: str) -> str:
    """Without secrets, and cut only then: half a secret would not be recognised."""
    return shortened(redact_work(story), LONGEST)
