"""Setting up: init, check, config show, and what a mistake gets: text on standard error and the
right exit code."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from nemowatch import __version__
from nemowatch.reporting.guide import NAME as GUIDE
from nemowatch.sandbox.faults import ANSWER, BEFORE, CODES, SPECIAL, STATUSES
from nemowatch.sandbox.process import SandboxProcess
from nemowatch.sandbox.settings import Settings
from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import SOCKET_NAME
from nemowatch.tasks.kinds import KINDS
from tests.rigs.command import Cli
from tests.rigs.patience import PATIENCE
from tests.rigs.ready import ReadySandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """The stand-in cloud."""
    with ReadySandbox() as running:
        yield running


def test_version_is_quick_and_needs_nothing(tmp_path: Path) -> None:
    """`--version` answers without a configuration, and without loading typer, rich or pydantic."""
    probe = (
        "import sys; sys.argv = ['nemowatch', '--version']; from nemowatch.cli import main;"
        " main(); "
    )
    probe += "print(sorted({'typer', 'rich', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout == f"nemowatch {__version__}\n[]\n"


def test_init_makes_a_workspace_that_works(tmp_path: Path) -> None:
    """A new workspace and a configuration that loads; what to do next in three lines; a second
    call changes nothing."""
    cli = Cli(tmp_path)
    done = cli.spawn("init", tmp_path / "new")
    assert done.returncode == 0
    assert [line.strip()[:2] for line in done.stdout.splitlines()[-3:]] == ["1.", "2.", "3."]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        GUIDE,
        "done",
        "failed",
        "inbox",
        "outbox",
        "status.html",
    ]
    assert sorted(p.name for p in (tmp_path / "new/inbox").iterdir()) == [
        "dub-es",
        "transcribe",
        "voiceover",
    ]
    config = tmp_path / ".config/nemowatch/config.toml"
    before = config.read_bytes()
    page = (tmp_path / "new/status.html").read_text("utf-8")
    guide = (tmp_path / "new" / GUIDE).read_text("utf-8-sig")
    for kind in KINDS:
        for hint in kind.hints:
            assert f">{hint.name}<" in page
            assert f"  {hint.name} " in guide
    again = cli.spawn("init", tmp_path / "new")
    assert (again.returncode, config.read_bytes()) == (0, before)
    assert "unchanged" in again.stdout


def test_init_gives_examples_to_an_empty_inbox_only(tmp_path: Path) -> None:
    """Folders that an administrator has made are filled; people's own are left alone."""
    cli = Cli(tmp_path)
    (tmp_path / "empty/inbox").mkdir(parents=True)
    (tmp_path / "used/inbox/kunde").mkdir(parents=True)
    for name in ("empty", "used"):
        cli.config.unlink()
        assert cli.run("init", tmp_path / name).returncode == 0
    assert (tmp_path / "empty/inbox/dub-es").is_dir()
    assert [path.name for path in (tmp_path / "used/inbox").iterdir()] == ["kunde"]


def test_init_beside_a_daemon_does_not_advise_another(tmp_path: Path) -> None:
    """In a container it runs already: what to do next is to check, and to copy a video."""
    cli = Cli(tmp_path)
    watched = [str(tmp_path / "other")]

    async def status(_: dict[str, object]) -> dict[str, object]:
        return {"status": {"watches": [{"root": root} for root in watched]}}

    async def next_steps() -> list[str]:
        server = ControlServer(cli.state_dir / SOCKET_NAME, {"status": status})
        await server.start()
        try:
            done = await asyncio.to_thread(cli.run, "init", cli.root)
        finally:
            await server.aclose()
        return [" ".join(line.split()[:3]) for line in done.stdout.split("next:\n")[1].splitlines()]

    check, copy = "nemowatch check", "Copy a"
    assert asyncio.run(next_steps()) == [f"1. {check}", "2. nemowatch run", f"3. {copy}"]
    watched.append(str(cli.root))
    assert asyncio.run(next_steps()) == [f"1. {check}", f"2. {copy}"]


def test_init_never_overwrites(tmp_path: Path) -> None:
    """A configuration that watches something else stays as it is, nothing is made, and it says
    what to add; exit code 2."""
    cli = Cli(tmp_path)
    before = cli.config.read_bytes()
    done = cli.run("init", tmp_path / "other")
    assert (done.returncode, cli.config.read_bytes()) == (2, before)
    assert "[[watch]]" in done.stderr
    assert not (tmp_path / "other").exists()


