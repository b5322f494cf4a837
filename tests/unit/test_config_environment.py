"""What the environment says goes over the configuration's file, and may stand for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.config.find import NO_FILE, find
from nemowatch.config.load import load
from nemowatch.config.show import show
from tests.rigs.config_texts import SECRET, WATCH, problems, write


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    """Section and key in any case; lists as JSON; recipes too. What it sets leaves the rest of
    its section alone."""
    env = {
        "NEMOWATCH_RENDER__POLL_INTERVAL": "2.5",
        "nemowatch_limits__turns": "9",
        "NEMOWATCH_CHAT__RECHECK": "[1, 2]",
        "NEMOWATCH_RECIPES__SHORTS__PROMPT": "Cut it.",
        "NEMOWATCH_PAGE__ENABLED": "false",
        "NEMOWATCH_CONFIG": "elsewhere",
        "NEMOWATCH_STATE_DIR": "/state",
        "OTHER": "x",
    }
    config = load(write(tmp_path, "[render]\npoll_interval = 1\ngive_up = 7\n" + WATCH), env)
    assert (config.render.poll_interval, config.render.give_up) == (2.5, 7)
    assert (config.limits.turns, config.chat.recheck, config.page.enabled) == (9, (1, 2), False)
    assert config.recipes["shorts"].prompt == "Cut it."
    assert config.state_dir is None


ENVIRONMENT = [
    ("NEMOWATCH_RENDER__POLL_INTERVALL", "Did you mean poll_interval?"),
    ("NEMOWATCH_RENDER_POLL_INTERVAL", "Did you mean NEMOWATCH_RENDER__POLL_INTERVAL?"),
    ("NEMOWATCH_CONFG", "Did you mean NEMOWATCH_CONFIG?"),
    ("NEMOWATCH_API__TOKEN", "NEMO_TOKEN"),
    ("NEMOWATCH_WATCH__0__ROOT", "[[watch]]"),
    ("NEMOWATCH_RECIPES__A__PROMT", "Did you mean prompt?"),
    ("NEMOWATCH_", "NEMOWATCH_SECTION__KEY"),
    ("NEMOWATCH_LIMITS__TURNS__MORE", "Did you mean NEMOWATCH_LIMITS__TURNS?"),
]


@pytest.mark.parametrize(("name", "cure"), ENVIRONMENT)
def test_an_unknown_name_in_the_environment_is_refused(
    tmp_path: Path, name: str, cure: str
) -> None:
    """It is named, with the nearest right one: a setting that is silently ignored is worse than
    none."""
    (told,) = problems(tmp_path, WATCH, {name: "1"})
    assert told.startswith(f"{name}: ")
    assert cure in told


def test_a_wrong_value_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    """Not a line of the file, which may be right."""
    told = problems(
        tmp_path,
        "[render]\npoll_interval = 3\n" + WATCH,
        {"NEMOWATCH_RENDER__POLL_INTERVAL": "x", "NEMOWATCH_CHAT__RECHECK": "1,2"},
    )
    assert told[0].startswith(
        "NEMOWATCH_CHAT__RECHECK: cannot be read. Lists and tables are written as JSON"
    )
    assert told[1] == "NEMOWATCH_RENDER__POLL_INTERVAL: render.poll_interval must be a number."


def test_the_environment_alone_is_a_configuration(tmp_path: Path) -> None:
    """A root or numbered watches need no file; of a file's watches it changes and adds some; a list
    of one needs no brackets; what was left empty counts for nothing."""
    env = {
        "HOME": str(tmp_path),
        "NEMOWATCH_ROOT": str(tmp_path / "studio"),
        "NEMOWATCH_WATCH__1__IGNORE": '["*.bak"]',
        "NEMOWATCH_WATCH__1__SETTLE": "12",
        "nemowatch_watch__2__inbox": "/b/in",
        "NEMOWATCH_WATCH__2__OUTBOX": "/c/out",
        "NEMOWATCH_WEB__HOSTS": "nas.local",
        "NEMOWATCH_NOTIFY__URLS": '["ntfy://a", "ntfy://b"]',
        "NEMOWATCH_LIMITS__DAILY_CREDITS": "",
        "NEMOWATCH_WATCH__7__ROOT": " ",
    }
    found = find(None, env)
    config = load(found, env)
    first, second = config.watch
    assert (found, first.root, first.settle) == (NO_FILE, tmp_path / "studio", 12)
    assert first.ignore == ("*.bak",)
    assert (second.inbox, second.outbox, second.done) == (
        Path("/b/in"),
        Path("/c/out"),
        Path("/b/done"),
    )
    assert (config.web.hosts, len(config.notify.urls)) == (("nas.local",), 2)

    text = WATCH + "settle = 3\nscan_interval = 7\n"
    first, second = load(write(tmp_path, text), env).watch
    assert (first.root, first.settle, first.scan_interval) == (tmp_path / "studio", 12, 7)
    (only,) = load(write(tmp_path, text), {"NEMOWATCH_WATCH": '[{"root": "/x"}]'}).watch
    assert (only.root, only.scan_interval) == (Path("/x"), 60)


WATCHES = [
    (
        {"NEMOWATCH_WATCH__3__ROOT": "/x"},
        "NEMOWATCH_WATCH__3__ROOT",
        "number 3. Number 2 is the next.",
    ),
    ({"NEMOWATCH_WATCH__ROOT": "/x"}, "NEMOWATCH_WATCH__ROOT", "NEMOWATCH_WATCH__1__ROOT"),
    ({"NEMOWATCH_WATCH__1__ROTO": "/x"}, "NEMOWATCH_WATCH__1__ROTO", "Did you mean root?"),
    (
        {"NEMOWATCH_WATCH__2__SETTLE": "5"},
        "NEMOWATCH_WATCH__2__SETTLE",
        "needs a root, or an inbox and an outbox",
    ),
    (
        {"NEMOWATCH_WATCH__1__SETTLE": "soon"},
        "NEMOWATCH_WATCH__1__SETTLE",
        "watch (number 1).settle must be",
    ),
    (
        {"NEMOWATCH_ROOT": "/x", "NEMOWATCH_WATCH__1__ROOT": "/y"},
        "NEMOWATCH_WATCH__1__ROOT",
        "the same setting as NEMOWATCH_ROOT",
    ),
]


@pytest.mark.parametrize(("env", "name", "said"), WATCHES)
def test_a_mistake_in_a_watch_of_the_environment_names_the_variable(
    tmp_path: Path, env: dict[str, str], name: str, said: str
) -> None:
    """And says what to write instead."""
    (told,) = problems(tmp_path, WATCH, env)
    assert told.startswith(f"{name}: ")
    assert said in told


def test_values_may_be_in_files(tmp_path: Path) -> None:
    """Secrets of a container are files; a key that is itself a file's name stays one; a file that
    is missing or empty, or set beside its value, is a mistake in words that repeats no value."""
    (tmp_path / "hook").write_text(f"https://example.com/{SECRET}\n")
    config = load(
        write(tmp_path, WATCH),
        {
            "NEMOWATCH_NOTIFY__WEBHOOK_FILE": str(tmp_path / "hook"),
            "NEMOWATCH_API__TOKEN_FILE": "/run/secrets/token",
            "NEMOWATCH_WEB__PASSWORD_FILE": "/run/secrets/page",
            "NEMOWATCH_WEB__LISTEN": "0.0.0.0:8477",
        },
    )
    assert config.notify.webhook == f"https://example.com/{SECRET}"
    assert config.api.token_file == Path("/run/secrets/token")
    assert config.web.password_file == Path("/run/secrets/page")

    (told,) = problems(tmp_path, WATCH, {"NEMOWATCH_SITE_FILE": str(tmp_path / "none")})
    assert told.startswith("NEMOWATCH_SITE_FILE: names a file that cannot be read: No such file")
    (tmp_path / "empty").write_text("\r\n")
    (told,) = problems(tmp_path, WATCH, {"NEMOWATCH_SITE_FILE": str(tmp_path / "empty")})
    assert told.startswith("NEMOWATCH_SITE_FILE: names a file that is empty.")
    both = {"NEMOWATCH_SITE_FILE": str(tmp_path / "hook"), "NEMOWATCH_SITE": SECRET}
    (told,) = problems(tmp_path, WATCH, both)
    assert "keep one of the two" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NEMOWATCH_LIMITS__TURNS", "many"),
        ("NEMOWATCH_CHAT__RECHECK", "[1, 2"),
        ("NEMOWATCH_WATCH__1__SETTLE", "-3"),
        ("nemowatch_log__level", "loud"),
        ("NEMOWATCH_WATCH__7__ROOT", "/srv/seventh"),
    ],
)
def test_a_mistake_in_a_file_names_the_variable_that_was_set(
    tmp_path: Path, variable: str, value: str
) -> None:
    """Whoever set X_FILE is told of X_FILE, however the value in the file is wrong."""
    (tmp_path / "value").write_text(value)
    in_file = f"{variable}_FILE"
    (told,) = problems(tmp_path, WATCH, {in_file: str(tmp_path / "value")})
    assert told.startswith(f"{in_file}: ")


def test_a_setting_made_twice_names_both_variables(tmp_path: Path) -> None:
    """Also the one whose value is in a file."""
    (tmp_path / "root").write_text("/srv/studio")
    env = {"NEMOWATCH_ROOT_FILE": str(tmp_path / "root"), "NEMOWATCH_WATCH__1__ROOT": "/srv/two"}
    (told,) = problems(tmp_path, WATCH, env)
    assert "NEMOWATCH_ROOT_FILE" in told
    assert "NEMOWATCH_WATCH__1__ROOT" in told


def test_the_pages_password_may_come_from_the_environment(tmp_path: Path) -> None:
    """It opens the page to others as a file does, is nowhere shown, and is not had twice."""
    env = {"NEMOWATCH_WEB__LISTEN": "0.0.0.0:8477", "NEMOWATCH_WEB__PASSWORD": SECRET}
    config = load(write(tmp_path, WATCH), env)
    assert config.web.password == SECRET
    assert SECRET not in repr(config) + show(config)
    (told,) = problems(tmp_path, WATCH, {**env, "NEMOWATCH_WEB__PASSWORD": "short"})
    assert "at least 8 characters" in told
    (told,) = problems(tmp_path, WATCH, {**env, "NEMOWATCH_WEB__PASSWORD_FILE": "/x"})
    assert "names both password and password_file" in told
