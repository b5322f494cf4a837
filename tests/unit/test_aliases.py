"""`[aliases]`: folder names in people's own language, as they are read, written and refused."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from nemowatch.config.load import load
from nemowatch.config.reading import validated
from nemowatch.config.reload import changes
from nemowatch.config.schema import Config, Recipe
from nemowatch.config.show import show
from nemowatch.errors import ConfigError
from nemowatch.tasks.folder_description import what_to_order
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.records import Folder, OwnNames, Unreadable
from tests.rigs.rows import each_row

NAMES: OwnNames = {
    "Shorts": Recipe(prompt="Cut {file}, in {languages}."),
    "foo-fr": Recipe(prompt="Cut it."),
    "doblar": "dub",
    "doblar-es": "dub-es",
    "配音": "dub-zh",
    "Übersetzen": "Dub",
    "voz en off": "voiceover",
    "narrar": "voiceover-es-female",
    "Clips": "shorts",
    "foo": "dub",
    "voice": "dub",
}
WATCH = '[[watch]]\nroot = "/srv/w"\n'


READ = [
    ("doblar-es-fr", "dub-es-fr"),
    ("DOBLAR Spanish & French", "dub-es-fr"),
    ("doblar-es", "dub-es"),
    ("doblar-es-review", "dub-es-review"),
    ("配音", "dub-zh"),
    ("übersetzen-from-en-es", "dub-from-en-es"),
    ("voz-en-off-es-male", "voiceover-es-male"),
    ("Voz en off", "voiceover"),
    ("narrar", "voiceover-es-female"),
    ("clips-de", "shorts-de"),
    ("voice-over-es", "voiceover-es"),
]


@each_row([(*row, form) for row in READ for form in ["NFC", "NFD"]])
def test_an_alias_is_read_as_its_order(name: str, order: str, form: str) -> None:
    """Whole, or a task's name with what follows; in any case, with any separator, from a Mac too.
    The folder keeps its own name."""
    found = read_folder(unicodedata.normalize(form, name), NAMES)
    wanted = read_folder(order, NAMES)
    assert isinstance(found, Folder)
    assert isinstance(wanted, Folder)
    for key in ("task", "skill", "languages", "source_language", "gender", "accepts", "prompt"):
        assert getattr(found, key) == getattr(wanted, key), key
    assert found.is_reviewed == wanted.is_reviewed
    assert unicodedata.normalize("NFC", found.name) == name
    is_alias = name != "voice-over-es"
    assert bool(found.stands_for) == is_alias
    assert not wanted.stands_for


REFUSED = [
    ("配音-es", 'takes no further words, but the name continues with "es"', "dub-es"),
    ("narrar-fr", 'stands for "voiceover-es-female"', "voiceover-fr"),
    ("doblar-xx", '"xx" is not a language', ""),
    ("doblar", "language", ""),
    ("dobblar-es", "Tasks are: dub, voiceover, transcribe, edit, Shorts", "doblar-es"),
    ("foo-fr-es", 'The recipe "foo-fr" takes no languages', "foo-fr"),
]


@each_row(REFUSED)
def test_what_an_alias_does_not_say_is_not_guessed(name: str, said: str, suggestion: str) -> None:
    """A whole order takes no second language, and a recipe's name is never read as an alias."""
    found = read_folder(name, NAMES)
    assert isinstance(found, Unreadable)
    assert said in found.what
    if suggestion:
        assert found.suggestion == suggestion


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("doblar-es", '"doblar" = "dub"'),
        ("Sous-titres", '"sous-titres" = "transcribe"'),
        ("吹き替え de", '"吹き替え" = "dub"'),
        ("party-es", ""),
    ],
)
def test_a_folder_in_peoples_language_says_the_line_that_makes_it_an_order(
    name: str, line: str
) -> None:
    """Ready to be copied; once it is there, nothing is said any more."""
    found = read_folder(name, {})
    assert isinstance(found, Unreadable)
    assert ("[aliases]" in found.what) == bool(line)
    assert line in found.what
    if line:
        alias, order = (part.strip('"') for part in line.split(" = "))
        again = read_folder(name, {alias: order})
        assert "[aliases]" not in getattr(again, "what", "")


