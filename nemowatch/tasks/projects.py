"""Projects: several files that are worked on together, by instructions in parts. Each part is a
turn of its own, with a result of its own. Pure.

`plan` and `prompts` say what a folder's instructions mean in general.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nemowatch.content.kinds import kind_by_name
from nemowatch.errors import OrderError, shown
from nemowatch.model import FolderOrder, MediaKind, Output, Target
from nemowatch.tasks import prompts, routing
from nemowatch.tasks.kinds import kind_of
from nemowatch.tasks.plan import check_instructions, skill_called
from nemowatch.tasks.records import NO_TERMS, Drop, Folder, Glossary
from nemowatch.tasks.request_kinds import RequestKind
from nemowatch.tasks.tips import project_tips
from nemowatch.tasks.words import enumerated

#: The most turns that one project may order: each is paid for, and a person reads all of them
#: first.
MOST_PARTS = 50
#: The hyphens that people mean by dashes in a line that divides the instructions: editors turn
#: typed hyphens into long dashes.
_DASHES = str.maketrans({"—": "--", "–": "-", "―": "--"})
_SHORTEST_DIVIDER = 3
#: The beginning of a part that concerns a file: its name, perhaps in quotes, and a colon.
_PREFIX = re.compile(r"""^["'`“”„«»]?(?P<names>[^\n:：]{1,400}?)["'`“”„«»]?\s{0,9}[:：]""")
_BETWEEN_NAMES = re.compile(r"\s{0,9}(?:,|;|&|\+|\band\b|\bund\b|\by\b|\bet\b|和|、)\s{0,9}")
_WHERE = "prompt.txt"


@dataclass(frozen=True, slots=True)
class ProjectDrop:
    """The files of one project."""

    name: str  #: without its ending
    files: tuple[str, ...]  #: their names, in order
    prompt: str  #: the text of its prompt.txt, with what it adds to; "" for none
    glossary: Glossary = NO_TERMS
    seconds: Mapping[str, float] = field(default_factory=dict)  #: how long each plays, if known


def divided(text: str) -> tuple[str, ...]:
    """The parts of a project's instructions, without empty ones."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if _is_divider(line):
            parts.append([])
        else:
            parts[-1].append(line)
    texts = ("\n".join(lines).strip() for lines in parts)
    return tuple(filter(None, texts))


def _is_divider(line: str) -> bool:
    dashes = line.strip().translate(_DASHES)
    return len(dashes) >= _SHORTEST_DIVIDER and not dashes.strip("-")


def takes_projects(folder: Folder) -> bool:
    """Whether a task folder works on the files of a project together."""
    return kind_of(folder).takes_projects


def asks_about_mixes(folder: Folder) -> bool:
    """Whether clips, recordings and pictures that come into this folder together may be meant as
    one project. For a recipe the configuration says what is made of each file, so nobody is
    asked."""
    kind = kind_of(folder)
    return kind.takes_projects and kind.needs_prompt


def plan_project(folder: Folder, drop: ProjectDrop) -> FolderOrder:
    """What is to be made of a project: a target for each part of its instructions, in order. Raises
    OrderError, with the cure, for instructions that are missing, name files that are not there, or
    ask for no work."""
    parts = divided(prompts.joined(folder.prompt, drop.prompt))
    if not parts:
        raise OrderError(
            "Nothing says what to do with its files.",
            cure=(
                f"Put a text file {_WHERE} into it that says what to make of them. Parts separated"
                f" by a line of three hyphens (---) are done one after the other, each with"
                " a result of its own."
            ),
        )
    if len(parts) > MOST_PARTS:
        raise OrderError(
            f"Its {_WHERE} has {len(parts)} parts; one project can have {MOST_PARTS} at most.",
            cure="Split the work into several projects.",
        )
    return _order(folder, drop, _without_exports(parts, drop))


def _without_exports(parts: tuple[str, ...], drop: ProjectDrop) -> tuple[str, ...]:
    """The parts that ask for something to be made, or all of them if none does. The result of each
    is exported anyway."""
    kept = tuple(part for part in parts if not _is_export(part, drop))
    return kept or parts


def _is_export(part: str, drop: ProjectDrop) -> bool:
    try:
        _, text = _concerned(part, drop, "")
    except OrderError:  # people read which part is wrong, and how
        return False
    return routing.surely_in(text) is RequestKind.EXPORT


def _order(folder: Folder, drop: ProjectDrop, parts: tuple[str, ...]) -> FolderOrder:
    targets: list[Target] = []
    skill = folder.skill
    for number, part in enumerate(parts, 1):
        said = "Its instructions"
        if len(parts) > 1:
            said = f"The instructions in part {number}"
        target, skill = _target(folder, drop, part, said)
        if len(parts) > 1:
            target = replace(target, outputs=_numbered(target.outputs, folder, number))
        targets.append(target)
    found = project_tips(skill_called(skill), drop.seconds, parts)
    return FolderOrder(folder.task, skill, tuple(targets), found)


def _target(folder: Folder, drop: ProjectDrop, part: str, said: str) -> tuple[Target, str]:
    """The one target of a part, and the skill that works on it."""
    about, text = _concerned(part, drop, said)
    check_instructions(text, _WHERE, said)
    text = routing.without_export(text)
    names = enumerated(list(map(shown, about or drop.files)))
    if about:
        noun = "files"
        if len(about) == 1:
            noun = "file"
        text = f"This is about the uploaded {noun} {names}: {text}"
    if prompts.asks_for_script(text):
        raise OrderError(
            f"{said} have a place for a text ({{script}}), and a project has none.",
            cure=f"Write the text itself into {_WHERE}.",
        )
    plain = replace(folder, prompt="", accepts=folder.accepts | {MediaKind.VIDEO})
    order = kind_of(folder).plan(
        plain, Drop(MediaKind.VIDEO, names, prompt=text, glossary=drop.glossary)
    )
    return order.targets[0], order.skill


def _numbered(outputs: tuple[Output, ...], folder: Folder, number: int) -> tuple[Output, ...]:
    """The results of one part of several: `.1.mp4` in place of `.edit.mp4`."""
    found: list[Output] = []
    for output, suffix in zip(outputs, folder.outputs, strict=True):
        found.append(replace(output, ending=f".{number}.{suffix}"))
    return tuple(found)


def _concerned(part: str, drop: ProjectDrop, said: str) -> tuple[tuple[str, ...], str]:
    """The files that a part names at its beginning, and the rest of it. Raises OrderError for a
    file that is not in the project, and for a part that says nothing else."""
    whole, rest = _whole_name(part, drop.files)
    if whole:
        return _checked((whole,), rest, said)

    names, rest = _names_before_colon(part)
    own = {_key(name): name for name in drop.files}
    missing = [name for name in names if _key(name) not in own]
    if not names or _mention_a_file(missing, own):
        return (), part
    if missing:
        raise OrderError(
            f"{said} begin with {shown(missing[0])}, and no file of the project is called so.",
            cure=f"Correct the name in {_WHERE}, or put that file into the project.",
        )
    return _checked(tuple(own[_key(name)] for name in names), rest, said)


def _names_before_colon(part: str) -> tuple[list[str], str]:
    """The names of files with which a part begins, before a colon, and the rest; no names if
    anything else is before the first colon."""
    found = _PREFIX.match(part)
    if found is None:
        return [], part
    names = _BETWEEN_NAMES.split(found["names"].strip())
    if not all(map(_is_file_name, names)):
        return [], part
    return names, part[found.end() :]


def _mention_a_file(missing: list[str], own: Iterable[str]) -> bool:
    """Whether names that no file has are really a sentence that mentions a file: "Put the song
    under clip2.mp4: softly"."""
    mentions = tuple(f" {key}" for key in own)
    return any(_key(name).endswith(mentions) for name in missing)


def _whole_name(part: str, files: Iterable[str]) -> tuple[str, str]:
    """The longest of the files' names that the part begins with, before a colon, and the rest;
    ("", part) for none."""
    for name in sorted(files, key=len, reverse=True):
        if _key(part[: len(name)]) != _key(name):
            continue
        rest = part[len(name) :].lstrip(" \t\"'`”»")
        if rest[:1] in (":", "："):
            return name, rest[1:]
    return "", part


def _checked(names: tuple[str, ...], rest: str, said: str) -> tuple[tuple[str, ...], str]:
    text = rest.strip()
    if text:
        return names, text
    raise OrderError(
        f"{said} name {enumerated(list(map(shown, names)))}, and do not say what to do.",
        cure=f"After the name, write in {_WHERE} what should be made from it.",
    )


def _is_file_name(text: str) -> bool:
    name = text.strip("\"'`“”„«» ")
    is_one = "." in name and not name.endswith(".")
    return is_one and kind_by_name(name.encode("utf-8", "surrogateescape")) is not None


def _key(name: str) -> str:
    """A key that is equal for names that people take for the same: in any case, composed or
    decomposed."""
    return unicodedata.normalize("NFC", name.strip("\"'`“”„«» ")).casefold()
