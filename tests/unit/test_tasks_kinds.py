"""Every task kind says all that the house asks of one, and README says the same."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.errors import OrderError
from nemowatch.model import MediaKind, OutputKind
from nemowatch.reporting import notes
from nemowatch.sandbox import agent
from nemowatch.tasks.folder_description import describe
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.kinds import KINDS, RECIPE, TaskKind, is_reserved, kind_of
from nemowatch.tasks.plan import max_bytes, plan, takes
from nemowatch.tasks.records import Drop, Folder

REPO = Path(__file__).parents[2]
ALL = [*KINDS, RECIPE]


def read(name: str, recipe: object = None) -> Folder:
    found = read_folder(name, {name: recipe} if recipe else {})  # type: ignore[dict-item]
    assert isinstance(found, Folder), found
    return found


def example_of(kind: TaskKind) -> tuple[Folder, Drop]:
    first = kind.examples[0]
    return read(first.names[0], first.recipe), first.drop


@pytest.mark.parametrize("kind", ALL, ids=repr)
def test_a_kind_says_what_it_is_takes_and_works_with(kind: TaskKind) -> None:
    """Words of its own, a line, files that it takes, skills with their limits."""
    assert (kind.word in {k.word for k in KINDS}) == (kind is not RECIPE)
    assert kind.summary[0].islower() or kind.summary.startswith("your")
    assert not kind.summary.endswith(".")
    assert kind.takes
    assert all(max_bytes(skill.name) == skill.max_bytes for skill in kind.skills)
    assert not kind.text_skill or kind.text_skill in [skill.name for skill in kind.skills]
    assert kind is RECIPE or (kind.hints and kind.meant)


@pytest.mark.parametrize("kind", ALL, ids=repr)
def test_the_examples_of_a_kind_are_read_as_that_kind(kind: TaskKind) -> None:
    """Each name is one of its folders, takes its drop, and gives messages and results."""
    assert kind.examples
    for example in kind.examples:
        for name in example.names:
            folder = read(name, example.recipe)
            assert kind_of(folder) is kind
            targets = plan(folder, example.drop).targets
            assert all(target.prompt and target.outputs for target in targets)
            assert describe(folder)[-1].startswith("Results for ")
    for hint in kind.hints:
        assert kind_of(read(hint.name)) is kind
        assert f"    {hint.name} " in notes.read_me([], {})
        assert hint.makes in notes.read_me([], {})


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_the_other_words_for_a_kind_are_taken_for_it(kind: TaskKind) -> None:
    """Whoever writes one of them is proposed a folder of this kind, never read as having said
    it."""
    for word in kind.meant:
        found = read_folder(f"{word}-es", {})
        assert not isinstance(found, Folder)
        assert kind_of(read(found.suggestion)) is kind
    assert kind_of(read(kind.starter)) is kind


@pytest.mark.parametrize("kind", ALL, ids=repr)
def test_a_kind_plans_whatever_it_takes_and_refuses_the_rest(kind: TaskKind) -> None:
    """For every kind of file there is either an order or an error with its cure."""
    folder, example = example_of(kind)
    for media in MediaKind:
        drop = Drop(media, "clip.bin", "text", example.prompt)
        if media in takes(folder, drop.prompt):
            assert plan(folder, drop).targets
        else:
            with pytest.raises(OrderError) as refused:
                plan(folder, drop)
            assert refused.value.cure


@pytest.mark.parametrize("kind", ALL, ids=repr)
def test_no_recipe_may_be_called_like_a_kind(kind: TaskKind) -> None:
    """Nor begin with its word, where words may follow it."""
    if kind is RECIPE:
        assert not is_reserved(["shorts"])
        assert not is_reserved([])
    else:
        assert is_reserved([kind.word.upper()])
        assert is_reserved([kind.word, "es"]) == kind.has_arguments


@pytest.mark.parametrize("kind", ALL, ids=repr)
def test_the_sandbox_makes_of_a_kind_what_it_is_to_give(kind: TaskKind) -> None:
    """Where a transcript is due it makes one, and nowhere else."""
    folder, drop = example_of(kind)
    order = plan(folder, drop)
    texts = [output for output in order.targets[0].outputs if output.kind is OutputKind.TEXT]
    made = agent.task_of(order.skill, order.targets[0].prompt)
    assert (made == "transcribe") == bool(texts)


def test_the_readme_has_the_tables_of_the_kinds_of_today() -> None:
    """`scripts/tables` writes them; every kind is in them."""
    tables = runpy.run_path(str(REPO / "scripts/lib/tables.py"))
    readme = (REPO / "README.md").read_text("utf-8")
    for path, made in tables["documents"]().items():
        text = path.read_text("utf-8")
        assert tables["with_tables"](text, made) == text
    for kind in ALL:
        assert f"| {kind.summary} |" in readme


def test_a_recipe_of_the_configuration_is_its_own_kind() -> None:
    """Whatever it is called, its folders are planned as recipes."""
    folder = read("shorts", Recipe(prompt="Cut it."))
    assert kind_of(folder) is RECIPE
