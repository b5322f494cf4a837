"""The folder of a project on its way out of the inbox, as a whole: with its instructions, and with
whatever else is in it.

Moved in one step where the filesystem can, else file by file. Nothing is overwritten, and every
call can be repeated after a kill at any point.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import filterfalse
from operator import attrgetter
from pathlib import Path

from nemowatch.content.kinds import kind_by_name
from nemowatch.errors import LocalError, LocalPassing, SourceChanged, SourceGone, show_path
from nemowatch.fs.exclusive_create import move_folder, remove_folder
from nemowatch.fs.folders import below, ensure_folder, ensure_root, name_limit
from nemowatch.fs.identity import is_regular
from nemowatch.fs.listing import entries, names_below, names_in
from nemowatch.fs.names import OURS, candidates
from nemowatch.fs.safe_open import folder_of, lookup, stat_at, sync_folder, translated
from nemowatch.model import MediaKind, Member
from nemowatch.outbox import leaving_file
from nemowatch.outbox.leaving_file import Leaving
from nemowatch.outbox.retire import (
    AfterAction,
    Retired,
    leaving_members,
    moved_files,
    retire_all,
    retire_members,
)

_MEDIA = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE})
#: The texts that instruct a project; Windows hides endings.
_INSTRUCTIONS = frozenset(
    {b"prompt.txt", b"prompt.txt.txt", b"glossary.txt", b"glossary.txt.txt"},
)
#: What filesystems answer that cannot move a folder in one step to where it is to go.
_NOT_IN_ONE = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})


def is_project(path: bytes, members: Iterable[Member]) -> bool:
    """Whether the source at this path is the folder of its files."""
    paths = list(filter(None, map(attrgetter("path"), members)))
    return bool(paths) and all(one.startswith(path + b"/") for one in paths)


def retire_source(
    inbox: Path,
    path: bytes,
    members: Sequence[Member],
    root: Path,
    mode: str = AfterAction.MOVE,
) -> Retired:
    """Let the source at this path leave, as the journal knows it: a project as `retire_project`,
    any other as `retire_members`."""
    if is_project(path, members):
        return retire_project(inbox, path, members, root, mode)
    return retire_members(inbox, members, root, mode)


def retire_project(
    inbox: Path,
    project: bytes,
    members: Iterable[Member],
    root: Path,
    mode: str = AfterAction.MOVE,
) -> Retired:
    """Let a project leave, as the journal knows it. Raises LocalPassing while media are in its
    folder that are not part of it: a person has still to decide about them. Else as
    `retire_all`."""
    leaving = leaving_members(members)
    if AfterAction(mode) is AfterAction.KEEP:
        return Retired(target=b"")
    present = list(filter(partial(leaving_file.is_present, inbox), leaving))
    _check_alone(inbox, project, leaving)
    if AfterAction(mode) is AfterAction.DELETE:
        _delete(inbox, project, present)
        return Retired()
    ensure_root(root, inbox)
    moved = None
    if not present:
        moved = _moved_before(inbox, project, leaving, root)
        # moved as a whole it may have another number
        if moved == root / os.fsdecode(project):
            _fetch_others(inbox, project, root, moved)
    elif not _has_begun(inbox, leaving, present, root):
        moved = move_whole(inbox, project, root)
    if moved is None:
        return _one_by_one(inbox, project, leaving, root)
    went = [moved / one.name for one in leaving]
    return Retired(os.fsencode(moved), tuple(moved_files(root, leaving, went)))


def _has_begun(
    inbox: Path,
    leaving: Iterable[Leaving],
    present: Sequence[Leaving],
    root: Path,
) -> bool:
    """Whether an earlier call was moving file by file."""
    missing = filterfalse(present.__contains__, leaving)
    return any(leaving_file.moved_before(inbox, one, root) is not None for one in missing)


def _check_alone(inbox: Path, project: bytes, leaving: Iterable[Leaving]) -> None:
    """Raises LocalPassing when there are media in the folder that are none of its files."""
    own = {os.fsencode(one.name) for one in leaving}
    for name in names_below(inbox, project):
        is_late = kind_by_name(name) in _MEDIA and name not in own
        if is_late and not name.startswith((b".", os.fsencode(OURS))):
            what = f"{show_path(project)}: {show_path(name)} waits there for a person's decision."
            raise LocalPassing(what, path=project)


def move_whole(inbox: Path, project: bytes, root: Path) -> Path | None:
    """Move the folder in one step to the first free name below `root`; where it is then, or None
    where that is not possible. Raises SourceGone, LocalError."""
    above, _, raw = project.rpartition(b"/")
    name = os.fsdecode(raw)
    ensure_folder(root, above)
    with (
        folder_of(inbox, above) as source,
        folder_of(root, above) as target,
        translated(inbox / os.fsdecode(project)),
    ):
        for candidate in candidates(name, name_limit(target)):
            try:
                move_folder(name, source, candidate, target)
            except OSError as exc:
                if exc.errno in (errno.EEXIST, errno.ENOTEMPTY):
                    continue
                if exc.errno in _NOT_IN_ONE:
                    return None
                raise
            sync_folder(target)
            sync_folder(source)
            return below(root, above) / candidate
    return None


def _moved_before(
    inbox: Path,
    project: bytes,
    leaving: Sequence[Leaving],
    root: Path,
) -> Path | None:
    """Nothing of it is in the inbox: the folder to which an earlier call has moved all of it; None
    when there is none."""
    above, _, raw = project.rpartition(b"/")
    with contextlib.suppress(SourceGone), folder_of(root, above) as target, translated(root):
        there = names_in(target)
        for candidate in candidates(os.fsdecode(raw), name_limit(target)):
            if os.fsencode(candidate) not in there:
                continue
            folder = os.path.join(above, os.fsencode(candidate))
            moved = [_in_folder(one, folder) for one in leaving]
            if all(map(partial(_is_there, root), moved)):
                return below(root, above) / candidate
    return None


def _in_folder(one: Leaving, folder: bytes) -> Leaving:
    return Leaving(os.path.join(folder, os.fsencode(one.name)), one.snapshot, one.digest)


def _is_there(root: Path, one: Leaving) -> bool:
    try:
        return leaving_file.is_present(root, one)
    except SourceChanged:
        return False


def _one_by_one(
    inbox: Path,
    project: bytes,
    leaving: Sequence[Leaving],
    root: Path,
) -> Retired:
    """Move its files, and then what else is in its folder, each by itself."""
    went = retire_all(inbox, leaving, root)
    files = tuple(moved_files(root, leaving, went))
    others = [Leaving(path, lookup(inbox, path)) for path in _others(inbox, project)]
    with contextlib.suppress(SourceGone, SourceChanged):
        retire_all(inbox, others, root)
    _remove_empty(inbox, project)
    first = next(filter(None, went), None)
    if first is None:
        return Retired(files=files)
    return Retired(os.fsencode(first.parent), files)


def _fetch_others(inbox: Path, project: bytes, root: Path, moved: Path) -> None:
    """Of an earlier call that moved file by file: what else is in the folder follows its files. A
    name that is there already is that of a new file."""
    left = [path for path in _others(inbox, project) if not _has(moved, os.path.basename(path))]
    others = [Leaving(path, lookup(inbox, path)) for path in left]
    with contextlib.suppress(SourceGone, SourceChanged):
        retire_all(inbox, others, root)
    _remove_empty(inbox, project)


def _has(folder: Path, name: bytes) -> bool:
    with contextlib.suppress(SourceGone), folder_of(folder, b"") as opened:
        return stat_at(name, opened) is not None
    return False


def _others(inbox: Path, project: bytes) -> list[bytes]:
    """The files that are left in the folder."""
    found: list[bytes] = []
    with contextlib.suppress(LocalError, OSError), folder_of(inbox, project) as folder:
        for name, at in entries(folder):
            if is_regular(at):
                found.append(os.path.join(project, name))
    return found


def _delete(inbox: Path, project: bytes, present: Iterable[Leaving]) -> None:
    """Delete its files and its instructions; what else is there is somebody's, and stays."""
    for one in present:
        leaving_file.delete(inbox, one)
    for name in filter(_is_instruction, map(os.path.basename, _others(inbox, project))):
        path = os.path.join(project, name)
        with contextlib.suppress(SourceGone, SourceChanged):
            leaving_file.delete(inbox, Leaving(path, lookup(inbox, path)))
    _remove_empty(inbox, project)


def _is_instruction(name: bytes) -> bool:
    return name.lower() in _INSTRUCTIONS


def _remove_empty(inbox: Path, project: bytes) -> None:
    """The project's own folder, when nothing is left in it; never one above it."""
    above, _, name = project.rpartition(b"/")
    with contextlib.suppress(LocalError, OSError), folder_of(inbox, above) as folder:
        remove_folder(name, folder)