def test_init_in_a_folder_with_odd_letters(tmp_path: Path) -> None:
    """Quotes, backslashes and other alphabets in the path come through the configuration
    unharmed."""
    root = tmp_path / 'Vidéos "neu" \\ 映像'
    cli = Cli(tmp_path)
    cli.config.unlink()
    assert cli.run("init", root).returncode == 0
    assert tomllib.loads(cli.config.read_text("utf-8"))["watch"] == [{"root": str(root)}]
    refused = cli.run("init", os.fsencode(tmp_path) + b"/caf\xe9")
    assert (refused.returncode, "caf\\xe9" in refused.stderr) == (2, True)


def test_no_configuration(tmp_path: Path) -> None:
    """Without a configuration every command exits with 2 and says how to make one."""
    cli = Cli(tmp_path)
    for words in (["status"], ["run", "--once"], ["check"]):
        done = cli.spawn(*words)
        assert done.returncode == 2, words
        assert "nemowatch init" in done.stderr + done.stdout


def test_every_mistake_of_a_configuration_at_once(tmp_path: Path) -> None:
    """`run` tells every mistake with its line and its cure, exit code 2; `check` tells the same
    as lines of its own."""
    cli = Cli(tmp_path, extra="[render]\npol_interval = 3\n[limits]\nuploads = 0\n")
    done = cli.run("run")
    assert done.returncode == 2
    assert "config.toml:" in done.stderr
    assert "poll_interval" in done.stderr
    assert "uploads" in done.stderr
    checked = cli.run("check", "--json")
    assert checked.returncode == 2
    assert [row["level"] for row in json.loads(checked.stdout)["checks"]] == ["fail", "fail"]


def test_check_refuses_what_explain_refuses(tmp_path: Path) -> None:
    """A recipe that orders nothing, and a folder whose name cannot be read, each with its cure; a
    folder is a warning, like one that waits for its prompt.txt, for all else works."""
    cli = Cli(tmp_path, extra="[recipes.shorts]\nprompt = 'Export the video as a file.'\n")
    for name in ("dub-es", "dub-es-xx9", "edit"):
        (cli.root / "inbox" / name).mkdir()
    rows = json.loads(cli.run("check", "--json").stdout)["checks"]
    orders = {(row["what"], row["level"]) for row in rows if row["what"] in ("recipe", "order")}
    assert orders == {("recipe", "fail"), ("order", "warn")}
    (unread,) = [row for row in rows if "dub-es-xx9" in row["text"]]
    assert 'Did you mean "dub-es"' in unread["cure"]


def test_check_names_the_file_that_no_prompt_is_for(tmp_path: Path) -> None:
    """An edit folder that is empty, or whose projects and folders have a prompt.txt each, is in
    order; one with a file that nothing is said of is not."""
    cli = Cli(tmp_path)
    inbox = cli.root / "inbox"
    for name in ("edit/Summer.project", "edit/shorts", "edit/later"):
        (inbox / name).mkdir(parents=True)
    for name in ("edit/Summer.project", "edit/shorts"):
        (inbox / name / "prompt.txt").write_text("Cut this to its best 30 seconds.")
        (inbox / name / "beach.mp4").write_bytes(b"x")

    def warnings() -> list[str]:
        rows = json.loads(cli.run("check", "--json").stdout)["checks"]
        return [row["text"] for row in rows if row["what"] == "order"]

    assert not warnings()
    (inbox / "edit/later/walk.mp4").write_bytes(b"x")
    (warning,) = warnings()
    assert "nothing says what to do with walk.mp4" in warning


def test_check_leaves_out_folders_that_are_not_entered(tmp_path: Path) -> None:
    """What a NAS or a file system keeps for itself is nobody's order, nor work below one."""
    cli = Cli(tmp_path)
    inbox = cli.root / "inbox"
    for name in ("lost+found", "edit/@eaDir"):
        (inbox / name).mkdir(parents=True)
        (inbox / name / "walk.mp4").write_bytes(b"x")
    rows = json.loads(cli.run("check", "--json").stdout)["checks"]
    assert [row["text"] for row in rows if row["what"] == "order"] == [], rows


def test_check_goes_on_when_the_journal_is_damaged(tmp_path: Path) -> None:
    """The journal's damage is one finding among the others, also beside task folders."""
    cli = Cli(tmp_path)
    (cli.root / "inbox/dub-xx9").mkdir(parents=True)
    (cli.state_dir / "journal.db").write_bytes(b"not a database" * 1000)
    found = json.loads(cli.run("check", "--json").stdout)
    texts = json.dumps(found)
    assert "damaged" in texts
    assert "dub-xx9" in texts


def test_a_misspelt_root_is_named(tmp_path: Path) -> None:
    """Instead of that none is there."""
    cli = Cli(tmp_path)
    cli.config.write_text(cli.config.read_text().replace("root =", "rot ="))
    assert "Did you mean root?" in cli.run("check").stdout


