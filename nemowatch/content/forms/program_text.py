"""Recognises lines that look like those of programs: code, queries, style sheets, logs. Pure, and
linear in the length of a text."""

from __future__ import annotations

import re

from nemowatch.content.forms.lines import (
    LEAST,
    Line,
    Lines,
    are_half,
    are_many,
    are_most,
    count_ends,
    count_like,
    is_like,
)

#: The beginnings of programs' files and messages.
_PROGRAM = re.compile(
    r"<\?php|<%|<script\b|Traceback \(most recent call last\)|diff --git "
    r"|--- \S[^\n]{0,300}\n\+\+\+ \S|@echo off\b|(?-i:param) ?\(\s{0,20}[\[$]",
    re.IGNORECASE,
)

#: Lines of program code: how a line ends, how it begins, and what is in it. White space is a single
#: blank, and limited repetitions keep the patterns linear.
_CODE = (
    re.compile(r"^.{0,399}\{(?: ?(?://|#|/\*).{0,200})?$"),
    # lines of poems and contracts end like this as well
    re.compile(
        r"^(?=.{0,399}(?:[={}\[\]$<>\"]|\w\(|::|->|\+\+|--|^\w{1,40};))"
        r".{0,399};(?: ?(?://|#|/\*).{0,200})?$"
    ),
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
    re.compile(r"^\"[^\"]{1,200}\" ?[=:] ?\".{0,399}[;,]$"),
    re.compile(r"^msg(?:id|id_plural|str|ctxt)(?:\[\d\])? \""),
    re.compile(r"^(?:Get|Set|New|Write|Remove|Import|Start|Invoke)-[A-Z]\w{2,40} [-\"'$\w]"),
    re.compile(r"^@\w{1,60}[\w.]{0,60}(?:\(.{0,300}\))?$"),
    re.compile(r"^(?:\$|>>>|C:\\\S{0,200}>|#) [a-z][\w./-]{0,80}(?: -{1,2}\w| ?\()"),
    re.compile(
        r"^(?:sudo|apt-get|pip|npm|git|docker|echo|export|cd|mkdir|chmod|curl) [-\w./~$\"']"
    ),
    re.compile(r"^at [\w.$<>]{1,200}\(.{0,200}\)$"),
    re.compile(r"^File \".{0,300}\", line \d"),
    re.compile(r"^(?:[-+] ?|@@ -\d.{0,40}@@ ?)(?:[\w.]{1,60}\(|[}{])"),
)
#: A sign of code that prose has in hardly any line: a line without one is not code.
_SIGN = re.compile(
    r"[{}=\[\]$\\@&|]|\(\)|\w\(|\);|[;:]$|; ?(?:do|then)$|->|::"
    r"|^(?:import|from|msg[a-z]+|# ?include)\b|^[A-Z][a-z]{1,9}-[A-Z]\w{1,40} [-\"'$]"
)
#: A call and nothing else.
_CALL = re.compile(r"^[a-zA-Z_][\w.]{0,80}\(.{0,300}\);?$")
#: Comments among the lines of a program.
_REMARK = re.compile(r"^(?:#(?!#)|//|/\*|\*|--|;|%|\"{3}|dnl\b|REM\b)")
#: In a text with comments one line in this many has to be code.
_SHARE_BESIDE_REMARKS = 10

