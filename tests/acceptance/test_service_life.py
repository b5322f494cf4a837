"""The life of the real daemon as an administrator has it: tokens that come and go, signals,
reloads, and no secret anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from nemowatch.config import key_names
from nemowatch.sandbox.process import SandboxProcess
from nemowatch.service.control_client import SOCKET_NAME, call
from nemowatch.web.passwords import hashed
from tests.rigs.ports import free_port
from tests.rigs.ready import ReadySandbox
from tests.rigs.studio import Studio, wait_for

GOOD, NEXT, WRONG = "nmv_usr_R29vZFRva2Vu", "nmv_usr_TmV4dFRva2Vu", "a-word-that-no-pattern-knows"


class FileStudio(Studio):
    """A studio whose token stands in a file."""

    is_fresh = True  # tests look at its environment and memory

    def __init__(self, base: Path, sandbox: SandboxProcess, **settings: Any) -> None:
        super().__init__(base, sandbox, **settings)
        self.token_file = base / "token"
        self.edit("timeout = 10", f'timeout = 10\ntoken_file = "{self.token_file}"')

    def environment(self) -> dict[str, str]:
        return {k: v for k, v in super().environment().items() if k != "NEMO_TOKEN"}

    def edit(self, old: str, new: str) -> None:
        """Change the configuration's text."""
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def put_token(self, token: str) -> None:
        """Replace the token in one step, so that nobody reads half of it."""
        fresh = self.token_file.with_name("token.new")
        fresh.write_text(token)
        fresh.replace(self.token_file)

    def events(self, start: str) -> list[dict[str, Any]]:
        """Log lines (JSON) whose event begins so."""
        lines = (
            json.loads(line)
            for line in self.log_path.read_text().splitlines()
            if line.startswith("{")
        )
        return [line for line in lines if line["event"].startswith(start)]

    def signal(self, number: signal.Signals) -> None:
        """To the daemon."""
        assert self.daemon is not None
        self.daemon.send_signal(number)

    def only(self) -> str:
        """Of the only job; "" while there is none."""
        found = self.jobs()
        return found[0]["state"] if found else ""


@contextmanager
def file_studio(
    base: Path,
    *,
    sandbox: dict[str, Any] | None = None,
    kind: type[FileStudio] = FileStudio,
    **settings: Any,
) -> Iterator[FileStudio]:
    """Its processes end with the block; the log is JSON, at level debug."""
    extra = settings.pop("extra", "") + '\n[log]\nlevel = "debug"\nformat = "json"\n'
    with ReadySandbox(**(sandbox or {})) as cloud:
        made = kind(base, cloud, extra=extra, **settings)
        try:
            yield made
        finally:
            if made.daemon is not None and made.daemon.poll() is None:
                made.kill()


