"""How systems call a second copy of a file: `clip (1).mp4`, `clip - Copy.mp4`, `Copy of clip.mp4`.

Such a name alone says nothing: series of different files are called like this, too. Owns the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COPY = "copy|kopie|copia|copie|cópia|kopia|kopi|копия|копія|コピー|副本|複本|사본"
#: At the end of a name without its ending: of browsers, Google Drive, Windows, macOS, phones.
_BEHIND = re.compile(
    rf"(?: ?\(\d{{1,3}}\)|[ _-]\d{{1,3}}| -? ?(?:{_COPY})(?: ?\(?\d{{1,3}}\)?)?)$",
    re.IGNORECASE,
)
#: At its beginning.
_BEFORE = re.compile(rf"^(?:{_COPY})(?: of| von| de| di| van| av|) ", re.IGNORECASE)


def is_copy_name(path: bytes) -> bool:
    """Whether the file at this path is called like a second copy."""
    return next(originals(path), None) is not None


def originals(path: bytes) -> Iterator[bytes]:
    """The paths of the files that the one at this path may be a copy of, by its name."""
    folder, slash, name = path.rpartition(b"/")
    stem, dot, ending = name.decode("utf-8", "surrogateescape").rpartition(".")
    for mark in (_BEHIND, _BEFORE):
        shorter = mark.sub("", stem)
        if shorter in ("", stem):
            continue
        original = f"{shorter}{dot}{ending}".encode("utf-8", "surrogateescape")
        yield folder + slash + original
