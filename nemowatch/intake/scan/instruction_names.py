"""Which names are instructions, and which only look like one: `prompt (1).txt` is neither work nor
followed, since it cannot be known which was meant.

Owns the notion of "looks like"; the instructions are in `instruction_forms`. It is pure and judges
names alone; others decide what an instruction does, and where it counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import filterfalse
from operator import methodcaller

from nemowatch.intake.scan.instruction_forms import (
    ALONE_FORMS,
    CIRCUMSTANCES,
    ENDING_FORMS,
    FOLDER_FORMS,
    FORM,
    FORMS,
    REQUEST_FORMS,
    Form,
    InstructionName,
)
from nemowatch.intake.scan.name_words import BACKUPS, plain, without_endings, words_of

#: The note in a folder, and its words.
_READ_ME = "nemowatch - read me.txt"
#: How the names of our notes end.
_NOTES = (_READ_ME, ".error.txt", ".question.txt")
_READ_ME_WORDS = ["nemowatch", "read", "me"]
#: The end of what nemowatch calls a side file where the name without a number is taken.
_NUMBERED = re.compile(r"\.nemowatch \(\d{1,3}\)\.txt$")
#: The same as `Form.more` where texts are no work, and for a word in capitals among small letters.
_MOST_MORE = 3


#: Instructions by their complete names, by words that mean the same, and by their own words. Of
#: several for one name the first counts.
_BY_NAME = {name: form.instruction for form in reversed(FORMS) for name in form.names}
_BY_OTHER_WORD = {word: form.instruction for form in reversed(FORMS) for word in form.others}
#: "clip revise.txt"
_BY_LAST_WORD = {FORM[InstructionName.REVISE].word: InstructionName.REVISE}
_BY_WORD = {form.word: form.instruction for form in FOLDER_FORMS}


def folded(name: bytes) -> str:
    """A name for comparing: without case; bytes that are not UTF-8 survive as surrogates."""
    return os.fsdecode(name).lower()


def exact(name: bytes) -> InstructionName | None:
    """The instruction that has exactly this name."""
    return _BY_NAME.get(folded(name))


def request_of(name: bytes) -> Form | None:
    """What is said about something that exists by a file of this name: "promo.es.revise.txt"."""
    return next(filter(methodcaller("is_written", folded(name)), REQUEST_FORMS), None)


def subject_of(name: bytes) -> str:
    """What such a file is about: "promo.es" of "promo.es.revise.txt"."""
    whole = os.fsdecode(name)
    form = request_of(name)
    if form is None:
        return whole
    return whole[: whole.lower().rindex(f".{form.word}.txt")]


def look_alike(name: bytes, *, folder: bool = False) -> InstructionName | None:
    """The instruction that was surely meant by a name that is not quite its own: another ending,
    a copy, a slip, a form of the word, and nothing else. `folder`: of folders only a PAUSE is
    looked for: people keep things in folders called "prompts" and "approved"."""
    if exact(name) or _NUMBERED.search(folded(name)):
        return None
    if folder:
        return _paused_folder(os.fsdecode(name))
    return _look_alike(os.fsdecode(name))


def in_doubt(name: bytes, *, scripts: bool) -> InstructionName | None:
    """The instruction that may be meant by a name with other words in it, or with another word of
    that meaning: "prompt for tuesday.txt", "STOP".
    `scripts`: texts are work there, and may be called anything."""
    if exact(name):
        return None
    return _in_doubt(os.fsdecode(name), scripts)


def is_note(name: bytes) -> bool:
    """Whether a name is that of a note which nemowatch writes into an inbox or into failed/."""
    return folded(name).endswith(_NOTES)


def is_backup(name: bytes) -> bool:
    """Whether a name is that of an earlier version which an editor keeps, or of what it is about to
    save: beside the instruction itself it says nothing."""
    low = folded(name)
    is_marked = low.startswith("#") or low.endswith("~")
    return is_marked or low.rpartition(".")[2] in BACKUPS


def _paused_folder(name: str) -> InstructionName | None:
    """Another word of that meaning too: what is kept in a folder called HOLD is not to be done."""
    form, said = FORM[InstructionName.PAUSE], _without_circumstances(words_of(name))
    if form.is_rightly_said(said) or "".join(said) in form.others:
        return InstructionName.PAUSE
    return None


@lru_cache(maxsize=4096)
def _look_alike(name: str) -> InstructionName | None:
    stem, said = _read(name)
    if "." in stem:
        return _about_a_file(stem, name) or _first_said(FOLDER_FORMS, said)
    if said == _READ_ME_WORDS and name.lower() != _READ_ME:
        return InstructionName.NOTE
    return _first_said(FOLDER_FORMS + ALONE_FORMS, said)


def _about_a_file(stem: str, name: str) -> InstructionName | None:
    """What NAME.word says."""
    last = stem.rpartition(".")[2]
    said = words_of(last) or [plain(last)]  # "url" is an ending of its own
    misspelled = filterfalse(methodcaller("is_written", name), ENDING_FORMS)
    # the second: NAME.prompt.txt
    return _first_said(misspelled, said) or _BY_WORD.get(" ".join(said))


def _first_said(forms: Iterable[Form], said: list[str]) -> InstructionName | None:
    form = next(filter(methodcaller("is_said", said), forms), None)
    if form is None:
        return None
    return form.instruction


@lru_cache(maxsize=4096)
def _in_doubt(name: str, scripts: bool) -> InstructionName | None:
    stem, said = _read(name)
    if not said:
        return None
    bare = _without_circumstances(said) or said
    return (
        _BY_OTHER_WORD.get("".join(said))
        or _BY_OTHER_WORD.get("".join(bare))
        or _meant_for_folder(stem, said, bare, scripts)
        or _BY_LAST_WORD.get(said[-1])
    )


def _meant_for_folder(
    stem: str,
    said: list[str],
    bare: list[str],
    scripts: bool,
) -> InstructionName | None:
    more = len(bare) - 1
    for form in FOLDER_FORMS:
        if more == 0 and form.has(bare[0]):
            return form.instruction
        is_first_or_last = form.word in (said[0], said[-1])
        if is_first_or_last and more <= _most_more(form, stem, scripts):
            return form.instruction
    return None


def _without_circumstances(said: list[str]) -> list[str]:
    """The words but for those that say until when, or what is all meant."""
    return [word for word in said if word not in CIRCUMSTANCES]


def _read(name: str) -> tuple[str, list[str]]:
    """A text's name without its endings, and its words; nothing of what is no text."""
    stem, is_text = without_endings(name)
    if not is_text:
        return "", []
    return stem, words_of(stem)


def _most_more(form: Form, stem: str, scripts: bool) -> int:
    """How many other words leave it in doubt whether an instruction is meant."""
    if not scripts:
        return _MOST_MORE
    is_capital = form.word.upper() in stem
    if is_capital and not stem.isupper():
        return _MOST_MORE
    return form.more