def occurrences(studio: FileStudio, *secrets: str) -> list[str]:
    """Where any of these stands, but in the token's own file: files, process, log, and what
    every command says."""
    assert studio.daemon is not None
    base = studio.root.parent
    files = [Path(folder, name) for folder, _, names in os.walk(base) for name in names]
    texts = {
        str(path): path.read_bytes()
        for path in files
        if path != studio.token_file and path.is_file()
    }
    processes = [studio.daemon.pid, *children(studio.daemon.pid)]
    places = [Path(f"/proc/{pid}/{part}") for pid in processes for part in ("cmdline", "environ")]
    texts |= {str(place): place.read_bytes() for place in places}
    for words in (
        "status",
        "status --json",
        "jobs",
        "show 1",
        "show 1 --json",
        "config show",
        "check",
    ):
        said = studio.run(*words.split(), check=False)
        texts[words] = (said.stdout + said.stderr).encode()
    return [
        f"{where}: {secret}"
        for where, text in texts.items()
        for secret in secrets
        if secret.encode() in text
    ]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_token_that_is_missing_or_refused_holds_until_a_good_one_stands(tmp_path: Path) -> None:
    """Empty at the start, then wrong, then good; later refused, then replaced: no restart, no
    anonymous account, and no token anywhere but in its file."""
    with file_studio(tmp_path, sandbox={"tokens": [GOOD]}) as studio:
        studio.token_file.touch(mode=0o600)
        studio.start()
        studio.drop("dub-es/first.mp4")
        wait_for("held for the token", lambda: studio.only() == "held")
        assert studio.jobs()[0]["reason"] == "token"
        studio.put_token(WRONG)
        wait_for("the refusal", lambda: "refuses the token" in studio.run("status").stdout)
        studio.put_token(GOOD + "\n")
        studio.wait_results("dub-es/first.es.mp4")
        studio.sandbox.token(revoke=GOOD)
        studio.drop("dub-es/second.mp4")
        wait_for("held once more", lambda: "held" in [job["state"] for job in studio.jobs()])
        studio.sandbox.token(accept=[NEXT])
        studio.put_token(NEXT)
        studio.wait_results("dub-es/second.es.mp4")
        first = ["hold begins: token", "hold continues: token", "hold ends: token"]
        assert [e["event"] for e in studio.events("hold ")] == [
            *first,
            "hold begins: token",
            "hold ends: token",
        ]
        assert occurrences(studio, GOOD, NEXT, WRONG) == []
        assert not (studio.state / "anonymous.json").exists()


@pytest.mark.slow
def test_a_token_file_that_may_not_be_read_or_goes_away_is_the_same_hold(tmp_path: Path) -> None:
    """A folder in its place, then nothing at all: held, and on by itself."""
    with file_studio(tmp_path) as studio:
        studio.token_file.mkdir()
        studio.start()
        studio.drop("dub-es/first.mp4")
        wait_for("held for the token", lambda: studio.only() == "held")
        studio.token_file.rmdir()
        wait_for("other words for it", lambda: "does not exist" in studio.run("status").stdout)
        studio.put_token(GOOD)
        studio.wait_results("dub-es/first.es.mp4")


@pytest.mark.slow
def test_a_stop_waits_for_the_paid_turn_and_begins_nothing_new(tmp_path: Path) -> None:
    """SIGTERM in the middle of a turn: it ends and is kept, what was dropped meanwhile is left,
    exit code 0."""
    with file_studio(tmp_path, sandbox={"turn_seconds": 3}) as studio:
        studio.put_token(GOOD)
        studio.start()
        studio.drop("dub-es/first.mp4")
        wait_for("a turn under way", lambda: studio.only() == "instructing")
        studio.signal(signal.SIGTERM)
        studio.drop("dub-es/late.mp4")
        assert studio.daemon is not None
        assert studio.daemon.wait(20) == 0
        assert [(job["state"], job["attempt"]) for job in studio.jobs()] == [("instructed", 0)]
        assert len(studio.charged_turns()) == 1
        studio.start()
        studio.wait_results("dub-es/first.es.mp4", "dub-es/late.es.mp4")
        assert len(studio.charged_turns()) == 2


@pytest.mark.slow
def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    """Whoever asks twice does not want to wait; the next start asks about the turn and does not
    pay again."""
    with file_studio(tmp_path, sandbox={"turn_seconds": 600}) as studio:
        studio.edit("drain = 5", "drain = 600")
        studio.edit("timeout = 20", "timeout = 600")
        studio.put_token(GOOD)
        studio.start()
        studio.drop("dub-es/first.mp4")
        wait_for("a turn under way", lambda: studio.only() == "instructing")
        studio.signal(signal.SIGTERM)
        wait_for("it stops", lambda: studio.events("nemowatch stops"))
        studio.signal(signal.SIGINT)
        assert studio.daemon is not None
        assert studio.daemon.wait(60) == 0
        assert studio.only() == "instructing"