def test_outbox_inside_the_inbox(tmp_path: Path) -> None:
    """Results inside a watched inbox are refused at start, exit code 2, before anything is made."""
    cli = Cli(tmp_path)
    inbox = cli.root / "inbox"
    cli.config.write_text(
        f"state_dir = '{tmp_path}/fresh'\n[[watch]]\ninbox = '{inbox}'\noutbox = '{inbox}/out'\n"
    )
    done = cli.run("run", "--once")
    assert (done.returncode, "outbox" in done.stderr) == (2, True)
    assert not (tmp_path / "fresh").exists()


def test_wrong_words(tmp_path: Path) -> None:
    """Unknown commands, options and misplaced --config exit with 2, in words, without a
    traceback."""
    cli = Cli(tmp_path)
    for words in (["bogus"], ["jobs", "--bogus"], ["show"], ["show", "x"], ["run", "--onse"]):
        done = cli.spawn(*words)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), words
    misplaced = cli.spawn("--config", str(cli.config), "jobs")
    assert (misplaced.returncode, "after the command's name" in misplaced.stderr) == (2, True)


def test_config_show_is_a_configuration_again(tmp_path: Path) -> None:
    """What `config show` prints is TOML with every default, the environment's values included,
    and no token."""
    cli = Cli(tmp_path)
    done = cli.run("config", "show", NEMO_TOKEN="nmv_usr_secret", NEMOWATCH_LIMITS__TURNS="9")
    shown = tomllib.loads(done.stdout)
    assert (shown["limits"]["turns"], shown["render"]["poll_interval"]) == (9, 30)
    assert "nmv_usr_secret" not in done.stdout


