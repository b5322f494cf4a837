"""What a text's lines are built like: program code, tables of data, settings, logs, or the markup
of wikis and forums. Prose is none of them, whatever its language.

Owns the measure: so many lines of a text have a form that sentences have not. One line proves
nothing, but for a few marks that nobody writes into prose. Pure, and linear in the length of a
text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

#: Lines that are looked at, and characters of each: enough to know.
_MOST_LINES = 4000
_LONGEST = 400
#: Characters of a text that is read as JSON.
_LONGEST_JSON = 1_000_000
#: One line of so many has to be built like code, settings, a log or a query.
_SHARE = 3
#: So many lines make a text one of these.
_LEAST = 3
#: So many rows of the same number of columns make a table.
_ROWS = 4
#: The same of two columns.
_ROWS_OF_TWO = 6
#: Signs of code and data, rows of them counting once: so many in all, and in a hundred characters.
_DENSE = re.compile(r"[=\\|;_](?=\S)|\)\{|\}[;,)}]")
_DENSE_LEAST = 12
_DENSE_SHARE = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its white space, and with one blank in the place of each."""

    whole: str
    bare: str

    @classmethod
    def of(cls, whole: str) -> Line:
        return cls(whole, " ".join(whole.split()))


Lines = Sequence[Line]

#: Lines of program code: how a line ends, how it begins, and what is in it. White space is one
#: blank, and bounded parts keep the patterns linear.
_CODE = (
    re.compile(r"^.{0,399}[;{](?: ?(?://|#|/\*).{0,200})?$"),
    re.compile(r"^[})\]]{1,9}[;,)]{0,3}$"),
    re.compile(r"^(?:import|package|using|namespace) [\w.*:{}, ]{1,200};?$"),
    re.compile(r"^from [\w.]{1,80} import "),
    re.compile(r"^# ?(?:include|define|ifdef|ifndef|endif|pragma)\b"),
    re.compile(
        r"^(?:export )?(?:async )?(?:def|func|fn|function|class|struct|interface|enum|trait|impl)"
        r" \w{1,80}[^.!?]{0,200}[:{(]"
    ),
    re.compile(r"^(?:public|private|protected|static|const|let|var|final|void|int|char|bool) \w"),
    re.compile(
        r"^(?:if|elif|for|while|switch|catch|except|with|else|try|finally|do)\b.{0,399}[:{]$"
    ),
    re.compile(r"^return\b[^.!?]{0,399}$"),
    re.compile(r"^[\w.\[\]\"'$]{1,80} ?(?:[-+*/|&:]?=|:=|=>|<-) ?\S"),
    re.compile(
        r"^[\w$]{1,60}(?:[.:>-]{1,2}[\w$]{1,60}){0,9}"
        r"\((?:[^()]{0,200}[\"'=].{0,399}| ?)\){0,3}[;,:{]?$"
    ),
    re.compile(r"^[a-z_]\w{0,60}\([\w.]{0,60}\);?$"),
    re.compile(r"^.{0,399}; ?(?:do|then)$"),
    re.compile(r"^.{0,399}(?:\$[A-Za-z_{(\"]|&&|\|\||2>&1|> ?/dev/null|<< ?['\"]?EOF)"),
    re.compile(r"^@\w{1,60}[\w.]{0,60}(?:\(.{0,300}\))?$"),
    re.compile(r"^(?:\$|>>>|C:\\\S{0,200}>|#) [a-z][\w./-]{0,80}(?: -{1,2}\w| ?\()"),
    re.compile(
        r"^(?:sudo|apt-get|pip|npm|git|docker|echo|export|cd|mkdir|chmod|curl) [-\w./~$\"']"
    ),
    re.compile(r"^at [\w.$<>]{1,200}\(.{0,200}\)$"),
    re.compile(r"^File \".{0,300}\", line \d"),
    re.compile(r"^(?:[-+] ?|@@ -\d.{0,40}@@ ?)(?:[\w.]{1,60}\(|[}{])"),
)
#: A sign of the things above that prose has in hardly any line: without one a line is no code.
_SIGN = re.compile(
    r"[{}=\[\]$\\@&|]|\(\)|\w\(|\);|[;:]$|; ?(?:do|then)$|->|::|^(?:import|from|# ?include)\b"
)
#: A call and nothing else.
_CALL = re.compile(r"^[a-zA-Z_][\w.]{0,80}\(.{0,300}\);?$")
#: Lines for people among those of a program.
_REMARK = re.compile(r"^(?:#(?!#)|//|/\*|\*|--|;|%|\"{3}|dnl\b|REM\b)")
#: Of a text with remarks one line of so many has to be code.
_SHARE_BESIDE_REMARKS = 10

