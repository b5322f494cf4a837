"""What is put right in a container before any command begins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nemowatch.cli.container import entry, start
from nemowatch.cli.container.entry import check_zone, umask
from nemowatch.cli.container.folders import check_mounted, check_writable, give, owner_of
from nemowatch.cli.container.identity import ChosenIdentity, Who, become, chosen
from nemowatch.config.load import load
from nemowatch.errors import ConfigError, UsageError
from tests.rigs.rows import each_row

ROOT, NOBODY = Who(0, 0), Who(99, 100)
CHOICES = [
    ({}, ROOT, NOBODY, False, NOBODY),  # the owner of the workspace
    ({}, ROOT, ROOT, False, Who(1000, 1000)),
    ({}, ROOT, ROOT, True, ROOT),  # rootless: root in here is who runs the engine
    ({"PUID": "1026", "PGID": "100"}, ROOT, NOBODY, False, Who(1026, 100)),
    ({"PUID": "1026", "PGID": " "}, ROOT, NOBODY, False, Who(1026, 1026)),
    ({"PUID": "99"}, ROOT, NOBODY, False, NOBODY),
    ({"PGID": "27"}, ROOT, NOBODY, False, Who(99, 27)),
    ({"PUID": "0", "PGID": "0"}, ROOT, NOBODY, False, ROOT),
    ({}, Who(1026, 100), ROOT, False, Who(1026, 100)),  # the engine's user:
    ({"PUID": "1026", "PGID": "100"}, Who(1026, 100), ROOT, False, Who(1026, 100)),
]


@each_row(CHOICES)
def test_who_a_container_runs_as(
    env: dict[str, str], here: Who, owner: Who, rootless: bool, who: Who
) -> None:
    """PUID and PGID, the engine's own user, or whoever the workspace belongs to."""
    assert chosen(env, here, owner, rootless=rootless).who == who


REFUSED = [
    ({"PUID": "1026"}, Who(1000, 1000), "runs this container as 1000:1000"),
    ({"PUID": "1000", "PGID": "100"}, Who(1000, 1000), "ask for 1000:100"),
    ({"PUID": "anna"}, ROOT, "PUID must be a number"),
    ({"PGID": "-1"}, ROOT, "PGID must be a number"),
]


@pytest.mark.parametrize(("env", "here", "said"), REFUSED)
def test_two_words_on_who_to_be_are_refused(env: dict[str, str], here: Who, said: str) -> None:
    """In words, with what to do: results of the wrong owner are found too late."""
    with pytest.raises(UsageError, match=said) as refused:
        chosen(env, here, ROOT, rootless=False)
    assert refused.value.cure


def test_the_umask_and_the_zone_are_checked() -> None:
    """A zone that does not exist would be UTC, and work would begin at other hours."""
    assert [umask({}), umask({"UMASK": ""}), umask({"UMASK": "022"})] == [0o002, 0o002, 0o022]
    for wrong in ("9", "u=rwx", "7777", "-1"):
        with pytest.raises(UsageError, match="UMASK must be an octal number"):
            umask({"UMASK": wrong})
    for right in ("", "UTC", "Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Asia/Tokyo"):
        check_zone({"TZ": right})
    for unknown in ("Europe/Berlni", "Europe", "../UTC", "a" * 300, "CET-1CEST,M3.5.0"):
        with pytest.raises(UsageError, match="TZ names no time zone"):
            check_zone({"TZ": unknown})


