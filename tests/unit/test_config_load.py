"""Reading the configuration, and what a mistake in it is told as."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.config.find import find, state_dir
from nemowatch.config.hours import is_active, parse_hours
from nemowatch.config.load import load
from nemowatch.config.schema import Config
from nemowatch.config.toml_lines import find_lines
from nemowatch.config.watch_section import Watch
from nemowatch.errors import ConfigError
from nemowatch.model import MediaKind
from tests.rigs.config_texts import SECRET, WATCH, problems, write
from tests.rigs.rows import each_row


def test_a_root_is_enough(tmp_path: Path) -> None:
    """Everything else has its default, and the trees stand below the root."""
    config = load(write(tmp_path, WATCH), {})
    (watch,) = config.watch
    assert (watch.inbox, watch.outbox) == (Path("/srv/w/inbox"), Path("/srv/w/outbox"))
    assert (watch.done, watch.failed, watch.page) == (
        Path("/srv/w/done"),
        Path("/srv/w/failed"),
        Path("/srv/w/status.html"),
    )
    assert (watch.name, watch.mode, watch.settle, watch.after, watch.ignore) == (
        "/srv/w/inbox",
        "auto",
        "auto",
        "move",
        (),
    )
    assert config == Config(watch=(Watch(root=Path("/srv/w")),))


def test_an_inbox_and_an_outbox_may_be_in_different_places(tmp_path: Path) -> None:
    """done and failed are siblings of the inbox, the page stands beside the outbox."""
    config = load(
        write(tmp_path, '[[watch]]\ninbox = "/a/in"\noutbox = "/b/out"\nfailed = "/c"\n'), {}
    )
    (watch,) = config.watch
    assert (watch.root, watch.done, watch.failed, watch.page) == (
        None,
        Path("/a/done"),
        Path("/c"),
        Path("/b/status.html"),
    )


def test_paths_are_relative_to_the_file_and_tilde_is_home(tmp_path: Path) -> None:
    """Wherever the command is given, and whoever's account it is."""
    text = 'state_dir = "state"\n[api]\ntoken_file = "~/token"\n[[watch]]\nroot = "media"\n'
    text += '[[watch]]\ninbox = "~/in"\noutbox = "o"\n'
    config = load(write(tmp_path, text), {"HOME": "/home/p"})
    assert (config.state_dir, config.api.token_file) == (tmp_path / "state", Path("/home/p/token"))
    assert [watch.inbox for watch in config.watch] == [tmp_path / "media/inbox", Path("/home/p/in")]
    assert config.watch[1].done == Path("/home/p/done")


def test_fractions_of_a_second_are_durations(tmp_path: Path) -> None:
    """Every wait can be made short."""
    text = (
        "[render]\npoll_interval = 0.05\n[chat]\nrecheck = [0.1, 1]\n[retry]\nbase = 0.01\n"
        + WATCH
        + "settle = 0.2\nscan_interval = 0.5\n"
    )
    config = load(write(tmp_path, text), {})
    assert (config.render.poll_interval, config.chat.recheck, config.retry.base) == (
        0.05,
        (0.1, 1.0),
        0.01,
    )
    assert (config.watch[0].settle, config.watch[0].scan_interval) == (0.2, 0.5)


def test_a_recipe_has_its_defaults(tmp_path: Path) -> None:
    """All media, the MP4, the usual skill; suffixes may have a dot."""
    text = (
        WATCH + '[recipes.a]\nprompt = "x"\n[recipes."My Film"]\nprompt = "y"\nskill = "s"\n'
        'accepts = ["Image"]\noutputs = [".srt", "mp4"]\n'
    )
    config = load(write(tmp_path, text), {})
    plain, film = config.recipes["a"], config.recipes["My Film"]
    assert (plain.skill, plain.outputs) == ("ai-voiceover-for-video", ("mp4",))
    assert plain.accepts == (MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE)
    assert (film.skill, film.accepts, film.outputs) == ("s", (MediaKind.IMAGE,), ("srt", "mp4"))


def test_a_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    """Notepad writes both."""
    assert load(write(tmp_path, b"\xef\xbb\xbf" + WATCH.replace("\n", "\r\n").encode()), {}).watch


