"""Transcribing: what is said in a video or a recording, as text and as subtitles."""

from __future__ import annotations

from nemowatch.model import MB, FolderOrder, Output, OutputKind, Target
from nemowatch.tasks import additions, prompts
from nemowatch.tasks.arguments import read_arguments
from nemowatch.tasks.kinds.base import (
    AUDIO,
    VIDEO,
    Example,
    Hint,
    Skill,
    Spelled,
    TaskKind,
    at_most_one,
)
from nemowatch.tasks.languages import Language
from nemowatch.tasks.prompts import Base
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.words import where

#: The text always exists; the cloud may give no times and no picture.
_RESULTS = (
    Output(".txt", OutputKind.TEXT),
    Output(".srt", OutputKind.SRT, required=False),
    Output(".vtt", OutputKind.VTT, required=False),
    Output(".transcribed.mp4", OutputKind.VIDEO, required=False),
)


class Transcribe(TaskKind):
    """`transcribe`, `transcribe-de`."""

    word = "transcribe"
    summary = "what is said in a video or a recording, as text and subtitles"
    skills = (Skill("transcribe-video-to-text", 500 * MB, needs_sound=True, best_seconds=300),)
    takes = VIDEO | AUDIO
    also = (
        "transcript",
        "transcripts",
        "transcription",
        "transcriptions",
        "transcribed",
        "transcribing",
    )
    meant = (
        "subtitle",
        "subtitles",
        "captions",
        "caption",
        "srt",
    )
    examples = (Example(("transcribe", "transcribe-de"), "what is said, as text and subtitles"),)
    hints = (Hint("transcribe", "what is said in a video or a recording, as text"),)

    def read(self, spelled: Spelled) -> Folder:
        found = read_arguments(spelled.words, spelled.start, many=False)
        languages = at_most_one(found.targets, spelled)
        return Folder(
            spelled.name,
            self.word,
            self.skill,
            languages,
            accepts=self.takes,
        )

    def plan(self, folder: Folder, drop: Drop) -> FolderOrder:
        spoken = folder.languages
        if additions.said_in(prompts.addition(drop.prompt)).language:
            spoken = ()
        text = prompts.instructed(_message(spoken), drop.prompt)
        message = prompts.order(text, drop, folder.languages)
        return FolderOrder(self.word, folder.skill, (Target("transcript", message, _RESULTS),))


def _message(languages: tuple[Language, ...]) -> Base:
    """The message, which also asks for the times that subtitles need."""
    into = where(languages, f" in {prompts.named(languages)}")
    order = (
        f"Transcribe the spoken dialogue into a text document{into}, word for word, sentence by"
        " sentence, and add it as a text track whose parts begin and end when they are spoken."
    )
    return Base(f"{order} Change nothing else in the video.", order)


KIND = Transcribe()
