"""Which language is in force, and its catalogue, which is loaded when the first text is read."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nemowatch.i18n.quoted import unmarked

if TYPE_CHECKING:
    from nemowatch.i18n.reader import Reader

#: Languages that notes, page and guide can be in, and what they call themselves.
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "español",
    "fr": "français",
    "pt": "português",
    "zh": "中文",
    "ja": "日本語",
}
ENGLISH = "en"
#: What stands before the fractions and between the thousands of a number.
_SIGNS = {
    "de": (",", "."),
    "es": (",", "."),
    "fr": (",", "\N{NARROW NO-BREAK SPACE}"),
    "pt": (",", "."),
}
#: How a date is written, and one without its year.
_DATES = {
    "de": ("{day}.{month}.{year}", "{day}.{month}."),
    "es": ("{day}/{month}/{year}", "{day}/{month}"),
    "fr": ("{day}/{month}/{year}", "{day}/{month}"),
    "pt": ("{day}/{month}/{year}", "{day}/{month}"),
    "zh": ("{year}年{month}月{day}日", "{month}月{day}日"),
    "ja": ("{year}年{month}月{day}日", "{month}月{day}日"),
}
#: What seconds, minutes and hours are called where people do not read Latin letters.
_UNITS = {
    "zh": {"s": "秒", "min": "分钟", "h": "小时"},
    "ja": {"s": "秒", "min": "分", "h": "時間"},
}
#: Signs behind a sentence that are written otherwise.
_STOPS = {
    "fr": {":": "\N{NO-BREAK SPACE}:", ";": "\N{NO-BREAK SPACE};"},
    "zh": {".": "。", ",": "，", ":": "：", ";": "；"},
    "ja": {".": "。", ",": "、", ":": "：", ";": "、"},
}
#: What "and" is before the sound of an i.
_BEFORE_I = {"es": "e"}
#: Languages that leave no space between sentences.
_UNSPACED = ("zh", "ja")


class _Chosen:
    """The language in force."""

    language = ENGLISH


class _Here(threading.local):
    """What holds in one thread alone."""

    language = ""


_here = _Here()


def choose(language: str) -> None:
    """Use this language for everything that people on the share read from now on."""
    _Chosen.language = language


def chosen() -> str:
    """The language in force: "en", "de", …"""
    return _here.language or _Chosen.language


@contextlib.contextmanager
def in_language(language: str) -> Iterator[None]:
    """Use this language for what this thread says within the block."""
    _here.language = language
    try:
        yield
    finally:
        _here.language = ""


def said(text: str) -> str:
    """A text of ours in the language in force. What has no translation stays English, and what is
    quoted in it stays as it is."""
    language = chosen()  # once: a reload may choose another one at any time
    if language == ENGLISH or not text:
        return unmarked(text)
    return _load(language).said(text)


def filled(text: str, **fields: object) -> str:
    """A message of ours with these values in its fields, in the language in force: for one of so
    few letters that it cannot be known in what was said. The values stay as they are."""
    language = chosen()
    if language == ENGLISH:
        return text.format_map(fields)
    return _load(language).filled(text, fields)


def message(text: str) -> str:
    """The same text: marks a message that is a single word, or elsewhere none."""
    return text


@functools.cache
def _load(language: str) -> Reader:
    # English needs none of it
    import gettext
    from importlib.resources import files

    from nemowatch.i18n.figures import Figures
    from nemowatch.i18n.reader import Reader

    folder = files(__package__) / "locale"
    with (folder / language / "LC_MESSAGES" / "nemowatch.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    messages = json.loads((folder / "messages.json").read_text("utf-8"))
    decimal, thousands = _SIGNS.get(language, (".", ","))
    return Reader(
        translations,
        messages,
        figures=Figures(decimal, thousands, _DATES[language], _UNITS.get(language, {})),
        spaced=language not in _UNSPACED,
        stops=_STOPS.get(language, {}),
        before_i=_BEFORE_I.get(language, ""),
    )
