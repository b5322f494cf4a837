"""Words that must not be read as a language, because most people who write them mean something
else. Owns what is in no data: which of these codes are also words.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.tasks import countries

#: Codes that mean one thing as a language and another as a country (docs/behaviour.md section 1),
#: or as an English word: `dub-to-es` asks for Spanish, hardly for Tongan. They are never read; the
#: note gives both readings. `in` is an old code of Indonesian.
COUNTRY_CODES = frozenset({"br", "kr", "se", "my", "ch", "dk", "jp", "cn", "in", "tw"})
_ENGLISH_WORDS = """
    an as or to ace ale all alt arc art ban bar bin bug bum cad car cop del den din fan fat fit fur
    gag gay got her hit kin lad lag lam lil lol mad mag man mas max men mic min moe mus nan nap
    new non nov old pal pap pro rap rar raw rom rue rug run sad sam sat see sid sly son sub sun
    sus tem ter tog top war was yap zap zen
"""
WORD_CODES = frozenset(_ENGLISH_WORDS.split())


@dataclass(frozen=True, slots=True)
class And:
    """Where a code is the word for "and"."""

    spoken_in: str  #: those languages, in words
    beside: frozenset[str] = frozenset()  #: counts where one of these is in the name; empty: always
    unless: frozenset[str] = frozenset()  #: does not count if one of these is in the name


#: Codes that mean "and" in another language. Between two languages they may be either.
AND_ELSEWHERE = {
    "et": And("French", unless=frozenset({"fi", "lv", "lt"})),
    "ja": And("Finnish and Estonian", beside=frozenset({"fi", "et"})),
    "si": And("Romanian", beside=frozenset({"ro"})),
    "dan": And("Indonesian and Malay", beside=frozenset({"id", "ms"})),
}
#: Codes that mean "the" in other languages, if a word follows.
ARTICLES = {"la": "French, Spanish and Italian"}
_DANGEROUS = COUNTRY_CODES | WORD_CODES


def is_fixed(token: str) -> bool:
    """Whether a token is one of those above."""
    return token.lower() in _DANGEROUS


def is_dangerous(token: str) -> bool:
    """Whether a token must not be read as a language's code, whatever Babel says."""
    return is_fixed(token) or countries.is_rare_code(token)