def test_check_when_all_is_well(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """All lines are ok or warnings, exit code 0, and the probe files are gone again."""
    cli = Cli(tmp_path)
    done = cli.run("check", "--json", NEMOWATCH_API__BASE_URL=sandbox.url)
    rows = {(row["what"], row["level"]) for row in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert {
        ("config", "ok"),
        ("rights", "ok"),
        ("disk", "ok"),
        ("cloud", "ok"),
        ("token", "warn"),
    } <= rows
    free = [row["text"] for row in json.loads(done.stdout)["checks"] if row["what"] == "disk"]
    assert [text.split("free for ")[1] for text in free] == [
        f"{cli.state_dir}.",
        f"{cli.root}/outbox.",
    ]
    assert [p for tree in ("outbox", "done", "failed") for p in (cli.root / tree).iterdir()] == []
    assert list(cli.state_dir.iterdir()) == []


def tokens_asked_for(sandbox: SandboxProcess) -> int:
    """How many anonymous tokens the sandbox was asked for so far."""
    return sum(entry["endpoint"] == "token" for entry in sandbox.ledger()["requests"])


def test_check_makes_no_account(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """It reads only: no state folder, no account in the cloud; it says that one will be made.
    Once there is one, it is used."""
    cli = Cli(tmp_path)
    cli.state_dir.rmdir()
    before = tokens_asked_for(sandbox)
    rows = {row["what"]: row for row in cli.json_here(sandbox, "check")["checks"]}
    assert "is made at the first start" in rows["token"]["text"]
    assert "credits" not in rows
    assert not cli.state_dir.exists()
    assert tokens_asked_for(sandbox) == before
    assert cli.run("credits", NEMOWATCH_API__BASE_URL=sandbox.url).returncode == 0
    kept = (cli.state_dir / "anonymous.json").read_bytes()
    rows = {row["what"]: row for row in cli.json_here(sandbox, "check")["checks"]}
    assert ("an anonymous account is used" in rows["token"]["text"], rows["credits"]["level"]) == (
        True,
        "ok",
    )
    assert (cli.state_dir / "anonymous.json").read_bytes() == kept


def test_check_of_a_token_file_that_all_can_read(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A token file that everybody can read is a warning, with the command that cures it."""
    token = tmp_path / "token"
    token.write_text("nmv_usr_mine\n")
    token.chmod(0o644)
    cli = Cli(tmp_path, extra=f"[api]\ntoken_file = '{token}'\n")
    found = next(row for row in cli.json_here(sandbox, "check")["checks"] if row["what"] == "token")
    assert (found["level"], found["cure"]) == ("warn", f"chmod 600 {token}")
    token.chmod(0o640)
    found = next(row for row in cli.json_here(sandbox, "check")["checks"] if row["what"] == "token")
    assert (found["level"], "Yours is accepted" in found["text"]) == ("ok", True)


def test_check_of_one_workspace_named_twice(tmp_path: Path) -> None:
    """One plain mistake, and no word that the configuration is sound."""
    cli = Cli(tmp_path)
    cli.config.write_text(cli.config.read_text() + f"[[watch]]\nroot = '{cli.root}'\n")
    rows = json.loads(
        cli.run("check", "--json", NEMOWATCH_API__BASE_URL="http://127.0.0.1:9").stdout
    )["checks"]
    config = [row for row in rows if row["what"] == "config"]
    assert [row["level"] for row in config] == ["fail"]
    assert "is the same folder as the inbox of [[watch]] number 1" in config[0]["text"]
    assert len([row for row in rows if row["what"] == "disk"]) == 2  # the state's, the outbox's


def test_check_finds_what_is_wrong(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A refused token and an outbox that is a file fail, each with a cure, exit code 1; the
    token is never shown."""
    cli = Cli(tmp_path)
    (cli.root / "outbox").rmdir()
    (cli.root / "outbox").touch()
    sandbox.token(revoke="nmv_usr_revoked")
    done = cli.run(
        "check", "--json", NEMOWATCH_API__BASE_URL=sandbox.url, NEMO_TOKEN="nmv_usr_revoked"
    )
    failed = {
        row["what"]: row for row in json.loads(done.stdout)["checks"] if row["level"] == "fail"
    }
    assert done.returncode == 1
    assert {"rights", "token"} <= failed.keys()
    assert all(row["cure"] for row in failed.values())
    assert "nmv_usr_revoked" not in done.stdout + done.stderr


def test_check_when_the_cloud_is_away(tmp_path: Path) -> None:
    """An address that nothing listens on fails with its cure; a missing root is a warning,
    because it is waited for."""
    cli = Cli(tmp_path)
    for tree in ("inbox", "outbox", "done", "failed"):
        (cli.root / tree).rmdir()
    cli.root.rmdir()
    done = cli.run("check", NEMOWATCH_API__BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "fail cloud" in done.stdout
    assert "warn folder" in done.stdout
    assert not cli.root.exists()


def test_run_answers_the_commands(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """While the daemon runs, status, orders and its account go through its socket; SIGTERM ends
    it with 0."""
    cli = Cli(tmp_path)
    command = [sys.executable, "-m", "nemowatch", "run", "--config", cli.config]
    with (tmp_path / "log").open("wb") as log:
        env = cli.env(NEMOWATCH_API__BASE_URL=sandbox.url, NEMO_TOKEN="nmv_usr_of_the_service")
        daemon = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        status = cli.json("status")
        while status["watches"][0]["state"] != "watching" or status["credits"]["available"] is None:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
            status = cli.json("status")
        assert (status["daemon"]["pid"], status["daemon"]["state"]) == (daemon.pid, "running")
        assert cli.run("pause").returncode == 0
        assert cli.run("take-over").stdout.startswith("No inbox is held by another host")
        assert "process" in cli.run("status").stdout
        checked = {row["what"]: row["level"] for row in cli.json("check")["checks"]}
        # its token, which this command does not have
        assert (checked["token"], checked["credits"]) == ("ok", "ok")
        assert cli.json("credits")["anonymous"] is False
        assert not (cli.state_dir / "anonymous.json").exists()
        second = cli.run("run", "--once")
        assert (second.returncode, "another nemowatch" in second.stderr) == (1, True)
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
    assert cli.json("status")["daemon"]["pid"] is None


def test_the_help_of_the_sandbox_is_whole(tmp_path: Path) -> None:
    """It lists every setting with its default, and every kind of fault."""
    told = Cli(tmp_path).spawn("sandbox", "--help").stdout
    for setting in fields(Settings):
        assert f"--{setting.name.replace('_', '-')}={setting.default}" in told
    for kind in {
        *STATUSES,
        *CODES,
        *BEFORE,
        *ANSWER,
        *(kind for kinds in SPECIAL.values() for kind in kinds),
    }:
        assert kind in told, kind


def test_the_sandbox_as_a_command(tmp_path: Path) -> None:
    """`nemowatch sandbox` says where it listens and ends with 0; a fault that does not exist is
    refused with 2."""
    cli = Cli(tmp_path)
    command = [
        sys.executable,
        "-m",
        "nemowatch",
        "sandbox",
        "--fault",
        "chat:silent",
        "--turn-seconds=0.1",
    ]
    with subprocess.Popen(command, env=cli.env(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("sandbox listening on http://127.0.0.1:")
        with urllib.request.urlopen(
            f"{said.split()[-1]}/_sandbox/ledger", timeout=PATIENCE
        ) as answer:
            assert answer.status == 200  # it answers, so its signal handlers stand
        process.terminate()
        assert process.wait(PATIENCE) == 0
    wrong = cli.spawn("sandbox", "--fault", "chat:nonsense")
    assert (wrong.returncode, "nonsense" in wrong.stderr) == (2, True)