def test_all_mistakes_are_reported_together_with_their_lines(tmp_path: Path) -> None:
    """Unknown keys, wrong values and missing ones, in the order of the file."""
    text = (
        'stat_dir = "x"\n'  # 1
        "poll_interval = 3\n"
        "[api]\n"
        'base_url = "mega.example"\n'  # 4
        "[render]\n"
        "pol_interval = 3\n"  # 6
        "give_up = 0\n"
        "[chat]\n"
        "recheck = [\n"  # 9
        "  1,\n"
        '  "soon",\n'
        "]\n"
        'text = """\n'  # 13
        "[log]\n"
        '"""\n'
        "[limits]\n"
        'hours = "22-6"\n'  # 17
        "[[watch]]\n"
        'inbox = "a"\n'
        "[[watch]]\n"  # 20
        'root = "b"\n'
        'mode = "fast"\n'  # 22
        "settle = -1\n"
        "[log]\n"
        'level = "loud"\n'  # 25
    )
    assert problems(tmp_path, text) == [
        "config.toml:1: stat_dir is not a known key. Did you mean state_dir?",
        "config.toml:2: poll_interval is not a known key. It belongs below [render].",
        "config.toml:4: api.base_url must be an address that begins with https:// (or http://).",
        "config.toml:6: render.pol_interval is not a known key. Did you mean poll_interval?",
        "config.toml:7: render.give_up must be greater than 0.",
        "config.toml:9: chat.recheck (number 2) must be a number.",
        (
            "config.toml:13: chat.text is not a known key. "
            "Known here: timeout, quiet_timeout, recheck, still_working, on_unknown,"
            " on_lost_session."
        ),
        'config.toml:17: limits.hours must look like "22:00-06:00".',
        "config.toml:18: watch (number 1) needs a root, or an inbox and an outbox.",
        "config.toml:22: watch (number 2).mode must be 'auto', 'events' or 'scan'.",
        (
            'config.toml:23: watch (number 2).settle must be "auto" or a number of seconds greater'
            " than 0."
        ),
        "config.toml:25: log.level must be 'debug', 'info', 'warning' or 'error'.",
    ]


def test_a_text_that_is_no_toml_names_its_line(tmp_path: Path) -> None:
    """And so does one that is not UTF-8."""
    (broken,) = problems(tmp_path, "[api]\ntimeout = = 3\n")
    assert broken.startswith("config.toml:2: is not valid TOML")
    (open_end,) = problems(tmp_path, 'x = "abc')
    assert open_end.startswith("config.toml")
    (latin,) = problems(tmp_path, b"# ok\n# \xfc\n")
    assert latin == 'config.toml:2: is not UTF-8 text. Save it again with the encoding "UTF-8".'


def test_a_configuration_without_a_folder_says_how_to_name_one(tmp_path: Path) -> None:
    """An empty file, an empty list, and one bracket too few."""
    for text in ("", "watch = []", "[page]\nenabled = true\n"):
        (told,) = problems(tmp_path, text)
        assert "names no folder to watch. Add a line [[watch]]" in told
        assert "nemowatch init" in told
    (told,) = problems(tmp_path, '[watch]\nroot = "x"\n')
    assert (
        told
        == "config.toml:1: [watch] must be a list. Write [[watch]], with two brackets on each side."
    )


@pytest.mark.parametrize(
    "text",
    [
        f'[api]\ntoken = "{SECRET}"\n',
        f'token = "{SECRET}"\n',
        f'[api]\napi_key = "{SECRET}"\n',
        f'[api]\nNEMO_TOKEN = "{SECRET}"\n',
    ],
)
def test_a_token_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    """The cure names the places where it belongs."""
    (told,) = problems(tmp_path, text + WATCH)
    assert "api.token_file" in told
    assert SECRET not in told


