"""Describes a folder in plain words, for `nemowatch explain` and the notes. Owns only the
wording."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from itertools import filterfalse

from nemowatch.errors import OrderError
from nemowatch.i18n.language import message
from nemowatch.model import MediaKind, Output, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.kinds import BY_WORD, KINDS, beginning, kind_of
from nemowatch.tasks.kinds.base import Hint
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.own_names import aliases_of, recipes_of, task_of
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder, OwnNames, RecipeLike
from nemowatch.tasks.words import split, where

#: A file of each kind; the first one that a folder accepts is its example.
_EXAMPLES = {
    MediaKind.VIDEO: "clip.mp4",
    MediaKind.AUDIO: "clip.mp3",
    MediaKind.IMAGE: "clip.jpg",
    MediaKind.SCRIPT: "clip.txt",
    MediaKind.LINK: "clip.url",
}
_HINTS = tuple(hint for kind in KINDS for hint in kind.hints)
#: The most characters shown of a recipe's instructions: enough to tell it from another one.
_RECIPE_SHOWN = 120
_WIDTH = max(len(hint.name) for hint in _HINTS)


def describe(folder: Folder) -> list[str]:
    """What a folder asks for, one sentence per line."""
    sentences = (
        _alias(folder),
        f"Task: {folder.task}.",
        f"It accepts {listed(folder.accepts)}.",
        _skill(folder),
        _languages(folder),
        _source(folder),
        _voice(folder),
        _prompt(folder),
        _results(folder),
    )
    return list(filter(None, sentences))


@dataclass(frozen=True, slots=True)
class Orderable:
    """One kind of order, for people who look for one."""

    what: str  #: what comes out
    takes: str  #: "videos (mp4, …) and texts (txt, …)"
    names: tuple[Hint, ...]  #: folder names, each with what it makes


def what_to_order(own: OwnNames) -> list[Orderable]:
    """Every kind of order there is, the configuration's own recipes last; each with the aliases
    that lead to it."""
    found = [Orderable(kind.summary, listed(kind.takes), kind.hints) for kind in KINDS]
    recipes = recipes_of(own)
    for name, recipe in recipes.items():
        found.append(_of_recipe(name, recipe))

    at = {task: index for index, task in enumerate([*BY_WORD, *recipes])}
    for alias, order in aliases_of(own).items():
        index = at[task_of(split(order), own)]
        names = (*found[index].names, _of_alias(alias, order))
        found[index] = replace(found[index], names=names)
    return found


def _of_alias(alias: str, order: str) -> Hint:
    """The hint for an alias; one of a task that needs more words is shown with some:
    `doblar-es`."""
    name, full = alias, "-".join(split(order))
    kind, _ = beginning(split(order))
    if kind is not None and kind.shortest and full.casefold() in (kind.word, *kind.also):
        name = kind.shortest.replace(kind.word, alias, 1)
        full = kind.shortest
    return Hint(name, message(f'the same as "{full}"'))


def _of_recipe(name: str, recipe: RecipeLike) -> Orderable:
    words = " ".join(recipe.prompt.split())
    asked = textwrap.shorten(words, _RECIPE_SHOWN, placeholder=" …")
    hint = Hint(name, f"“{asked}”")
    return Orderable("an order of your own", listed(recipe.accepts), (hint,))


def hints(own: OwnNames) -> list[Hint]:
    """Folder names that work, and what they make: those of the configuration first."""
    built_in = set(_HINTS)
    found: list[Hint] = []
    for order in what_to_order(own):
        found += filterfalse(built_in.__contains__, order.names)
    return [*found, *_HINTS]


def hint_lines(own: OwnNames) -> list[str]:
    """The same, one per line, for people who look for one."""
    return [f"{hint.name:<{_WIDTH}}  {hint.makes}" for hint in hints(own)]


def _alias(folder: Folder) -> str:
    return where(folder.stands_for, f'By [aliases] the name stands for "{folder.stands_for}".')


def _skill(folder: Folder) -> str:
    alone = kind_of(folder).text_skill
    more = where(alone, f" ({alone} for a text alone)")
    return f"Skill: {folder.skill}{more}."


def _languages(folder: Folder) -> str:
    count = len(folder.languages)
    named = prompts.named(folder.languages)
    if count < 2:
        return where(count, f"Language: {named}.")
    each = where(kind_of(folder).splits_languages, ", each a job of its own")
    return f"Languages: {named}{each}."


def _source(folder: Folder) -> str:
    which = prompts.name_of(folder.source_language)
    return where(which, f"Language of the video: {which}.")


def _voice(folder: Folder) -> str:
    return where(folder.gender, f"Voice: {folder.gender}.")


def _prompt(folder: Folder) -> str:
    needed = kind_of(folder).needs_prompt
    return where(needed, "It needs a prompt.txt that says what to do.")


def _results(folder: Folder) -> str:
    kind = next(filter(folder.accepts.__contains__, _EXAMPLES))
    name = _EXAMPLES[kind]
    prompt = where(kind_of(folder).needs_prompt, "instructions")
    try:
        order = plan(folder, Drop(kind, name, "text", prompt))
    except OrderError as error:
        return f"{error.text} {error.cure}"
    results = [f"clip{output.ending}" for target in order.targets for output in target.outputs]
    later = [f"clip{output.ending}" for target in order.targets for output in reviewed(target)]
    after = where(later, f"and {', '.join(later)}, once that text is put back into the folder")
    if after:
        after = f"; {after}"
    return f"Results for {name}: {', '.join(results)}{after}."


def reviewed(target: Target) -> tuple[Output, ...]:
    """What is made of a target's text once it is approved."""
    if target.review is None:
        return ()
    return target.review.outputs
