"""The chain of decisions about one file, from its place to its jobs. Looks, and changes nothing;
the daemon, when it runs, adds what only it knows: how long the file has kept still, and what it
waits for."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import ask_if_running, read_journal
from nemowatch.cli.explain.place import Place, pause_files, prompt_text
from nemowatch.cli.explain.record import Step, file_record
from nemowatch.cli.formatting import local_time, name, size
from nemowatch.content import reading
from nemowatch.content.sniff import Finding, kind_by_name
from nemowatch.errors import LocalError, LocalPassing, NemowatchError, OrderError
from nemowatch.fs.identity import not_regular, snapshot
from nemowatch.fs.mounts import Mode, MountTable, mode_of
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.scan.folders import as_text, stem_of
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.journal import account
from nemowatch.model import ENDED, MediaKind, State
from nemowatch.reporting import words
from nemowatch.tasks import Drop, Folder, listed, max_bytes, plan, read_folder, takes

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config import Watch
    from nemowatch.journal.jobs import Job


def explain_file(setting: CommandContext, place: Place) -> dict[str, Any]:
    """The record: {kind, path, steps, jobs, verdict}."""
    steps = list(_chain(setting, place))
    jobs = _jobs(setting, place) if place.watch else []
    waiting = _waiting(setting, place)
    steps += [Step("wait", f"The daemon says: {why}.") for why in waiting]
    steps += [Step("info", _job_text(job)) for job in jobs]
    return file_record(place.path, steps, jobs, _verdict(steps, jobs, setting.option))


def _verdict(steps: list[Step], jobs: list[Job], option: str) -> str:
    refused = [step for step in steps if step.result == "no"]
    if refused:
        return f"It is not taken: {refused[0].text}"
    if jobs:
        return _jobs_verdict(jobs, option)
    waits = [step for step in steps if step.result == "wait"]
    return (
        f"It waits: {waits[-1].text}" if waits else "It will be taken as soon as it has kept still."
    )


def _jobs_verdict(jobs: list[Job], option: str) -> str:
    """How its jobs stand in a word, and what a person can do about each that does not go on by
    itself."""
    asking = any(job.state is State.ATTENTION for job in jobs)
    head = "It waits for a person's decision." if asking else _standing(jobs)
    lines: dict[str, None] = {}
    for job in jobs:
        cure = words.about_job(job.id, job.state, job.reason, job.error_code)
        lines.update(dict.fromkeys(f"  {line}" for line in cure.typed(option)))
    return "\n".join([f"{head} What to do:", *lines] if lines else [head])


def _standing(jobs: list[Job]) -> str:
    if all(job.state is State.PUBLISHED for job in jobs):
        return "It is done."
    if all(job.state in ENDED for job in jobs):
        return "It could not be done, or not all of it."
    return "It waits." if all(job.state is State.HELD for job in jobs) else "It is being worked on."


def _chain(setting: CommandContext, place: Place) -> Iterator[Step]:
    """Every step up to the first that says no."""
    for step in _steps(setting, place):
        yield step
        if step.result == "no":
            return


def _steps(setting: CommandContext, place: Place) -> Iterator[Step]:
    watch = place.watch
    if watch is None:
        inboxes = ", ".join(name(os.fsencode(w.inbox)) for w in setting.config.watch)
        yield Step("no", f"It lies in no watched inbox ({inboxes}).")
        return
    yield from _about_inbox(watch)
    verdict = Ignore(watch.ignore).path(place.relative)
    if verdict.kind in (NameClass.IGNORED, NameClass.OURS):
        yield Step("no", f"Its name is never work: {verdict.why}.")
        return
    if verdict.kind is NameClass.CONFLICT:
        yield Step("wait", f"It looks like {verdict.why}: it is held until a person decides.")
    if len(place.parts) < 2:
        yield Step("no", "It lies in the inbox itself: files belong into a task folder.")
        return
    folder = read_folder(as_text(place.parts[0]), setting.config.recipes)
    if not isinstance(folder, Folder):
        yield Step(
            "no",
            folder.what
            + (f" The nearest name that works: {folder.suggestion}." if folder.suggestion else ""),
        )
        return
    yield Step("ok", f"The folder {name(place.parts[0])} asks for: {folder.task}.")
    yield from _about_file(watch, place, folder)
    yield from _pauses(setting, place)


def _about_inbox(watch: Watch) -> Iterator[Step]:
    shown = name(os.fsencode(watch.inbox))
    if not watch.inbox.is_dir():
        yield Step("wait", f"The inbox {shown} is not there: nemowatch waits for the share.")
        return
    fstype = MountTable.read().at(os.path.realpath(os.fsencode(watch.inbox))).fstype
    how = {
        Mode.EVENTS: "changes are seen at once",
        Mode.SCAN: f"it is scanned every {watch.scan_interval:g} s",
    }
    said = (
        how.get(mode_of(fstype), "it is watched and scanned")
        if watch.mode == "auto"
        else f"mode = {watch.mode}"
    )
    yield Step("ok", f"It lies in the inbox {shown} ({fstype}; {said}).")


def _about_file(watch: Watch, place: Place, folder: Folder) -> Iterator[Step]:
    prompt = prompt_text(watch.inbox / os.fsdecode(place.parts[0]))
    promised = kind_by_name(place.parts[-1])
    if promised is None:
        yield Step(
            "no",
            "No task takes files with this ending. This folder takes"
            f" {listed(takes(folder, prompt))}.",
        )
        return
    if promised not in takes(folder, prompt):
        yield _planned(folder, Drop(promised, as_text(place.parts[-1]), "text", prompt))
        return
    if not os.path.lexists(place.path):
        yield Step("info", "The file is not there now; this is what its name says.")
        yield _planned(
            folder, Drop(promised, as_text(place.parts[-1]), _script(place, promised), prompt)
        )
        return
    yield from _about_content(watch, place, folder, prompt)


def _about_content(watch: Watch, place: Place, folder: Folder, prompt: str) -> Iterator[Step]:
    mode = place.path.lstat().st_mode
    if not stat.S_ISREG(mode):
        yield Step("no", f"It is {not_regular(mode)}: only real files are taken.")
        return
    try:
        fd = open_below(watch.inbox, place.relative)
    except LocalError as exc:
        yield Step("no", f"{exc.text} {exc.cure}".strip())
        return
    try:
        look = snapshot(fd)
        changed = local_time(look.mtime_ns // 1_000_000)
        yield Step(
            "ok" if look.size else "wait", f"It has {size(look.size)}, last changed {changed}."
        )
        found = reading.sniff(fd, place.parts[-1], look.size)
    except LocalError as exc:
        yield Step("wait" if isinstance(exc, LocalPassing) else "no", exc.words)
        return
    finally:
        os.close(fd)
    if found.finding is Finding.NOT_MEDIA:
        yield Step("no", f"{found.why[:1].upper()}{found.why[1:]}.")
    elif found.finding is not Finding.MEDIA:
        yield Step("wait", f"It is not whole yet: {found.why}.")
    else:
        yield Step("ok", f"Its first bytes say: {found.kind}.")
        yield _planned(
            folder,
            Drop(found.kind, as_text(place.parts[-1]), _script(place, found.kind), prompt),
            look.size,
        )


def _script(place: Place, kind: MediaKind) -> str:
    """A text stands for the script: its own, or that of a text of the same stem beside it."""
    if kind is MediaKind.SCRIPT:
        return "text"
    stem = stem_of(os.fsencode(place.path))
    return (
        "text"
        if any(os.path.lexists(stem + suffix) for suffix in (b".txt", b".md", b".docx"))
        else ""
    )


def _planned(folder: Folder, drop: Drop, length: int = 0) -> Step:
    try:
        order = plan(folder, drop)
    except OrderError as exc:
        return Step("no", f"{exc.text} {exc.cure}".strip())
    if length > max_bytes(order.skill):
        return Step(
            "no",
            f"It has {size(length)}, and {order.skill} takes {size(max_bytes(order.skill))}:"
            " compress or trim it.",
        )
    stem = drop.name.rpartition(".")[0]
    results = ", ".join(
        stem + output.ending for target in order.targets for output in target.outputs
    )
    return Step("ok", f"It will give {results}, by {order.skill}.")


def _pauses(setting: CommandContext, place: Place) -> Iterator[Step]:
    if read_journal(setting, account.is_paused, bool):
        yield Step(
            "wait",
            f"Everything is paused by nemowatch pause: nemowatch resume{setting.option} goes on.",
        )
    for file in pause_files(place):
        yield Step("wait", f"The file {file} holds it: delete that file to go on.")


def _waiting(setting: CommandContext, place: Place) -> list[str]:
    """What the daemon has in memory about this file; nothing when it does not run."""
    try:
        answer = ask_if_running(setting, "explain", path=str(place.path))
    except NemowatchError:
        return []
    return [str(why).rstrip(".") for why in (answer or {}).get("waiting", [])]


def _jobs(setting: CommandContext, place: Place) -> list[Job]:
    """The jobs of the newest source that stood at this place."""
    from nemowatch.journal import jobs, sources

    watch = place.watch.name if place.watch else ""

    def read(conn: sqlite3.Connection) -> list[Job]:
        found = sources.at_path(conn, watch, place.relative)
        return jobs.of_source(conn, found[0].id) if found else []

    return read_journal(setting, read, list[jobs.Job])


def _job_text(job: Job) -> str:
    reason = f" ({job.reason})" if job.reason else ""
    why = f": {job.error_text}" if job.error_text else ""
    return f"Job {job.id}, {job.target}: {job.state}{reason}{why}"
