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
    sentences = (
        f"Task: {folder.task}.",
        f"It takes {listed(folder.accepts)}.",
        _skill(folder),
        _languages(folder),
        _source(folder),
        _voice(folder),
        _prompt(folder),
        _results(folder),
    )
    return list(filter(None, sentences))


def hint_lines() -> list[str]:
    """Folder names and what they make, one a line, for people who look for one."""
    hints = [hint for kind in KINDS for hint in kind.hints]
    width = max(len(hint.name) for hint in hints)
    return [f"{hint.name:<{width}}  {hint.makes}" for hint in hints]


def _skill(folder: Folder) -> str:
    alone = kind_of(folder).text_skill
    more = f" ({alone} for a text alone)" if alone else ""
    return f"Skill: {folder.skill}{more}."


def _languages(folder: Folder) -> str:
    if not folder.languages:
        return ""
    named = prompts.named(folder.languages)
    if len(folder.languages) == 1:
        return f"Language: {named}."
    each = ", each a job of its own" if kind_of(folder).splits_languages else ""
    return f"Languages: {named}{each}."


def _source(folder: Folder) -> str:
    language = folder.source_language
    return f"Language of the video: {language.name}." if language else ""


def _voice(folder: Folder) -> str:
    return f"Voice: {folder.gender}." if folder.gender else ""


def _prompt(folder: Folder) -> str:
    needed = kind_of(folder).needs_prompt
    return "It needs a prompt.txt that says what to do." if needed else ""


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
