"""Dubbing: a video spoken in other languages, one job for each."""

from __future__ import annotations

from nemowatch.errors import shown
from nemowatch.model import MB, MediaKind, Order, Output, OutputKind, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.arguments import SOURCE, read_arguments
from nemowatch.tasks.kinds.base import AUDIO, VIDEO, Example, Hint, Skill, Spelled, TaskKind
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.words import WrongError, where


class Dub(TaskKind):
    """`dub-es-fr`, `dub-from-en-es`."""

    word = "dub"
    summary = "a video or a recording, spoken in other languages"
    skills = (Skill("multilingual-video-dubbing", 500 * MB, needs_sound=True),)
    takes = VIDEO | AUDIO
    also = ("dubbing", "dubbed", "dubs")
    meant = ("translate", "translation", "translated", "synchronize")
    keywords = SOURCE
    shortest = "dub-es"
    splits_languages = True
    examples = (
        Example(("dub-es-fr",), "the video spoken in each language"),
        Example(("dub-from-en-es",), "the same, and says which language it is in"),
        Example(("dub-pt_BR", "dub-spanish"), "regions with `_`, names in words"),
    )
    hints = (
        Hint("dub-es-fr", "a video, spoken in Spanish and in French"),
        Hint("dub-pt_BR", "a video, spoken in Brazilian Portuguese"),
        Hint("dub-from-en-es", "a video, from English into Spanish"),
    )

    def read(self, spelled: Spelled) -> Folder:
        found = read_arguments(spelled.words, spelled.start, self.keywords)
        if not found.targets:
            example = shown("-".join([*spelled.words, "es"]))
            raise WrongError(
                "The name says dub, but no language to dub into: for Spanish it would be, for"
                f" example, {example}."
            )
        if found.source in found.targets:
            raise WrongError(
                f"{found.source.name} is both the language of the video and the one to dub into."
            )
        return Folder(
            spelled.name,
            self.word,
            self.skill,
            found.targets,
            found.source,
            accepts=self.takes,
        )

    def plan(self, folder: Folder, drop: Drop) -> Order:
        targets: list[Target] = []
        for language in folder.languages:
            targets.append(_target(folder, drop, language))
        return Order(self.word, folder.skill, tuple(targets))


def _target(folder: Folder, drop: Drop, language: Language) -> Target:
    base = _message(language, folder.source_language, drop.kind)
    text = prompts.instructed(base, drop.prompt)
    if not text.startswith(base) and "{languages}" not in text:
        # without it, the job of each language would be sent the same words
        text += "\n\nThe language to dub into is {languages}."
    message = prompts.message(text, drop, [language])
    return Target(language.tag, message, (Output(f".{language.tag}.mp4", OutputKind.VIDEO),))


def _message(target: Language, source: Language | None, kind: MediaKind) -> str:
    spoken = prompts.name_of(source)
    origin = where(spoken, f" The speech in it is in {spoken}.")
    if kind is MediaKind.AUDIO:
        return (
            f"Dub this recording into {target.name} with synced audio.{origin} Translate everything"
            f" that is said, replace the original voices by {target.name} ones that keep their"
            " timing, and keep music and background sounds. Do not add titles, music or effects."
        )
    return (
        f"Dub this video into {target.name} with synced audio.{origin} Translate everything that is"
        f" said, replace the original voices by {target.name} ones that keep their timing, and keep"
        " music and background sounds. Do not change the picture, and do not add titles, music or"
        " effects."
    )


KIND = Dub()