@pytest.mark.parametrize("refusal", [PermissionError(), OSError(22, ""), OverflowError()])
def test_a_number_that_cannot_be_become_is_said(
    refusal: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel refuses what the engine has no right to or does not map, Python what is too large:
    in words, and where nobody asked for it, it goes on as it is."""

    def refuse(uid: int) -> None:
        raise refusal

    for name in ("setgroups", "setgid"):
        monkeypatch.setattr(os, name, lambda *_: None)
    monkeypatch.setattr(os, "setuid", refuse)
    who = Who(2**32, 100)
    with pytest.raises(UsageError, match="does not let this container become") as refused:
        become(ChosenIdentity(who, "", True))
    assert "CHOWN, KILL, SETGID, SETUID" in refused.value.cure
    assert not become(ChosenIdentity(who, "", False))


def test_folders_that_are_not_mounted_or_not_ours_are_said(tmp_path: Path) -> None:
    """With whose they are, and what to type on the host."""
    with pytest.raises(UsageError, match="Nothing is mounted at /none: it is lost"):
        check_mounted(Path("/none"), "it is lost")
    check_mounted(Path("/proc"), "")

    with as_nobody(tmp_path) as who:
        tmp_path.chmod(0o500)
        with pytest.raises(UsageError, match=f"{tmp_path} belongs to {who}") as refused:
            check_writable(tmp_path, who)
        assert "chmod u+rwx" in refused.value.cure


@contextmanager
def as_nobody(folder: Path) -> Iterator[Who]:
    """Somebody without a right that the mode does not give, to whom the folder belongs: for root,
    the kernel answers for another user meanwhile."""
    if os.geteuid() != 0:
        yield Who(os.geteuid(), os.getegid())
        return
    os.chown(folder, NOBODY.uid, NOBODY.gid)
    os.setresuid(NOBODY.uid, 0, 0)
    try:
        yield NOBODY
    finally:
        os.setresuid(0, 0, 0)


def test_only_what_is_nemowatchs_own_is_given_away(tmp_path: Path) -> None:
    """State, configuration, and a workspace that the engine has just made; nobody's files, and
    nothing that a link leads to."""
    if os.geteuid() != 0:
        pytest.skip("only root gives anything away")
    config, empty, full, away = (tmp_path / name for name in ("config", "empty", "full", "away"))
    for folder in (config / "state", empty, full, away):
        folder.mkdir(parents=True)
    for file in (config / "state/journal.db", config / "config.toml", config / "token"):
        file.touch()
    (full / "film.mp4").touch()
    (config / "state/link").symlink_to(away)
    (away / "film.mp4").touch()
    (config / ".cache").symlink_to(away)

    for studio in (empty, full):
        give(config, studio, NOBODY)
    given = (config, config / "state/journal.db", config / "config.toml", empty)
    assert {owner_of(path) for path in given} == {NOBODY}
    kept = (config / "token", full, full / "film.mp4", away, away / "film.mp4")
    assert {owner_of(path) for path in kept} == {ROOT}
    assert (config / "state/link").lstat().st_uid == NOBODY.uid


def test_a_file_that_goes_while_all_is_given_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own files come and go: all others are given all the same."""
    (tmp_path / "state/sub").mkdir(parents=True)
    for name in ("a", "b", "c", "sub/d"):
        (tmp_path / "state" / name).touch()
    given = []

    def chown(name: str | Path, *_: object, **__: object) -> None:
        given.append(Path(name).name)
        if len(given) % 2:
            raise FileNotFoundError

    monkeypatch.setattr(os, "chown", chown)
    give(tmp_path, tmp_path, NOBODY)
    assert {"a", "b", "c", "sub", "d"} <= set(given)


@pytest.mark.parametrize(("words", "gives"), [(["health"], []), (["run"], [NOBODY])])
def test_only_the_start_of_the_daemon_gives_anything(
    words: list[str], gives: list[Who], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A health check each minute would walk through all of /config, as root."""
    given: list[Who] = []
    monkeypatch.setattr(os, "environ", {"PUID": "99", "PGID": "100"})
    monkeypatch.setattr(entry, "current", lambda: ROOT)
    monkeypatch.setattr(entry, "give", lambda config, studio, who: given.append(who))
    monkeypatch.setattr(entry, "become", lambda choice: True)
    monkeypatch.setattr(entry, "health", lambda: 0)
    before = os.umask(0o022)
    try:
        with suppress(UsageError):
            entry.enter(words)
    finally:
        os.umask(before)
    assert given == gives


def test_a_first_start_makes_what_init_makes_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once: a later start changes nothing, and says nothing of it. The page listens where it has
    a password, and where nobody has said otherwise."""
    monkeypatch.setattr(start, "check_mounted", lambda *_: None)
    monkeypatch.setattr(os, "environ", {})
    studio, path, state = tmp_path / "studio", tmp_path / "config.toml", tmp_path / "state"
    studio.mkdir()
    state.mkdir()
    env = {
        "NEMOWATCH_STATE_DIR": str(state),
        "NEMOWATCH_WEB__PASSWORD": "",
        "NEMOWATCH_WATCH__1__SCAN_INTERVAL": "1",  # of the one that is written
    }
    choice = ChosenIdentity(Who(1000, 100), "as the engine says", False)

    assert start.prepare(env, path, studio, choice) == env
    said = capsys.readouterr().out
    for words in (
        "runs as 1000:100, as the engine says",
        "inbox/dub-es",
        "NEMO_TOKEN",
        "page is off",
    ):
        assert words in said
    assert (studio / "inbox/dub-es").is_dir()
    config = load(path, env)
    assert (config.watch[0].root, config.service.drain) == (studio, 7)

    (state / "journal.db").touch()
    (studio / "inbox/dub-es").rmdir()
    prepared = start.prepare(
        {**env, "NEMOWATCH_WEB__PASSWORD": "correct horse"}, path, studio, choice
    )
    assert prepared["NEMOWATCH_WEB__LISTEN"] == "0.0.0.0:8477"
    assert load(path, prepared).web.listen == "0.0.0.0:8477"
    assert "next" not in capsys.readouterr().out
    assert not (studio / "inbox/dub-es").exists(), "a person has removed it"


@pytest.mark.parametrize("name", ["NEMOWATCH_WATCH__2__ROOT", "NEMOWATCH_ROOT"])
def test_the_file_of_a_first_start_stands_without_the_environment(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second workspace goes beside the first, and a variable that is gone leaves a whole file."""
    monkeypatch.setattr(start, "check_mounted", lambda *_: None)
    monkeypatch.setattr(os, "environ", {})
    studio, other = tmp_path / "studio", tmp_path / "other"
    env = {"NEMOWATCH_STATE_DIR": str(tmp_path), name: str(other)}
    given = studio
    if name == "NEMOWATCH_ROOT":
        given = other  # as `enter` has it
    for folder in (studio, other):
        folder.mkdir()
    path = tmp_path / "config.toml"
    start.prepare(env, path, given, ChosenIdentity(ROOT, "", False))
    assert (other / "inbox").is_dir()
    assert [watch.root for watch in load(path, {}).watch] == [given]


def test_watches_of_the_environment_need_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that is written names none beside them."""
    monkeypatch.setattr(start, "check_mounted", lambda *_: None)
    monkeypatch.setattr(os, "environ", {})
    env = {
        "NEMOWATCH_STATE_DIR": str(tmp_path),
        "NEMOWATCH_WATCH__1__INBOX": "/in",
        "NEMOWATCH_WATCH__1__OUTBOX": "/out",
    }
    choice = ChosenIdentity(ROOT, "", False)
    start.prepare(env, tmp_path / "config.toml", Path("/studio"), choice)
    (watch,) = load(tmp_path / "config.toml", env).watch
    assert watch.inbox == Path("/in")
    with pytest.raises(ConfigError, match="names no folder to watch"):
        load(tmp_path / "config.toml", {})
