"""Names of recipes: which can be the name of a task folder, and which two are the same.

Pure. It knows the names of the tasks that are built in, and no recipe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nemowatch.tasks.kinds import is_reserved

#: What separates the words of a folder's name (docs/behaviour.md section 1).
SEPARATORS = re.compile(r"[-\s+,]+")
#: Names of files that mean something in an inbox.
_TAKEN = frozenset({"pause", "approve"})
#: What Windows and SMB refuse in a name.
_REFUSED = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


def recipe_key(name: str) -> str:
    """The form in which recipe names are compared: folder names are read in any case and with
    any separator."""
    return SEPARATORS.sub("-", name.strip()).strip("-").casefold()


def sound_name(name: str) -> str:
    """The name, when a task folder can have it. Raises ValueError."""
    key = recipe_key(name)
    if is_reserved(key.split("-")):
        raise ValueError("is the name of a task that is built in: begin it with another word")

    has_letters = any(map(str.isalnum, key))
    if not has_letters or name.startswith((".", "~")) or key in _TAKEN:
        raise ValueError("cannot be a folder's name here: use letters and digits")

    if _REFUSED.search(name) or key.endswith(".project"):
        raise ValueError(
            "cannot be a folder's name everywhere: leave out / \\ : * ? \" < > | and the ending"
            " .project"
        )
    return name


def refuse_twins(names: Iterable[str]) -> None:
    """Raise ValueError where two names are one folder name."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(recipe_key(name), name)
        if first != name:
            raise ValueError(f'has "{first}" and "{name}", which are one folder name: rename one')
