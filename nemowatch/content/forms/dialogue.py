"""Texts that are written for several voices, or for a stage: screenplays, conversations with a name
before what each says, directions in brackets.

Owns recognising them: the names and directions would be spoken with the words. Subtitles have marks
of their own for both, and are not its business. Pure, and linear in the length of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from nemowatch.errors import OrderError

COPY_WORDS = "Copy the words that are to be spoken into a plain text file (.txt) and drop that."

#: Where a scene is, as screenplays say it.
_SCENE = re.compile(
    r"(?:\d{1,4}[A-Z]?[.)]? )?"
    r"(?:(?:INT|EXT)\.(?: ?/ ?(?:INT|EXT)\.?)?|(?:INT|EXT)(?=[ /][^a-z]{3,60}$)|I/E\."
    r"|(?:INNEN|AUSSEN|AU\u1e9eEN|AU\xdfEN)[ ./])[^a-z]{3,}"
    r"|(?:CUT|FADE|DISSOLVE|SMASH CUT) (?:TO|IN|OUT)(?: BLACK)?[:.]$"
    r"|[\u5185\u5167\u5916]\u666f[ .:\uff1a\u3000\u3001\uff0c]"
)
#: A name before what somebody says: up to three words.
_SPEAKER = re.compile(
    r"(?:\*\*)?(?P<name>[^\W\d_][\w.'\u2019-]{0,24}(?: [^\W_][\w.'\u2019-]{0,24}){0,2})"
    r" ?(?:\([^()\n]{1,40}\) ?)?(?:\*\*)?[:\uff1a](?:\*\*)?(?:\s+\S|(?<=\uff1a)\S)"
)
#: A name alone in its line, in large letters, as plays have it.
_CUE = re.compile(r"(?P<name>[^\W\d_a-z][^a-z\n:!?,;=_()\[\]\"]{1,30}?)(?: ?\([^()\n]{1,30}\))?")
#: A line that is nothing but a direction.
_DIRECTION = re.compile(
    r"\[\W{0,9}\w[^\[\]\n]{1,120}\]|\u3010\W{0,9}\w[^\u3010\u3011\n]{0,120}\u3011"
)
#: What the first line of a script in two columns says: what is seen, and what is heard.
_SEEN = frozenset({"video", "visual", "visuals", "picture", "bild", "vid\xe9o", "\u753b\u9762"})
_HEARD = frozenset({"audio", "sound", "voice", "voiceover", "voice-over", "vo", "ton", "narration"})
_COLUMN = re.compile(r"[\t|;,\u3001\uff0c]")
#: So many turns make a conversation, and so many directions a script for a stage.
_FEWEST_TURNS = 3
_FEWEST_CUES = 4
_FEWEST_DIRECTIONS = 2


def refuse_dialogue(text: str) -> None:
    """Raises OrderError, with the cure, for a text with names or directions that nobody reads
    aloud."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    if any(map(_SCENE.match, lines)) or _has_columns(lines[0]):
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


def _has_columns(first: str) -> bool:
    """Whether a script has what is seen beside what is said."""
    titles = set(map(str.strip, _COLUMN.split(first.lower())))
    return bool(titles & _SEEN and titles & _HEARD)


def _speaker(lines: Sequence[str]) -> str:
    """Who speaks most in a conversation, where most lines begin with a name; "" for none."""
    names = [found["name"] for found in map(_SPEAKER.match, lines) if found]
    if len(names) * 2 < len(lines):
        return ""
    return _most_frequent(names, _FEWEST_TURNS)


def _cue(text: str) -> str:
    """The same where each name has a line of its own, right above the words."""
    lines = list(map(str.strip, text.split("\n")))
    above = (line for line, words in pairwise(lines) if words and not words.isupper())
    names = [cue["name"] for cue in map(_CUE.fullmatch, above) if cue]
    return _most_frequent(list(filter(str.isupper, names)), _FEWEST_CUES)


def _most_frequent(names: Sequence[str], fewest: int) -> str:
    """The name that returns most often; "" where none does, or where there are too few turns."""
    if len(names) < fewest:
        return ""
    ((name, count),) = Counter(names).most_common(1)
    if count < 2:
        return ""
    return name