def test_no_error_repeats_a_value(tmp_path: Path) -> None:
    """Any value may be a secret in the wrong place; the whole chain of exceptions is clean."""
    text = (
        f'[api]\nbase_url = "https://u:{SECRET}@h"\ntimeout = "{SECRET}"\nplatform ='
        f' "{SECRET}"\nlanguage = "{SECRET}"\n'
    )
    text += (
        f'token_file = 3\n[log]\nlevel = ["{SECRET}"]\n[limits]\nhours = "{SECRET}"\nturns ='
        f' "{SECRET}"\n'
    )
    env = {
        "NEMOWATCH_RETRY__BASE": SECRET,
        "NEMOWATCH_CHAT__RECHECK": SECRET,
        "NEMOWATCH_API__TOKEN": SECRET,
        "NEMOWATCH_X": SECRET,
    }
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text + WATCH), env)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in str(error)
        assert SECRET not in repr(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


RECIPE_NAMES = [
    "dub",
    "Voiceover",
    "edit",
    "dub-cinema",
    "transcribe more",
    "...",
    "a/b",
    "x.project",
    "pause",
]


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_a_recipe_may_not_be_called_what_means_something_else(tmp_path: Path, name: str) -> None:
    """Tasks that are built in, and names that can be no folder's."""
    (told,) = problems(tmp_path, WATCH + f'[recipes."{name}"]\nprompt = "x"\n')
    assert told.startswith(f"config.toml:3: recipes.{name}")


def test_two_recipes_of_one_folder_name_are_refused(tmp_path: Path) -> None:
    """Names are compared as folders are read."""
    (told,) = problems(
        tmp_path, WATCH + '[recipes."My film"]\nprompt = "x"\n[recipes.my-film]\nprompt = "y"\n'
    )
    assert '"My film" and "my-film"' in told


SHAPES = [
    (
        "[recipes.a]\nprompt = 'x'\noutputs = [[1]]\n",
        "recipes.a.outputs (number 1) must be 'mp4', 'txt', 'srt' or 'vtt'.",
    ),
    (
        "[recipes.a]\nprompt = 'x'\noutputs = []\n",
        "recipes.a.outputs must hold at least one entry.",
    ),
    ("[chat]\nrecheck = ['soon']\n", "chat.recheck (number 1) must be a number."),
    ("[recipes]\na = 'x'\n", "recipes.a must be a section. Write its keys below [recipes.a]."),
]


@pytest.mark.parametrize(("text", "told"), SHAPES)
def test_a_value_of_the_wrong_shape_is_one_mistake(tmp_path: Path, text: str, told: str) -> None:
    """Lists in lists, empty lists, a value in the place of a section."""
    (problem,) = problems(tmp_path, WATCH + text)
    assert problem.partition(": ")[2] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[limits]\nturns = true", "limits.turns must be a number."),
        ("[render]\npoll_interval = true", "render.poll_interval must be a number."),
        ("[limits]\nturns = 99999999999999999999", "limits.turns must be less than or equal to"),
        ("[limits]\nturns = 1e99", "limits.turns must be a smaller whole number."),
        ("[render]\npoll_interval = 1e99", "render.poll_interval must be less than or equal to"),
        ("[api]\ntimeout = 1e9", "api.timeout must be less than or equal to 1000000."),
        ("[chat]\nrecheck = [30, 1e99]", "chat.recheck (number 2) must be less than or equal to"),
        ("[retention]\njobs_days = 99999999999", "retention.jobs_days must be less than or equal"),
        ('[render]\nquality = ""', "render.quality must not be empty."),
    ],
)
def test_a_number_that_cannot_be_used_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """Before the daemon meets it: it would end at its first timer, or with the first job."""
    (said,) = problems(tmp_path, f"{WATCH}\n{text}")
    assert told in said


def test_root_and_inbox_together_are_refused(tmp_path: Path) -> None:
    """Which of them was meant cannot be known."""
    (told,) = problems(tmp_path, WATCH + 'inbox = "x"\n')
    assert "names both root and inbox" in told


@pytest.mark.parametrize("value", ['""', "5", '"a\\u0000b"', '" "'])
def test_what_is_no_path_is_refused(tmp_path: Path, value: str) -> None:
    """An empty root would be the configuration's own folder."""
    (told,) = problems(tmp_path, f"[[watch]]\nroot = {value}\n")
    assert told.startswith("config.toml:1: watch (number 1) root must")


