"""Which names are instructions, and which only look like one: `prompt (1).txt` is neither worked on
nor obeyed, since nobody can know which of two was meant.

Owns what "looks like" means; the instructions are in `instruction_forms`. It is pure and judges
names alone; other modules decide what an instruction does, and where it counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import filterfalse, takewhile
from operator import methodcaller

from nemowatch.intake.scan.instruction_forms import (
    ALONE_FORMS,
    CIRCUMSTANCES,
    ENDING_FORMS,
    FILLERS,
    FOLDER_FORMS,
    FORM,
    FORMS,
    REQUEST_FORMS,
    Form,
    InstructionName,
)
from nemowatch.intake.scan.look_alike_letters import as_seen
from nemowatch.intake.scan.name_words import BACKUPS, plain, without_endings, words_of
from nemowatch.tasks.answers import AnswerMeaning, meaning_of
from nemowatch.tasks.put_off import puts_off
from nemowatch.tasks.slips import is_slip

#: The name of the note in a folder.
_READ_ME = "nemowatch - read me.txt"
#: How the names of our notes end.
_NOTES = (_READ_ME, ".error.txt", ".question.txt")
_READ_ME_WORDS = ["nemowatch", "read", "me"]
#: The end of a side file's name if the name without a number is taken.
_NUMBERED = re.compile(r"\.nemowatch \(\d{1,3}\)\.txt$")
#: Takes the place of `Form.more` where texts are not work, and for a word in capitals among others.
_MOST_MORE = 3


#: Instructions by their complete names, by words that mean the same, and by their own words. If
#: several have the same name, the first counts.
_BY_NAME = {name: form.instruction for form in reversed(FORMS) for name in form.names}
_BY_OTHER_WORD = {
    as_seen(word): form.instruction for form in reversed(FORMS) for word in form.others
}
#: Those in which a slip is recognized, by their first letter: one letter less makes another word
#: of a shorter one.
_SLIPPED_FROM = 6
_WRONG_FROM = 8
_OTHERS_BEGINNING: dict[str, list[str]] = {}
for _word in filter(str.isascii, _BY_OTHER_WORD):
    if len(_word) >= _SLIPPED_FROM:
        _OTHERS_BEGINNING.setdefault(_word[:1], []).append(_word)
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
    """The form of a text about a result or a question with this name: "promo.es.revise.txt"."""
    return next(filter(methodcaller("is_written", folded(name)), REQUEST_FORMS), None)


def subject_of(name: bytes) -> str:
    """What such a file is about: "promo.es" of "promo.es.revise.txt"."""
    whole = os.fsdecode(name)
    form = request_of(name)
    if form is None:
        return whole
    return whole[: whole.lower().rindex(f".{form.word}.txt")]


def look_alike(name: bytes, *, folder: bool = False) -> InstructionName | None:
    """The instruction that was surely meant by a name that is not quite right: another ending, a
    copy, a slip, a form of the word, and nothing else. `folder`: a folder can only be a PAUSE,
    since people keep things in folders called "prompts" and "approved"."""
    if exact(name) or _NUMBERED.search(folded(name)):
        return None
    if folder:
        return _paused_folder(os.fsdecode(name))
    return _look_alike(os.fsdecode(name))


def in_doubt(name: bytes, *, scripts: bool) -> InstructionName | None:
    """The instruction that may be meant by a name with other words in it, or with a word of the
    same meaning: "prompt for tuesday.txt", "STOP". `scripts`: texts are work there, and may have
    any name."""
    if exact(name):
        return None
    return _in_doubt(os.fsdecode(name), scripts)


def is_note(name: bytes) -> bool:
    """Whether a name is that of a note which nemowatch writes into an inbox or into failed/."""
    return folded(name).endswith(_NOTES)


def is_backup(name: bytes) -> bool:
    """Whether a name is that of an earlier version that an editor keeps, or of one that it is about
    to save. Beside the instruction itself such a file means nothing."""
    low = folded(name)
    is_marked = low.startswith("#") or low.endswith("~")
    return is_marked or low.rpartition(".")[2] in BACKUPS


def _paused_folder(name: str) -> InstructionName | None:
    """A PAUSE that a folder's name may mean, also by another word: files in a folder called HOLD
    are not to be worked on."""
    form, said = FORM[InstructionName.PAUSE], _without_circumstances(words_of(name))
    if form.is_rightly_said(said) or "".join(said) in form.others:
        return InstructionName.PAUSE
    return None


@lru_cache(maxsize=512)
def _look_alike(name: str) -> InstructionName | None:
    stem, said = _read(name)
    if "." in stem:
        return _about_a_file(stem, name) or _first_said(FOLDER_FORMS, said)
    if said == _READ_ME_WORDS and name.lower() != _READ_ME:
        return InstructionName.NOTE
    return _first_said(FOLDER_FORMS + ALONE_FORMS, said)


def _about_a_file(stem: str, name: str) -> InstructionName | None:
    """The instruction in a name like NAME.word."""
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


@lru_cache(maxsize=512)
def _in_doubt(name: str, scripts: bool) -> InstructionName | None:
    stem, said = _read(name)
    if not said:
        return None
    bare = _without_circumstances(said) or said
    return (
        _BY_OTHER_WORD.get("".join(said))
        or _BY_OTHER_WORD.get("".join(bare))
        or _put_off(said)
        or _ordered(bare)
        or _meant_for_folder(stem, said, bare, scripts)
        or _BY_LAST_WORD.get(said[-1])
    )


def _put_off(said: list[str]) -> InstructionName | None:
    """PAUSE for a name that only says that something is to wait: "not now", "hold on"."""
    if puts_off(" ".join(said)):
        return InstructionName.PAUSE
    return None


def _ordered(bare: list[str]) -> InstructionName | None:
    """The instruction that all words of a name mean: an answer, as "ok" or "go ahead", or words
    that mean an instruction each, of which a longer one may have a slip."""
    if meaning_of(bare) is not AnswerMeaning.WORDS:
        return InstructionName.ORDER
    words = [word for word in bare if word not in FILLERS]
    meant = list(takewhile(bool, map(_meant_by, words)))  # most names end with their first word
    if not words or len(meant) < len(words):
        return None
    return meant[0]


def _meant_by(word: str) -> InstructionName | None:
    """The instruction that a word means: itself, in a form of it, or with a slip."""
    found = filter(None, map(_BY_OTHER_WORD.get, (word, *_bases(word))))
    meant = next(found, None) or _slip_of(word)
    if meant is None and meaning_of([word]) is not AnswerMeaning.WORDS:
        return InstructionName.ORDER
    return meant


def _bases(word: str) -> Iterable[str]:
    """What an English word may be a form of: "stopped" of "stop", "declined" of "decline"."""
    for ending in ("ed", "ing"):
        base = word.removesuffix(ending)
        if base != word:
            yield from (base, f"{base}e", base[:-1])


def _slip_of(word: str) -> InstructionName | None:
    alike = _OTHERS_BEGINNING.get(word[:1], ())
    right = next((other for other in alike if _is_near(word, other)), "")
    return _BY_OTHER_WORD.get(right)


def _is_near(word: str, other: str) -> bool:
    """Whether a word is a slip of another; a wrong letter makes another word of a short one, as
    "Wetter" of "weiter"."""
    is_wrong_letter = len(word) == len(other) and sorted(word) != sorted(other)
    if is_wrong_letter and len(other) < _WRONG_FROM:
        return False
    return is_slip(word, other)


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
    """The words without those that say until when, or what it concerns."""
    return [word for word in said if word not in CIRCUMSTANCES]


def _read(name: str) -> tuple[str, list[str]]:
    """A text's name without its endings, and its words; empty for what is not a text."""
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
