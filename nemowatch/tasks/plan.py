"""From a folder and a drop to the order: its jobs, their messages and the results they must
give. Pure. Raises OrderError for what the folder does not take and for instructions that are
missing, with the cure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from nemowatch.errors import OrderError, shown
from nemowatch.model import MB, MediaKind, Order, Output, OutputKind, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.grammar import DEFAULT_SKILL, DUB_SKILL, SCRIPT_SKILL, TASKS, TRANSCRIBE_SKILL
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop, Folder


class _Limits(dict[str, int]):
    """A skill that is not known has the limit that most have."""

    def __missing__(self, skill: str) -> int:
        return 500 * MB


#: Bytes that a skill takes in one file (docs/api.md section 2); any other skill: 500 MB.
MAX_BYTES: MappingProxyType[str, int] = MappingProxyType(
    _Limits(
        {
            DEFAULT_SKILL: 500 * MB,
            SCRIPT_SKILL: 200 * MB,
            DUB_SKILL: 500 * MB,
            TRANSCRIBE_SKILL: 500 * MB,
        }
    )
)

#: How the kinds are called when a folder says what it takes.
_KINDS = {
    MediaKind.VIDEO: "videos (mp4, mov, avi, webm, mkv)",
    MediaKind.AUDIO: "audio (mp3, wav, m4a, aac)",
    MediaKind.IMAGE: "images (jpg, png, gif, webp)",
    MediaKind.SCRIPT: "texts (txt, md, docx)",
    MediaKind.LINK: "links to them (url, webloc, urls.txt)",
}
_ONE = {
    MediaKind.VIDEO: "a video",
    MediaKind.AUDIO: "an audio file",
    MediaKind.IMAGE: "an image",
    MediaKind.SCRIPT: "a text",
    MediaKind.LINK: "a link",
}
#: Longest ending made from a folder's name, in characters: a file's name has 255 bytes for all of
#: it.
_LONGEST_ENDING = 60
#: What Windows does not allow in a name, and dots and spaces, which it drops at a name's end.
_UNSAFE = '<>:"/\\|?*'

_KIND_OF_SUFFIX = {
    "mp4": OutputKind.VIDEO,
    "txt": OutputKind.TEXT,
    "srt": OutputKind.SRT,
    "vtt": OutputKind.VTT,
}
#: Made of times that the cloud may not give; the others always exist.
_TIMED = frozenset({"srt", "vtt"})


def max_bytes(skill: str) -> int:
    """The largest file, in bytes, that `skill` takes."""
    return MAX_BYTES[skill]


def takes(folder: Folder, prompt: str = "") -> frozenset[MediaKind]:
    """The kinds of files that a folder takes, given the text of its prompt.txt.

    {script} in it makes an `edit` folder or a recipe take texts."""
    if folder.task not in TASKS[:3] and prompts.asks_for_script(
        prompts.instructed(folder.prompt, prompt)
    ):
        return folder.accepts | {MediaKind.SCRIPT}
    return folder.accepts


def plan(folder: Folder, drop: Drop) -> Order:
    """What is to be made of `drop`. Raises OrderError."""
    _check_kind(folder, drop)
    _check_words(folder, drop)
    if folder.task == "dub":
        return Order(
            "dub",
            folder.skill,
            tuple(_dubbed(folder, drop, language) for language in folder.languages),
        )
    if folder.task == "voiceover":
        return _voiceover(folder, drop)
    if folder.task == "transcribe":
        return _transcribe(folder, drop)
    return _own(folder, drop)


def _check_kind(folder: Folder, drop: Drop) -> None:
    accepted = takes(folder, drop.prompt)
    if drop.kind in accepted:
        return
    raise OrderError(
        f"{shown(drop.name)} is {_ONE[drop.kind]}, and the folder {shown(folder.name)} does not"
        " take those.",
        cure=f"It takes {listed(accepted)}. Put the file into another folder.",
    )


def _check_words(folder: Folder, drop: Drop) -> None:
    """Instructions that the cloud must not be sent. A script is content, and may say what it
    likes."""
    for text, where in (
        (drop.prompt, "its prompt.txt"),
        (folder.prompt, "the prompt of that recipe"),
    ):
        if prompts.asks_for_export(text):
            raise OrderError(
                f'The instructions of the folder {shown(folder.name)} hold the word "export". Every'
                " video is exported anyway, and the cloud must not be told to.",
                cure=(
                    f"Take the word out of {where}, or use another one; nothing was sent or paid"
                    " for so far."
                ),
            )


def listed(kinds: Iterable[MediaKind]) -> str:
    """Kinds of files as a sentence lists them."""
    held = set(kinds)
    names = [text for kind, text in _KINDS.items() if kind in held]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _dubbed(folder: Folder, drop: Drop, language: Language) -> Target:
    base = prompts.dub(language, folder.source_language)
    text = prompts.instructed(base, drop.prompt)
    if not text.startswith(base) and "{languages}" not in text:
        text += (
            # or the job of each language would be sent the same words
            "\n\nThe language to dub into is {languages}."
        )
    message = prompts.fill(text, [language], drop.name, drop.script)
    return Target(language.tag, message, (Output(f".{language.tag}.mp4", OutputKind.VIDEO),))


def _voiceover(folder: Folder, drop: Drop) -> Order:
    language = folder.languages[0]
    alone = drop.kind is MediaKind.SCRIPT
    if alone and not drop.script.strip():
        raise OrderError(
            f"{shown(drop.name)} holds no text to speak.",
            cure="Write the words to be spoken into it.",
        )
    if not drop.script.strip():
        base = prompts.narrate(language, folder.gender)
    elif alone:
        base = prompts.speak(language, folder.gender)
    else:
        base = prompts.narrate_text(language, folder.gender)
    message = _message(prompts.instructed(base, drop.prompt), drop, [language])
    target = Target("voiceover", message, (Output(".voiceover.mp4", OutputKind.VIDEO),))
    return Order("voiceover", SCRIPT_SKILL if alone else folder.skill, (target,))


def _message(text: str, drop: Drop, languages: Iterable[Language]) -> str:
    """The text filled in; a script that it has no place for follows it, or it would be paid for
    and not used."""
    if drop.script.strip():
        text = prompts.with_script(text)
    return prompts.fill(text, tuple(languages), drop.name, drop.script)


def _transcribe(folder: Folder, drop: Drop) -> Order:
    base = prompts.transcribe(folder.languages[0] if folder.languages else None)
    message = prompts.fill(
        prompts.instructed(base, drop.prompt), folder.languages, drop.name, drop.script
    )
    outputs = (
        Output(".txt", OutputKind.TEXT),
        Output(".srt", OutputKind.SRT, required=False),
        Output(".vtt", OutputKind.VTT, required=False),
        Output(".transcribed.mp4", OutputKind.VIDEO, required=False),
    )
    return Order("transcribe", folder.skill, (Target("transcript", message, outputs),))


def _own(folder: Folder, drop: Drop) -> Order:
    text = prompts.instructed(folder.prompt, drop.prompt)
    if not text:
        raise OrderError(
            f"The folder {shown(folder.name)} has no instructions: nothing says what to do with"
            f" {shown(drop.name)}.",
            cure=(
                'Put a file prompt.txt into the folder that says it, for example "Cut this to its'
                ' best 30 seconds."'
            ),
        )
    if prompts.asks_for_script(text) and not drop.script.strip():
        raise OrderError(
            f"The instructions of the folder {shown(folder.name)} need a text, and none came with"
            f" {shown(drop.name)}.",
            cure=(
                "Put a .txt file of the same name beside it, or take {script} out of the"
                " instructions."
            ),
        )
    target = Target(folder.task, _message(text, drop, folder.languages), _endings(folder))
    return Order(folder.task, folder.skill, (target,))


def _endings(folder: Folder) -> tuple[Output, ...]:
    """One result for each suffix; subtitles may be missing when there is something else."""
    safe = _safe(folder.name)
    only_timed = set(folder.outputs) <= _TIMED
    return tuple(
        Output(
            f".{safe}.{suffix}",
            _KIND_OF_SUFFIX[suffix],
            required=only_timed or suffix not in _TIMED,
        )
        for suffix in folder.outputs
    )


def _safe(name: str) -> str:
    """A folder's name as part of a file's name, for Windows too."""
    kept = "".join(c if c.isprintable() and c not in _UNSAFE else "_" for c in name)
    return kept.strip(". ")[:_LONGEST_ENDING].strip(". ") or "edit"
