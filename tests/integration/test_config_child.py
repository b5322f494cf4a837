"""Reading the configuration in a child: the same answer as in this process, and an end in time
whatever happens to the child."""

from __future__ import annotations

import os
import pickle
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nemowatch.config import child
from nemowatch.config.load import load
from nemowatch.content.messages import ChildRequest, request_frame
from nemowatch.errors import ConfigError, ConfigUnread
from tests.rigs.patience import PATIENCE
from tests.rigs.studio import wait_for

TEXT = """
state_dir = "state"
[chat]
recheck = [0.5, 1]
[[watch]]
root = "media"
settle = 0.3
ignore = ["*.bak"]
[[watch]]
inbox = "~/in"
outbox = "o"
[recipes."My film"]
prompt = "Cut it."
accepts = ["image"]
"""
ENV = {"HOME": "/home/p", "NEMOWATCH_LIMITS__TURNS": "9", "nemowatch_page__enabled": "false"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration, below a name that is not UTF-8."""
    path = tmp_path / os.fsdecode(b"f\xfcr uns.toml")
    path.write_text(TEXT)
    return path


@pytest.fixture
def hung(tmp_path: Path) -> Path:
    """A configuration that keeps whoever reads it waiting, as on a share that hangs: a pipe that
    nobody writes."""
    path = tmp_path / "hung.toml"
    os.mkfifo(path)
    return path


def reads(reading: child.Reading) -> int:
    """Wait until the child of `reading` is at its work; its process id. Under nohup it ignores the
    first of the two from its beginning."""
    both = {signal.SIGHUP, signal.SIGUSR1}
    wait_for("the child to read", lambda: both <= ignored(reading.pid))
    return reading.pid


def ignored(pid: int) -> set[int]:
    mask = re.search(r"^SigIgn:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert mask is not None
    return {number for number in range(1, 65) if int(mask[1], 16) >> (number - 1) & 1}


def ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_child_reads_what_this_process_would(config: Path) -> None:
    """Every type of value, paths by the file's folder and the home, the environment over it."""
    assert child.load_apart(config, ENV) == load(config, ENV)
    with child.find_apart(config, ENV) as reading:
        assert reading.result() == (config, load(config, ENV))


def test_a_relative_name_is_that_of_the_working_folder(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the person means it who types it."""
    monkeypatch.chdir(config.parent)
    with child.find_apart(Path(config.name), ENV) as reading:
        assert reading.result()[0] == config


def test_every_mistake_comes_back_as_it_is(config: Path, tmp_path: Path) -> None:
    """In the words, the order and the places of a reading in this process; a missing file, too."""
    config.write_text(TEXT + "[page]\nenable = 3\n[log]\nlevel = 1\n")
    env = {**ENV, "NEMOWATCH_X": "1"}
    for path in (config, tmp_path / "none.toml"):
        with pytest.raises(ConfigError) as here:
            load(path, env)
        with pytest.raises(ConfigError) as apart:
            child.load_apart(path, env)
        assert apart.value.problems == here.value.problems
    with (
        child.find_apart(None, {"NEMOWATCH_CONFIG": "/none"}) as reading,
        pytest.raises(ConfigError, match="NEMOWATCH_CONFIG"),
    ):
        reading.result()


def test_the_child_gets_no_secret_and_nothing_of_systemd(hung: Path) -> None:
    """Only what the configuration is read by, and Python started by."""
    secret = {
        "NEMO_TOKEN": "nmv_usr_x",
        "CREDENTIALS_DIRECTORY": "/run/c",
        "NOTIFY_SOCKET": "/n",
        "WATCHDOG_USEC": "1",
    }
    with child.Reading(
        ["load", str(hung)], {**ENV, **secret, "LISTEN_FDS": "1", "OTHER": "x", "LC_ALL": "C"}
    ) as reading:
        found = Path(f"/proc/{reads(reading)}/environ").read_text().split("\0")
    assert {entry.partition("=")[0] for entry in found if entry} == {*ENV, "LC_ALL", "PYTHONPATH"}


def test_a_configuration_that_does_not_come_is_given_up(
    hung: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is ended; for a reload that is a refusal like any other, with what to look at."""
    monkeypatch.setattr(child, "PATIENCE", 0.5)
    with child.Reading(["load", str(hung)], ENV) as reading:
        pid = reading.pid
        with pytest.raises(ConfigUnread, match=r"not been read within 0\.5 seconds"):
            reading.result()
    assert ended(pid)
    with pytest.raises(ConfigError, match=r"hung\.toml: .* not been read .* Does the disk"):
        child.load_apart(hung, ENV)


def test_leaving_early_ends_the_child(hung: Path) -> None:
    """A daemon that is told to stop while it starts leaves nothing behind."""
    pids = []

    def leave_early() -> None:
        with child.Reading(["load", str(hung)], ENV) as reading:
            pids.append(reads(reading))
            raise SystemExit(0)

    with pytest.raises(SystemExit):
        leave_early()
    [pid] = pids
    assert ended(pid)


def test_signals_to_all_processes_do_not_end_the_reading(hung: Path) -> None:
    """HUP and USR1 are the daemon's; a terminal's Ctrl-C does not reach the child."""
    with child.Reading(["load", str(hung)], ENV) as reading:
        pid = reads(reading)
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGUSR1)
        assert os.getsid(pid) == pid
        hung.write_text(TEXT)
        # an answer, though a pipe is no file to pydantic-settings
        with pytest.raises(ConfigError, match="names no folder"):
            reading.result()


def test_a_child_that_is_killed_is_no_mistake_of_the_configuration(hung: Path) -> None:
    """Out of memory, for example: nothing is known of the file."""
    with child.Reading(["load", str(hung)], ENV) as reading:
        os.kill(reads(reading), signal.SIGKILL)
        with pytest.raises(ConfigUnread, match="ended with -9") as told:
            reading.result()
    assert "memory" in told.value.cure


def test_a_broken_installation_is_said(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the last line of what Python said, tokens hidden."""
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho Traceback >&2; echo 'No module named pydantic nmv_usr_SECRETSECRET' >&2;"
        " exit 1\n"
    )
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    with (
        child.find_apart(config, ENV) as reading,
        pytest.raises(ConfigUnread, match="No module named pydantic") as caught,
    ):
        reading.result()
    assert "SECRET" not in caught.value.words


def test_where_no_child_can_be_started_this_process_reads(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same answer, and the same mistakes."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert child.load_apart(config, ENV) == load(config, ENV)
    with child.find_apart(config, ENV) as reading:
        assert reading.result() == (config, load(config, ENV))
    config.write_text("[limits]\nuploads = 0\n")
    with pytest.raises(ConfigError) as caught:
        child.load_apart(config, ENV)
    with pytest.raises(ConfigError) as here:
        load(config, ENV)
    assert caught.value.problems == here.value.problems


def test_the_answer_of_another_version_is_not_believed(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update the child is a newer program than the daemon: its keys may mean something
    else."""
    monkeypatch.setattr(child, "__version__", "0.0.1")
    with (
        child.find_apart(config, ENV) as reading,
        pytest.raises(ConfigUnread, match="has been updated") as caught,
    ):
        reading.result()
    assert "Start it again" in caught.value.words


def test_what_others_print_into_the_answer_does_no_harm(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some installations greet whoever starts Python."""
    (tmp_path / "sitecustomize.py").write_text("print('hello', flush=True)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with child.find_apart(config, ENV) as reading:
        assert reading.result() == (config, load(config, ENV))


def test_a_whole_configuration_survives_its_way(config: Path) -> None:
    """Frozen records with their paths, kinds and recipes; what was filled in stays filled in."""
    read = load(config, ENV)
    assert pickle.loads(pickle.dumps(read)) == read
    assert read.watch[0].done == config.parent / "media/done"


def test_a_child_whose_reader_has_gone_ends_quietly(hung: Path, tmp_path: Path) -> None:
    """Nobody reads its complaint either; there is none."""
    said = tmp_path / "said"
    ours, theirs = socket.socketpair()
    words = [sys.executable, "-m", "nemowatch.content.serve", str(theirs.fileno()), "config"]
    with said.open("wb") as err, theirs:
        process = subprocess.Popen(words, stderr=err, pass_fds=[theirs.fileno()])
    request = ChildRequest("nemowatch.config.child:read_task", ("load", str(hung)), 10, 20.0, False)
    with ours:
        ours.sendall(b"?" + request_frame(request))
        assert ours.recv(1)  # it is ready
    hung.write_text(TEXT)
    assert process.wait(PATIENCE) == 0
    assert said.read_bytes() == b""


def test_the_daemon_s_code_loads_no_pydantic() -> None:
    """Nor what comes with it: it would stay for months."""
    probe = "import sys, nemowatch.service.daemon, nemowatch.config.child\n"
    probe += (
        "print(sorted(name for name in sys.modules if name.startswith(('pydantic', 'dotenv',"
        " 'annotated_types'))))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
