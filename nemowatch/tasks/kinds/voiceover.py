"""Voiceover: a video narrated by what it shows, or by a text; or a text alone, spoken."""

from __future__ import annotations

from nemowatch.errors import OrderError, shown
from nemowatch.model import DEFAULT_SKILL, MB, MediaKind, Order, Output, OutputKind, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.arguments import VOICES, read_arguments
from nemowatch.tasks.kinds.base import (
    AUDIO,
    TEXT,
    VIDEO,
    Example,
    Hint,
    Skill,
    Spelled,
    TaskKind,
    at_most_one,
)
from nemowatch.tasks.language_words import VOICE_WORDS
from nemowatch.tasks.languages import Language, of_code
from nemowatch.tasks.records import Drop, Folder, Gender
from nemowatch.tasks.words import where
from nemowatch.tasks.written_in import has_words_of, may_be_in, written_in

#: What is spoken when the folder names no language: the skill's own words (docs/api.md section 2).
ENGLISH = Language("en", "English")

_SCRIPT = Drop(MediaKind.SCRIPT, "script.txt", "text")
_PAIR = Drop(MediaKind.VIDEO, "clip.mp4", "text")


class Voiceover(TaskKind):
    """`voiceover`, `voiceover-de-female`."""

    word = "voiceover"
    summary = "a narrated video, from a video, a recording or a text"
    text_skill = "voiceover-generator"
    skills = (Skill(DEFAULT_SKILL, 500 * MB), Skill(text_skill, 200 * MB))
    takes = VIDEO | AUDIO | TEXT
    also = ("voice over", "voice_over", "voiceovers", "voice overs", "voice_overs")
    meant = ("narration", "narrate", "voice", "speech", "tts")
    keywords = VOICES
    near_words = VOICE_WORDS
    examples = (
        Example(("voiceover", "voiceover-de-female"), "a narrated video"),
        Example(
            ("voiceover",),
            "a video with your script spoken",
            _SCRIPT,
            "the same, with a `.txt`, `.md`, `.docx`, `.srt` or `.vtt` in it",
        ),
        Example(
            ("voiceover",),
            "the video, narrated with that text",
            _PAIR,
            "the same, with `clip.mp4` and `clip.txt`",
        ),
    )
    hints = (
        Hint("voiceover", "a narrated video, from a video or from a text"),
        Hint("voiceover-en-female", "the same, in English, by a woman's voice"),
    )

    def read(self, spelled: Spelled) -> Folder:
        found = read_arguments(spelled.words, spelled.start, self.keywords, many=False)
        spoken = at_most_one(found.targets, spelled) or (ENGLISH,)
        return Folder(
            spelled.name,
            self.word,
            self.skill,
            spoken,
            gender=found.gender,
            accepts=self.takes,
            is_language_assumed=not found.targets,
        )

    def plan(self, folder: Folder, drop: Drop) -> Order:
        text = prompts.instructed(_message(folder, drop), drop.prompt)
        message = prompts.message(text, drop, folder.languages)
        target = Target(self.word, message, (Output(".voiceover.mp4", OutputKind.VIDEO),))
        skill = folder.skill
        if drop.kind is MediaKind.SCRIPT:
            skill = self.text_skill
        return Order(self.word, skill, (target,))


def _message(folder: Folder, drop: Drop) -> str:
    language, gender = folder.languages[0], folder.gender
    if drop.kind is MediaKind.SCRIPT:
        return _speak(_spoken(folder, drop.script), gender, drop)
    if drop.script.strip():
        return _narrate_text(_spoken(folder, drop.script), gender, drop.kind)
    if drop.kind is MediaKind.AUDIO:
        return _speak_again(language, gender)
    return _narrate(language, gender)


def _spoken(folder: Folder, script: str) -> Language | None:
    """The language to speak a script in, word for word: what it is written in, whatever the
    folder is called. None where that is not known."""
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


def _narrate(language: Language, gender: Gender) -> str:
    """For what a video shows."""
    return (
        f"Add a natural-sounding voiceover{_voice(language, gender)} narrating the on-screen"
        f" content in {language.name}. Cover the video from its beginning to its end. Do not change"
        " the picture, and do not add titles, music or effects."
    )


def _speak_again(language: Language, gender: Gender) -> str:
    """For a recording, which shows nothing: what is said in it."""
    return (
        f"Replace the voices in this recording by a natural-sounding voiceover"
        f"{_voice(language, gender)} in {language.name} that says everything that is said in it,"
        " and adds nothing. Do not add titles, music or effects."
    )


def _narrate_text(language: Language | None, gender: Gender, kind: MediaKind) -> str:
    """For a video or a recording with its narration given; the text follows."""
    medium, kept = "video", "Do not change the picture, and do not"
    if kind is MediaKind.AUDIO:
        medium, kept = "recording", "Do not"
    return (
        f"Add a natural-sounding voiceover{_voice(language, gender)} to this {medium}, in"
        f" {_named(language)}. The narration is the following text: speak it word for word, spread"
        f" over the {medium}, and add nothing to it. {kept} add titles, music or effects."
    )


def _speak(language: Language | None, gender: Gender, drop: Drop) -> str:
    """For a text alone; it follows. Raises OrderError when it is empty."""
    if not drop.script.strip():
        raise OrderError(
            f"{shown(drop.name)} contains no text to speak.",
            cure="Write the words to be spoken into it.",
        )
    if language is None:
        spoken = _voice(language, gender)
        return (
            f"Generate a natural-sounding voiceover{spoken} in {_named(language)}, for my script."
            " Speak it word for word."
        )
    voice = language.name
    if gender:
        voice = f"a {gender} {language.name} voice"
    return (
        f"Generate a natural-sounding voiceover in {voice} for my script. Speak it word for word."
    )


def _named(language: Language | None) -> str:
    """What a sentence calls the language of a script."""
    return prompts.name_of(language) or "the language that the script is written in"


def _voice(language: Language | None, gender: Gender) -> str:
    words = filter(None, (gender, prompts.name_of(language), "voice"))
    return where(gender, f" in a {' '.join(words)},")


KIND = Voiceover()
