"""What systems, sync clients and people call a second copy of a file: `clip (1).mp4`,
`clip - Copy.mp4`, `Copy of clip.mp4`, `clip-Annas-MacBook.mp4`.

Owns these forms. Such a name alone proves nothing: series of different files have such names too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COPY = "copy|kopie|copia|copie|cópia|kopia|kopi|копия|копія|コピー|副本|複本|사본"
#: The words for a copy at the beginning of a name.
_BEFORE = re.compile(rf"^(?:{_COPY})(?: of| von| de| di| van| av|) ", re.IGNORECASE)
#: Where something added to a name may begin: a number, a mark of a copy, a machine's name. The name
#: itself may end in anything: a bracket, a mark of its own, a combining accent.
_ADDED = re.compile(r"(?<=.)[\W_]", re.DOTALL)
#: In names with more such places only the last ones are tried: the longest marks have fifteen.
_PLACES = 24


def originals(path: bytes) -> Iterator[bytes]:
    """The paths of the files that the one at this path may be a copy of, by its name."""
    folder, slash, name = path.rpartition(b"/")
    stem, dot, ending = name.decode("utf-8", "surrogateescape").rpartition(".")
    for shorter in _shorter(stem):
        original = f"{shorter}{dot}{ending}".encode("utf-8", "surrogateescape")
        yield folder + slash + original


def _shorter(stem: str) -> Iterator[str]:
    """The name without each ending that may have been added to it."""
    marked = _BEFORE.sub("", stem)
    if marked not in ("", stem):
        yield marked
    for added in list(_ADDED.finditer(stem))[-_PLACES:]:
        yield stem[: added.start()]


def copies_between(path: bytes) -> tuple[bytes, bytes]:
    """The two paths between which, exclusively, the possible copies of this file sort whose names
    add something to its own."""
    folder, slash, name = path.rpartition(b"/")
    stem = name.rpartition(b".")[0] or name
    return folder + slash + stem, folder + slash + stem + b"\xff"