#: Queries of data bases: how they begin, and what they are made of.
_STATEMENT = re.compile(
    r"^(?:SELECT .{0,300} FROM |SELECT [\w.*, ]{0,300}$|INSERT INTO |UPDATE \S{1,80} SET "
    r"|DELETE FROM |(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?:UNIQUE )?(?:TEMP(?:ORARY)? )?"
    r"(?:TABLE|INDEX|VIEW|DATABASE|FUNCTION|OPERATOR|EXTENSION|TRIGGER|TYPE|SCHEMA|USER|ROLE"
    r"|PROCEDURE|SEQUENCE) |WITH \w{1,60} AS ?\()",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"^(?:(?:FROM|WHERE|JOIN|LEFT|INNER|GROUP|ORDER|HAVING|LIMIT|VALUES|SET|AND|OR|ON|RETURNS"
    r"|LANGUAGE|AS|BEGIN|END|PRIMARY|FOREIGN|COMMIT|UNION|CASE|WHEN|THEN|ELSE)\b|--|[()]|.{0,399}[,;()]$)"
)
#: Settings: a section, and a key with its value.
_SECTION = re.compile(r"^\[{1,2}[\w.\s:\"-]{1,60}\]{1,2}$")
_SETTING = re.compile(r"^(?:export )?[A-Za-z_][\w.-]{0,60} ?= ?\S")
#: YAML: a key in small letters, alone or with its value; a line with one below another.
_KEY = re.compile(r"^(?:- )?[a-z_][\w.-]{0,40}:(?: |$)")
_NESTED = re.compile(r"^[ \t]{1,40}(?:- |[a-z_][\w.-]{0,40}:(?:[ \t]|$))")
_PARTS = (" ", "\t", "- ", "#", "---", "...")
#: Lines of a log: a moment to the second, or what kind of a message it is.
_LOG = (
    re.compile(r"^\W?\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}"),
    re.compile(
        r"^\W?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2} \d{2}:\d{2}:\d{2} "
    ),
    re.compile(r"^\S{1,60} \S{1,40} \S{1,40} \[\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2}"),
    re.compile(r"^\W?\[?\d{2}:\d{2}:\d{2}(?:[.,]\d{1,6})?\]? \W?(?:INFO|WARN|ERROR|DEBUG|TRACE)"),
    re.compile(r"^\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL|CRITICAL)\]? ?[:\]|-]"),
    re.compile(r"^\W?\[ ?\d{1,8}\.\d{3,6}\] "),
    re.compile(r"^\W?\d{1,2}[./]\d{1,2}[./]\d{2,4}, \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?(?:\]| -) "),
    re.compile(r"^(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]? ?)?<[\w@+-]{1,30}> "),
)
#: Marks of other markups; a text has them a few times at least.
_FORUM = re.compile(
    r"\[/(?:b|i|u|s|quote|code|list|url|img|size|color|center|spoiler|table|youtube)\]",
    re.IGNORECASE,
)
_WIKI = re.compile(
    r"\[\[[^\]\n]{1,200}\]\]|'{3}[^'\n]{1,200}'{3}|\{\{[^{}\n]{1,200}\|[^{}\n]{0,200}\}\}"
    r"|^={2,5}[^=\n]{1,100}={2,5}[ \t]*$"
    r"|^\{\|.{0,100}$|<ref[ >/]",
    re.MULTILINE,
)
_LATEX = re.compile(r"\\[a-zA-Z]{2,20}\*?(?:\[[^\]\n]{0,80}\])?\{|\\item\b|\\[\[(]")
_REPEATED = re.compile(r"([{}=\\|;_])\1+")
_DIRECTIVE = re.compile(
    r"^\.\. [\w-]{1,30}::|^#\+[A-Za-z_]{3,20}:|^\[source[,\]]|^:[a-z-]{2,20}: \S"
    r"|^\.(?:TH|SH|PP|TP|IP|BR) ",
    re.MULTILINE,
)
_STYLE = re.compile(r"^(?:[.#@]?[\w-]{1,40}[\w ,.#:>-]{0,60}\{|[a-z-]{2,30} ?: ?[^.!?]{1,100};)$")
_PROGRAM = re.compile(r"<\?php|<%|<script\b|Traceback \(most recent call last\)|diff --git ")

