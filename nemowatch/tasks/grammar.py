"""What a folder's name means (docs/behaviour.md section 1): `<task>[-<argument>]*`. Pure, and
total: any text gives a Folder or an Unreadable.

Nothing is guessed: a name with one part that cannot be read is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nemowatch.errors import shown
from nemowatch.model import MediaKind
from nemowatch.tasks.arguments import read_arguments
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Folder, Recipe, Unreadable
from nemowatch.tasks.suggest import candidates
from nemowatch.tasks.words import WrongError, split

#: The skills of docs/api.md section 2.
DEFAULT_SKILL = "ai-voiceover-for-video"
VOICEOVER_SKILL = "ai-voiceover-for-video"
SCRIPT_SKILL = "voiceover-generator"
DUB_SKILL = "multilingual-video-dubbing"
TRANSCRIBE_SKILL = "transcribe-video-to-text"

#: First words that are tasks of their own.
TASKS = ("dub", "voiceover", "transcribe", "edit")
#: What a voiceover speaks when its folder names no language: the skill's own words (docs/api.md
#: section 2).
ENGLISH = Language("en", "English")

MEDIA = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE})
_LINK = frozenset({MediaKind.LINK})


def read_folder(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    """The order in a task folder's name, or what is wrong with it and the nearest valid name.
    Never raises."""
    found = _read(name, recipes)
    if isinstance(found, Folder):
        return found
    for candidate in (found.suggestion, *candidates(split(name), TASKS, tuple(recipes))):
        if candidate and isinstance(_read(candidate, recipes), Folder):
            return Unreadable(name, found.what, candidate)
    return Unreadable(name, found.what)


def _read(name: str, recipes: Mapping[str, Recipe]) -> Folder | Unreadable:
    words = split(name)
    try:
        if not words:
            raise WrongError("The folder's name holds no word that could be a task.", "dub-es")
        return _read_words(name, words, recipes)
    except WrongError as wrong:
        return Unreadable(name, wrong.what, wrong.suggestion)


def _read_words(name: str, words: list[str], recipes: Mapping[str, Recipe]) -> Folder:
    task = words[0].lower()
    own = _recipe_of(words, recipes)
    if own:
        return _recipe(name, words, *own)
    if task == "dub":
        return _dub(name, words)
    if task == "voiceover":
        return _voiceover(name, words)
    if task == "transcribe":
        return _transcribe(name, words)
    if task == "edit":
        if words[1:]:
            raise WrongError(
                f'"edit" takes no further words, but the name goes on with "{shown(words[1])}".',
                "edit",
            )
        return Folder(name, "edit", DEFAULT_SKILL, accepts=MEDIA | _LINK)
    known = ", ".join(dict.fromkeys([*TASKS, *recipes]))
    raise WrongError(f'"{shown(words[0])}" is not a task. Tasks are: {known}.')


def _dub(name: str, words: list[str]) -> Folder:
    found = read_arguments(words, 1, with_source=True)
    if not found.targets:
        raise WrongError(
            "The name says dub, but no language to dub into.", "-".join([*words, "es"])
        )
    if found.source and found.source in found.targets:
        raise WrongError(
            f"{found.source.name} is both the language of the video and the one to dub into."
        )
    accepts = frozenset({MediaKind.VIDEO}) | _LINK
    return Folder(name, "dub", DUB_SKILL, found.targets, found.source, accepts=accepts)


def _voiceover(name: str, words: list[str]) -> Folder:
    found = read_arguments(words, 1, with_gender=True)
    spoken = _at_most_one(found.targets, words) or (ENGLISH,)
    accepts = frozenset({MediaKind.VIDEO, MediaKind.SCRIPT}) | _LINK
    return Folder(name, "voiceover", VOICEOVER_SKILL, spoken, gender=found.gender, accepts=accepts)


def _transcribe(name: str, words: list[str]) -> Folder:
    found = read_arguments(words, 1)
    accepts = frozenset({MediaKind.VIDEO, MediaKind.AUDIO}) | _LINK
    return Folder(
        name, "transcribe", TRANSCRIBE_SKILL, _at_most_one(found.targets, words), accepts=accepts
    )


def _at_most_one(targets: tuple[Language, ...], words: list[str]) -> tuple[Language, ...]:
    if len(targets) > 1:
        task = words[0].lower()
        said = (
            f'"{task}" takes one language, but the name has {len(targets)}: make a folder for each.'
        )
        raise WrongError(said, f"{task}-{targets[0].tag.replace('-', '_')}")
    return targets


def _recipe_of(
    words: Sequence[str], recipes: Mapping[str, Recipe]
) -> tuple[str, Recipe, int] | None:
    """The recipe whose name is the longest beginning of `words`: its name, itself, and how many
    words it took."""
    folded = [word.casefold() for word in words]
    found: tuple[str, Recipe, int] | None = None
    for name, recipe in recipes.items():
        key = [word.casefold() for word in split(name)]
        if key and folded[: len(key)] == key and (found is None or len(key) > found[2]):
            found = (name, recipe, len(key))
    return found


def _recipe(name: str, words: list[str], own: str, recipe: Recipe, length: int) -> Folder:
    targets: tuple[Language, ...] = ()
    if words[length:]:
        if "{languages}" not in recipe.prompt:
            said = (
                f'The recipe "{own}" takes no languages, but the name goes on with'
                f' "{shown(words[length])}".'
            )
            raise WrongError(said, "-".join(split(own)))
        targets = read_arguments(words, length).targets
    accepts = frozenset(recipe.accepts)
    if MediaKind.VIDEO in accepts:
        accepts |= _LINK
    if "{script}" in recipe.prompt:
        accepts |= {MediaKind.SCRIPT}
    outputs = tuple(recipe.outputs)
    return Folder(
        name,
        own,
        recipe.skill or DEFAULT_SKILL,
        targets,
        accepts=accepts,
        prompt=recipe.prompt,
        outputs=outputs,
    )
