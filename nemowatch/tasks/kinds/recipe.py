"""Recipes: folder names that the configuration adds, each with its own instructions."""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.errors import shown
from nemowatch.model import DEFAULT_SKILL, MB, MediaKind
from nemowatch.tasks import prompts
from nemowatch.tasks.arguments import read_arguments
from nemowatch.tasks.kinds.base import AUDIO, IMAGE, TEXT, VIDEO, Example, Skill, Spelled
from nemowatch.tasks.kinds.own_instructions import OwnInstructions
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Folder, RecipeLike
from nemowatch.tasks.words import WrongError, split


@dataclass(frozen=True, slots=True)
class _Shorts:
    """The recipe of the README's example."""

    prompt: str = "Cut this to its best 30 seconds."
    skill: str = DEFAULT_SKILL
    accepts: frozenset[MediaKind] = VIDEO
    outputs: tuple[str, ...] = ("mp4",)


class RecipeKind(OwnInstructions):
    """Every recipe of the configuration: a folder with its name, in any case and spelling."""

    word = ""
    summary = "what a recipe of the configuration says"
    skills = (Skill(DEFAULT_SKILL, 500 * MB),)
    takes = VIDEO | AUDIO | IMAGE
    examples = (
        Example(
            ("shorts",),
            "what the recipe says",
            shown="a recipe's name from the config, say `shorts`",
            recipe=_Shorts(),
        ),
    )
    hints = ()

    def read(self, spelled: Spelled) -> Folder:
        recipe = spelled.recipe
        assert recipe is not None
        return Folder(
            spelled.name,
            spelled.task,
            recipe.skill or self.skill,
            _languages(spelled, recipe),
            accepts=_accepted(recipe),
            prompt=recipe.prompt,
            outputs=tuple(recipe.outputs),
        )


def _languages(spelled: Spelled, recipe: RecipeLike) -> tuple[Language, ...]:
    """The languages after its name. Raises WrongError if the recipe has no place for them."""
    if not spelled.first_argument:
        return ()
    if not prompts.asks_for_languages(recipe.prompt):
        raise WrongError(
            f'The recipe "{spelled.task}" takes no languages, but the name continues with'
            f' "{shown(spelled.first_argument)}".',
            "-".join(split(spelled.task)),
        )
    return read_arguments(spelled.words, spelled.start).targets


def _accepted(recipe: RecipeLike) -> frozenset[MediaKind]:
    """The kinds that the configuration names; also links if it accepts videos, and texts if there
    is a place for one."""
    accepted = frozenset(recipe.accepts)
    if MediaKind.VIDEO in accepted:
        accepted |= VIDEO
    if prompts.asks_for_script(recipe.prompt):
        accepted |= TEXT
    return accepted


KIND = RecipeKind()
