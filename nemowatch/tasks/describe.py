"""A folder in plain words, for `nemowatch explain` and the notes. Owns wording only."""

from __future__ import annotations

from nemowatch.errors import OrderError
from nemowatch.model import MediaKind
from nemowatch.tasks import prompts
from nemowatch.tasks.kinds import KINDS, kind_of
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder

#: A file of each kind, the first that a folder takes being its example.
_EXAMPLES = {
    MediaKind.VIDEO: "clip.mp4",
    MediaKind.AUDIO: "clip.mp3",
    MediaKind.IMAGE: "clip.jpg",
    MediaKind.SCRIPT: "clip.txt",
    MediaKind.LINK: "clip.url",
}


def describe(folder: Folder) -> list[str]:
    """What a folder asks for, one sentence a line."""
    kind = kind_of(folder)
    lines = [
        f"Task: {folder.task}.",
        f"It takes {listed(folder.accepts)}.",
        f"Skill: {folder.skill}{_text_skill(kind.text_skill)}.",
    ]
    if folder.languages:
        lines.append(_languages(folder))
    if folder.source_language:
        lines.append(f"Language of the video: {folder.source_language.name}.")
    if folder.gender:
        lines.append(f"Voice: {folder.gender}.")
    if kind.needs_prompt:
        lines.append("It needs a prompt.txt that says what to do.")
    return [*lines, _results(folder)]


def hint_lines() -> list[str]:
    """Folder names and what they make, one a line, for people who look for one."""
    hints = [hint for kind in KINDS for hint in kind.hints]
    width = max(len(hint.name) for hint in hints)
    return [f"{hint.name:<{width}}  {hint.makes}" for hint in hints]


def _text_skill(skill: str) -> str:
    return f" ({skill} for a text alone)" if skill else ""


def _languages(folder: Folder) -> str:
    named = prompts.named(folder.languages)
    if len(folder.languages) == 1:
        return f"Language: {named}."
    each = ", each a job of its own" if kind_of(folder).splits_languages else ""
    return f"Languages: {named}{each}."


def _results(folder: Folder) -> str:
    kind = next(kind for kind in _EXAMPLES if kind in folder.accepts)
    name = _EXAMPLES[kind]
    prompt = "instructions" if kind_of(folder).needs_prompt else ""
    try:
        order = plan(folder, Drop(kind, name, "text", prompt))
    except OrderError as error:
        return f"{error.text} {error.cure}"
    results = [f"clip{output.ending}" for target in order.targets for output in target.outputs]
    return f"Results for {name}: {', '.join(results)}."
