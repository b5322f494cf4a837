"""Opens a few settled files and has a child asked about all of them, before each of them is read.

Owns the descriptors until they are taken. What is found here decides nothing: whoever takes a file
checks it then, and opens what could not be opened here, to learn why.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from nemowatch.content import reading
from nemowatch.content.children import Answer
from nemowatch.errors import LocalError
from nemowatch.fs.lookups import in_folders
from nemowatch.fs.safe_open import open_at
from nemowatch.intake.scan.paths import name_of
from nemowatch.model import Snapshot

#: Files opened and asked about at once. With four the child is woken half as often as with one,
#: with 16 a third as often; more gain nothing.
AT_ONCE = 16


class OpenFile(NamedTuple):
    """A file that is open for reading."""

    fd: int
    answer: Answer | None = None  #: gives what a child says it is; None: it was not asked


class Ahead:
    """Files that are open, each until it is taken."""

    def __init__(self) -> None:
        self._files: dict[bytes, OpenFile] = {}
        self._answers: Callable[[], list[Answer]] = list

    def __repr__(self) -> str:
        return f"Ahead({len(self._files)} open)"

    def begin(
        self, root: Path, last_seen: Mapping[bytes, Snapshot], beat: Callable[[], None]
    ) -> None:
        """Open these files and have them asked about, without waiting for the answers.
        Blocking."""
        for path, above in in_folders(root, last_seen):
            if isinstance(above, int):
                with suppress(LocalError):
                    self._files[path] = OpenFile(open_at(above, root, path))
            beat()
        asked = [(file.fd, name_of(path), last_seen[path].size) for path, file in self.items()]
        self._answers = reading.sniff_ahead(asked, beat=beat)

    def collect(self) -> None:
        """Wait for the answers, before the first file is taken. Blocking."""
        for (path, file), answer in zip(self.items(), self._answers(), strict=False):
            self._files[path] = OpenFile(file.fd, answer)
        self._answers = list

    def items(self) -> list[tuple[bytes, OpenFile]]:
        """The files that are open, by their paths."""
        return list(self._files.items())

    def take(self, path: bytes) -> OpenFile | None:
        """This file, which the caller closes; None when it is not open."""
        return self._files.pop(path, None)

    def close(self) -> None:
        """Close what nobody took."""
        try:
            self.collect()  # a child that owes answers would have to be ended
        finally:
            for _, file in self.items():
                os.close(file.fd)


#: Nothing was opened.
NOTHING_AHEAD = Ahead()


@contextmanager
def opened_ahead(
    root: Path,
    files: Mapping[bytes, Snapshot | None],
    beat: Callable[[], None],
) -> Iterator[Ahead]:
    """Open the first of these files, each given with how it was last seen; those that nobody takes
    are closed. A single one is left to whoever reads it, and so is one that was not seen."""
    ahead = Ahead()
    seen = {path: last for path, last in files.items() if last is not None}
    first = dict(list(seen.items())[:AT_ONCE])
    try:
        if len(first) > 1:
            ahead.begin(root, first, beat)
        yield ahead
    finally:
        ahead.close()


def each_opened_ahead(
    root: Path,
    portions: Sequence[Mapping[bytes, Snapshot | None]],
    beat: Callable[[], None],
    *,
    early: bool,
) -> Generator[Ahead, None, None]:
    """The files of each portion, as by `opened_ahead`, with their answers. `early`: while one
    portion is being read, the child works on the next one; who reads must not need it then."""
    with ExitStack() as opened:
        begun: Ahead | None = None
        for number, files in enumerate(portions, 1):
            ahead = begun or opened.enter_context(opened_ahead(root, files, beat))
            ahead.collect()
            begun = None
            if early and number < len(portions):
                begun = opened.enter_context(opened_ahead(root, portions[number], beat))
            yield ahead
