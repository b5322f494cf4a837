"""Names of recipes and aliases: which can be the name of a task folder, and which are the same.

Pure. It knows the names of the built-in tasks, but no recipe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

#: What separates the words of a folder's name (docs/behaviour.md section 1).
SEPARATORS = re.compile(r"[-\s+,]+")
#: Names that mean an instruction in an inbox.
_TAKEN = frozenset({"pause", "approve"})
#: Characters that Windows and SMB refuse in a name.
_REFUSED = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


def recipe_key(name: str) -> str:
    """The form in which such names are compared: folder names are read in any case, with any
    separator, composed or, as a Mac writes them, decomposed."""
    composed = unicodedata.normalize("NFC", name.strip())
    return SEPARATORS.sub("-", composed).strip("-").casefold()


def sound_name(name: str) -> str:
    """The name, if a task folder can have it. Raises ValueError."""
    for is_wrong, what in _FAULTS:
        if is_wrong(name):
            raise ValueError(what)
    return name


def _is_built_in(name: str) -> bool:
    from nemowatch.tasks.kinds import is_reserved  # here: only where a configuration is read

    return is_reserved(recipe_key(name).split("-"))


def is_no_name(name: str) -> bool:
    """Whether a name is hidden, has no letter, or has a meaning of its own."""
    key = recipe_key(name)
    has_letters = any(map(str.isalnum, key))
    is_hidden = name.startswith((".", "~"))
    return key in _TAKEN or is_hidden or not has_letters


def is_refused_elsewhere(name: str) -> bool:
    """Whether other systems refuse a name, or its ending means something here."""
    if _REFUSED.search(name):
        return True
    return recipe_key(name).endswith(".project")


#: What can be wrong with a name, and what to do about it; the first that applies counts.
_FAULTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_is_built_in, "is the name of a task that is built in: begin it with another word"),
    (is_no_name, "cannot be a folder's name here: use letters and digits"),
    (
        is_refused_elsewhere,
        "cannot be a folder's name everywhere: leave out / \\ : * ? \" < > | and the ending"
        " .project",
    ),
)


def refuse_twins(names: Iterable[str]) -> None:
    """Raise ValueError if two of the names are the same as folder names."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(recipe_key(name), name)
        if first != name:
            raise ValueError(f'has "{first}" and "{name}", which are one folder name: rename one')
