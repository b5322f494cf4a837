"""Voiceover: a video narrated from what it shows, or from a text; or a text alone, spoken."""

from __future__ import annotations

from nemowatch.model import DEFAULT_SKILL, MB, FolderOrder, MediaKind, Output, OutputKind, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.arguments import VOICES, read_arguments
from nemowatch.tasks.kinds import narration
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
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop, Folder

#: What is spoken when the folder names no language: the skill's own words (docs/api.md section 2).
ENGLISH = Language("en", "English")

_SCRIPT = Drop(MediaKind.SCRIPT, "script.txt", "text")
_PAIR = Drop(MediaKind.VIDEO, "clip.mp4", "text")


class Voiceover(TaskKind):
    """`voiceover`, `voiceover-de-female`."""

    word = "voiceover"
    summary = "a narrated video, from a video, a recording or a text"
    text_skill = "voiceover-generator"
    skills = (Skill(DEFAULT_SKILL, 500 * MB), Skill(text_skill, 200 * MB, best_words=150))
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

    def plan(self, folder: Folder, drop: Drop) -> FolderOrder:
        text = prompts.instructed(narration.base(folder, drop), drop.prompt)
        message = prompts.message(text, drop, folder.languages)
        target = Target(self.word, message, (Output(".voiceover.mp4", OutputKind.VIDEO),))
        skill = folder.skill
        if drop.kind is MediaKind.SCRIPT:
            skill = self.text_skill
        return FolderOrder(self.word, skill, (target,))


KIND = Voiceover()
