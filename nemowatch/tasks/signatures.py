"""Removes what phones and mail programs write below a person's words, which has no meaning.
Pure."""

from __future__ import annotations

import re

from nemowatch.late_pattern import LatePattern

#: "Sent from my iPhone", "Von meinem iPad gesendet", "Get Outlook for iOS", in a line of its own.
_SENT_FROM = LatePattern(
    r"^(?:sent (?:from|via|using|with) (?:my|outlook|mail|yahoo|gmail|proton|samsung)\b[^:,]*$"
    r"|get outlook for|von meine[mr] .{1,40} gesendet[^:,]*$"
    r"|gesendet (?:von|mit)\b[^:,]*$|envoy[eé] (?:de(?:puis)?|à partir de)\b[^:,]*$"
    r"|enviado (?:desde|do|de|a partir)\b[^:,]*$"
    r"|(?:inviato da|verstuurd vanaf|wys[lł]ane z|отправлено с)\b[^:,]*$"
    r"|发自我的|從我的.{1,20}傳送"
    r"|iphoneから送信"
    r"|나의 .{1,20}에서 보냄)",
    re.IGNORECASE,
)
#: The most characters of such a line.
_LONGEST = 80
#: What separates a signature from the words above it in mails.
_DIVIDER = "-- "


def without_signature(text: str) -> str:
    """The text without a signature at its end: lines in its middle are a person's words."""
    kept = _above_divider(text.split("\n"))
    while kept and (not kept[-1].strip() or _is_signature(kept[-1])):
        kept.pop()
    return "\n".join(kept).strip()


def _above_divider(lines: list[str]) -> list[str]:
    """The lines above the divider; all of them if nothing is above it."""
    for number, line in enumerate(lines):
        if line.rstrip("\r") == _DIVIDER and any(map(str.strip, lines[:number])):
            return lines[:number]
    return lines


def _is_signature(line: str) -> bool:
    said = line.strip()
    return len(said) <= _LONGEST and _SENT_FROM.search(said) is not None
