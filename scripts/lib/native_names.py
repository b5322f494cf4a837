"""The table of what languages call themselves, made of Babel's data: `scripts/tables` writes it,
and a test compares."""

from __future__ import annotations

from pathlib import Path

from babel import localedata

from nemowatch.tasks.countries import LEAST_NAMES
from nemowatch.tasks.languages import fold

TABLE = Path(__file__).parents[2] / "nemowatch" / "tasks" / "native_names.txt"


def table() -> str:
    """A line for each name that one language alone has: its code, a tab, the name folded."""
    found: dict[str, set[str]] = {}
    for code in sorted(localedata.locale_identifiers()):
        for variant, name in _own_names(code):
            found.setdefault(fold(name), set()).add(variant)

    lines = [f"{codes.pop()}\t{name}\n" for name, codes in found.items() if len(codes) == 1]
    return "".join(sorted(lines))


def _own_names(code: str) -> list[tuple[str, str]]:
    """(code, name) of a language and of its variants, in that language."""
    language, *rest = code.split("_")
    is_script = len(rest) == 1 and len(rest[0]) == 4
    if rest and not is_script:
        return []

    names = localedata.load(code, merge_inherited=is_script)["languages"]
    if len(names) < LEAST_NAMES:  # "Latina" is rarely meant for Latin
        return []
    return [(variant, name) for variant, name in names.items() if _is_of(variant, code, language)]


def _is_of(variant: str, code: str, language: str) -> bool:
    if variant == code:
        return True
    return code == language and variant.startswith(f"{language}_")


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
