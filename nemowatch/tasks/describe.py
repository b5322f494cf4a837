"""A folder in plain words, for `nemowatch explain` and the notes. Owns wording only."""

from __future__ import annotations

from nemowatch.model import MediaKind
from nemowatch.tasks import prompts
from nemowatch.tasks.grammar import SCRIPT_SKILL
from nemowatch.tasks.plan import listed, plan
from nemowatch.tasks.records import Drop, Folder

_EXAMPLES = {
    MediaKind.VIDEO: "clip.mp4",
    MediaKind.AUDIO: "clip.mp3",
    MediaKind.IMAGE: "clip.jpg",
    MediaKind.SCRIPT: "clip.txt",
    MediaKind.LINK: "clip.url",
}


def describe(folder: Folder) -> list[str]:
    """What a folder asks for, one sentence a line."""
    lines = [
        f"Task: {folder.task}.",
        f"It takes {listed(folder.accepts)}.",
        f"Skill: {folder.skill}{_script_skill(folder)}.",
    ]
    if folder.languages:
        lines.append(
            f"Language: {prompts.named(folder.languages)}."
            if len(folder.languages) == 1
            else _each(folder)
        )
    if folder.source_language:
        lines.append(f"Language of the video: {folder.source_language.name}.")
    if folder.gender:
        lines.append(f"Voice: {folder.gender}.")
    if folder.task == "edit" and not folder.prompt:
        lines.append("It needs a prompt.txt that says what to do.")
    lines.append(f"Results for {_example(folder)}: {', '.join(_results(folder))}.")
    return lines


def _script_skill(folder: Folder) -> str:
    return f" ({SCRIPT_SKILL} for a text alone)" if folder.task == "voiceover" else ""


def _each(folder: Folder) -> str:
    jobs = ", each a job of its own" if folder.task == "dub" else ""
    return f"Languages: {prompts.named(folder.languages)}{jobs}."


def _kind(folder: Folder) -> MediaKind:
    return next((kind for kind in _EXAMPLES if kind in folder.accepts), MediaKind.VIDEO)


def _example(folder: Folder) -> str:
    return _EXAMPLES[_kind(folder)]


def _results(folder: Folder) -> list[str]:
    drop = Drop(
        _kind(folder),
        _example(folder),
        script="text",
        prompt="" if folder.prompt else "instructions",
    )
    stem = "clip"
    return [
        stem + output.ending for target in plan(folder, drop).targets for output in target.outputs
    ]
