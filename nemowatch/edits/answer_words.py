"""Whether the words of an answer are the speech that was to be written down, or the agent's own
about it: an apology, a report, a question, an offer (docs/decisions/0024). Pure; what the agent's
own sentences look like is in `agent_sentences`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import takewhile

from nemowatch.edits.agent_sentences import (
    AHEAD,
    ANY,
    APOLOGIES,
    APPROVALS,
    OVER,
    SURE,
    UNMISTAKABLE,
    Row,
)

#: Sentences at the beginning and at the end in which an agent speaks for itself. What is said in
#: the middle of a speech may be about anything.
_EDGE = 2
#: Sentences: a longer answer that begins with an apology may be a speech that does.
_SHORT = 6
#: Characters of a sentence that are searched: an agent comes to the point.
_SEARCHED = 400


class AnswerKind(StrEnum):
    """What an answer is."""

    SPEECH = "speech"
    DOUBT = "doubt"  #: a person has to read it
    OTHER = "other"  #: the agent's own words: never a transcript


#: A sentence, or a line, with its end.
_SENTENCE = re.compile(r"[^.!?。！？…\n]+[.!?。！？…]*[\"'”’」）)]*")
_QUESTION = re.compile(r"[?？؟][^\w?？؟]*$")
_ASKED = re.compile(r"[?？؟](?!\w)")
#: A line that only announces the words below it.
_HEADING = re.compile(
    r"\A[^\w\n]*(?:"
    r"[^\n.!?。！？]{0,60}\b(?:transcri\w+|dialogue|spoken words|speech|text)\b[^\n.!?。！？]{0,60}"
    r"|[^\n。！？]{0,20}(?:转录|文字稿|字幕|对白|逐字稿|文本)[^\n。！？]{0,20}"
    r")[:：][*_ ]*(?:\n+|\Z)",
    re.IGNORECASE,
)


def asks_back(text: str) -> bool:
    """Whether the words end like a question, ignoring quotes, brackets and signs after it."""
    return _QUESTION.search(text[-_SEARCHED:]) is not None


def asks(text: str) -> bool:
    """Whether any of the words are a question."""
    return _ASKED.search(text) is not None


def waits(text: str) -> bool:
    """Whether the words end like a question, and do not say that the work is done."""
    return asks_back(text) and not says_done(text)


def says_done(text: str) -> bool:
    """Whether the words say that the work is done, also where they ask whether there is more, or
    how the result is."""
    sentences = _sentences(text)
    if any(_is_any(OVER, sentence) for sentence in sentences):
        return True
    told = takewhile(_is_not_ahead, sentences)
    return any(_is_any(APPROVALS, sentence) for sentence in told)


def _is_not_ahead(sentence: str) -> bool:
    return not _is_any(AHEAD, sentence)


def judge(answer: str) -> AnswerKind:
    """What the words of an answer are. Without any words: OTHER."""
    sentences = _sentences(without_heading(answer))
    if not sentences:
        return AnswerKind.OTHER
    own = list(filter(_is_own, _edges(sentences)))
    if _is_agent_alone(sentences, own):
        return AnswerKind.OTHER
    if own or asks_back(answer.strip()):
        return AnswerKind.DOUBT
    return AnswerKind.SPEECH


def _is_agent_alone(sentences: list[str], own: list[str]) -> bool:
    """Whether it is beyond doubt that the agent speaks and nobody else; `own`: the sentences that
    sound like it."""
    sure = [sentence for sentence in own if _is_any(SURE, sentence)]
    if not any(map(_is_unmistakable, sure)):
        return False
    if len(sure) == len(sentences):
        return True
    return len(sentences) <= _SHORT and _is_any(APOLOGIES, sentences[0])


def publishable(answer: str) -> str:
    """The words of an answer that may be published as the speech, once whatever is in doubt about
    them has been decided; "" when they are the agent's own."""
    if judge(answer) is AnswerKind.OTHER:
        return ""
    return without_heading(answer)


def without_heading(answer: str) -> str:
    """The words below a heading such as "Here is the transcript:"."""
    return _HEADING.sub("", answer.strip(), count=1)


def _sentences(text: str) -> list[str]:
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return list(filter(_has_words, found))


def _has_words(sentence: str) -> bool:
    return any(map(str.isalnum, sentence))


def _edges(sentences: list[str]) -> list[str]:
    """The first and the last of them, none twice."""
    if len(sentences) <= 2 * _EDGE:
        return sentences
    return [*sentences[:_EDGE], *sentences[-_EDGE:]]


def _is_own(sentence: str) -> bool:
    """Whether a sentence sounds like the agent's own."""
    return _is_any(ANY, sentence)


def _is_unmistakable(sentence: str) -> bool:
    """Whether a sentence can hardly be about anything but this work."""
    return _is_any(UNMISTAKABLE, sentence)


def _is_any(rows: tuple[Row, ...], sentence: str) -> bool:
    searched = sentence[:_SEARCHED]
    return any(_fits(row, searched) for row in rows)


def _fits(row: Row, sentence: str) -> bool:
    at = 0
    for pattern in row:
        found = pattern.search(sentence, at)
        if found is None:
            return False
        at = found.end()
    return True