@pytest.mark.slow
def test_usr1_finds_what_no_event_announced(tmp_path: Path) -> None:
    """With an hour between scans a file is found when the signal comes."""
    with file_studio(tmp_path, scan=3600) as studio:
        studio.edit("settle =", 'mode = "scan"\nsettle =')
        studio.put_token(GOOD)
        studio.drop("dub-es/first.mp4")
        studio.start()
        studio.wait_results("dub-es/first.es.mp4")
        studio.drop("dub-es/second.mp4")
        assert len(studio.jobs()) == 1
        studio.signal(signal.SIGUSR1)
        studio.wait_results("dub-es/second.es.mp4")


@pytest.mark.slow
def test_a_reload_applies_what_it_says_and_leaves_the_rest_as_it_was(tmp_path: Path) -> None:
    """A new recipe makes a folder readable; a moved watch is named and goes on where it was; a
    mistake changes nothing."""
    with file_studio(tmp_path) as studio:
        studio.put_token(GOOD)
        studio.start()
        studio.drop("mine/first.mp4")
        note = studio.inbox / "mine/nemowatch - read me.txt"
        wait_for("the note about the name", note.exists)
        text = studio.config.read_text()
        moved = text.replace(f'root = "{studio.root}"', f'root = "{tmp_path / "elsewhere"}"')
        studio.config.write_text(
            moved + '[recipes.mine]\nprompt = "Make it short."\n[page]\nenabled = false\n'
        )
        studio.signal(signal.SIGHUP)
        wait_for("the reload", lambda: studio.events("configuration reloaded"))
        said = studio.events("configuration reloaded")[0]
        assert sorted(said["applied"]) == ["page.enabled", "recipes.mine"]
        assert [key.rpartition(": ")[2] for key in said["needs_restart"]] == ["removed", "added"]
        studio.wait_results("mine/first.mine.mp4")
        wait_for("the note goes", lambda: not note.exists())
        studio.config.write_text(moved + "[limits]\nturns = 9\nturns = 8\n")
        studio.signal(signal.SIGHUP)
        wait_for("the refusal", lambda: studio.events("the new configuration is refused"))
        studio.drop("mine/second.mp4")
        studio.wait_results("mine/second.mine.mp4")
        assert not (tmp_path / "elsewhere").exists()


@pytest.mark.slow
def test_every_key_of_the_configuration_is_applied_or_named_by_a_reload(tmp_path: Path) -> None:
    """All of them changed at once: each is said once, as in force or as waiting for a restart,
    and the work goes on."""
    with file_studio(tmp_path) as studio:
        studio.put_token(GOOD)
        studio.start()
        (tmp_path / "password").write_text(hashed("correct horse"))
        (tmp_path / "password").chmod(0o600)
        others: dict[str, dict[str, Any]] = {
            "api": {
                "base_url": "http://127.0.0.1:1",
                "platform": "cursor",
                "language": "de",
                "timeout": 11,
                "token_file": "/x",
            },
            "render": {"poll_interval": 0.2, "give_up": 900, "quality": "low"},
            "chat": {
                "timeout": 19,
                "quiet_timeout": 18,
                "recheck": [0.2],
                "on_unknown": "resend",
                "on_lost_session": "rebuild",
                "still_working": 60,
            },
            "retry": {"base": 0.2, "cap": 2, "attempts": 5},
            "limits": {
                "uploads": 1,
                "turns": 3,
                "renders": 7,
                "downloads": 1,
                "upload_rate": 9_000_000,
                "download_rate": 9_000_000,
                "daily_credits": 5000,
                "hours": "00:00-23:59",
                "confirm_above": 3,
            },
            "aliases": {"doblar": "dub"},
            "share": {"language": "de"},
            "page": {"enabled": False},
            "side_file": {"enabled": False},
            "retention": {"jobs_days": 9, "done_days": 8},
            "service": {"drain": 6},
            "log": {"level": "info", "format": "json"},
            "notify": {
                "on": ["recovered"],
                "urls": ["json://127.0.0.1:1"],
                "webhook": "http://127.0.0.1:1/hook",
                "command": ["/bin/true"],
            },
            "web": {
                "listen": f"127.0.0.1:{free_port()}",
                "hosts": ["studio.example"],
                "password_file": str(tmp_path / "password"),
            },
        }
        text = (
            'site = "here"\n'
            f'state_dir = "{tmp_path / "other"}"\n[[watch]]\nroot = "{studio.root}"\nsettle ='
            " 0.5\nscan_interval = 3\n"
        )
        text += 'mode = "scan"\nafter = "keep"\nignore = ["*.bak"]\n'
        for section, keys in others.items():
            text += f"[{section}]\n" + "".join(
                f"{key} = {json.dumps(value)}\n" for key, value in keys.items()
            )
        studio.config.write_text(text)
        said = call(studio.state / SOCKET_NAME, "reload")
        named = [*said["applied"], *said["needs_restart"]]
        watch = [
            f"watch {studio.inbox}: {key}"
            for key in ("settle", "scan_interval", "mode", "after", "ignore")
        ]
        known = {
            name: sorted(key_names.keys(kind))
            for name, kind in key_names.sections()
            if name not in ("watch", "recipes")
        }
        known["web"].remove("password")  # it takes the place of password_file: both are refused
        known["aliases"] = ["doblar"]  # names that people choose
        assert known == {name: sorted(keys) for name, keys in others.items()}
        keys = [f"{section}.{key}" for section, keys in others.items() for key in keys]
        as_before = ["log.format"]  # JSON from the beginning: how else could this be read
        assert sorted([*named, *as_before]) == sorted(["site", "state_dir", *keys, *watch])
        studio.drop("doblar-es/first.mp4")
        studio.wait_results("doblar-es/first.es.mp4")
        assert (studio.inbox / "doblar-es/first.mp4").exists()
        assert not (tmp_path / "other").exists()
        with urlopen(f"http://{others['web']['listen']}/healthz", timeout=30) as page:
            assert page.status == 200


