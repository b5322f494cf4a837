"""What languages call themselves: `español`, `日本語`. The names are in `native_names.txt`,
which `scripts/tables` makes of Babel's data; Babel itself would have to load every language for one
word.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


def code_of(folded: str) -> str:
    """The code of the language whose own name this is, as `languages.fold` leaves it; "" when it is
    none."""
    return _codes().get(folded, "")


def in_latin(folded: str) -> str:
    """Like `code_of`, for names in Latin letters that are not also the English name."""
    letter = folded[:1]
    if not letter.isascii() or folded == "english":
        return ""
    return code_of(folded)


@cache
def _codes() -> dict[str, str]:
    text = Path(__file__).with_name("native_names.txt").read_text("utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        code, _, name = line.partition("\t")
        found[name] = code
    return found
