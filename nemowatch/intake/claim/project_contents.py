"""What a project's folder holds now, and what is wrong with it.

Owns the listing, in the worker thread of an inbox, and the checks of names, numbers and sizes. It
opens no file, and decides nothing about jobs.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nemowatch.content.endings import converted_to
from nemowatch.content.kinds import kind_by_name
from nemowatch.errors import SourceGone
from nemowatch.fs.identity import not_regular, of_stat
from nemowatch.fs.listing import entries
from nemowatch.fs.safe_open import folder_of, translated
from nemowatch.intake.ready.unfinished_companions import about
from nemowatch.intake.scan.folder_instructions import TEXTS
from nemowatch.intake.scan.folders import MEDIA
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.ignored_names import METADATA_FILES, TEMPORARY_SUFFIXES
from nemowatch.intake.scan.instruction_names import exact, in_doubt
from nemowatch.intake.scan.name_order_and_stems import natural
from nemowatch.intake.scan.partial_files import looks_partial
from nemowatch.intake.scan.paths import as_text, same_name
from nemowatch.intake.scan.project_problems import Fault
from nemowatch.model import MB, MediaKind, Snapshot
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.words import examples

#: The most files of one project: more clips than a film has, and few enough to upload again when a
#: session is lost.
MOST_FILES = 100
#: The most bytes of all of them together: an hour of video at usual bit rates, ten files of the
#: cloud's limit (docs/api.md section 2).
MOST_BYTES = 5000 * MB
#: The kinds that are uploaded of a project: links are not files, and texts cannot be cut.
ACCEPTED = MEDIA


@dataclass(slots=True)
class ProjectContents:
    """What is in the folder of a project."""

    exists: bool = True
    #: what is, or would be, uploaded: path -> snapshot, in the order in which people see it
    files: dict[bytes, Snapshot] = field(default_factory=dict)
    texts: dict[bytes, Snapshot] = field(default_factory=dict)  #: its prompt.txt, and a glossary
    arriving: dict[bytes, Snapshot] = field(default_factory=dict)  #: what a program still writes
    conflicts: list[bytes] = field(default_factory=list)  #: names of sync clients' conflict copies
    folders: list[bytes] = field(default_factory=list)  #: names of folders in it
    odd: list[bytes] = field(default_factory=list)  #: names of links and the like


def contents_of(root: Path, project: bytes, ignore: Ignore) -> ProjectContents:
    """List this folder. Raises LocalError."""
    found = ProjectContents()
    try:
        with folder_of(root, project) as folder, translated(root / os.fsdecode(project)):
            for name, at in sorted(entries(folder), key=_naturally):
                _sort_in(found, project, name, at, ignore)
    except SourceGone:
        found.exists = False
    return found


def _naturally(entry: tuple[bytes, os.stat_result | None]) -> tuple[bytes, bytes]:
    return natural(entry[0]), entry[0]


def _sort_in(
    found: ProjectContents,
    project: bytes,
    name: bytes,
    at: os.stat_result | None,
    ignore: Ignore,
) -> None:
    path = project + b"/" + name
    is_folder = at is None or stat.S_ISDIR(at.st_mode)
    kind = ignore.name(name, folder=is_folder).kind
    if at is None or is_folder:
        _sort_folder(found, name, path, at, kind)
    elif kind is NameClass.OURS:
        if exact(name) in TEXTS:
            found.texts[path] = of_stat(at)
    elif not _is_like_instruction(name):
        _sort_file(found, name, path, at, kind)


def _is_like_instruction(name: bytes) -> bool:
    """Whether a name is reported as one that looks like an instruction."""
    return kind_by_name(name) not in MEDIA and in_doubt(name, scripts=False) is not None


def _sort_folder(
    found: ProjectContents,
    name: bytes,
    path: bytes,
    at: os.stat_result | None,
    kind: NameClass,
) -> None:
    if kind in (NameClass.WORK, NameClass.CONFLICT):
        found.folders.append(name)
    elif at is not None and _is_arriving(name):
        found.arriving[path] = of_stat(at)


def _sort_file(
    found: ProjectContents,
    name: bytes,
    path: bytes,
    at: os.stat_result,
    kind: NameClass,
) -> None:
    is_unfinished = looks_partial(name) or (kind is NameClass.IGNORED and _is_arriving(name))
    if is_unfinished:
        found.arriving[path] = of_stat(at)
    elif kind is NameClass.CONFLICT:
        found.conflicts.append(name)
    elif kind is NameClass.WORK and not_regular(at.st_mode):
        found.odd.append(name)
    elif kind is NameClass.WORK:
        found.files[path] = of_stat(at)


def _is_arriving(name: bytes) -> bool:
    """Whether an ignored name shows that it is still to become a file of this project."""
    low = as_text(name).lower()
    if low in METADATA_FILES or low.startswith("._"):
        return False
    if low.rpartition(".")[2] in TEMPORARY_SUFFIXES:
        return True
    bases = (os.fsencode(base) for base, _is_at_work in about(name))
    return any(kind_by_name(base) in MEDIA for base in bases)


def faults(contents: ProjectContents, accepts: frozenset[MediaKind]) -> Iterator[Fault]:
    """Everything that is wrong with these contents, by names, numbers and sizes."""
    yield from _unusable(contents, accepts)
    same = _of_one_name(contents)
    if same:
        yield Fault(
            f"These have the same name but for capitals, accents or their form: {_names(same)}.",
            "Give each file a name of its own.",
        )
    if not any(map(is_media, contents.files)):
        yield Fault(
            "There is no video, audio or image in it.",
            f"Put in the files that are to become one video: {listed(accepts)}.",
        )
    yield from _too_much(contents)


def _unusable(contents: ProjectContents, accepts: frozenset[MediaKind]) -> Iterator[Fault]:
    foreign = [_name(path) for path in contents.files if not _is_taken(path, accepts)]
    unusable = (
        (
            contents.folders,
            "Folders in a project are not read",
            "Put their files into the project itself, or move the folders out of it.",
        ),
        (contents.odd, "These are not files", "Put the files themselves there."),
        (
            contents.conflicts,
            "A sync program left conflict copies",
            "Remove those that you do not need, and give the others names of their own.",
        ),
        (
            foreign,
            "A project accepts videos, audio and images, and these are none of them",
            f"{_conversion(foreign, accepts)} them out of the project.",
        ),
    )
    for names, what, cure in unusable:
        if names:
            yield Fault(f"{what}: {_names(names)}.", cure)


def _conversion(names: list[bytes], accepts: frozenset[MediaKind]) -> str:
    for name in names:
        wanted = converted_to(name, accepts)
        if wanted:
            return f"Convert {as_text(name)} to {wanted}, or move"
    return "Move"


def _is_taken(path: bytes, accepts: frozenset[MediaKind]) -> bool:
    kind = kind_by_name(_name(path))
    return kind in MEDIA and kind in accepts


def is_media(path: bytes) -> bool:
    """Whether a path's ending promises a file that is uploaded with a project."""
    return kind_by_name(_name(path)) in ACCEPTED


def _of_one_name(contents: ProjectContents) -> list[bytes]:
    """The names of files that people and some filesystems take for the same file."""
    by_name: dict[str, list[bytes]] = {}
    for path in contents.files:
        name = _name(path)
        by_name.setdefault(same_name(name), []).append(name)
    found: list[bytes] = []
    for names in by_name.values():
        if len(names) > 1:
            found += names
    return found


def _too_much(contents: ProjectContents) -> Iterator[Fault]:
    count = len(contents.files)
    if count > MOST_FILES:
        yield Fault(
            f"It has {count:,} files; a project can have {MOST_FILES} at most.",
            "Split it into several projects.",
        )
    size = sum(found.size for found in contents.files.values())
    if size > MOST_BYTES:
        yield Fault(
            f"Its files have {size / MB:,.0f} MB together; a project has {MOST_BYTES // MB:,} MB at"
            " most.",
            "Compress or trim the files, or split it into several projects.",
        )


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _names(names: list[bytes]) -> str:
    return examples(list(map(as_text, names)))
