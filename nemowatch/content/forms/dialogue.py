"""Recognises texts for several voices, or for a stage: screenplays, conversations with a name
before what each person says, directions in brackets.

Owns what counts as such: the names and directions would be spoken with the words. It does not
handle subtitles, which have marks of their own for both. Pure, and linear in the length of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from nemowatch.content.forms.two_turns import is_conversation, is_voice
from nemowatch.errors import OrderError

COPY_WORDS = "Copy the words that are to be spoken into a plain text file (.txt) and drop that."

#: A scene's heading in a screenplay.
_SCENE = re.compile(
    r"(?:\d{1,4}[A-Z]?[.)]? )?"
    r"(?:(?:INT|EXT)\.(?: ?/ ?(?:INT|EXT)\.?)? ?(?=[^\W\d_])|(?:INT|EXT)(?=[ /][^a-z]{3,60}$)|I/E\."
    r"|(?:INNEN|AUSSEN|AU\u1e9eEN|AU\xdfEN)(?:[./]| (?=[^,\n]{1,60} [-\u2013\u2014] )))[^a-z]{3,}"
    r"|(?:CUT|FADE|DISSOLVE|SMASH CUT) (?:TO|IN|OUT)(?: BLACK)?[:.]$"
    r"|[\u5185\u5167\u5916]\u666f[ .:\uff1a\u3000]"
)
_ONE_NAME = r"[\w.'\u2019-]{0,24}"
#: A name before what somebody says: up to three words, none of them in small letters as in "He
#: said:", and no verb of saying. In brackets, or with a colon, behind which its line may end.
_SPEAKER = re.compile(
    r"(?:[-*\u2013\u2014\u2022] |\d{1,4}[.)] )?(?:\*\*)?"
    rf"(?P<bracket>\[)?(?P<name>[^\W\d_]{_ONE_NAME}(?: [^\W_a-z\xdf-\xff]{_ONE_NAME}){{0,2}})"
    r"(?(bracket)\] ?\S"
    r"|(?<![\u8bf4\u8aaa\u9053\u95ee\u554f\u7b54\u558a]) ?(?:\([^()\n]{1,40}\) ?)?"
    r"(?:\*\*)?[:\uff1a](?:\*\*)?(?:\s+\S|(?<=\uff1a)\S|$))"
)
_BEHIND_NAME = re.compile("[:\uff1a\\]]")
#: A name on a line of its own, in capitals, as in plays.
_CUE = re.compile(r"(?P<name>[^\W\d_a-z][^a-z\n:!?,;=_()\[\]\"]{1,30}?)(?: ?\([^()\n]{1,30}\))?")
#: A line that is only a direction.
_DIRECTION = re.compile(
    r"\[\W{0,9}\w[^\[\]\n]{1,120}\]"
    # not a numbered heading
    r"|\u3010\W{0,9}(?![\u7b2c\d])\w[^\u3010\u3011\n]{0,120}\u3011"
    r"|[(\uff08]\W{0,9}\w[^()\uff08\uff09.!?\u3002\n]{1,60}[)\uff09]"
)
#: Words in the first line of a script in two columns, for what is seen and what is heard.
_SEEN = frozenset({"video", "visual", "visuals", "picture", "bild", "vid\xe9o", "\u753b\u9762"})
_HEARD = frozenset({"audio", "sound", "voice", "voiceover", "voice-over", "vo", "ton"}) | {
    *("narration", "narrator", "sprecher", "\u65c1\u767d", "\u58f0\u97f3", "\u8072\u97f3"),
}
_LONGEST_TITLE = 2  # words
_COLUMN = re.compile(r"[\t|;,\u3001\uff0c]")
#: How many turns make a conversation, and how many directions a script for a stage.
_FEWEST_TURNS = 3
_FEWEST_SPEAKERS = 2
_FEWEST_CUES = 4
_FEWEST_DIRECTIONS = 2


def refuse_dialogue(text: str) -> None:
    """Raise OrderError, with the cure, for a text with names or directions that nobody reads
    aloud."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    if any(map(_SCENE.match, lines)) or _has_columns(lines):
        raise OrderError(
            "This text is a screenplay: its scenes, names and directions would be spoken as well.",
            cure=COPY_WORDS,
        )
    speaker = _speaker(lines) or _cue(text)
    if speaker:
        raise OrderError(
            f'This text has names before what is said, as "{speaker}", which would be spoken.',
            cure="Delete the names, and save it. If they are to be spoken, too, write them without"
            " a colon, as a part of the sentence.",
        )
    directions = list(filter(_DIRECTION.fullmatch, lines))
    if len(directions) >= _FEWEST_DIRECTIONS:
        raise OrderError(
            f'This text has directions in it, as "{directions[0]}", which would be spoken.',
            cure="Delete the directions, and save it. If they are to be spoken, too, write them"
            " without the brackets.",
        )


def _has_columns(lines: Sequence[str]) -> bool:
    """Whether a script has what is seen beside what is said: two titles, and such lines below."""
    titles = _titles(lines[0])
    are_short = all(len(title.split()) <= _LONGEST_TITLE for title in titles)
    if not (are_short and titles & _SEEN and titles & _HEARD):
        return False
    return any(map(_COLUMN.search, lines[1:]))


def _titles(line: str) -> set[str]:
    return set(map(str.strip, _COLUMN.split(line.lower())))


def _speaker(lines: Sequence[str]) -> str:
    """Who speaks in a conversation; "" for none."""
    first = _SPEAKER.match(lines[0])
    if first and (is_voice(first["name"]) or _are_two_turns(lines)):
        return first["name"]
    return _main_speaker(lines)


def _are_two_turns(lines: Sequence[str]) -> bool:
    """Whether the whole text, whose first line begins with a name, is two turns of a
    conversation."""
    turns: list[tuple[str, str]] = []
    for line in lines:
        turn = _SPEAKER.match(line)
        if turn:
            said = _BEHIND_NAME.split(line, maxsplit=1)[1]
            turns.append((turn["name"], said))
        else:
            label, said = turns[-1]
            turns[-1] = label, f"{said} {line}"
    return is_conversation(turns)


def _main_speaker(lines: Sequence[str]) -> str:
    """Who speaks most where most lines begin with a name, or follow on one; "" for none. A word
    that only returns by itself, and is not written as a name, is a label."""
    turns = [found for found in map(_SPEAKER.match, lines) if found]
    alone = sum(turn[0] == turn.string for turn in turns)
    if len(turns) * 2 < len(lines) and alone < len(turns):
        return ""
    names = [turn["name"] for turn in turns]
    if len(set(names)) < _FEWEST_SPEAKERS and not any(map(_is_voice, names)):
        return ""
    return _most_frequent(names, _FEWEST_TURNS)


def _is_voice(name: str) -> bool:
    """Whether a name stands for a voice though there is no other: "NARRATOR", "旁白"."""
    return name.isupper() or name.lower() in _HEARD


def _cue(text: str) -> str:
    """The same where each name has a line of its own, right above the words."""
    lines = list(map(str.strip, text.split("\n")))
    above = (line for line, words in pairwise(lines) if words and not words.isupper())
    names = [cue["name"] for cue in map(_CUE.fullmatch, above) if cue]
    return _most_frequent(list(filter(str.isupper, names)), _FEWEST_CUES)


def _most_frequent(names: Sequence[str], fewest: int) -> str:
    """The name that recurs most often; "" when none does, or there are too few turns."""
    if len(names) < fewest:
        return ""
    ((name, count),) = Counter(names).most_common(1)
    if count < 2:
        return ""
    return name
