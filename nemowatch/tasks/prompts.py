"""The messages of the paid turn: the words of docs/api.md section 2, made specific, since specific
instructions give better results. Owns every sentence we send; decides nothing. Languages are named
in full, in English.

None of them asks the agent to render or to save: that is done through the API (docs/api.md section
6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Gender

#: What {languages} says where the name holds none.
NO_LANGUAGE = "the original language"

_PLACEHOLDER = re.compile(r"\{(languages|file|script)\}")
#: Rendering is a call of its own, and the agent is never told to (docs/api.md section 6): the word
#: as an editor's command.
_EXPORT = re.compile(r"\bexport\b|导出", re.IGNORECASE)


def dub(target: Language, source: Language | None) -> str:
    """One language a turn."""
    origin = f" The speech in it is in {source.name}." if source else ""
    return (
        f"Dub this video into {target.name} with synced audio.{origin} Translate everything that is"
        f" said, replace the original voices by {target.name} ones that keep their timing, and keep"
        " music and background sounds. Do not change the picture, and do not add titles, music or"
        " effects."
    )


def narrate(language: Language, gender: Gender) -> str:
    """A voiceover for what a video shows."""
    return (
        f"Add a natural-sounding voiceover{_voice(language, gender)} narrating the on-screen"
        f" content in {language.name}. Cover the video from its beginning to its end. Do not change"
        " the picture, and do not add titles, music or effects."
    )


def narrate_text(language: Language, gender: Gender) -> str:
    """A voiceover for a video, with the narration given: the text follows."""
    return (
        f"Add a natural-sounding voiceover{_voice(language, gender)} to this video, in"
        f" {language.name}. The narration is the following text: speak it word for word, spread"
        " over the video, and add nothing to it. Do not change the picture, and do not add titles,"
        " music or effects."
    )


def speak(language: Language, gender: Gender) -> str:
    """A voiceover for a script alone: it follows."""
    voice = f"a {gender} {language.name} voice" if gender else language.name
    return (
        f"Generate a natural-sounding voiceover in {voice} for my script. Speak it word for word."
    )


def transcribe(language: Language | None) -> str:
    """A transcript, with the times that subtitles need."""
    into = f" in {language.name}" if language else ""
    return (
        f"Transcribe the spoken dialogue into a text document{into}, word for word, sentence by"
        " sentence, and add it as a text track whose parts begin and end when they are spoken."
        " Change nothing else in the video."
    )


def _voice(language: Language, gender: Gender) -> str:
    return f" in a {gender} {language.name} voice," if gender else ""


def named(languages: Sequence[Language]) -> str:
    """Languages as a sentence lists them: "Spanish, French and German"."""
    names = [language.name for language in languages]
    if len(names) < 2:
        return names[0] if names else NO_LANGUAGE
    return f"{', '.join(names[:-1])} and {names[-1]}"


def fill(text: str, languages: Sequence[Language], file: str, script: str) -> str:
    """`text` with {languages}, {file} and {script} filled in, in one pass: every other brace
    stays."""
    values = {"languages": named(languages), "file": file, "script": script}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def with_script(text: str) -> str:
    """A prompt that has a place for the script; without one of its own, the script comes last,
    after every instruction."""
    return text if asks_for_script(text) else f"{text}\n\nThe text:\n\n{{script}}"


def asks_for_script(text: str) -> bool:
    """Whether a prompt has a place for a script."""
    return "{script}" in text


def asks_for_export(text: str) -> bool:
    """Whether instructions tell the agent to export, which it must never be told (docs/api.md
    section 6)."""
    return _EXPORT.search(text) is not None


def instructed(base: str, own: str) -> str:
    """A folder's prompt with its `prompt.txt`: a leading + extends it, anything else replaces
    it, an empty one does nothing."""
    text = own.strip()
    if not text.startswith("+"):
        return text or base
    more = text[1:].strip()
    return "\n\n".join(part for part in (base, more) if part)
