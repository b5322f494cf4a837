"""A folder's name as words, a name as it may be shown, and the error that one of them cannot be
read."""

from __future__ import annotations

import re
import unicodedata

#: `_` is none of them: it binds a region (docs/behaviour.md section 1).
_SEPARATORS = re.compile(r"[-\s+,]+")


class WrongError(Exception):
    """Part of a folder's name cannot be read. Never leaves this package."""

    def __init__(self, what: str, suggestion: str = "") -> None:
        super().__init__(what)
        self.what = what  #: a whole plain sentence
        self.suggestion = suggestion  #: a name that says what was probably meant, or ""


def split(name: str) -> list[str]:
    """The words of a folder's name, normalised to NFC (a Mac writes NFD)."""
    return [word for word in _SEPARATORS.split(unicodedata.normalize("NFC", name)) if word]
