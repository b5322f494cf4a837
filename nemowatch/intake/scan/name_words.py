"""Takes a name apart as people would read it: without the endings of texts, marks of copies and
versions, case and accents.

Owns those marks and endings. It is pure, and knows no instruction.
"""

from __future__ import annotations

import re
import unicodedata

from nemowatch.intake.scan.look_alike_letters import as_seen


def plain(text: str) -> str:
    """Text for comparing: without case, accents, widths and invisible characters."""
    if text.isascii():  # as nearly all is, and a scan calls this for every new name
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(_is_seen, letters))


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Mn", "Cf")


def words(text: str) -> frozenset[str]:
    """The words of a line, for comparing."""
    return frozenset(map(plain, text.split()))


#: Endings of files that people write texts in, and of what programs make of them. A picture, a film
#: or a recording called "pause" has none of these: it is work.
ENDINGS = words(
    "tx txtt ttxt tct txr"  # slips of "txt"
    " txt text md markdown doc docx docm dot dotx rtf rtfd odt ott pages wpd wps pdf tex rst org"
    " adoc htm html mht mhtml xhtml xml json yaml yml toml ini cfg conf csv tsv xls xlsx log srt"
    " vtt eml msg gdoc bak bk old orig save sav backup swp tmp temp part partial filepart"
    " crdownload download opdownload uploading"
)
#: Endings that people give to a file that is only a sign; elsewhere in a name these are words.
_SIGNS = words("flag marker signal trigger stop hold halt off lock")
#: Endings of earlier versions.
BACKUPS = frozenset({"bak", "bk", "old", "orig", "save", "sav", "backup", "swp"})
#: Endings of links to a text, and of addresses.
_LINK_ENDINGS = frozenset({"url", "webloc", "lnk", "desktop"})
#: Words that mark a copy or a version, by systems and by people.
_MARKS = words(
    "copy copies copia copie kopie kopia kopi kopija kopya kopyasi kopio koopia copi duplicate"
    " duplikat masolat masolata копия копія"
    " αντιγραφο of de von di van af av la 副本 的副本"
    " コピー"
    " のコピー 복사본 사본 의 نسخة עותק"
    " สำเนา ban sao salinan sync laptop v ver version final"
    " new"
    " neu nuevo nouveau alt draft my mein meine mi mon"
)
_NO_WORDS = _MARKS | ENDINGS | _LINK_ENDINGS | {""}
#: Words that sync clients put before when, where and by whom a file was changed.
_CONFLICTS = ("conflict", "konflikt")

_ENCLOSED = re.compile(r"[(\[{（【][^()\[\]{}（）【】]*[)\]}）】]")
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
#: Latin letters and digits, or letters of another script: where two scripts meet, two words do.
_TOKEN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
#: From this many single letters with spaces between them, they are a word.
_SPACED = 4
#: A word, with a number at its end; with a number elsewhere it is a date or a machine's name.
_WORD = re.compile(r"([^\W\d_]+)\d*")


def without_endings(name: str) -> tuple[str, bool]:
    """A name without the endings of a text, and whether it may be one at all."""
    whole = stem = name.strip().rstrip("~").strip("#")
    known = ENDINGS | _LINK_ENDINGS | _SIGNS
    while _ending(stem) in known:
        stem = stem.rpartition(".")[0].strip()
        known = ENDINGS

    if stem != whole:
        return stem, True
    _, dot, ending = stem.rpartition(".")
    if not dot:
        return stem, True
    return stem, not ending.isalnum()  # "prompt.txt - Copy" has none


def _ending(name: str) -> str:
    """What follows the last dot of a name, in small letters; "" for none, and of a hidden file."""
    stem, _, ending = name.rpartition(".")
    if not stem:
        return ""
    return ending.strip(" ~").lower() or "txt"


def words_of(text: str) -> list[str]:
    """The words of a name, without marks of a copy or a version, and without what follows the mark
    of a sync conflict: that only says who, when and where."""
    said: list[str] = []
    apart = _CAMEL.sub(" ", _ENCLOSED.sub(" ", text))
    for token in _TOKEN.findall(as_seen(plain(apart))):
        if said and token.startswith(_CONFLICTS):
            break
        word = _without_number(token)
        if word not in _NO_WORDS:
            said.append(word)
    return _unspaced(said)


def _unspaced(said: list[str]) -> list[str]:
    """The same words, with `P A U S E` as one."""
    are_letters = set(map(len, said)) == {1}
    if are_letters and len(said) >= _SPACED:
        return ["".join(said)]
    return said


def _without_number(token: str) -> str:
    """The word that a token is, without a number at its end; "" when it is not a word."""
    word = _WORD.fullmatch(token)
    if word is None:
        return ""
    return word[1]
