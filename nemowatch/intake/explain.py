"""The whole chain of decisions about one file, in plain sentences, for the command `explain`.

Owns the telling, not the deciding: each step asks the very function that intake asks. It looks at the disk once, keeps
nothing, and uses no network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nemowatch.config import Recipe, Watch
from nemowatch.errors import LocalError, OrderError
from nemowatch.intake import lease
from nemowatch.intake.folders import FolderBook, as_text
from nemowatch.intake.ignore import Ignore, NameClass
from nemowatch.intake.lease import Lease
from nemowatch.intake.mounts import Mode, MountTable, mode_of, tells_leases
from nemowatch.intake.opening import open_below, snapshot
from nemowatch.intake.settle import LOCAL_SETTLE, NETWORK_SETTLE
from nemowatch.intake.sniff import Finding, Sniffed, kind_by_name, sniff
from nemowatch.model import MB, MediaKind, Snapshot
from nemowatch.tasks import Drop, Folder, Unreadable, decode_text, max_bytes, plan


@dataclass(frozen=True, slots=True)
class Step:
    """One decision."""

    says: str  #: a whole plain sentence
    fine: bool = True  #: False: the chain ends here, this is why the file is not taken


def explain_file(watch: Watch, path: Path, recipes: Mapping[str, Recipe]) -> list[Step]:
    """Why this file is, or is not, taken. The last step is the verdict. Never raises for what is wrong with the file."""
    steps = []
    for step in _chain(watch, path, recipes):
        steps.append(step)
        if not step.fine:
            return steps
    return steps


def _chain(watch: Watch, path: Path, recipes: Mapping[str, Recipe]) -> Iterator[Step]:
    inbox = Path(os.path.realpath(watch.inbox))
    place = Path(os.path.realpath(path.parent)) / path.name
    if not place.is_relative_to(inbox) or place == inbox:
        yield Step(f"It does not lie in the inbox {inbox}.", False)
        return
    relative = os.fsencode(place.relative_to(inbox))
    book = FolderBook(recipes)
    folder, slash, _ = relative.partition(b"/")
    name = relative.rpartition(b"/")[2]
    if not slash:
        yield Step("It lies beside the task folders, not in one of them, so nothing says what to do with it.", False)
        return
    yield from _names(watch, relative, folder, name, book)
    book.instruct(folder, _prompt(inbox, folder))
    yield from _kind(folder, name, book)
    yield from _disk(watch, inbox, relative, folder, book)


def _names(watch: Watch, relative: bytes, folder: bytes, name: bytes, book: FolderBook) -> Iterator[Step]:
    read = book.read(folder)
    if isinstance(read, Unreadable):
        hint = f" The nearest valid name is {read.suggestion}." if read.suggestion else ""
        yield Step(f"The folder {as_text(folder)} cannot be read: {read.what}{hint}", False)
        return
    yield Step(f"The folder {as_text(folder)} asks for: {read.task}.")
    verdict = Ignore(watch.ignore).path(relative)
    if verdict.kind in (NameClass.IGNORED, NameClass.OURS):
        yield Step(f"Its name is never work: {verdict.why}.", False)
    elif verdict.kind is NameClass.CONFLICT:
        yield Step(f"It is {verdict.why}: its jobs are held until a person decides.")
    else:
        yield Step("Nothing is against its name.")


def _prompt(inbox: Path, folder: bytes) -> str:
    for name in (b"prompt.txt", b"prompt.txt.txt"):
        try:
            fd = open_below(inbox, folder + b"/" + name)
        except LocalError:
            continue
        try:
            return decode_text(os.read(fd, MB)).strip()
        except (OSError, OrderError):
            return ""
        finally:
            os.close(fd)
    return ""


def _kind(folder: bytes, name: bytes, book: FolderBook) -> Iterator[Step]:
    read, kind = book.read(folder), kind_by_name(name)
    if kind is None:
        yield Step("Its ending is none that a task takes.", False)
    elif not book.takes(folder, name):
        yield Step(f"By its ending it is of the kind {kind}, which this folder does not take.", False)
    elif isinstance(read, Folder):
        try:
            order = plan(read, Drop(kind, as_text(name), "text", book.prompt(folder)))
        except OrderError as exc:
            yield Step(f"{exc.text} {exc.cure}".strip(), False)
            return
        targets = ", ".join(t.name for t in order.targets)
        yield Step(f"It would become {len(order.targets)} job(s): {targets}; skill {order.skill}.")


def _disk(watch: Watch, inbox: Path, relative: bytes, folder: bytes, book: FolderBook) -> Iterator[Step]:
    fstype = MountTable.read().at(os.fsencode(inbox) + b"/" + relative).fstype
    scanned = watch.mode == "scan" or (watch.mode == "auto" and mode_of(fstype) is not Mode.EVENTS)
    yield Step(f"It lies on {fstype}: " + ("looked for by scans." if scanned else "the kernel tells of changes."))
    try:
        fd = open_below(inbox, relative)
    except LocalError as exc:
        yield Step(f"{exc.text} {exc.cure}".strip(), False)
        return
    try:
        lease.prepare()
        look, held = snapshot(fd), lease.probe(fd) if tells_leases(fstype) else Lease.UNKNOWN
        short = 0 < look.blocks * 512 < look.size
        found = sniff(fd, relative.rpartition(b"/")[2], look.size, blocks_short=short) if look.size else None
    except OSError as exc:
        yield Step(f"It cannot be read right now: {exc.strerror}.", False)
        return
    finally:
        os.close(fd)
    yield from _content(watch, look, held, found, fstype, folder, book)


def _content(
    watch: Watch, look: Snapshot, held: Lease, found: Sniffed | None, fstype: str, folder: bytes, book: FolderBook
) -> Iterator[Step]:
    if found is None:
        yield Step("It is empty: nemowatch waits for its content.", False)
        return
    if held is Lease.WRITER:
        yield Step("Another program has it open for writing: it is not taken before that one closes it.", False)
        return
    yield Step("Nobody writes to it." if held is Lease.FREE else "Whether somebody writes to it cannot be asked here.")
    if found.finding is not Finding.MEDIA:
        yield Step(f"Its content: {found.why}.", False)
        return
    yield Step(f"By its content it is of the kind {found.kind}, and whole as far as it can tell.")
    read = book.read(folder)
    limit = max_bytes(read.skill) if isinstance(read, Folder) else 0
    if found.kind not in (MediaKind.SCRIPT, MediaKind.LINK) and look.size > limit:
        yield Step(f"It is too large: {look.size / MB:.0f} MB; at most {limit / MB:.0f} MB are taken here.", False)
        return
    usual = LOCAL_SETTLE if mode_of(fstype) is Mode.EVENTS else NETWORK_SETTLE
    settle = usual if watch.settle == "auto" else watch.settle
    yield Step(f"It is taken when it has kept still for {settle:g} s, or sooner after a close that was seen.")
