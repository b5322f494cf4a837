"""Rewords the agent's answers, which assume a web editor (docs/api.md section 6), for people who
have a folder.

Pure. Only whole sentences that tell the user to operate the editor are replaced. Questions and
everything else stay as they are, because an answer may be a transcript.
"""

from __future__ import annotations

import re

_POLITE = r"(?:(?:please|you can|you may|now|then|next|just|simply|to [^,.!?]{1,60},)\s+)*"
_RENDERS = "nemowatch renders and fetches the result itself."
#: The same content under the same name is not paid for twice (docs/behaviour.md section 2).
_CHANGE = (
    "To change the result, put new instructions into a prompt.txt in the folder and drop the file"
    " under another name, or try nemowatch again --new-take; both cost again."
)

#: (pattern of a sentence, its meaning here); the first match wins. The meanings are those of
#: docs/api.md section 6.
_MEANINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (rf"^{_POLITE}(?:(?:click|tap|press|hit|use)\b.{{0,40}})?\bexport\b(?!s|ed|ing)", _RENDERS),
        (r"导出", _RENDERS),
        (
            rf"^{_POLITE}(?:preview|see|view|check|watch)\b.{{0,40}}\btimeline\b",
            "nemowatch show prints the tracks.",
        ),
        (r"时间[线轴].{0,6}预览|预览.{0,6}时间[线轴]", "nemowatch show prints the tracks."),
        (rf"^{_POLITE}(?:drag|drop)\b", _CHANGE),
        (r"拖拽|拖动|拖放", _CHANGE),
        (rf"^{_POLITE}(?:click|tap)\b", "nemowatch does this through the API."),
        (r"点击|单击", "nemowatch does this through the API."),
        (
            rf"^{_POLITE}open\b.{{0,40}}\b(?:editor|panel|tab|menu|project|timeline|page)\b",
            "nemowatch reads the state.",
        ),
        (r"打开", "nemowatch reads the state."),
    )
)
#: A sentence with its end and the space after it.
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？]+[\"'”’)]*|\n|$)\s*")
#: Noise after normal output [vendor]; it is short and at the very end.
_TEMPORARY = re.compile(
    r"\bI(?:['’]ve| have)? encountered a temporary issue\b[^\n]*$", re.IGNORECASE
)
#: Characters at the end in which that noise is searched for.
_TAIL = 400
#: Characters: a longer sentence is content, not an instruction.
_LONGEST_INSTRUCTION = 300


def without_noise(answer: str) -> str:
    """The answer without a trailing "temporary issue", unless it says nothing else."""
    answer = answer.strip()
    kept = _TEMPORARY.sub("", answer[-_TAIL:])
    return (answer[:-_TAIL] + kept).strip() or answer


def translated(answer: str) -> str:
    """The answer, in terms of folders instead of buttons."""
    spoken: list[str] = []
    for match in _SENTENCE.finditer(answer):
        sentence = match.group()
        meaning = _meaning(sentence.strip())
        if not meaning:
            spoken.append(sentence)
        elif meaning not in "".join(spoken[-2:]):  # several clicks in a row mean one thing
            spoken.append(meaning + sentence[len(sentence.rstrip()) :])
    return "".join(spoken).strip()


def _meaning(sentence: str) -> str:
    if len(sentence) > _LONGEST_INSTRUCTION or sentence.endswith(("?", "？")):
        return ""
    return next((meaning for pattern, meaning in _MEANINGS if pattern.search(sentence)), "")


def for_people(answer: str) -> str:
    """A turn's answer for somebody who has only a folder."""
    return translated(without_noise(answer))
