"""Which language is in force, and its catalogue, which is loaded when the first text is read."""

from __future__ import annotations

import contextlib
import gettext
import json
import threading
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

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
#: Languages that leave no space between sentences.
_UNSPACED = ("zh", "ja")


class _Chosen:
    """The language in force."""

    language = ENGLISH
    reader: Reader | None = None


class _Here(threading.local):
    """What holds in one thread alone."""

    is_english = False


_here = _Here()


def choose(language: str) -> None:
    """Have everything that people on the share read in this language from now on."""
    if language != _Chosen.language:
        _Chosen.language, _Chosen.reader = language, None


def chosen() -> str:
    """The language in force: "en", "de", …"""
    return ENGLISH if _here.is_english else _Chosen.language


@contextlib.contextmanager
def in_english() -> Iterator[None]:
    """Have what this thread says in the block in English."""
    _here.is_english = True
    try:
        yield
    finally:
        _here.is_english = False


def said(text: str) -> str:
    """A text of ours in the language in force. What has no translation stays English."""
    if chosen() == ENGLISH or not text:
        return text
    if _Chosen.reader is None:
        _Chosen.reader = _load(_Chosen.language)
    return _Chosen.reader.said(text)


def message(text: str) -> str:
    """The same text: marks a message that is a single word, or elsewhere none."""
    return text


def _load(language: str) -> Reader:
    from nemowatch.i18n.reader import Reader

    folder = files(__package__) / "locale"
    with (folder / language / "LC_MESSAGES" / "nemowatch.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    messages = json.loads((folder / "messages.json").read_text("utf-8"))
    decimal, thousands = _SIGNS.get(language, (".", ","))
    return Reader(
        translations,
        messages,
        decimal=decimal,
        thousands=thousands,
        dates=_DATES[language],
        spaced=language not in _UNSPACED,
    )
