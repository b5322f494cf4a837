"""The chain of decisions about one file, from where it is to what would be made of it. It only
reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nemowatch.cli.connection import read_journal
from nemowatch.cli.explain.folder import prompt_text, result_names
from nemowatch.cli.explain.location import exists, instructions_above, pause_files
from nemowatch.cli.explain.records import ChainStep, Location
from nemowatch.cli.filesystem import filesystem_of, how_watched
from nemowatch.cli.formatting import local_time, name, size
from nemowatch.content import reading
from nemowatch.content.endings import converted_to
from nemowatch.content.kinds import WORD, Sniffed, SniffResult, kind_by_name
from nemowatch.errors import LocalError, LocalPassing, OrderError
from nemowatch.fs.identity import not_regular, snapshot
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.name_order_and_stems import is_subtitles, stem_of
from nemowatch.intake.scan.paths import as_text
from nemowatch.journal import account
from nemowatch.model import MediaKind, Snapshot
from nemowatch.reporting import inbox_words, words
from nemowatch.reporting.phrases import capital
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.plan import max_bytes, needs_sound, plan, takes, takes_subtitles
from nemowatch.tasks.records import Drop, Folder

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch

#: Endings of texts that can be the script of a media file of the same stem.
SCRIPTS = (b".txt", b".md", *WORD)
#: Used for a script whose text does not matter here.
SOME_TEXT = "text"


def chain(context: CommandContext, location: Location) -> Iterator[ChainStep]:
    """Every step up to the first that says no."""
    for step in _steps(context, location):
        yield step
        if step.result == "no":
            return


def _elsewhere(location: Location, inboxes: str) -> ChainStep:
    """What is said about a path that is in none of our folders."""
    if exists(location.path):
        cure = "To have it processed, copy it into a task folder there."
        return ChainStep("no", f"It is not in any watched inbox ({inboxes}). {cure}")
    return ChainStep(
        "no", f"There is no such file, and no watched inbox would have it ({inboxes})."
    )


def _steps(context: CommandContext, location: Location) -> Iterator[ChainStep]:
    watch = location.watch
    if watch is None:
        inboxes = ", ".join(name(os.fsencode(w.inbox)) for w in context.config.watch)
        yield _elsewhere(location, inboxes)
        return
    yield _inbox(watch)
    yield from _name(watch, location)
    if len(location.parts) < 2:
        yield ChainStep("no", "It is in the inbox itself: put it into a task folder.")
        return
    folder = read_folder(as_text(location.parts[0]), context.config.own_names)
    if not isinstance(folder, Folder):
        yield ChainStep(
            "no", f"{folder.what} {inbox_words.about_folder(folder.suggestion, '').by_hand}"
        )
        return
    yield ChainStep("ok", f"The folder {name(location.parts[0])} asks for: {folder.task}.")
    yield from _file(watch, location, folder)
    yield from _unclear(location)
    yield from _pauses(context, location)


def _inbox(watch: Watch) -> ChainStep:
    shown = name(os.fsencode(watch.inbox))
    if not watch.inbox.is_dir():
        return ChainStep("wait", f"The inbox {shown} is not there: nemowatch waits for the share.")
    fstype = filesystem_of(watch)
    return ChainStep("ok", f"It is in the inbox {shown} ({fstype}; {how_watched(watch, fstype)}).")


def _name(watch: Watch, location: Location) -> Iterator[ChainStep]:
    verdict = Ignore(watch.ignore).path(location.relative)
    if verdict.kind in (NameClass.IGNORED, NameClass.OURS):
        yield ChainStep("no", f"Its name is never work: {verdict.why}.")
    elif verdict.kind is NameClass.CONFLICT:
        yield ChainStep("wait", f"It looks like {verdict.why}: it is held until a person decides.")


def _file(watch: Watch, location: Location, folder: Folder) -> Iterator[ChainStep]:
    prompt = prompt_text(location)
    accepted = takes(folder, prompt)
    promised = kind_by_name(location.parts[-1])
    if is_subtitles(location.parts[-1]) and takes_subtitles(folder):
        yield ChainStep("ok", "Its words go with the clip beside it that it is named after.")
    elif is_subtitles(location.parts[-1]) and folder.is_reviewed:
        yield ChainStep("ok", "It is a text that a clip in this folder waits for, or none.")
    elif promised is None:
        what = f"This folder accepts {listed(accepted)}."
        target = converted_to(location.parts[-1], accepted)
        if target:
            what = f"Convert it to {target}. {what}"
        yield ChainStep("no", f"No task accepts files with this ending. {what}")
    elif promised not in accepted:
        yield _planned(folder, Drop(promised, as_text(location.parts[-1]), SOME_TEXT, prompt))
    elif not exists(location.path):
        yield ChainStep("info", "The file is not there now; this is what its name says.")
        yield _planned(folder, _drop(location, promised, prompt))
    else:
        yield from _content(watch, location, folder, prompt)


def _content(
    watch: Watch,
    location: Location,
    folder: Folder,
    prompt: str,
) -> Iterator[ChainStep]:
    mode = location.path.lstat().st_mode
    if not stat.S_ISREG(mode):
        yield ChainStep("no", f"It is {not_regular(mode)}: only real files are taken.")
        return
    try:
        seen, found = _inspect(watch, location)
    except LocalError as exc:
        yield _unreadable(exc)
        return
    yield _whole_size(seen)
    yield from _found(found)
    if found.finding is SniffResult.MEDIA:
        if found.silent and needs_sound(folder.skill):
            yield ChainStep("no", f"There is nothing to hear in it: {found.silent}.")
        yield _planned(folder, _drop(location, found.kind, prompt), seen.size)


def _unreadable(exc: LocalError) -> ChainStep:
    if isinstance(exc, LocalPassing):
        return ChainStep("wait", exc.words)
    return ChainStep("no", exc.words)


def _whole_size(seen: Snapshot) -> ChainStep:
    changed = local_time(seen.mtime_ns // 1_000_000)
    text = f"It has {size(seen.size)}, last changed {changed}."
    if seen.size:
        return ChainStep("ok", text)
    return ChainStep("wait", text)


def _inspect(watch: Watch, location: Location) -> tuple[Snapshot, Sniffed]:
    fd = open_below(watch.inbox, location.relative)
    try:
        seen = snapshot(fd)
        return seen, reading.sniff(fd, location.parts[-1], seen.size)
    finally:
        os.close(fd)


def _found(found: Sniffed) -> Iterator[ChainStep]:
    if found.finding is SniffResult.MEDIA:
        yield ChainStep("ok", f"Its first bytes say: {found.kind}.")
    elif found.finding is SniffResult.NOT_MEDIA:
        yield ChainStep("no", f"{capital(found.why)}. {found.cure}".strip())
    else:
        yield ChainStep("wait", f"It is not whole yet: {found.why}.")


def _drop(location: Location, kind: MediaKind, prompt: str) -> Drop:
    """The drop as it would be planned. Its script is its own text, or a text of the same stem
    beside it."""
    script = ""
    if kind is MediaKind.SCRIPT or _has_script_beside(location):
        script = SOME_TEXT
    return Drop(kind, as_text(location.parts[-1]), script, prompt)


def _has_script_beside(location: Location) -> bool:
    path = os.fsencode(location.path)
    stems = (path, stem_of(path))
    return any(os.path.lexists(stem + suffix) for stem in stems for suffix in SCRIPTS)


def _planned(folder: Folder, drop: Drop, length: int = 0) -> ChainStep:
    try:
        order = plan(folder, drop)
    except OrderError as exc:
        return ChainStep("no", f"{exc.text} {exc.cure}".strip())
    largest = max_bytes(order.skill)
    if length > largest:
        what = f"It has {size(length)}, and {order.skill} takes {size(largest)}"
        return ChainStep("no", f"{what}: compress or trim it.")

    results: list[str] = []
    for target in order.targets:
        results += result_names(target, drop)
    return ChainStep("ok", f"It will give {', '.join(results)}, by {order.skill}.")


def _unclear(location: Location) -> Iterator[ChainStep]:
    for held in instructions_above(location):
        if held.unclear is not None:
            yield ChainStep("wait", f"{held.unclear.what} {held.unclear.cure}")


def _pauses(context: CommandContext, location: Location) -> Iterator[ChainStep]:
    if read_journal(context, account.is_paused, bool):
        resume = words.RESUME + context.option
        yield ChainStep("wait", f"Everything is paused by nemowatch pause. To resume: {resume}.")
    for file in pause_files(location):
        yield ChainStep("wait", f"The file {file} pauses it. {inbox_words.PAUSE_FILE.by_hand}")