#: Database queries: how they begin, and what they consist of.
_STATEMENT = re.compile(
    r"^(?:SELECT .{0,300} FROM |SELECT [\w.*, ]{0,300}$|INSERT INTO |UPDATE \S{1,80} SET "
    r"|DELETE FROM |(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?:UNIQUE )?(?:TEMP(?:ORARY)? )?"
    r"(?:TABLE|INDEX|VIEW|DATABASE|FUNCTION|OPERATOR|EXTENSION|TRIGGER|TYPE|SCHEMA|USER|ROLE"
    r"|PROCEDURE|SEQUENCE) |WITH \w{1,60} AS ?\()",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"^(?:(?:FROM|WHERE|JOIN|LEFT|INNER|GROUP|ORDER|HAVING|LIMIT|VALUES|SET|AND|OR|ON|RETURNS"
    r"|LANGUAGE|AS|BEGIN|END|PRIMARY|FOREIGN|COMMIT|UNION|CASE|WHEN|THEN|ELSE)\b"
    r"|--|[()]|.{0,399}[,;()]$)"
)
_STYLE = re.compile(r"^(?:[.#@]?[\w-]{1,40}[\w ,.#:>-]{0,60}\{|[a-z-]{2,30} ?: ?[^.!?]{1,100};)$")
#: A whole rule in a line.
_RULE = re.compile(r"^[\w .#,>:*-]{1,100}\{ ?(?:[a-z-]{2,30} ?:[^{}]{1,300};? ?)\}$")
#: Lines of a log: a time to the second, or the level of a message.
_LOG = (
    re.compile(r"^\W?\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}"),
    re.compile(
        r"^\W?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2} \d{2}:\d{2}:\d{2} "
    ),
    re.compile(r"^\[\d{2}:\d{2}:\d{2}(?:[.,]\d{1,6})?\] "),
    re.compile(r"^\S{1,60} \S{1,40} \S{1,40} \[\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2}"),
    re.compile(r"^\W?\[?\d{2}:\d{2}:\d{2}(?:[.,]\d{1,6})?\]? \W?(?:INFO|WARN|ERROR|DEBUG|TRACE)"),
    re.compile(r"^\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL|CRITICAL)\]? ?[:\]|-]"),
    re.compile(r"^\W?\[ ?\d{1,8}\.\d{3,6}\] "),
    re.compile(r"^\W?\d{1,2}[./]\d{1,2}[./]\d{2,4}, \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?(?:\]| -) "),
    re.compile(r"^\W?\d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?, \d{1,2}[./]\d{1,2}[./]\d{2,4}\]"),
    re.compile(r"^(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]? ?)?<[\w@+-]{1,30}> "),
)


def is_program(text: str) -> bool:
    """Whether a text begins as only programs and their messages do."""
    return _PROGRAM.match(text) is not None


def is_code(lines: Lines) -> bool:
    """Whether many lines are built like those of a program."""
    count = sum(map(_is_line_of_code, lines))
    if len(lines) < LEAST:
        are_all = 0 < count == len(lines)
        return are_all and count_like(lines, _CALL) == len(lines)
    if are_many(count, lines):
        return True
    remarks = count_like(lines, _REMARK)
    has_enough = count >= LEAST and count * _SHARE_BESIDE_REMARKS >= len(lines)
    return has_enough and are_half(count + remarks, lines)


def _is_line_of_code(line: Line) -> bool:
    if _SIGN.search(line.bare) is None:
        return False
    return is_like(line, *_CODE)


def is_query(lines: Lines) -> bool:
    """Whether the text is statements that end with their sign, and only their clauses."""
    ends = count_ends(lines, ";")
    statements = count_like(lines, _STATEMENT)
    clauses = count_like(lines, _STATEMENT, _CLAUSE)
    is_sure = statements > 1 or bool(statements and ends)
    return is_sure and are_most(clauses, lines)


def is_style(lines: Lines) -> bool:
    """Whether the text is rules of a style sheet, each with a line that ends its block, or on one
    line."""
    if lines and count_like(lines, _RULE) == len(lines):
        return True
    rules = count_like(lines, _STYLE)
    return are_many(rules, lines) and any(map(_ends_block, lines))


def _ends_block(line: Line) -> bool:
    return line.bare == "}"


def is_log(lines: Lines) -> bool:
    """Whether the text is messages of a program or a chat, each with its time or its sender."""
    return len(lines) > 1 and are_half(count_like(lines, *_LOG), lines)
