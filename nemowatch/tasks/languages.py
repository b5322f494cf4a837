"""Which languages exist, how they are written in a folder's name, and their names in a prompt.
Babel decides. `mistakable` says which codes must not be read, because people mean something else.

Babel is loaded on first use, and of its data only what is needed, usually the English names. Its
other data (aliases, likely scripts and countries) is three times as large, and hardly ever needed.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import filterfalse

from nemowatch.tasks import native_names

#: Entries of the table that are not spoken languages.
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis", "root"})
#: Codes that CLDR has retired in favour of another, but that are languages for everybody else.
_LIVING = frozenset({"tw"})
#: Codes that Babel still names although CLDR has retired them in favour of another. Every other
#: code is found without the table of aliases, which takes two MiB for as long as the process lives.
_RETIRED = frozenset({"sh", "tl"})
#: Common English names that Babel lists under another one.
_OTHER_NAMES = {
    "bengali": "bn",
    "farsi": "fa",
    "mandarin": "zh",
    "castilian": "es_ES",
    "panjabi": "pa",
    "oriya": "or",
    "sinhalese": "si",
    "uighur": "ug",
    "moldovan": "ro_MD",
    "chinese mandarin": "zh",
}


#: Apostrophes are removed; what joins words becomes a space, and an ampersand a word.
_LEFT_OUT = str.maketrans({"-": " ", "_": " ", "&": " and ", "'": "", "\u2019": "", "\u02bc": ""})


#: Held while Babel's data is read and cleared again, since another thread would find it empty.
_of_babel = threading.Lock()
#: A region that people write although it is not a country.
LATIN_AMERICA = "419"


@dataclass(frozen=True, slots=True)
class Language:
    """A language as Babel knows it."""

    tag: str  #: BCP 47, normalised: "es", "pt-BR", "zh-Hans"
    name: str  #: in English, as prompts say it: "Brazilian Portuguese"


def fold(name: str) -> str:
    """A name for comparing: without case, accents and apostrophes, with single spaces between
    words."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(filterfalse(unicodedata.combining, letters))
    return " ".join(plain.translate(_LEFT_OUT).split())


def tables(locale: str, *wanted: str) -> dict[str, dict[str, str]]:
    """The wanted tables of a locale in Babel, without what it inherits; empty if it has none. May
    be called from several threads, since each inbox has its own."""
    from babel import localedata

    with _of_babel:
        data = localedata.load(locale, merge_inherited=False)
        found = {table: dict(data.get(table, {})) for table in wanted}
        # Babel keeps everything that it has read, calendars and all, and returns the same object
        # every time; an empty one is read again
        data.clear()
    return found


@cache
def _english() -> dict[str, dict[str, str]]:
    """The English names. English inherits nothing in these tables."""
    return tables("en", "languages", "territories", "scripts")


@cache
def codes() -> dict[str, str]:
    """Code (as Babel writes it: "pt_BR") to English name."""
    known = dict(_english()["languages"])
    for code in _NO_LANGUAGE:
        known.pop(code, None)
    return known


@cache
def names() -> dict[str, str]:
    """Folded English name to code."""
    found: dict[str, str] = {}
    for name, code in _OTHER_NAMES.items():
        if code in codes():
            found[name] = code

    for code, name in codes().items():
        found[fold(name)] = code
    return found


@cache
def _territories() -> dict[str, str]:
    return _english()["territories"]


@cache
def _territory_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, name in sorted(_territories().items()):
        is_country = len(code) == 2
        if is_country or code == LATIN_AMERICA:
            found[fold(name)] = code
    return found


@cache
def _scripts() -> dict[str, str]:
    return _english()["scripts"]


@cache
def _aliases() -> dict[str, str]:
    """Other codes: those of ISO 639-2 and -3, such as "spa", and retired ones, such as "iw" for
    Hebrew."""
    from babel.core import get_global

    found: dict[str, str] = {}
    for old, code in get_global("language_aliases").items():
        is_short = len(old) in (2, 3)
        if is_short and old not in _LIVING and exists(code):
            found[old] = code
    return found


