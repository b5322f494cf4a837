"""Which folders are projects, by their names: `NAME.project`, and what was surely meant as that.

Owns the names. It is pure, and knows no task folder.
"""

from __future__ import annotations

import re
from enum import StrEnum

from nemowatch.intake.scan.name_words import plain, words
from nemowatch.tasks.slips import is_slip

#: The ending of a folder whose files are worked on together.
ENDING = ".project"
#: The word for a project in other languages, and misspelled.
_WORDS = words(
    "project projects projekt projekte projet projets proyecto proyectos progetto progetti projeto"
    " projetos projectt proj prj proiect projektet projekti"
    " проект проекти 项目 項目 專案"
    " プロジェクト 프로젝트"
)
#: Marks of a copy or a version at the end of a name: ` (1)`, ` - Copy`, ` 2`, `.txt`.
_MARKS = re.compile(
    r"(?:[\s_-]{0,5}(?:\(\d{1,3}\)|copy|kopie|copia|copie|kopia|копия|副本|コピー)"
    r"|[ _-]\d{1,3}|\.(?:txt|zip|folder|d)){1,5}\s{0,9}$",
    re.IGNORECASE,
)
#: A name that only looks like a project's: the word after a dot, or after something else.
_PARTS = re.compile(
    r"^(?P<stem>.{0,255}\w.{0,255}?)\s{0,9}(?P<mark>[.\s_-])\s{0,9}"
    r"(?P<word>[^\W\d_]{1,40})[\s.]{0,9}$"
)


class Named(StrEnum):
    """What the name of a folder says."""

    NOT = "not"  #: an ordinary folder
    EXACTLY = "exactly"  #: `NAME.project`, in any case
    NEARLY = "nearly"  #: the word after a dot, or a mark of a copy: `NAME.projekt`
    MAYBE = "maybe"  #: the word after something else: `NAME project`


def named(name: bytes) -> Named:
    """What this folder's name says."""
    text = plain(name.decode("utf-8", "replace"))
    if text.endswith(ENDING) and len(text) > len(ENDING):
        return Named.EXACTLY

    shorter = _MARKS.sub("", text)
    if shorter in _WORDS:
        return Named.MAYBE
    found = _PARTS.match(shorter)
    if found is None:
        return Named.NOT
    word = found["word"]
    is_dotted = found["mark"] == "."
    if word not in _WORDS:
        is_mistyped = is_dotted and is_slip(word, ENDING.strip("."))
        return Named.NEARLY if is_mistyped else Named.NOT
    return Named.NEARLY if is_dotted else Named.MAYBE
