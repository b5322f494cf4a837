"""What the prompt.txt of a folder and of those above it say, read from the disk: for commands, and
for an order that is given later. The daemon's own reading is `prompt_files`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nemowatch.content import reading
from nemowatch.errors import SourceGone
from nemowatch.fs.listing import names_in
from nemowatch.fs.safe_open import folder_of, open_below
from nemowatch.intake.scan.folders import lineage
from nemowatch.intake.scan.instruction_forms import PROMPT_NAMES
from nemowatch.intake.scan.instruction_names import folded
from nemowatch.tasks import nested


def instructions_for(inbox: Path, folder: bytes) -> str:
    """What is said to files in this folder (relative to the inbox, any depth); "" for nothing.
    Raises LocalError, OSError, OrderError for a text that cannot be read."""
    text = ""
    for above in lineage(folder):
        if above:
            text = nested(text, _own(inbox, above).strip())
    return text


def _own(inbox: Path, folder: bytes) -> str:
    with suppress(SourceGone), folder_of(inbox, folder) as opened:
        name = min(filter(_is_prompt, names_in(opened)), default=b"")
        if name:
            with os.fdopen(open_below(inbox, folder + b"/" + name), "rb") as file:
                return reading.read_text(file.fileno())
    return ""


def _is_prompt(name: bytes) -> bool:
    return folded(name) in PROMPT_NAMES