def test_an_alias_never_changes_what_an_order_means() -> None:
    """Also where a configuration was not looked through: the tasks and recipes come first."""
    for name in ("dub-es", "voice over", "shorts-es", "edit"):
        bad = {"Shorts": NAMES["Shorts"], "dub": "edit", "dub-es": "edit", "shorts-es": "edit"}
        bad |= {"voice": "edit", "edit": "dub-es", "loop": "loop"}
        assert read_folder(name, bad) == read_folder(name, {"Shorts": NAMES["Shorts"]})
    assert isinstance(read_folder("loop", {"loop": "loop"}), Unreadable)


def test_what_can_be_ordered_names_the_aliases_with_their_task() -> None:
    """One of a task that needs a language has one in its example."""
    orders = what_to_order({"Shorts": NAMES["Shorts"], **{k: NAMES[k] for k in ALL}})
    dub, voiceover, *_, shorts = ({n.name: n.makes for n in order.names} for order in orders)
    assert dub["doblar-es"] == 'the same as "dub-es"'
    assert dub["配音"] == 'the same as "dub-zh"'
    assert voiceover["voz en off"] == 'the same as "voiceover"'
    assert shorts["Clips"] == 'the same as "shorts"'


ALL = ("doblar", "配音", "voz en off", "Clips")


BAD = [
    ('"dub" = "edit"', "aliases.dub begins with the name of a task"),
    ('"Dub Kinder" = "dub-de"', "begins with the name of a task"),
    ('"voice over" = "dub"', "begins with the name of a task"),
    ('"SHORTS" = "dub-es"', "begins with the name of a recipe"),
    ('"shorts-es" = "dub-es"', "begins with the name of a recipe"),
    ('"x" = "doblar-fr"', "leads to another alias"),
    ('"x" = "x"', "leads to another alias"),
    ('"x" = ""', "leads to nothing"),
    ('"x" = "party"', "leads to nothing"),
    ('"x" = "dub-review"', "leads to nothing"),
    ('"Doblar" = "dub-es"', 'is the same folder name as "doblar"'),
    ('"a+b" = "dub"\n"a b" = "dub"', 'is the same folder name as "a+b"'),
    ('"a/b" = "dub"', "cannot be a folder's name everywhere"),
    ('"a:b" = "dub"', "cannot be a folder's name everywhere"),
    ('"x.project" = "edit"', "cannot be a folder's name everywhere"),
    ('".x" = "dub"', "cannot be a folder's name here"),
    ('"PAUSE" = "dub"', "cannot be a folder's name here"),
    ('"" = "dub"', "cannot be a folder's name here"),
    ('"x" = 7', "must be a text in quotes"),
    ('"x" = ["dub"]', "must be a text in quotes"),
    ('"u\u0308ber" = "dub"\n"\u00fcber" = "dub-es"', "is the same folder name"),
]


def read(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load(path, env or {})


@pytest.mark.parametrize(("line", "said"), BAD)
def test_an_alias_that_would_mislead_is_refused(tmp_path: Path, line: str, said: str) -> None:
    """With the line it stands in and a cure."""
    recipe = "[recipes.shorts]\nprompt = 'In {languages}.'\n"
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, f'{WATCH}{recipe}[aliases]\n"doblar" = "dub"\n{line}\n')
    (problem,) = refused.value.problems
    assert said in str(problem)
    assert str(problem).startswith(("config.toml:7: aliases", "config.toml:8: aliases"))


def test_aliases_come_from_the_file_and_the_environment_and_are_shown(tmp_path: Path) -> None:
    """One by its name, several as JSON; what is shown loads again."""
    env = {
        "NEMOWATCH_ALIASES": json.dumps({"配音": "dub-zh"}, ensure_ascii=False),
        "NEMOWATCH_ALIASES__SOUS": "transcribe",
    }
    config = read(tmp_path, WATCH + '[aliases]\n"doblar" = "dub"\n', env)
    assert config.aliases == {"doblar": "dub", "配音": "dub-zh", "sous": "transcribe"}
    assert read(tmp_path, show(config)) == config
    with pytest.raises(ConfigError, match="NEMOWATCH_ALIASES__DUB"):
        read(tmp_path, WATCH, {"NEMOWATCH_ALIASES__DUB": "edit"})


def test_a_reload_applies_aliases_at_once() -> None:
    """Each is named."""
    old = validated({"aliases": {"a": "dub", "b": "edit"}})
    new = validated({"aliases": {"a": "edit", "c": "dub"}})
    assert changes(old, new) == (["aliases.a", "aliases.b", "aliases.c"], [])
