"""The instructions for which a voiceover folder stands. What a person's addition decides (a
language, a voice, a length) is left out of them, so that no message contradicts itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.errors import OrderError, shown
from nemowatch.model import MediaKind
from nemowatch.tasks import prompts
from nemowatch.tasks.additions import AdditionScope, said_in
from nemowatch.tasks.languages import Language, of_code
from nemowatch.tasks.prompts import Base
from nemowatch.tasks.records import Drop, Folder, Gender
from nemowatch.tasks.words import where
from nemowatch.tasks.written_in import has_words_of, may_be_in, written_in

#: What must not be added to a result.
_NO_EXTRAS = "add titles, music or effects."
#: What a sentence calls the language of a script that is not recognised.
_ITS_OWN = "the language that the script is written in"


@dataclass(frozen=True, slots=True)
class _Voice:
    """The voice and language, as far as the folder decides them and not the addition."""

    language: Language | None
    gender: Gender
    said: AdditionScope

    @property
    def described(self) -> str:
        """`, in a female English voice,`; "" when no gender is asked for."""
        words = filter(None, (self.gender, prompts.name_of(self.language), "voice"))
        return where(self.gender, f" in a {' '.join(words)},")


def base(folder: Folder, drop: Drop) -> Base:
    """The instructions for this drop. Raises OrderError for an empty text."""
    if drop.kind is MediaKind.SCRIPT and not drop.script.strip():
        raise OrderError(
            f"{shown(drop.name)} contains no text to speak.",
            cure="Write the words to be spoken into it.",
        )
    voice = _voice(folder, drop)
    if drop.kind is MediaKind.SCRIPT:
        return _speak(voice)
    if drop.script.strip():
        return _narrate_text(voice, drop.kind)
    if drop.kind is MediaKind.AUDIO:
        return _speak_again(voice)
    return _narrate(voice)


def _voice(folder: Folder, drop: Drop) -> _Voice:
    said = said_in(prompts.addition(drop.prompt))
    gender = folder.gender
    if said.voice:
        gender = Gender.UNSAID

    language: Language | None = folder.languages[0]
    if said.language:
        language = None
    elif drop.script.strip():
        language = _spoken(folder, drop.script)
    return _Voice(language, gender, said)


def _spoken(folder: Folder, script: str) -> Language | None:
    """The language in which a script is spoken word for word: the one in which it is written,
    whatever the folder's name is. None when that is not known."""
    claimed = folder.languages[0]
    code = claimed.tag.partition("-")[0]
    is_it = may_be_in
    if folder.is_language_assumed:
        is_it = has_words_of
    if is_it(script, code):
        return claimed

    found = written_in(script)
    if not found:
        return None
    return of_code(found)


def _narrate(voice: _Voice) -> Base:
    """The instructions to narrate what a video shows."""
    name = prompts.name_of(voice.language)
    order = (
        f"Add a natural-sounding voiceover{voice.described} narrating the on-screen content"
        f"{where(name, f' in {name}')}."
    )
    if not voice.said.length:
        order += " Cover the video from its beginning to its end."
    return Base(f"{order} Do not change the picture, and do not {_NO_EXTRAS}", order)


def _speak_again(voice: _Voice) -> Base:
    """The instructions for a recording, which shows nothing: to speak what is said in it."""
    name = prompts.name_of(voice.language)
    order = (
        f"Replace the voices in this recording by a natural-sounding voiceover{voice.described}"
        f"{where(name, f' in {name}')}"
    )
    whole = f"{order} that says everything that is said in it"
    if voice.said.length or voice.said.wording:
        return Base(f"{whole}.", f"{order}.")
    return Base(f"{whole}, and adds nothing. Do not {_NO_EXTRAS}", f"{whole}.")


def _narrate_text(voice: _Voice, kind: MediaKind) -> Base:
    """The instructions for a video or a recording with given narration; the text follows."""
    medium, kept = "video", "Do not change the picture, and do not"
    if kind is MediaKind.AUDIO:
        medium, kept = "recording", "Do not"

    order = (
        f"Add a natural-sounding voiceover{voice.described} to this {medium}"
        f"{_in_its_language(voice)}. The narration is the following text"
    )
    if voice.said.wording:
        return Base(f"{order}.", f"{order}.")
    order += ": speak it word for word"
    if voice.said.length:
        return Base(f"{order}.", f"{order}.")
    order += f", spread over the {medium}"
    return Base(f"{order}, and add nothing to it. {kept} {_NO_EXTRAS}", f"{order}.")


def _in_its_language(voice: _Voice) -> str:
    """`, in English`; "" where the addition names a language."""
    if voice.said.language:
        return ""
    return f", in {prompts.name_of(voice.language) or _ITS_OWN}"


def _speak(voice: _Voice) -> Base:
    """The instructions for a text alone, which follows."""
    order = f"Generate a natural-sounding voiceover{_by_whom(voice)} for my script."
    if not voice.said.wording:
        order += " Speak it word for word."
    return Base(order, order)


def _by_whom(voice: _Voice) -> str:
    """` in a female English voice`, ` in English`."""
    if voice.language is None:
        return f"{voice.described}{_unknown(voice)}"
    if voice.gender:
        return f" in a {voice.gender} {voice.language.name} voice"
    return f" in {voice.language.name}"


def _unknown(voice: _Voice) -> str:
    """` in the language that …,`; "" where the addition names one."""
    return where(not voice.said.language, f" in {_ITS_OWN},")
