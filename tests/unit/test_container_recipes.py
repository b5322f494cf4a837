"""The ways in which the documents start the container agree with the image and with the settings
that there are. tests/acceptance/test_container_image.py runs each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nemowatch.config.load import load
from tests.rigs.container_image import CHANGE_USER
from tests.rigs.container_recipes import CHECKOUT, Recipe, recipes

RECIPES = {recipe.name: recipe for recipe in recipes()}
#: What the container itself reads.
OF_CONTAINER = {"PUID", "PGID", "TZ", "UMASK", "NEMO_TOKEN"}


@pytest.fixture(params=RECIPES)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    """One of them."""
    return RECIPES[request.param]


def test_the_documents_have_all_of_them() -> None:
    """A compose file, a YAML for the NAS, a command, a template."""
    assert len(RECIPES) >= 4


def test_both_folders_are_mounted_and_the_page_s_port_is_the_image_s(recipe: Recipe) -> None:
    """And nothing else is asked of the machine."""
    assert set(recipe.volumes) == {"/config", "/studio"}
    exposed = re.search(r"^EXPOSE (\d+)$", (CHECKOUT / "Containerfile").read_text(), re.MULTILINE)
    assert exposed
    assert recipe.ports == (f"{exposed[1]}:{exposed[1]}",)


def test_each_setting_is_one_that_there_is(recipe: Recipe, tmp_path: Path) -> None:
    """Empty ones count as not set, as compose and the forms of a NAS leave them."""
    settings = {key: value for key, value in recipe.env.items() if key not in OF_CONTAINER}
    assert all(name.startswith("NEMOWATCH_") for name in settings)
    file = tmp_path / "config.toml"
    file.write_text('[[watch]]\nroot = "/studio"\n')
    config = load(file, settings)
    password = settings.get("NEMOWATCH_WEB__PASSWORD", "")
    assert config.web.password == password


def test_a_stop_is_waited_for_longer_than_paid_turns_are(recipe: Recipe) -> None:
    """The engine's patience is more than `service.drain`, which is 7 where none is set."""
    drain = float(recipe.env.get("NEMOWATCH_SERVICE__DRAIN", "7"))
    assert drain < recipe.stop_after


def test_who_changes_its_user_may_do_so(recipe: Recipe) -> None:
    """The engine's `user:` needs no capability; PUID needs exactly those of docs/nas.md."""
    assert (recipe.user is None) or "PUID" not in recipe.env
    if recipe.user is None:
        assert recipe.capabilities >= set(CHANGE_USER)
    if "PUID" in recipe.env:
        assert recipe.capabilities == set(CHANGE_USER)
    said = (CHECKOUT / "docs/nas.md").read_text()
    names = sorted(name.removeprefix("CAP_") for name in CHANGE_USER)
    assert f"cap_add: [{', '.join(names)}]" in said
