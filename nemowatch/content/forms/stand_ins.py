"""Recognises texts in which something stands for what is to be said: letters written as codes,
places that nobody has filled in, both versions of an edit, an assistant's words around the script.

Owns what counts as such; each is refused with the cure. Pure, and linear in the length of a text.
It must not repair a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from nemowatch.errors import OrderError


@dataclass(frozen=True, slots=True)
class _StandIn:
    """What may be found in a text, and what to do about it."""

    mark: re.Pattern[str]
    said: str  #: the text for people, with the mark in {mark}
    cure: str
    least: int = 1  #: how often it must be found


_AGAIN = "Open the original, copy its words into a plain text file (.txt), and drop that."
_CODES = 'Letters of this text are written as codes: "{mark}".'
#: What is removed first: addresses have codes of their own.
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_STAND_INS = (
    _StandIn(re.compile(r"\\[uU][0-9a-fA-F]{4}"), _CODES, _AGAIN),
    _StandIn(re.compile(r"\\x[0-9a-fA-F]{2}"), _CODES, _AGAIN, 2),
    _StandIn(re.compile(r"%(?:[2-7][0-9A-F]|[C-F][0-9A-F]%[89AB][0-9A-F])"), _CODES, _AGAIN, 3),
    _StandIn(re.compile(r"=[C-F][0-9A-F]=[89AB][0-9A-F]"), _CODES, _AGAIN),
    _StandIn(re.compile(r"(?<=[a-z])=(?:20|2C|0D=0A)(?=[A-Za-z]|\s)"), _CODES, _AGAIN, 2),
    _StandIn(
        re.compile(
            r"\$\{[\w. -]{1,60}\}|\{\{[^{}\n]{1,80}\}\}|\{%[^%\n]{1,80}%\}|%[A-Z][A-Z_]{2,40}%"
            r"|<<[A-Za-z]\w{1,40}>>|<%=?[^%\n]{1,80}%>"
        ),
        'A placeholder in this text is not filled in: "{mark}".',
        "Write what should be said there, and save it.",
    ),
    _StandIn(
        re.compile(r"\A\W{0,3}lorem ipsum dolor", re.IGNORECASE),
        "This text is only a placeholder (Lorem ipsum).",
        "Write what should be said there, and save it.",
    ),
    _StandIn(
        re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE),
        "This text holds two versions of the same words, with marks between them.",
        "Keep one of them, delete the marks (<<<<<<<, =======, >>>>>>>), and save it.",
    ),
    _StandIn(
        re.compile(r"\{(?:\+\+|--|~~|==|>>)[^{}\n]{1,200}(?:\+\+|--|~~|==|<<)\}"),
        'This text shows how it was changed, with marks around the words: "{mark}".',
        "Keep the words that are meant, delete the marks, and save it.",
    ),
    _StandIn(
        re.compile(r"[\u0300-\u036f]{4}"),
        "The letters of this text are buried in marks.",
        "Write it in plain letters, and save it.",
    ),
    _StandIn(
        re.compile(
            r"\A(?:(?:Sure|Certainly|Of course|Absolutely)(?:[!,.]| thing[!,.]) ?Here"
            r"|Natürlich[!,.] ?Hier|Gerne[!,.] ?Hier|Claro[!,.] ?Aquí|Bien sûr ?[!,.] ?Voici)"
            r"[^\n]{0,200}:[ \t]*\n"
        ),
        "This text begins with what an assistant said about it, and not with the script.",
        "Delete its words before and after the script, and save it.",
    ),
)
#: The beginning of another kind of file that consists only of letters.
_PLAYLIST = "#EXTM3U"
#: Lines of a dump of bytes.
_DUMP = re.compile(r"^(?:[0-9a-fA-F]{6,16}:? )?(?:[0-9a-fA-F]{2,8} ){7}")
_LETTER = re.compile(r"[a-fA-F]")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{40,4000}={0,2}")
_DIGIT = re.compile(r"[0-9]")
#: The most lines that are checked.
_LINES = 20


#: Instructions that nobody has written yet, and places in them that nobody has filled in.
_UNWRITTEN = re.compile(
    r"\W{0,9}(?:todo|tbd|tba|fixme|xxx|placeholder|lorem ipsum[^\n]{0,200}"
    r"|(?:insert|enter|add|write|put|type)(?: your| the)? (?:instructions?|prompts?|text)(?: here)?"
    r"|(?:your )?(?:instructions?|prompts?|text) (?:goes? )?here)\W{0,9}",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\{\{[^{}\n]{1,80}\}\}|\$\{[\w. -]{1,60}\}|\[(?:insert|your) [^\]\n]{1,80}\]", re.IGNORECASE
)


def refuse_unwritten(text: str) -> None:
    """Raise OrderError, with the cure, for instructions that are not written yet."""
    found = _UNWRITTEN.fullmatch(text) or _PLACE.search(text)
    if found is not None:
        said = f'The instructions are not written yet: they say "{found[0].strip()[:60]}".'
        raise OrderError(said, cure="Write what should be done there, and save it.")


def refuse_stand_ins(text: str) -> None:
    """Raise OrderError, with the cure, for a text in which something else stands for words."""
    lines = text.split("\n", _LINES)[:_LINES]
    if text.startswith(_PLAYLIST):
        raise OrderError("The file is a playlist, not a text to be spoken.", cure=_AGAIN)
    if all(map(_is_dump, lines)) or all(map(_is_encoded, lines)):
        raise OrderError("The file is data for a program, not a text to be spoken.", cure=_AGAIN)

    bare = _LINK.sub("", text)
    for one in _STAND_INS:
        found = list(islice(one.mark.finditer(bare), one.least))
        if len(found) == one.least:
            raise OrderError(one.said.format(mark=found[0][0]), cure=one.cure)


def _is_dump(line: str) -> bool:
    return _DUMP.match(f"{line} ") is not None and _LETTER.search(line) is not None


def _is_encoded(line: str) -> bool:
    return _ENCODED.fullmatch(line) is not None and _DIGIT.search(line) is not None
