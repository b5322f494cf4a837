"""What a text is in another language: found by the message that it is, or by those that it is made
of. What is none of ours (a name, what the cloud or a person says) stays as it is.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from gettext import NullTranslations
from types import MappingProxyType

from nemowatch.i18n.figures import Figures
from nemowatch.i18n.lists import LIST_COMMA, LISTING, as_listed, file_list
from nemowatch.i18n.pattern import (
    LISTS,
    SEAM,
    SEVERAL,
    WORDS,
    Pattern,
    is_name,
    kind_of,
    pattern,
)
from nemowatch.i18n.quoted import QUOTED, is_quoted, unmarked

#: Characters of a message's beginning by which it is found among the others.
_KEY = 4
#: Characters: longer lines are a person's or the cloud's, not ours.
_LONGEST = 2000
#: Parts of a line that are tried together: a line of ours has fewer.
_MOST_PARTS = 12
#: Seams of a line: one with more is a person's or the cloud's, as well.
_MOST_SEAMS = 40
#: Messages in one another's fields: ours have three or four.
_DEEPEST = 6
#: Texts that are remembered: a page says the same of many files.
_REMEMBERED = 1024
#: What a text may end with that its message does not have, and the other way round.
_STOPS = ".,;:"
_WIDE_STOP = "。"
#: A word that begins with the sound of an i, which "hielo" does not.
_SOUND_OF_I = re.compile(r"h?[ií](?!e)", re.IGNORECASE)


class _Depth(threading.local):
    """Of messages that are being read in one another's fields."""

    now = 0


