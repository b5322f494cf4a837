"""Where a path lies that somebody names, and what holds it there. Reads names, and prompt.txt."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nemowatch.cli.formatting import name
from nemowatch.config import Watch
from nemowatch.content import reading
from nemowatch.errors import LocalError, OrderError
from nemowatch.fs.listing import names_below
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.scan.ignore import PROMPT_NAMES, folded
from nemowatch.intake.scan.pauses import lying_in


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path lies."""

    path: Path  #: absolute
    watch: Watch | None  #: None: in no inbox
    relative: bytes = b""  #: to the inbox; empty for the inbox itself

    @property
    def parts(self) -> list[bytes]:
        """The names below the inbox."""
        return [part for part in self.relative.split(b"/") if part]


def locate(watches: Iterable[Watch], path: Path) -> Place:
    """Which inbox a path lies in: as it is, else below an inbox (`dub-es/clip.mp4`)."""
    known = list(watches)
    absolute = Path(os.path.normpath(path.absolute()))
    for watch in known:
        for place, inbox in (
            (absolute, watch.inbox),
            (_real(absolute), Path(os.path.realpath(watch.inbox))),
        ):
            if place.is_relative_to(inbox):
                return Place(
                    absolute, watch, os.fsencode(place.relative_to(inbox)).removeprefix(b".")
                )
    if not path.is_absolute() and not _exists(absolute):
        for watch in known:  # "outbox/dub-es/clip.es.mp4", as the share shows it
            if watch.root is not None and _exists(watch.root / path) and path.name:
                return locate(known, watch.root / path)
        for watch in known:
            below = Path(os.path.normpath(watch.inbox / path))
            if below.is_relative_to(watch.inbox) and _exists(watch.inbox / path.parts[0]):
                return Place(below, watch, os.fsencode(below.relative_to(watch.inbox)))
    return Place(absolute, None, os.fsencode(absolute.name))


def _real(path: Path) -> Path:
    """The path with links above it resolved; the file itself may be a link, which is refused,
    not followed."""
    return Path(os.path.realpath(path.parent)) / path.name


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def is_folder(place: Place) -> bool:
    """Whether this is about a folder: one that exists, or a name that no file has."""
    if _exists(place.path):
        return place.path.is_dir()
    if place.watch is not None:
        return len(place.parts) < 2
    return not place.path.suffix and not _exists(place.path.parent / place.path.name)


def pause_files(place: Place) -> list[str]:
    """The PAUSE files that hold what lies at this place: one of the inbox itself, one of its
    task folder."""
    if place.watch is None:
        return []
    found = (
        lying_in(place.watch.inbox, folder) for folder in dict.fromkeys((b"", *place.parts[:1]))
    )
    return [name(os.fsencode(place.watch.inbox / os.fsdecode(file))) for file in found if file]


def prompt_text(folder: Path) -> str:
    """What the folder's prompt.txt says; "" when there is none, or none that can be read as
    text."""
    try:
        prompts = [entry for entry in names_below(folder, b"") if folded(entry) in PROMPT_NAMES]
        if not prompts:
            return ""
        with os.fdopen(open_below(folder, min(prompts)), "rb") as file:
            return reading.read_text(file.fileno())
    except (OSError, LocalError, OrderError):
        return ""