_DELIMITERS = ("\t", ";", "|", ",")
#: Ends of sentences: a row of a table has none.
_SENTENCE_ENDS = tuple(".!?…。！？।؟")


def other_structure(text: str) -> str:
    """What a text is by the form of its lines, in plain words; "" for prose."""
    if _PROGRAM.match(text):
        return "program code"
    if _is_json(text):
        return "data for a program (JSON)"
    lines = [Line.of(line[:_LONGEST]) for line in islice(_filled(text), _MOST_LINES)]
    for kind, recognise in _BY_LINES:
        if recognise(lines):
            return kind
    for kind, pattern, least in _MARKS:
        if _has(pattern, text, least):
            return kind
    if _is_dense(lines):
        return "data for a program"
    return ""


def _is_dense(lines: Lines) -> bool:
    """Whether many of the characters are signs of code or data."""
    signs = characters = 0
    for line in lines:
        characters += len(line.bare)
        signs += len(_DENSE.findall(_REPEATED.sub(r"\1", line.bare)))
    return signs >= _DENSE_LEAST and signs * 100 >= characters * _DENSE_SHARE


def _filled(text: str) -> Iterable[str]:
    return filter(str.strip, text.split("\n"))


def _is_json(text: str) -> bool:
    """Whether the whole text is an object or a list of JSON, or a row of such lines."""
    if not text.startswith(("{", "[")) or len(text) > _LONGEST_JSON:
        return False
    if _reads_as_json(text):
        return True
    first = list(islice(_filled(text), 2))
    return len(first) == 2 and all(map(_reads_as_json, first))


def _reads_as_json(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict | list) and bool(found)


def _has(pattern: re.Pattern[str], text: str, least: int) -> bool:
    found = list(islice(pattern.finditer(text), least))
    return len(found) == least


#: Marks that nobody writes into prose, and how many of them make a text what it is.
_MARKS = (
    ("a forum post with marks in brackets (BBCode)", _FORUM, 1),
    ("a page of a wiki with its marks", _WIKI, 2),
    ("a LaTeX text", _LATEX, 2),
    ("a text with marks for a program", _DIRECTIVE, 2),
)


def _are_many(count: int, lines: Lines) -> bool:
    return count >= _LEAST and count * _SHARE >= len(lines)


def _is_code(lines: Lines) -> bool:
    """Whether many lines are built like those of a program."""
    count = sum(map(_is_line_of_code, lines))
    if len(lines) < _LEAST:
        return 0 < count == len(lines) and all(map(_is_call, lines))
    if _are_many(count, lines):
        return True
    remarks = _are_like((_REMARK,), lines)
    has_enough = count >= _LEAST and count * _SHARE_BESIDE_REMARKS >= len(lines)
    return has_enough and (count + remarks) * 2 >= len(lines)


