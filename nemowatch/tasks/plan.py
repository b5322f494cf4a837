"""Turns a folder and a drop into an order: its jobs, their messages and the results that they must
give. The modules in `kinds` say what each kind of task makes; here is what all have in common.
Pure."""

from __future__ import annotations

from dataclasses import replace

from nemowatch.errors import OrderError, shown
from nemowatch.model import MB, FolderOrder, MediaKind
from nemowatch.tasks import prompts, routing
from nemowatch.tasks.kinds import KINDS, kind_of
from nemowatch.tasks.kinds.base import Skill
from nemowatch.tasks.media_names import ONE, listed
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.request_kinds import RequestKind
from nemowatch.tasks.tips import tips

#: The largest file, bytes, for an unknown skill: most accept this (docs/api.md section 2).
_USUAL_BYTES = 500 * MB
#: Requests that are not work: what they ask for, and the answer.
NO_WORK = {
    RequestKind.EXPORT: (
        "for the result as a file",
        "Every result is put into the outbox anyway.",
    ),
    RequestKind.CREDITS: (
        "about credits",
        "The page status.html in the shared folder says how many are left, and so does: nemowatch"
        " credits. For credits at the end of a film, say so, and what they are to say: end"
        " credits with Anna and Ben.",
    ),
    RequestKind.STATUS: (
        "how things are",
        "The page status.html in the shared folder says it of every file, and so does: nemowatch"
        " status.",
    ),
    RequestKind.UPLOAD: (
        "to upload something",
        "Every file that is put into the folder is uploaded by itself, and results are put into the"
        " outbox and nowhere else.",
    ),
    RequestKind.QUESTION: (
        "a question, which orders nothing",
        "The page status.html in the shared folder says how far every file is and how many credits"
        " are left, and the text beside it how these folders are used.",
    ),
}
_SKILLS = {skill.name: skill for kind in KINDS for skill in kind.skills}


def skill_called(name: str) -> Skill:
    """What is known about a skill; for an unknown one what holds for most."""
    return _SKILLS.get(name, Skill(name, _USUAL_BYTES))


def max_bytes(skill: str) -> int:
    """The largest file, in bytes, that `skill` accepts."""
    return skill_called(skill).max_bytes


def needs_sound(skill: str) -> bool:
    """Whether `skill` works on what is said in a file; False for an unknown skill."""
    return skill_called(skill).needs_sound


def takes(folder: Folder, prompt: str = "") -> frozenset[MediaKind]:
    """The kinds of files that a folder accepts, given the text of its prompt.txt.

    {script} in it makes an `edit` folder or a recipe accept texts."""
    return kind_of(folder).takes_with(folder, prompt)


def takes_subtitles(folder: Folder) -> bool:
    """Whether subtitles beside a medium in it (`promo.es.srt`) are the words of its result."""
    return kind_of(folder).takes_subtitles and not folder.is_reviewed


def folders_for(media: MediaKind) -> list[str]:
    """Names of folders that accept files of this kind."""
    found: list[str] = []
    for kind in KINDS:
        if media in kind.takes:
            found.append(kind.starter)
    return found


def jobs_of_one(folder: Folder) -> int:
    """How many jobs one file in the folder brings, as far as the name says."""
    if kind_of(folder).splits_languages:
        return max(len(folder.languages), 1)
    return 1


def plan(folder: Folder, drop: Drop) -> FolderOrder:
    """What is to be made of `drop`. Raises OrderError, with the cure, for what the folder does not
    accept, and for instructions that are missing or cannot be sent."""
    _check_media(folder, drop)
    own = _own_instructions(drop.prompt, folder)
    recipe = folder.prompt
    is_replaced = own.strip() and not prompts.extends(own)
    if not is_replaced:
        check_instructions(recipe, "the prompt of that recipe", _whose(folder))
    order = kind_of(folder).plan(*_instructed(folder, drop, own))
    found = tips(skill_called(order.skill), drop, drop.prompt.strip() or recipe)
    found = (*found, *_answers(drop.prompt, own))
    if not found:
        return order
    return replace(order, tips=found)


def _instructed(folder: Folder, drop: Drop, own: str) -> tuple[Folder, Drop]:
    """Both with the instructions for the cloud. Those of most folders are as they were, and a copy
    takes as long as the rest of an order."""
    recipe = routing.without_export(folder.prompt)
    if recipe != folder.prompt:
        folder = replace(folder, prompt=recipe)
    if own != drop.prompt:
        drop = replace(drop, prompt=own)
    return folder, drop


def _answers(text: str, own: str) -> tuple[str, ...]:
    """The answers to additions that ask for no work, and are left out."""
    if own or not prompts.addition(text):
        return ()
    asked, answer = NO_WORK[routing.surely_in(prompts.addition(text))]
    return (f"What prompt.txt adds only asks {asked}. {answer}",)


def _whose(folder: Folder) -> str:
    return f"The instructions of the folder {shown(folder.name)}"


def _own_instructions(text: str, folder: Folder) -> str:
    """The instructions of a prompt.txt for the cloud. If it only adds something that is not work,
    the folder's own instructions remain. Raises OrderError if it would replace them by that."""
    adds = prompts.extends(text) and not kind_of(folder).needs_prompt
    if not adds:
        check_instructions(text, "the prompt.txt that counts here", _whose(folder))
    elif routing.surely_in(prompts.addition(text)) is not RequestKind.WORK:
        return ""
    return routing.without_export(text)


def _check_media(folder: Folder, drop: Drop) -> None:
    accepted = takes(folder, drop.prompt)
    if drop.kind in accepted:
        return
    raise OrderError(
        f"{shown(drop.name)} is {ONE[drop.kind]}, and the folder {shown(folder.name)} does not"
        f" accept those.",
        cure=f"It accepts {listed(accepted)}. Put the file into another folder.",
    )


def check_instructions(text: str, which: str, whose: str) -> None:
    """Raise OrderError for instructions that only ask for what has an endpoint of its own, which is
    not work for the agent. A script is content, and may say anything. `which`: the file that they
    are in, and `whose`: whose they are, for people."""
    request = routing.request_in(text.lstrip(" \n+"))
    if request is RequestKind.WORK:
        return
    asked, answer = NO_WORK[request]
    raise OrderError(
        f"{whose} only ask {asked}. {answer}",
        cure=(
            f"Say in {which} what is to be done with the files; nothing was sent or paid for"
            " so far."
        ),
    )