def test_a_missing_or_unreadable_file_is_said(tmp_path: Path) -> None:
    """With what to do about it."""
    with pytest.raises(ConfigError, match="nemowatch init"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_find_takes_the_option_then_the_variable_then_the_home(tmp_path: Path) -> None:
    """And refuses a named file that is not there, rather than taking another."""
    own = tmp_path / ".config/nemowatch/config.toml"
    own.parent.mkdir(parents=True)
    own.write_text(WATCH)
    other = write(tmp_path, WATCH)
    env = {"HOME": str(tmp_path), "NEMOWATCH_CONFIG": str(other)}
    assert find(own, env) == own
    assert find(None, env) == other
    assert find(None, {"HOME": str(tmp_path)}) == own
    with pytest.raises(ConfigError, match="no such file"):
        find(tmp_path / "none", env)
    with pytest.raises(ConfigError, match=rf"a folder, not a file\. Name the file in it: {other}"):
        find(tmp_path, env)
    with pytest.raises(ConfigError, match="Name the file itself"):
        find(tmp_path / ".config", env)
    with pytest.raises(ConfigError, match="NEMOWATCH_CONFIG"):
        find(None, {"NEMOWATCH_CONFIG": "/none", "HOME": str(tmp_path)})


@pytest.mark.skipif(
    Path("/etc/nemowatch/config.toml").exists(),
    reason="this machine has a configuration of its own",
)
def test_without_any_configuration_find_says_how_to_make_one(tmp_path: Path) -> None:
    """It names where it looked."""
    with pytest.raises(ConfigError, match="nemowatch init") as caught:
        find(None, {"HOME": str(tmp_path)})
    assert str(tmp_path) in str(caught.value)


def test_the_state_folder_is_found_in_its_order() -> None:
    """Variable, configuration, systemd's, the system's, the home's."""
    env = {"NEMOWATCH_STATE_DIR": "/one", "STATE_DIRECTORY": "/three:/four", "HOME": "/home/p"}
    config, path = Config(state_dir=Path("/two")), Path("/etc/nemowatch/config.toml")
    assert state_dir(config, path, env) == Path("/one")
    del env["NEMOWATCH_STATE_DIR"]
    assert state_dir(config, path, env) == Path("/two")
    assert state_dir(Config(), path, env) == Path("/three")
    del env["STATE_DIRECTORY"]
    assert state_dir(Config(), path, env) == Path("/var/lib/nemowatch")
    assert state_dir(Config(), Path("/srv/config.toml"), env) == Path(
        "/home/p/.local/state/nemowatch"
    )


HOURS = [
    ("22:00-06:00", 22 * 60, True),
    ("22:00-06:00", 6 * 60, False),
    ("22:00-06:00", 0, True),
    ("22:00-06:00", 719, False),
]


HOURS += [
    ("8:30-17:00", 8 * 60 + 30, True),
    ("8:30-17:00", 17 * 60, False),
    ("18:00-24:00", 1439, True),
    ("", 3, True),
]


@each_row(HOURS)
def test_hours_hold_across_midnight(hours: str, minute: int, active: bool) -> None:
    """The first minute belongs to them, the last one does not."""
    assert is_active(hours, minute) is active


@each_row(
    [
        "22",
        "25:00-06:00",
        "22:00-06:60",
        "06:00-06:00",
        "24:00-06:00",
        "always",
        "22:00-06:00-07:00",
    ]
)
def test_hours_that_mean_nothing_are_refused(hours: str) -> None:
    """Rather than holding work for ever, or never."""
    with pytest.raises(ValueError, match="must"):
        parse_hours(hours)


@given(st.text(max_size=200))
def test_lines_are_found_in_any_text(text: str) -> None:
    """A text that is no TOML raises nothing, and lines stay within it."""
    assert all(1 <= line <= len(text.splitlines()) for line in find_lines(text).values())


@given(st.binary(max_size=200))
def test_any_file_is_a_configuration_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Whatever stands in it, only ConfigError comes out."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError):
        load(path, {})
