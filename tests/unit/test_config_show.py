"""The example file, `config show`, and what a reload may change."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from nemowatch.config.key_names import keys, sections
from nemowatch.config.load import load
from nemowatch.config.reading import validated
from nemowatch.config.reload import changes, in_force
from nemowatch.config.schema import Config
from nemowatch.config.show import show
from nemowatch.config.watch_section import Watch

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
#: A setting or header that is not active: a # with the key right behind it.
INACTIVE = re.compile(r'^#(?=\[|\w+ = |")', re.MULTILINE)


def keys_in(text: str) -> set[str]:
    found, section = set(), ""
    for line in text.splitlines():
        if header := re.match(r"#?\[+([\w.]+)\]+", line):
            section = header[1].split(".")[0] + "."
        elif key := re.match(r"#?(\w+) = ", line):
            found.add(section + key[1])
    return found


def test_the_example_names_every_key_and_nothing_else() -> None:
    """Active or not, each with a comment before it."""
    wanted = {f"{name}.{key}" for name, model in sections() for key in keys(model)}
    assert keys_in(EXAMPLE.read_text()) == wanted | {"state_dir", "site"}
    sections_of = {name for name, _ in sections()}
    assert sections_of | {"state_dir", "site", "aliases"} == set(keys(Config))


def test_the_example_is_commented_throughout() -> None:
    """Above each key, or above the group of keys it stands in, there is a sentence."""
    above = ""
    for line in EXAMPLE.read_text().splitlines():
        if re.match(r"#?\w+ = ", line):
            assert above, f"no comment for: {line}"
        above = line if line.startswith("# ") or (re.match(r"#?\w+ = ", line) and above) else ""


def test_the_example_loads_and_shows_the_defaults() -> None:
    """As it stands, it is the configuration of its one root."""
    assert load(EXAMPLE, {}) == Config(watch=(Watch(root=Path("/srv/nemowatch")),))


def test_what_the_example_leaves_out_can_be_put_in(tmp_path: Path) -> None:
    """Every inactive line is right, too (the folders apart in the place of the root)."""
    text = INACTIVE.sub("", EXAMPLE.read_text()).replace('root = "/srv/nemowatch"\n', "")
    path = tmp_path / "config.toml"
    path.write_text(text)
    config = load(path, {})
    assert config.watch[0].done == Path("/srv/done")
    assert config.aliases == {"配音": "dub-zh", "doblar": "dub"}
    assert "{languages}" in config.recipes["shorts"].prompt
    fresh = type(config.recipes["shorts"])(prompt=config.recipes["shorts"].prompt)
    assert config.recipes["shorts"] == fresh


def test_what_is_shown_loads_again(tmp_path: Path) -> None:
    """Quotes, line ends and control characters included."""
    first = tmp_path / "config.toml"
    first.write_text(
        'state_dir = "s"\n[limits]\nhours = "22:00-06:00"\n[chat]\nrecheck = [0.5]\n[[watch]]\nroot'
        ' = "a"\nignore = ["*.bak", "a\\\\b"]\nsettle = 2\n[[watch]]\ninbox = "i"\noutbox ='
        ' "o"\n[recipes."Für \\"uns\\""]\nprompt = """\nTwo\nlines \\u007f \\t."""\noutputs ='
        ' ["srt"]\n'.replace('\\"uns\\"', "uns")
    )
    config = load(first, {})
    second = tmp_path / "shown.toml"
    second.write_text(show(config))
    assert load(second, {}) == config


def test_a_configuration_cannot_be_changed() -> None:
    """Every section is frozen."""
    config = Config(watch=(Watch(root=Path("/w")),))
    for section, key in ((config, "api"), (config.api, "timeout"), (config.watch[0], "mode")):
        with pytest.raises(FrozenInstanceError):
            setattr(section, key, getattr(section, key))


def test_a_reload_says_what_applies_and_what_needs_a_restart() -> None:
    """By key; a watch by its inbox."""
    old = validated(
        {
            "watch": [{"root": "/a"}, {"root": "/b"}],
            "recipes": {"x": {"prompt": "1"}, "y": {"prompt": "1"}},
        }
    )
    new = validated(
        {
            "state_dir": "/s",
            "api": {"base_url": "http://localhost:1", "language": "de"},
            "watch": [{"root": "/a", "settle": 3, "mode": "scan", "after": "keep"}, {"root": "/c"}],
            "limits": {"turns": 1},
            "recipes": {"x": {"prompt": "2"}, "z": {"prompt": "1"}},
        }
    )
    live, restart = changes(old, new)
    assert sorted(live) == [
        "api.language",
        "limits.turns",
        "recipes.x",
        "recipes.y",
        "recipes.z",
        "watch /a/inbox: after",
    ]
    assert sorted(restart) == [
        "api.base_url",
        "state_dir",
        "watch /a/inbox: mode",
        "watch /a/inbox: settle",
        "watch /b/inbox: removed",
        "watch /c/inbox: added",
    ]
    assert changes(new, new) == ([], [])
    held = in_force(old, new)
    assert changes(held, new)[0] == []
    assert sorted(changes(held, new)[1]) == sorted(restart)
    assert sorted(changes(old, held)[0]) == sorted(live)
    assert changes(old, held)[1] == []