@lru_cache(maxsize=1024)  # it is asked about any words that people write
def exists(code: str) -> bool:
    """Whether Babel knows this language with this region or script ("pt_BR", "zh_TW", not
    "es_FR")."""
    if code in codes():
        return True
    return "_" in code and _is_locale(code)


def _is_locale(code: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        found = Locale.parse(code)
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return _fits(code, str(found))


def existing(code: str) -> str:
    """A code that `exists`, or "". No code with an empty part exists."""
    if exists(code):
        return code
    return ""


def _fits(code: str, found: str) -> bool:
    """Whether what Babel found is what was asked for: it fills in what is likely ("zh_TW":
    "zh_Hant_TW"), but must not drop anything."""
    return set(code.split("_")) <= set(found.split("_"))


def of_code(code: str) -> Language:
    """The language of a code that `exists`."""
    tag = code.replace("_", "-")
    if code in codes():
        return Language(tag, codes()[code])
    base, *rest = code.split("_")
    with_script = f"{base}_{rest[0]}"
    if with_script in codes():
        base, rest = with_script, rest[1:]
    regions = _scripts() | _territories()
    extra = ", ".join(regions.get(part, part) for part in rest)
    return Language(tag, f"{codes()[base]} ({extra})")


def primary(token: str) -> str:
    """The code of a token that is a language's code or an alias of one, in any case; "" when it
    is neither."""
    low = token.lower()
    if low in codes() and low not in _RETIRED:
        return low
    return _aliases().get(low, "")


def base_of(words: str) -> str:
    """The code of a language given by name or code ("Spanish", "español", "portuguese european",
    "spa"); "" when it is neither. What is both, like "ga" (the code of Irish, and the name of a
    language of Ghana), counts as a code."""
    if words.lower() in codes():
        return primary(words)

    folded = fold(words)
    named = names().get(folded) or _turned(folded)
    if named:
        return named
    return primary(words) or native_names.code_of(folded)


def _turned(folded: str) -> str:
    """The code of "portuguese european", or ""."""
    first, _, rest = folded.partition(" ")
    code = names().get(f"{rest} {first}", "")
    if "_" not in code:  # only names of a region's language are written so
        return ""
    return code


def are_one(code: str, other: str) -> bool:
    """Whether two codes mean the same language, as `nb` and `no` do."""
    from babel.core import get_global

    parents = get_global("parent_exceptions")
    return other in (code, parents.get(code)) or code == parents.get(other)


def _held(code: str, table: Mapping[str, str]) -> str:
    """A code that a table holds, or ""."""
    if code in table:
        return code
    return ""


def is_territory(token: str) -> bool:
    """Whether a token in upper case or digits is the code of a country or region ("BR", "419")."""
    return token in _territories()


def territory_named(words: str) -> str:
    """The code of a country by its English name ("brazil", "united kingdom"); "" when it is
    none."""
    return _territory_names().get(fold(words), "")


def script_of(token: str) -> str:
    """The code of a script, in any case ("hant": "Hant"); "" when it is none."""
    return _held(token.title(), _scripts())


def region_named(words: str) -> str:
    """The code of a script, or of a country by its name; "" when it is neither."""
    return script_of(words) or territory_named(words)


def _subtag(token: str) -> str:
    """What follows a `_`: a country by code in any case or by name, or a script."""
    return _held(token.upper(), _territories()) or region_named(token)


def bound(token: str) -> str:
    """The code of a token whose parts are joined by `_` ("pt_BR", "zh_hant_tw",
    "portuguese_brazil"); "" when it is none."""
    named = names().get(fold(token), "")
    if named:
        return named
    head, *rest = token.split("_")
    parts = [base_of(head), *map(_subtag, rest)]
    return existing("_".join(parts))


@cache
def common() -> dict[str, str]:
    """Folded name to code of the languages that are suggested: those for which Babel has more than
    a name."""
    from babel import localedata

    living: set[str] = set()
    for identifier in localedata.locale_identifiers():
        living.add(identifier.split("_")[0])

    found: dict[str, str] = {}
    for name, code in names().items():
        if code.split("_")[0] in living:
            found[name] = code
    return found
