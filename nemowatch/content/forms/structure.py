"""Recognises texts by the form of their lines: program code, tables of data, settings, logs, or the
markup of wikis and forums. Prose is none of these, whatever its language.

Owns the order in which they are tried. One line proves nothing, except for a few marks that nobody
writes into prose. Pure, and linear in the length of a text.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.forms import data_text, program_text
from nemowatch.content.forms.lines import Lines, lines_of
from nemowatch.content.forms.other_markup import other_markup
from nemowatch.content.recognise import kind_of

#: What a text is as a whole, and what recognises it.
_BY_TEXT: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("program code", program_text.is_program),
    ("data for a program (JSON)", data_text.is_json),
)
#: The same for its lines.
_BY_LINES: tuple[tuple[str, Callable[[Lines], bool]], ...] = (
    ("a log of a program or a chat", program_text.is_log),
    ("a database query (SQL)", program_text.is_query),
    ("a table of data", data_text.is_table),
    ("settings of a program", data_text.is_settings),
    ("a style sheet", program_text.is_style),
    ("program code", program_text.is_code),
    ("data for a program (YAML)", data_text.is_yaml),
)
#: The same for the signs in its lines, if nothing else is recognised.
_BY_SIGNS = (("data for a program", data_text.is_dense),)


def other_structure(text: str) -> str:
    """What a text is by the form of its lines, in plain words; "" for prose."""
    lines = lines_of(text)
    return (
        kind_of(text, _BY_TEXT)
        or kind_of(lines, _BY_LINES)
        or other_markup(text)
        or kind_of(lines, _BY_SIGNS)
    )