class Reader:
    """Reads English and says it in one other language."""

    def __init__(
        self,
        translations: NullTranslations,
        messages: Iterable[tuple[str, str]],
        *,
        figures: Figures,
        spaced: bool = True,
        stops: Mapping[str, str] = MappingProxyType({}),
        before_i: str = "",
    ) -> None:
        """`messages`: each for one and for many ("" where it does not count); `spaced`: whether
        there are spaces between sentences; `stops`: signs that are written otherwise; `before_i`:
        what "and" is before the sound of an i, "" where it stays the same."""
        self._translations = translations
        self._spaced = spaced
        self._stops = str.maketrans(dict(stops))
        self._before_i = before_i
        self._figures = figures
        self._depth = _Depth()
        self._exact: dict[str, Pattern] = {}
        self._by_key: dict[str, list[Pattern]] = {}
        for one, many in messages:
            self._add(pattern(one, one))
            if many:
                self._add(pattern(many, one))
        self.said = lru_cache(_REMEMBERED)(self._said)

    def filled(self, message: str, fields: Mapping[str, object]) -> str:
        """The translation of this message, with these values in its fields."""
        return self._translations.gettext(message).format_map(fields)

    def _add(self, found: Pattern) -> None:
        if not found.fields:
            self._exact[found.pieces[0]] = found
        elif found.tells_enough:
            begin = found.pieces[0]
            key = begin[:_KEY] if len(begin) >= _KEY else ""
            self._by_key.setdefault(key, []).append(found)

    def _said(self, text: str) -> str:
        """The text in this language, line by line; what is quoted in it as it is."""
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        return "".join(map(self._piece, QUOTED.split(line)))

    def _piece(self, line: str) -> str:
        if is_quoted(line):
            return unmarked(line)
        bare = line.strip()
        if not bare or len(bare) > _LONGEST:
            return line
        begin = line[: len(line) - len(line.lstrip())]
        end = line[len(line.rstrip()) :]
        alone = self._exact.get(bare)
        if alone is not None:
            return f"{begin}{self._translated(alone, {}, bare)}{end}"
        return f"{begin}{self._figures.said(bare) or self._part(bare)}{end}"

    def _part(self, text: str) -> str:
        whole = self._whole(text)
        if whole is not None:
            return whole
        listed = self._list(text)
        if listed is not None:
            return listed
        return self._sentences(text)

    def _list(self, text: str) -> str | None:
        """A list of two whose parts are ours; else None."""
        first, word, second = (*LISTING.split(text, maxsplit=1), "", "")[:3]
        before, after = self._whole(first), self._whole(second)
        if not word or before is None or after is None:
            return None
        if word == "and" and self._before_i and _SOUND_OF_I.match(after):
            return f"{before} {self._before_i} {after}"
        known = self._exact.get(word)
        said = self._translated(known, {}, word) if known else word
        gap = " " if self._spaced else ""
        return f"{before}{gap}{said}{gap}{after}"

    def _sentences(self, text: str) -> str:
        """The text sentence by sentence: of those that follow each other, as many as possible are
        read together."""
        seams = [(seam.start(), seam.end()) for seam in SEAM.finditer(text)]
        if len(seams) > _MOST_SEAMS:
            return text
        seams.append((len(text), len(text)))
        said: list[str] = []
        at = 0
        while seams:
            listed = self._list(text[at:]) if at else None
            if listed is not None:
                return "".join([*as_listed(said), listed])
            used, piece = self._longest(text, at, seams)
            if at and piece == text[at:]:  # behind a colon, say
                piece = self._files(piece)
            end, next_at = seams[used - 1]
            said += [piece, self._blank(piece, text[end:next_at])]
            at = next_at
            del seams[:used]
        return "".join(said)

    def _longest(self, text: str, at: int, seams: list[tuple[int, int]]) -> tuple[int, str]:
        """As many of the next parts as are one message, and what they are; else the first."""
        for many in range(min(len(seams), _MOST_PARTS), 0, -1):
            whole = self._whole(text[at : seams[many - 1][0]])
            if whole is not None:
                return many, whole
        return 1, text[at : seams[0][0]]

    def _blank(self, before: str, blank: str) -> str:
        if not self._spaced and before.endswith(("。", "！", "？", "：", "；", "，", "、")):
            return ""
        return blank

    def _whole(self, text: str) -> str | None:
        """The translation of a text that is one message, also without its stop or with a capital;
        None when it is none."""
        found = self._as_it_is(text)
        if found is not None:
            return found

        bare = text.rstrip(_STOPS)
        found = self._as_it_is(bare) if bare != text else None
        if found is not None:
            return found + text[len(bare) :].translate(self._stops)
        found = self._as_it_is(f"{bare}.")
        if found is not None:
            stop = text[len(bare) :].translate(self._stops)
            return found.rstrip(f"{_STOPS}{_WIDE_STOP}") + stop

        # where a part at its beginning or end is left out, the blank beside it went as well
        for padded in (f" {text}", f"{text} "):
            found = self._as_it_is(padded)
            if found is not None:
                return found.strip()

        small = text[:1].lower() + text[1:]
        if small == text:
            return None
        found = self._as_it_is(small)
        return None if found is None else found[:1].upper() + found[1:]

    def _as_it_is(self, text: str) -> str | None:
        known = self._exact.get(text)
        if known is not None:
            # a single word may be a name, but for what is called by one: a language
            is_word = " " not in text and text[:1].islower()
            return None if is_word else self._translated(known, {}, text)

        best = self._best(text)
        if best is None:
            return None
        return self._translated(best, best.values(text) or {}, text)

    def _best(self, text: str) -> Pattern | None:
        """Of the patterns that fit, the one that says most; None when none does."""
        best: Pattern | None = None
        for each in (*self._by_key.get(text[:_KEY], ()), *self._by_key.get("", ())):
            if each.longest not in text:
                continue
            longer = best is None or each.rank > best.rank
            if longer and each.values(text) is not None:
                best = each
        return best

    def _files(self, value: str, *, several: bool = False) -> str:
        """Names of files as a list in this language; a single name as it is. `several`: whether it
        is certain that there are several."""
        found = file_list(value, several=several)
        if found is None:
            return value
        names = found.names if self._spaced else found.with_commas(LIST_COMMA)
        if found.more:
            count = self._figures.number(found.more)
            rest = self.filled("and {count} more", {"count": count})
        else:
            rest = f"{self._translations.gettext(found.word)} {found.last}"
        return f"{names} {rest}{found.stop}"

    def _translated(self, found: Pattern, values: dict[str, str], text: str) -> str:
        if self._depth.now >= _DEEPEST:
            return text
        said = self._translation(found, values)
        self._depth.now += 1
        try:
            fields = {field: self._value(field, values[field], found) for field in values}
        finally:
            self._depth.now -= 1
        with contextlib.suppress(KeyError, ValueError, IndexError):
            return said.format_map(fields)
        return text

    def _translation(self, found: Pattern, values: dict[str, str]) -> str:
        if found.message == found.one and "count" not in values:
            return self._translations.gettext(found.message)
        count = values.get("count", "2").replace(",", "")
        if not count.isdecimal():
            return self._translations.gettext(found.message)
        said = self._translations.ngettext(found.one, found.message, int(count))
        if said != found.message:
            return said
        # a message that counts something in passing has one form
        return self._translations.gettext(found.message)

    def _value(self, field: str, value: str, of: Pattern) -> str:
        if not value or is_name(field):
            return value
        if kind_of(field) in WORDS:
            return self._word(value)
        figure = self._figures.said(value)
        if figure:
            return figure
        if kind_of(field) in LISTS:
            return self._files(value, several=kind_of(field) == SEVERAL)
        if field not in of.ours:
            return value
        return self._phrase(value)

    def _phrase(self, value: str) -> str:
        """A text of ours in a field, in this language, with the spaces around it."""
        bare = value.strip()
        if not bare:
            return value
        said = self._part(bare)
        if not self._spaced and said != bare:
            return said
        return value.replace(bare, said, 1)

    def _word(self, value: str) -> str:
        """What a job is at, in this language, with the stop that a sentence ends with."""
        bare = value.rstrip(_STOPS)
        return self._translations.gettext(bare) + value[len(bare) :].translate(self._stops)