@pytest.mark.slow
def test_no_address_of_a_result_is_ever_said(tmp_path: Path) -> None:
    """Whoever has it can fetch the video: after cut, refused and expired downloads it stands in
    no log line, no note, no page and no answer of a command; the journal holds it only until the
    video is fetched."""
    with file_studio(tmp_path) as studio:
        faults = ("cut_response:1000", "500", "expired", "content_type", "truncated", "reset")
        studio.sandbox.fault(
            *(f"download:{fault}@{number}" for number, fault in enumerate(faults, start=1))
        )
        studio.put_token(GOOD)
        studio.start()
        studio.drop("dub-es/first.mp4")
        studio.drop("transcribe/second.mp4")
        studio.wait_results("dub-es/first.es.mp4", "transcribe/second.txt")
        assert [
            place
            for place in occurrences(studio, "signature=", "serial=")
            if "/state/journal.db" not in place
        ] == []
        assert studio.stop() == 0
        left = [
            path.name
            for path in studio.state.iterdir()
            if path.is_file() and b"signature=" in path.read_bytes()
        ]
        assert left == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_before_it_runs_is_no_failure(
    tmp_path: Path, number: signal.Signals
) -> None:
    """While it is still starting: HUP and USR1 change nothing, TERM and INT end it with 0."""
    with file_studio(tmp_path) as studio:
        studio.put_token(GOOD)
        command = [sys.executable, "-m", "nemowatch", "run", "--config", str(studio.config)]
        with studio.log_path.open("wb") as log:
            studio.daemon = subprocess.Popen(command, env=studio.environment(), stderr=log)
        status = Path(f"/proc/{studio.daemon.pid}/status")
        wait_for("signals are in hand", lambda: ignores(status.read_text(), signal.SIGUSR1))
        studio.signal(number)
        if number in (signal.SIGHUP, signal.SIGUSR1):
            wait_for("it runs", lambda: studio.daemon_state() == "running")
            assert studio.stop() == 0
        else:
            assert studio.daemon.wait(20) == 0
        assert "Traceback" not in studio.log()


def ignores(status: str, number: signal.Signals) -> bool:
    """Whether a process, as /proc tells, ignores this signal."""
    mask = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(mask, 16) >> (number - 1) & 1)
