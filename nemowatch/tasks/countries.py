"""Codes of both a country and a language: which of the two people mean, as far as Babel's data
(CLDR) shows. It must not read a folder's name, nor say anything to people.

A language counts as rare if CLDR's translators have hardly begun on it. Babel's data about
countries is loaded on first use, and only for names with a rare language's code.
"""

from __future__ import annotations

from functools import cache, lru_cache

from nemowatch.tasks import languages

#: Widely used languages have names for 400 others or more, and hardly any other language has.
LEAST_NAMES = 400
#: What is spoken in countries for which Babel would say something rarer.
_SPOKEN = dict.fromkeys(("US", "GB"), "en")


def spoken_in(territory: str) -> str:
    """The code of the language that a country's code most likely means ("BR": "pt_BR", "KR":
    "ko", "TW": "zh_TW"); "" when unknown."""
    upper = territory.upper()
    if not languages.is_territory(upper):  # before Babel's data about countries is loaded
        return ""
    language, script = _likely(f"und_{upper}")
    language = _SPOKEN.get(upper, language)
    if language not in languages.codes():
        return ""

    regional = f"{language}_{upper}"
    usual_scripts = ("", _likely(language)[1])
    if regional in languages.codes() or script not in usual_scripts:
        return regional
    return language


@lru_cache(maxsize=1024)  # it is asked about any words that people write
def is_rare_code(word: str) -> bool:
    """Whether a two-letter code is a country's and also a rare language's: `sa` is Sanskrit and
    Saudi Arabia."""
    low = word.lower()
    if not _is_country_code(low) or languages.primary(low) != low:
        return False
    # in this order: hardly any code that people write needs Babel's data about countries
    return is_rare(low) and spoken_in(low) != low


def _is_country_code(word: str) -> bool:
    return len(word) == 2 and languages.is_territory(word.upper())


@cache  # there are some two hundred codes, and each table takes a few milliseconds to read
def is_rare(code: str) -> bool:
    """Whether CLDR has little about a language: names for fewer than `LEAST_NAMES` others."""
    from babel import localedata

    if not localedata.exists(code):
        return True
    named = languages.tables(code, "languages")["languages"]
    return len(named) < LEAST_NAMES


def names_region(language: str, word: str) -> bool:
    """Whether `word` after a language may be the country where it is spoken rather than another
    language: `zh` `tw`, `fr` `ca`, `es` `ar`; but not `de` `it`, since that country's own language
    has the same code."""
    if not _is_country_code(word):
        return False
    region, other = word.upper(), languages.primary(word)
    if not other or not languages.exists(f"{language}_{region}"):
        return False

    base = language.split("_", maxsplit=1)[0]
    if _is_own(other, region, base):
        return False
    return not _is_small(base, region, other)


def is_lawful(language: str, region: str) -> bool:
    """Whether a language is official in a country or a part of it."""
    return _status(language, region) in ("official", "official_regional")


def _is_own(language: str, region: str, base: str) -> bool:
    """Whether a language is that country's first one. Nobody orders both of two that share a name,
    as `nb` and `no` do."""
    first, _ = _likely(f"und_{region}")
    if _parent(base) == language:
        return False
    return language in (first, _parent(first))


def _is_small(base: str, region: str, other: str) -> bool:
    """Whether a country has no language of its own and speaks this one without its being official,
    while the other one is official somewhere: `en` `vi` is Vietnamese, hardly the Virgin
    Islands."""
    first, _ = _likely(f"und_{region}")
    if first or _status(base, region) != "de_facto_official":
        return False
    return other in _lawful()


def _likely(code: str) -> tuple[str, str]:
    """(language, script) that CLDR fills in for a code; empty when it knows none."""
    from babel.core import get_global

    parts = get_global("likely_subtags").get(code, "").split("_")
    if len(parts) < 2:
        return "", ""
    return parts[0], parts[1]


def _parent(code: str) -> str:
    from babel.core import get_global

    return str(get_global("parent_exceptions").get(code, ""))


def _status(language: str, region: str) -> str:
    from babel.languages import get_territory_language_info

    for code, info in get_territory_language_info(region).items():
        if code.split("_")[0] == language:
            return str(info["official_status"])
    return ""


@cache
def _lawful() -> frozenset[str]:
    """The languages that are official in some country."""
    from babel.core import get_global

    found: set[str] = set()
    for spoken in get_global("territory_languages").values():
        for code, info in spoken.items():
            if info["official_status"] == "official":
                found.add(code.split("_")[0])
    return frozenset(found)
