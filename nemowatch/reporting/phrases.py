"""Makes pieces of sentences that are left out when there is nothing to say. Pure."""

from __future__ import annotations

from nemowatch.i18n.language import filled, said


def brackets(text: object) -> str:
    """The text in brackets after a blank; "" for an empty text."""
    return _if_any(" ({})", text)


def because(text: object) -> str:
    """The text after a colon; "" for an empty text."""
    return _if_any(": {}", text)


def following(text: object) -> str:
    """The text after a comma; "" for an empty text."""
    return _if_any(", {}", text)


def _if_any(pattern: str, text: object) -> str:
    if not text:
        return ""
    return pattern.format(text)


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def and_more(count: int) -> str:
    """What a list ends with that does not name all, in the language in force."""
    return filled("and {count} more", count=said(f"{count:,}"))


def counted(count: int, one: str, many: str) -> str:
    """A count with the words for one or for many."""
    noun = one if count == 1 else many
    return f"{count:,} {noun}"
