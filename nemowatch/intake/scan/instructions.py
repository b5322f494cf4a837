"""Which names are instructions, and which only look like one: `prompt (1).txt` is neither work nor
followed, since nobody can know which was meant.

Owns the table of instructions and the notion of "looks like". It is pure and judges names alone;
what an instruction does, and where it counts, others decide.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Instruction(StrEnum):
    """An instruction by its name, as people are told to write it."""

    PAUSE = "PAUSE"
    APPROVE = "APPROVE"
    PROMPT = "prompt.txt"
    REVISE = "NAME.revise.txt"
    ANSWER = "NAME.answer.txt"
    LINKS = "NAME.urls.txt"
    NOTE = "a note of nemowatch"
    ORDER = "an order"
    ASIDE = "a file about the folder"


class Effect(StrEnum):
    """What a file that looks like an instruction keeps from being worked on."""

    FOLDER = "folder"  #: everything in its folder and below
    PAUSE = "pause"  #: the same, as a PAUSE does: what is claimed waits too
    ITSELF = "itself"  #: nothing but the file


@dataclass(frozen=True, slots=True)
class Form:
    """How an instruction is written, and how people write it by mistake."""

    instruction: Instruction
    word: str = ""  #: its word, in small letters; "" where only `others` are looked for
    names: frozenset[str] = frozenset()  #: complete names that are it, in small letters
    forms: frozenset[str] = frozenset()  #: of the word, which count where nothing else is said
    #: words that mean the same, where nothing else is said: in doubt, for they are titles, too
    others: frozenset[str] = frozenset()
    #: words beside its own that leave it in doubt whether it is meant, where texts are work: a
    #: script may be called "Pause and breathe.txt"
    more: int = 1
    is_ending: bool = False  #: it follows the name of another file: NAME.word.txt
    alone: bool = True  #: it is looked for without a name before it, too
    effect: Effect = Effect.ITSELF


def _words(text: str) -> frozenset[str]:
    return frozenset(map(_plain, text.split()))


def _plain(text: str) -> str:
    """Text for comparing: without case, accents, widths and signs that nobody sees."""
    if text.isascii():  # nearly all; a scan asks for every new name
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(_is_seen, letters))


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Mn", "Cf")


#: Windows hides endings, so a doubled .txt counts as what was meant.
FORMS = (
    Form(
        Instruction.PAUSE,
        "pause",
        names=frozenset({"pause", "pause.txt", "pause.txt.txt"}),
        forms=_words("paused pauses pausing pausieren pausiert"),
        others=_words(
            "stop stopp halt hold wait warten anhalten pausa pausar pauza pauze paus parar"
            " пауза 暂停 暫停 一時停止 일시정지"
        ),
        effect=Effect.PAUSE,
    ),
    Form(
        Instruction.APPROVE,
        "approve",
        names=frozenset({"approve", "approve.txt", "approve.txt.txt"}),
        forms=_words("approved approves approval approving"),
        others=_words(
            "freigabe freigeben genehmigt aprobar aprobado approuver aprovar aprovado approva"
            " одобрить одобрено 承認 批准 승인"
        ),
    ),
    Form(
        Instruction.PROMPT,
        "prompt",
        names=frozenset({"prompt.txt", "prompt.txt.txt"}),
        forms=_words("prompts prompted"),
        others=_words(
            "instruction instructions anweisung anweisungen instruccion instrucciones consigne"
            " consignes istruzioni instrucoes instrukcja промпт инструкция プロンプト 指示 提示词"
            " 提示詞 프롬프트"
        ),
        more=2,
        effect=Effect.FOLDER,
    ),
    Form(Instruction.LINKS, "urls", forms=_words("url links"), is_ending=True),
    Form(
        Instruction.REVISE,
        "revise",
        forms=_words("revised revision"),
        is_ending=True,
        alone=False,
    ),
    Form(
        Instruction.ANSWER,
        "answer",
        forms=_words("answers answered"),
        is_ending=True,
        alone=False,
    ),
    Form(Instruction.NOTE, "error", is_ending=True, alone=False),
    Form(Instruction.NOTE, "question", is_ending=True, alone=False),
    Form(
        Instruction.ORDER,
        others=_words("cancel retry resume unpause continue again resolve delete abort undo redo"),
    ),
    Form(
        Instruction.ASIDE,
        others=_words(
            "readme liesmich leeme leiame leggimi lisezmoi todo glossary glossar glosario glossaire"
            " settings config configuration options"
        ),
    ),
)
FORM = {form.instruction: form for form in FORMS}
#: The note in a folder, and its words.
_READ_ME = "nemowatch - read me.txt"
_READ_ME_WORDS = ["nemowatch", "read", "me"]
PAUSE_NAMES = FORM[Instruction.PAUSE].names
APPROVE_NAMES = FORM[Instruction.APPROVE].names
PROMPT_NAMES = FORM[Instruction.PROMPT].names
#: Every complete name that is an instruction.
EXACT = PAUSE_NAMES | APPROVE_NAMES | PROMPT_NAMES

#: Endings of what people write texts with, and of what programs make of them. A picture, a film or
#: a sound called "pause" is none of these: it is work.
ENDINGS = _words(
    "txt text md markdown doc docx docm dot dotx rtf rtfd odt ott pages wpd wps pdf tex rst org"
    " adoc htm html mht mhtml xhtml xml json yaml yml toml ini cfg conf csv tsv xls xlsx log srt"
    " vtt eml msg gdoc bak bk old orig save sav backup swp tmp temp part partial filepart"
    " crdownload download opdownload uploading"
)
#: Those of them of earlier versions.
_BACKUPS = frozenset({"bak", "bk", "old", "orig", "save", "sav", "backup", "swp"})
#: Endings of links to a text, and of addresses.
_LINK_ENDINGS = frozenset({"url", "webloc", "lnk", "desktop"})
#: Words with which systems and people mark a copy or a version.
_MARKS = _words(
    "copy copies copia copie kopie kopia kopi kopija kopya kopyasi kopio koopia copi duplicate"
    " duplikat masolat masolata копия копія αντιγραφο of de von di van af av la 副本 的副本 コピー"
    " のコピー 복사본 사본 의 نسخة עותק สำเนา ban sao salinan sync laptop v ver version final new"
    " neu nuevo nouveau alt draft my mein meine mi mon"
)
_NO_WORDS = _MARKS | ENDINGS | _LINK_ENDINGS
#: What sync clients put between a name and when, where and by whom it was changed, too.
_CONFLICTS = ("conflict", "konflikt")
#: The same as `Form.more` where texts are no work, and for a word in capitals among small letters.
_MOST_MORE = 3

_ENCLOSED = re.compile(r"[(\[{（【][^()\[\]{}（）【】]*[)\]}）】]")
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
#: Latin letters and digits, or letters of another writing: what is written together in two
#: writings is two words.
_TOKEN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
#: A number at the end belongs to the word; with any other it is a date or the name of a machine.
_WORD = re.compile(r"([^\W\d_]+)\d*")


def folded(name: bytes) -> str:
    """A name for comparing: without case; bytes that are not UTF-8 survive as surrogates."""
    return os.fsdecode(name).lower()


def exact(name: bytes) -> Instruction | None:
    """The instruction that is called exactly so."""
    low = folded(name)
    for form in FORMS:
        if low in form.names:
            return form.instruction
    return None


def look_alike(name: bytes, *, folder: bool = False) -> Instruction | None:
    """The instruction that was surely meant by a name that is not quite its own: another ending,
    a copy, a slip, a form of the word, and nothing else. `folder`: of folders only a PAUSE is
    looked for: people keep things in folders called "prompts" and "approved"."""
    if exact(name):
        return None
    if folder:
        return _paused_folder(os.fsdecode(name))
    return _look_alike(os.fsdecode(name))


def in_doubt(name: bytes, *, scripts: bool) -> Instruction | None:
    """The instruction that may be meant by a name with other words in it, or with another word of
    that meaning: "prompt for tuesday.txt", "STOP".
    `scripts`: texts are work there, and may be called anything."""
    if exact(name):
        return None
    return _in_doubt(os.fsdecode(name), scripts)


def is_note(name: bytes) -> bool:
    """Whether a name is that of a note which nemowatch writes into an inbox or into failed/."""
    low = folded(name)
    return low == _READ_ME or low.endswith((".error.txt", ".question.txt"))


def is_backup(name: bytes) -> bool:
    """Whether a name is that of an earlier version which an editor keeps, or of what it is about to
    save: beside the instruction itself it says nothing."""
    low = folded(name)
    return low.startswith("#") or low.endswith("~") or low.rpartition(".")[2] in _BACKUPS


def _paused_folder(name: str) -> Instruction | None:
    form = FORM[Instruction.PAUSE]
    words = _significant(name)
    if len(words) == 1 and words[0] in form.forms | {form.word}:
        return form.instruction
    return None


@lru_cache(maxsize=4096)
def _look_alike(name: str) -> Instruction | None:
    stem, is_text = _without_endings(name)
    if not is_text:
        return None

    above, _, last = stem.rpartition(".")
    whole = _significant(stem)
    ending = _significant(last) or [_plain(last)]  # "url" is an ending of its own
    if whole == _READ_ME_WORDS and name.lower() != _READ_ME:
        return Instruction.NOTE
    for form in FORMS:
        if form.is_ending and above:
            means_it = _means(form, ending) and not _is_written_right(form, name)
        else:
            is_named = bool(form.word) and form.alone
            means_it = is_named and (_means(form, whole) or ending == [form.word])
        if means_it:
            return form.instruction
    return None


def _means(form: Form, words: list[str]) -> bool:
    """Whether these words say nothing but the instruction."""
    if len(words) != 1:
        return False
    said = words[0]
    if said == form.word or said in form.forms:
        return True
    return not form.is_ending and _is_slip(said, form.word)


def _is_written_right(form: Form, name: str) -> bool:
    """Whether one that follows the name of another file is written as it is to be."""
    return name.lower().endswith((f".{form.word}.txt", f".{form.word}.txt.txt"))


@lru_cache(maxsize=4096)
def _in_doubt(name: str, scripts: bool) -> Instruction | None:
    stem, is_text = _without_endings(name)
    if not is_text:
        return None
    words = _significant(stem)
    if not words:
        return None
    for form in FORMS:
        if "".join(words) in form.others:
            return form.instruction
        if form.is_ending or not form.word or form.word not in (words[0], words[-1]):
            continue
        stands_out = form.word.upper() in stem and not stem.isupper()
        most = form.more if scripts and not stands_out else _MOST_MORE
        if len(words) - 1 <= most:
            return form.instruction
    return None


def _without_endings(name: str) -> tuple[str, bool]:
    """A name without the endings of a text, and whether it may be one at all."""
    whole = stem = name.strip().rstrip("~").strip("#")
    known = ENDINGS | _LINK_ENDINGS
    while _ending(stem) in known:
        stem = stem.rpartition(".")[0].strip()
        known = ENDINGS

    ending = stem.rpartition(".")[2]
    has_none = "." not in stem or not ending.isalnum()  # "prompt.txt - Copy" has none
    return stem, has_none or stem != whole


def _ending(name: str) -> str:
    """What follows the last dot of a name, in small letters; "" for none, and of a hidden file."""
    stem, _, ending = name.rpartition(".")
    if not stem:
        return ""
    return ending.strip(" ~").lower() or "txt"


def _significant(text: str) -> list[str]:
    """The words of a name, without marks of a copy or a version."""
    said: list[str] = []
    plain = _plain(_CAMEL.sub(" ", _ENCLOSED.sub(" ", text)))
    for token in _TOKEN.findall(plain):
        if said and token.startswith(_CONFLICTS):
            break
        word = _WORD.fullmatch(token)
        if word and word[1] not in _NO_WORDS:
            said.append(word[1])
    return said


def _is_slip(said: str, word: str) -> bool:
    """Whether a word was mistyped by one letter: missing, added, wrong, or two of them swapped.
    The first is hardly ever wrong, and "cause" is another word than "pause"."""
    if said[:1] != word[:1]:
        return False
    slips = _shorter(word) | _swapped(word)
    return said in slips or word in _shorter(said) or _one_wrong(said, word)


def _shorter(word: str) -> set[str]:
    """The word with one letter missing."""
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _swapped(word: str) -> set[str]:
    """The word with two neighbours swapped."""
    places = range(len(word) - 1)
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places}


def _one_wrong(said: str, word: str) -> bool:
    if len(said) != len(word):
        return False
    wrong = [mine for mine, right in zip(said, word, strict=True) if mine != right]
    return len(wrong) == 1