def _is_line_of_code(line: Line) -> bool:
    if _SIGN.search(line.bare) is None:
        return False
    return any(pattern.match(line.bare) for pattern in _CODE)


def _is_call(line: Line) -> bool:
    return _CALL.match(line.bare) is not None


def _are_like(patterns: Iterable[re.Pattern[str]], lines: Lines) -> int:
    """How many lines match one of these."""
    wanted = tuple(patterns)
    return sum(any(pattern.match(line.bare) for pattern in wanted) for line in lines)


def _is_query(lines: Lines) -> bool:
    """Statements that end with their sign, and nothing but their clauses."""
    ends = sum(line.bare.endswith(";") for line in lines)
    statements = _are_like((_STATEMENT,), lines)
    clauses = _are_like((_STATEMENT, _CLAUSE), lines)
    is_sure = statements > 1 or bool(statements and ends)
    return is_sure and clauses * 4 >= len(lines) * 3


def _is_style(lines: Lines) -> bool:
    return _are_many(_are_like((_STYLE,), lines), lines) and any(map(_ends_block, lines))


def _ends_block(line: Line) -> bool:
    return line.bare == "}"


def _is_settings(lines: Lines) -> bool:
    """Keys with values, in sections or not."""
    keys = _are_like((_SETTING,), lines)
    sections = _are_like((_SECTION,), lines)
    comments = sum(line.bare.startswith(("#", ";")) for line in lines)
    least = 2 if sections else _LEAST
    return keys >= least and (keys + sections + comments) * 4 >= len(lines) * 3


def _is_yaml(lines: Lines) -> bool:
    """Nested keys in small letters. A dialogue has names with capitals, and no levels."""
    keys = _are_like((_KEY,), lines)
    parts = sum(_is_part_of_yaml(line) for line in lines)
    nested = sum(_NESTED.match(line.whole) is not None for line in lines)
    opens = sum(line.bare.endswith((":", "|", ">")) for line in lines)
    is_marked = lines[0].bare == "---"
    has_levels = nested > 1 and opens > 0
    return keys >= _LEAST and parts * 4 >= len(lines) * 3 and (is_marked or has_levels)


def _is_part_of_yaml(line: Line) -> bool:
    return line.whole.startswith(_PARTS) or _KEY.match(line.bare) is not None


def _is_log(lines: Lines) -> bool:
    return len(lines) > 1 and _are_like(_LOG, lines) * 2 >= len(lines)


def _is_table(lines: Lines) -> bool:
    """Rows of the same number of columns, none of which is a sentence."""
    if len(lines) < _ROWS or any(map(_is_sentence, lines[:_ROWS])):
        return False
    return any(_has_columns(delimiter, lines) for delimiter in _DELIMITERS)


def _is_sentence(line: Line) -> bool:
    return line.bare.endswith(_SENTENCE_ENDS)


def _has_columns(delimiter: str, lines: Lines) -> bool:
    counts = Counter(line.whole.count(delimiter) for line in lines)
    number, rows = counts.most_common(1)[0]
    if not number or rows * 10 < len(lines) * 9:
        return False
    if delimiter == "\t":
        return number >= 2
    # after a comma of a sentence there is a space
    every = sum(line.whole.count(delimiter) for line in lines)
    spaced = sum(line.whole.count(f"{delimiter} ") for line in lines)
    if number == 1:
        return spaced == 0 and len(lines) >= _ROWS_OF_TWO
    return spaced * 5 <= every or delimiter == "|"


#: What the lines of a text are, and who recognises it.
_BY_LINES: tuple[tuple[str, Callable[[Lines], object]], ...] = (
    ("a log of a program or a chat", _is_log),
    ("a query of a data base (SQL)", _is_query),
    ("a table of data", _is_table),
    ("settings of a program", _is_settings),
    ("a style sheet", _is_style),
    ("program code", _is_code),
    ("data for a program (YAML)", _is_yaml),
)
