"""Writes the status page in one step, and only when it says something new."""

from __future__ import annotations

import stat
from pathlib import Path

from nemowatch.errors import LocalFinal, show_path
from nemowatch.fs.exclusive_create import replace_file
from nemowatch.fs.safe_open import read_file, root_folder, stat_at, translated

#: They enclose, once in a page, what changes with every writing but is not news.
WRITTEN = (b"<!--written-->", b"<!--/written-->")
#: A page with this in its head was written by nemowatch.
MARK = b'<meta name="generator" content="nemowatch">'
#: The most bytes of a page that is compared with the new one: forty rows a list make far less.
LARGEST = 8 * 1024 * 1024


def write_page(path: Path, html: str) -> bool:
    """Write the page in one step. Returns False, without writing, when only its time would differ.

    Raises LocalPassing when its folder is unavailable, NoSpace, LocalFinal (another program's file
    has its name: it stays)."""
    data = html.encode("utf-8", "replace")
    with root_folder(path.parent) as folder, translated(path):
        before = _read_page(path, folder)
        if _without_time(data) == _without_time(before):
            return False
        replace_file(path.name, data, folder)
        return True


def _without_time(data: bytes) -> bytes:
    before, _, rest = data.partition(WRITTEN[0])
    _, _, after = rest.partition(WRITTEN[1])
    return before + after


def _read_page(path: Path, folder: int) -> bytes:
    """The existing page; b"" when there is none."""
    found = stat_at(path.name, folder)
    if found is None:
        return b""
    if stat.S_ISREG(found.st_mode):
        data = read_file(path.name, folder, LARGEST)
        if MARK in data or not data:
            return data
    cure = "Rename it: the status page is written there."
    text = f"{show_path(path)}: this file is not nemowatch's."
    raise LocalFinal(text, path=path, cure=cure)
