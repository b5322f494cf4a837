"""What a person's addition to a folder's instructions decides by itself. The folder's own words
about that are then left out, since the two could contradict each other. Pure.

It knows English and Chinese. What it does not recognise is added all the same: the folder's limits
go with any addition (`prompts.instructed`), and only these few words depend on what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nemowatch.late_pattern import LatePattern
from nemowatch.tasks import languages

#: A voice's gender together with the voice: a woman in the picture does not count.
_VOICE = LatePattern(
    r"\b(?:male|female|masculine|feminine|(?:wo)?m[ae]n(?:'s)?|boy(?:'s)?|girl(?:'s)?|child(?:'s)?)"
    r"\W+(?:\w+\W+){0,3}?(?:voice|narrator|speaker|narration|voice-?over)\b"
    r"|\b(?:voice|narrator|speaker) (?:of an?|is an?|should be an?|as an?)? ?"
    r"(?:\w+ )?(?:male|female|man|woman|boy|girl|child)\b"
    r"|[男女童]声|[男女]性?(?:的)?(?:声音|嗓音|配音|旁白)",
    re.IGNORECASE,
)
#: How long something is, or which part of it.
_LENGTH = LatePattern(
    r"\b(?:seconds?|secs?|minutes?|mins?|first|last|until|shorten(?:ed)?|shorter|longer|length"
    r"|duration|trim(?:med)?|cut|only|half)\b|\d\s?s\b"
    r"|秒|分钟|开头|结尾|缩短|剪短|剪到|时长|前半|后半",
    re.IGNORECASE,
)
#: A wish that a text is not spoken word for word.
_WORDING = LatePattern(
    r"\b(?:summar\w*|shorten\w*|translat\w*|rewrit\w*|rephras\w*|paraphras\w*|skip\w*|omit\w*"
    r"|leave out|leaving out|begin with|end with|start with|intro\w*|outro|greeting|correct\w*"
    r"|simplif\w*)\b"
    r"|概括|总结|缩短|翻译|改写|跳过|省略|开头|结尾|问候|简化",
    re.IGNORECASE,
)
#: Where a language is named as the one that is to be spoken or written.
_IN_A_LANGUAGE = LatePattern(
    r"\b(?:in|into|to|speak|use)\s+(?:(?:a|an|the)\s+)?(?=([A-Za-z]+(?:[ -][A-Za-z]+)?))"
)
_A_VOICE_OF = LatePattern(
    r"\b([A-Za-z]+)\s+(?:(?:fe)?male\s+)?(?:voice|narration|narrator|voice-?over|translation)\b"
)
#: The same in Chinese, with what those languages are called there.
_IN_CHINESE = LatePattern(r"(?:用|以|成|为|说|讲|是|改)\s*([^\W\d_]{1,4}?)(?:语|文)")
_CHINESE_NAMES = {
    "英": "en",
    "法": "fr",
    "德": "de",
    "日": "ja",
    "韩": "ko",
    "中": "zh",
    "汉": "zh",
    "俄": "ru",
    "西班牙": "es",
    "意大利": "it",
    "葡萄牙": "pt",
    "阿拉伯": "ar",
}
#: What is to be dubbed, or done to the whole, as opposed to a text that is shown.
_DUBBED = LatePattern(
    r"\bdub\w*\b|\b(?:speak|spoken|narrate|narrated|say|said|voiced?) (?:\w+ ){0,3}?(?:in|into)\b"
    r"|\btranslat\w+ (?:it|this|all|everything|the (?:video|speech|dialogue|audio|film|clip))\b"
    r"|配音|译制|[用以][^\W\d_]{1,4}[语文]说",
    re.IGNORECASE,
)
_SHOWN = LatePattern(r"\b(?:sub)?titles?\b|\bcaptions?\b|字幕|标题", re.IGNORECASE)
#: What is to stay as it is.
_KEPT = LatePattern(
    r"\b(?:keep|kept|leave|left|except|original|not|don't|never|where|who|whatever)\b"
    r"|保留|不要|除了",
    re.IGNORECASE,
)
_CLAUSE = LatePattern(r"[^.!?;,\n。！？；，]+")


@dataclass(frozen=True, slots=True)
class AdditionScope:
    """What an addition decides."""

    language: bool = False  #: which language is spoken or written
    voice: bool = False  #: whose voice speaks
    length: bool = False  #: how long it is, or which part counts
    wording: bool = False  #: that a text is not spoken word for word


def said_in(addition: str) -> AdditionScope:
    """What an addition decides."""
    names_language = any(_named_in(addition))
    return AdditionScope(
        names_language,
        _VOICE.search(addition) is not None,
        _LENGTH.search(addition) is not None,
        names_language or _WORDING.search(addition) is not None,
    )


def dubbed_into(text: str) -> list[str]:
    """The codes of the languages that a text says to dub into."""
    found: list[str] = []
    for clause in _CLAUSE.findall(text):
        is_of_another = _SHOWN.search(clause) or _KEPT.search(clause)
        if _DUBBED.search(clause) and not is_of_another:
            found += _named_in(clause)
    return found


def _named_in(text: str) -> Iterator[str]:
    """The codes of the languages that are named as the ones to be spoken or written."""
    for pattern in (_IN_A_LANGUAGE, _A_VOICE_OF):
        yield from filter(None, map(_code, pattern.findall(text)))
    for name in _IN_CHINESE.findall(text):
        if name in _CHINESE_NAMES:
            yield _CHINESE_NAMES[name]


def _code(words: str) -> str:
    """The code of the language with which these words begin; "" for none. Names must begin with a
    capital: "even" and "to go" would be languages, too."""
    if not words[:1].isupper():
        return ""
    known = languages.common()
    folded = languages.fold(words)
    return known.get(folded) or known.get(folded.split()[0], "")
