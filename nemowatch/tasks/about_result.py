"""Recognizes what is said about a result, and is work, in words that could ask for the state or the
credits. Pure."""

from __future__ import annotations

from nemowatch.late_pattern import LatePattern

#: What is wrong with a result, and is to be changed: "the video is too long", but not "this takes
#: too long".
_TOO_MUCH = LatePattern(r"\b(?:too|trop|demasiado|demais) \w")
_TAKES = LatePattern(r"\b(?:tak(?:e|es|en|ing)|tarda|prend|demora)\b")
#: Something new that is to be shown: "show a timeline", "balance the video".
_NEW = LatePattern(
    r"\ban? (?:new )?(?:timelines?|tracks?)\b|\bbalance (?:the|this|these|all|both) \w"
)
#: Marks around words that are to be shown.
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\u300e\u300f'
_QUOTED = LatePattern(f"[{_QUOTES}]")


def is_about_result(said: str) -> bool:
    """Whether a text says what is to be changed or shown, also in words that could be a request."""
    if _NEW.search(said) or _QUOTED.search(said.strip(_QUOTES)):
        return True
    return _TOO_MUCH.search(said) is not None and not _TAKES.search(said)
