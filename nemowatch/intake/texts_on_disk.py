"""What the prompt.txt and glossary.txt of a folder and of those above it say, read from the disk:
for commands, and for an order that is given later. The daemon's own reading is `folder_texts`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from nemowatch.errors import SourceGone
from nemowatch.fs.listing import names_in
from nemowatch.fs.safe_open import folder_of, open_below
from nemowatch.intake.scan.instruction_forms import GLOSSARY_NAMES, PROMPT_NAMES
from nemowatch.intake.scan.instruction_names import folded
from nemowatch.intake.scan.paths import lineage
from nemowatch.tasks.glossary import read_glossary
from nemowatch.tasks.prompts import nested
from nemowatch.tasks.records import NO_TERMS, Glossary


def instructions_for(inbox: Path, folder: bytes) -> str:
    """The prompt for files in this folder (relative to the inbox, any depth); "" for none. Raises
    LocalError, OSError, OrderError for a text that cannot be read."""
    text = ""
    for above in lineage(folder):
        text = nested(text, _own(inbox, above, PROMPT_NAMES, _text).strip())
    return text


def glossary_for(inbox: Path, folder: bytes) -> Glossary:
    """The names and terms for files in this folder. Raises LocalError, OSError, OrderError for a
    text that cannot be read."""
    found = NO_TERMS
    for above in lineage(folder):
        text = _own(inbox, above, GLOSSARY_NAMES, _lines)
        found = found.with_nearer(read_glossary(text))
    return found


def _text(fd: int) -> str:
    from nemowatch.content import reading  # here: most folders have no such text

    return reading.read_text(fd)


def _lines(fd: int) -> str:
    from nemowatch.content import reading

    return reading.read_lines(fd)


def _own(
    inbox: Path,
    folder: bytes,
    names: frozenset[str],
    read: Callable[[int], str],
) -> str:
    """The text of that name in a folder; "" for none. In the inbox itself none counts."""
    if not folder:
        return ""
    with suppress(SourceGone), folder_of(inbox, folder) as opened:
        own = [name for name in names_in(opened) if folded(name) in names]
        if own:
            with os.fdopen(open_below(inbox, folder + b"/" + min(own)), "rb") as file:
                return read(file.fileno())
    return ""
