"""A folder in plain words, for `nemowatch explain` and the notes. Owns wording only."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from nemowatch.errors import OrderError
from nemowatch.model import MediaKind, Output, Target
from nemowatch.tasks import prompts
from nemowatch.tasks.kinds import KINDS, kind_of
from nemowatch.tasks.kinds.base import Hint
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder, Recipe
from nemowatch.tasks.words import where

#: A file of each kind, the first that a folder takes being its example.
_EXAMPLES = {
    MediaKind.VIDEO: "clip.mp4",
    MediaKind.AUDIO: "clip.mp3",
    MediaKind.IMAGE: "clip.jpg",
    MediaKind.SCRIPT: "clip.txt",
    MediaKind.LINK: "clip.url",
}
_HINTS = tuple(hint for kind in KINDS for hint in kind.hints)
#: Characters of a recipe's instructions: enough to tell it from another one.
_RECIPE_SHOWN = 120
_WIDTH = max(len(hint.name) for hint in _HINTS)


def describe(folder: Folder) -> list[str]:
    """What a folder asks for, one sentence a line."""
    sentences = (
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


def what_to_order(recipes: Mapping[str, Recipe]) -> list[Orderable]:
    """Every kind of order there is, the configuration's own recipes last."""
    found = [Orderable(kind.summary, listed(kind.takes), kind.hints) for kind in KINDS]
    for name, recipe in recipes.items():
        found.append(_of_recipe(name, recipe))
    return found


def _of_recipe(name: str, recipe: Recipe) -> Orderable:
    words = " ".join(recipe.prompt.split())
    asked = textwrap.shorten(words, _RECIPE_SHOWN, placeholder=" …")
    hint = Hint(name, f"“{asked}”")
    return Orderable("an order of your own", listed(recipe.accepts), (hint,))


def hint_rows() -> list[tuple[str, str]]:
    """Folder names, all of them equally wide, and what they make."""
    return [(f"{hint.name:<{_WIDTH}}", hint.makes) for hint in _HINTS]


def hint_lines() -> list[str]:
    """The same, one a line, for people who look for one."""
    return [f"{name}  {makes}" for name, makes in hint_rows()]


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
    name = prompts.name_of(folder.source_language)
    return where(name, f"Language of the video: {name}.")


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
    after = where(later, f"; and {', '.join(later)}, once that text is put back into the folder")
    return f"Results for {name}: {', '.join(results)}{after}."


def reviewed(target: Target) -> tuple[Output, ...]:
    """What is made of a target's text once it is approved."""
    if target.review is None:
        return ()
    return target.review.outputs
