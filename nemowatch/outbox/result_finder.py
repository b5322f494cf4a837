"""Finds results in the outbox by the names a job would give them: for a journal that does not
remember making them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalFinal, LocalPassing, SourceGone
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import snapshot
from nemowatch.fs.names import safe_name
from nemowatch.fs.safe_open import lookup, open_below, root_folder
from nemowatch.journal.results import PublishedOutput
from nemowatch.journal.sources import NewJob
from nemowatch.outbox.target_folder import relative_folder


def find(
    watch: Watch,
    path: bytes,
    job: NewJob,
    beat: Callable[[], None],
) -> tuple[PublishedOutput, ...]:
    """Every result of `job` for the source at `path`, when all that are required are in the
    outbox; else ().

    Reads them through (blocking), with `beat` as the sign of life. Raises LocalPassing when the
    share is unavailable.
    """
    found: list[PublishedOutput] = []
    for output in job.target.outputs:
        name = safe_name(job.stem.encode("utf-8", "surrogateescape"), output.ending)
        result = _result_of(watch.outbox, path, name, output.ending, beat)
        if result is not None:
            found.append(result)
        elif output.required:
            return ()
    return tuple(found)


def _result_of(
    root: Path,
    path: bytes,
    name: str,
    ending: str,
    beat: Callable[[], None],
) -> PublishedOutput | None:
    """The file of this name in the folder for the results of the source at `path`, or in the
    folder of exactly the source's name, where earlier versions put them."""
    for folder in dict.fromkeys((relative_folder(path), os.path.dirname(path))):
        relative = os.path.join(folder, os.fsencode(name))
        result = _result_at(root, relative, ending, beat)
        if result is not None:
            return result
    return None


def _result_at(
    root: Path,
    relative: bytes,
    ending: str,
    beat: Callable[[], None],
) -> PublishedOutput | None:
    """The file there, None when there is none or an empty one."""
    try:
        now = lookup(root, relative)
        fd = open_below(root, relative)
    except LocalFinal:
        # a folder of that name, or a file that nobody may read: no result that we could vouch for
        _check_root(root)
        return None
    except SourceGone:
        if not _is_there(root):
            raise LocalPassing(f"{root}: not there right now.", path=root) from None
        return None
    try:
        digest = fingerprint(fd, snapshot(fd), relative, beat)
    finally:
        os.close(fd)
    if not now.size:
        return None
    where = os.path.join(os.fsencode(root), relative)
    return PublishedOutput(ending, where, now.size, digest, now.mtime_ns // 1_000_000)


def _check_root(root: Path) -> None:
    """Where the outbox itself may not be read, its results may exist: raises LocalPassing."""
    try:
        with root_folder(root):
            return
    except LocalFinal as exc:
        raise LocalPassing(exc.text, path=root, cure=exc.cure) from exc


def _is_there(root: Path) -> bool:
    """Whether the outbox is there, or is only made with the first result. A dead share answers
    with an error, which is not the same as "not there"."""
    try:
        return stat.S_ISDIR(root.stat().st_mode)
    except FileNotFoundError:
        return os.path.isdir(root.parent)  # noqa: PTH112 - a dead parent is not there either
    except OSError:
        return False
