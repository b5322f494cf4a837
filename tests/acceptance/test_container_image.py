"""The image, built and run as on a NAS: other users, a read-only root, an older /config, a full
disk. scripts/test-container; what one test makes is another's old /config only where that is
said."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from nemowatch.sandbox.media import sample_video
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.container_image import (
    CHANGE_USER,
    Container,
    Image,
    version,
    wait_for,
    why_not,
)
from tests.rigs.container_recipes import Recipe, recipes

REASON = why_not()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.alone,
    pytest.mark.skipif(bool(REASON), reason=REASON),
]
#: An account of nobody: it has no line in /etc/passwd, neither here nor inside.
NAS = (1026, 100)
PASSWORD = "correct horse"
#: Where compose mounts secrets, and the settings that name two of them.
SECRETS = "/run/secrets"
IN_FILES = {
    "NEMO_TOKEN_FILE": f"{SECRETS}/token",
    "NEMOWATCH_WEB__PASSWORD_FILE": f"{SECRETS}/page",
}
TOKEN = "nmv_usr_of_a_secret"
QUICK = {
    "NEMOWATCH_WATCH__1__SETTLE": "0.3",
    "NEMOWATCH_WATCH__1__SCAN_INTERVAL": "1",
    "NEMOWATCH_RENDER__POLL_INTERVAL": "0.2",
    "NEMOWATCH_LIMITS__CONFIRM_ABOVE": "0",
}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Built once."""
    built = Image()
    yield built
    built.close()


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    """The cloud."""
    with SandboxProcess() as running:
        yield running


class Nas:
    """The folders of one installation, and containers over them, one after the other."""

    def __init__(self, image: Image, base: Path, sandbox: SandboxProcess) -> None:
        self.image = image
        self.base = base
        self.sandbox = sandbox
        self.config, self.studio = base / "config", base / "studio"
        self._runs = 0
        for folder in (self.config, self.studio):
            folder.mkdir()

    def own(self, uid: int, gid: int) -> None:
        """Both folders are this user's."""
        for folder in (self.config, self.studio):
            os.chown(folder, uid, gid)

    def start(
        self,
        env: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        mode: int = 0o444,
        **more: Any,
    ) -> Container:
        """A container over them. `secrets`: what is in each file of the engine's, which has this
        mode and is root's."""
        self._runs += 1
        work = self.base / f"run{self._runs}"
        work.mkdir()
        kept = work / "secrets"
        kept.mkdir()
        for name, content in (secrets or {}).items():
            (kept / name).write_bytes(content.encode())
            (kept / name).chmod(mode)
        settings = {**QUICK, "NEMOWATCH_API__BASE_URL": self.sandbox.url, **(env or {})}
        binds = {"/config": self.config, "/studio": self.studio, SECRETS: kept}
        return Container(self.image, work, binds, env=settings, **more)

    def drop(self, name: str, owner: tuple[int, int] = NAS) -> None:
        """A clip into an inbox."""
        path = self.studio / "inbox/dub-es" / name
        path.write_bytes(sample_video() + b"\0\0\0\x10free" + name.encode().ljust(8)[:8])
        os.chown(path, *owner)

    def result(self, name: str) -> Path:
        """The result of a clip, when it is there."""
        found = self.studio / "outbox/dub-es" / f"{name}.es.mp4"
        return wait_for(lambda: found.exists() and found, f"{found}")  # type: ignore[no-any-return]

    def turns(self) -> int:
        """Paid turns so far."""
        sessions = self.sandbox.ledger()["sessions"].values()
        return sum(len(session["turns"]) for session in sessions)


@pytest.fixture
def nas(image: Image, tmp_path: Path, sandbox: SandboxProcess) -> Nas:
    """An empty one."""
    tmp_path.chmod(0o755)
    return Nas(image, tmp_path, sandbox)


def test_what_the_image_says_of_itself(image: Image) -> None:
    """Version, health check, and how it is started and stopped."""
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.version"] == version()
    assert image.config["Entrypoint"][-1] == "nemowatch"
    assert image.config["Healthcheck"]["Test"][:2] == ["CMD", "nemowatch"]
    assert not (image.root / "root/.cache").exists()


def test_from_a_first_start_to_a_new_hostname(nas: Nas) -> None:
    """As the engine's user, which no passwd knows, with no capability and a read-only root: it
    makes what is missing, says what to do, and works. Recreated under another hostname, with the
    page's password and an older /config, it goes on: nothing is paid again, nobody has to take
    over."""
    nas.own(*NAS)
    with nas.start({"TZ": "Europe/Berlin", "UMASK": "027"}, user=NAS, hostname="first") as first:
        said = first.wait_log("ready")
        assert "runs as 1026:100, as the engine says" in said
        assert "What to do next:" in said
        assert "The live page is off" in said
        nas.drop("promo.mp4")
        made = nas.result("promo").stat()
        assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (*NAS, 0o640)
        wait_for((nas.studio / "done/dub-es/promo.mp4").exists, "done/")
        assert first.run("nemowatch", "health").returncode == 0
        status = json.loads(first.run("nemowatch", "status", "--json").stdout)
        assert status["counts"]["published"] == 1
        first.kill("TERM")
        assert first.wait_ended(10) == 0, first.log
    paid = nas.turns()
    owner = json.loads((nas.studio / ".nemowatch-owner.json").read_text())
    assert owner["host"] == "first"

    env = {"NEMOWATCH_WEB__PASSWORD": PASSWORD}
    with nas.start(env, user=NAS, hostname="second") as second:
        said = second.wait_log("the live page is served")
        assert "What to do next:" not in said
        with urllib.request.urlopen("http://127.0.0.1:8477/healthz") as answer:
            assert answer.read().strip() == b"ok"
        assert (
            "The page is served at http://0.0.0.0:8477/" in second.run("nemowatch", "check").stdout
        )
        nas.drop("other.mp4")
        nas.result("other")
        assert "held by" not in second.log
    assert nas.turns() == paid + 1


def status_of_page(password: str) -> int:
    """What the live page's JSON answers to who gives this password."""
    asked = urllib.request.Request("http://127.0.0.1:8477/api/status")
    given = base64.b64encode(f"anybody:{password}".encode()).decode()
    asked.add_header("Authorization", f"Basic {given}")
    try:
        with urllib.request.urlopen(asked) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.parametrize("recipe", list(recipes()), ids=lambda recipe: recipe.name)
def test_each_recipe_of_the_documents_works_as_it_stands(nas: Nas, recipe: Recipe) -> None:
    """With folders that their owner has just made: it is ready, its result belongs to whom the
    recipe says, and the page opens with the recipe's password."""
    owner = recipe.runs_as or NAS
    nas.own(*owner)
    # who looks after it fills in what the document leaves empty
    password = recipe.env.get("NEMOWATCH_WEB__PASSWORD") or PASSWORD
    env = {**recipe.env, "NEMOWATCH_WEB__PASSWORD": password}
    user = recipe.user or (0, 0)
    with nas.start(env, user=user, capabilities=recipe.capabilities) as running:
        said = running.wait_log("the live page is served")
        assert "warning" not in said, said
        assert status_of_page(password) == 200
        assert status_of_page("another one") == 401
        nas.drop("promo.mp4", owner)
        made = nas.result("promo").stat()
        assert (made.st_uid, made.st_gid) == owner
        assert made.st_mode & 0o777 == 0o666 & ~int(recipe.env.get("UMASK", "002"), 8)
        running.kill("TERM")
        assert running.wait_ended(recipe.stop_after) == 0, running.log


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["bare", "newline", "windows"])
def test_secrets_are_files_of_the_engine(nas: Nas, end: str) -> None:
    """However their last line ends: the account is that of the token and no other is asked for, and
    the page opens with that password."""
    nas.own(*NAS)
    nas.sandbox.token(accept=[TOKEN])
    secrets = {"token": f"{TOKEN}{end}", "page": f"{PASSWORD}{end}"}
    with nas.start(IN_FILES, secrets, user=NAS) as running:
        said = running.wait_log("the live page is served")
        assert "Your own account" not in said
        nas.drop("promo.mp4")
        nas.result("promo")
        assert status_of_page(PASSWORD) == 200
        assert status_of_page("another one") == 401
        assert TOKEN not in running.log + running.run("nemowatch", "config", "show").stdout
    accounts = nas.sandbox.ledger()["accounts"]
    assert [name.partition("_")[0] for name in accounts] == ["user"]


BAD_SECRETS = [
    (None, 0o444, "does not exist", "No such file"),
    ("", 0o444, "is empty", "holds no password"),
    (" \r\n", 0o444, "is empty", "holds no password"),
    (f"{TOKEN}\n", 0o400, "cannot be read: Permission denied", "Permission denied"),
]


@pytest.mark.parametrize(
    ("content", "mode", "of_token", "of_page"),
    BAD_SECRETS,
    ids=["missing", "empty", "blank", "unreadable"],
)
def test_a_secret_that_gives_nothing_is_said_and_replaced_by_nothing(
    nas: Nas, content: str | None, mode: int, of_token: str, of_page: str
) -> None:
    """No anonymous account instead of the token's, no page without the password: the log says which
    file it is and why, nothing is paid for, and with the file in place a restart goes on."""
    nas.own(*NAS)
    secrets = {}
    if content is not None:
        secrets = dict.fromkeys(("token", "page"), content)
    with nas.start(IN_FILES, secrets, mode, user=NAS) as running:
        running.wait_log("the live page is not served")
        said = running.wait_log("not ready")
        nas.drop("promo.mp4")
        running.wait_log("promo.mp4")
        assert f"{SECRETS}/token {of_token}" in said
        assert f"{SECRETS}/page" in said
        assert of_page in said
        assert "Traceback" not in said
        assert running.run("nemowatch", "health").returncode == 0
    ledger = nas.sandbox.ledger()
    assert not ledger["accounts"]
    assert not ledger["sessions"]

    with nas.start(IN_FILES, {"token": TOKEN, "page": PASSWORD}, user=NAS):
        nas.result("promo")
    assert nas.turns() == 1


def test_any_setting_may_be_a_secret_and_one_that_gives_nothing_stops_the_start(nas: Nas) -> None:
    """With the variable's name, the reason and what to do, and without what other files hold. Run
    by number, it is that user who must be able to read them."""
    nas.own(*NAS)
    variable = "NEMOWATCH_NOTIFY__WEBHOOK_FILE"
    env = {variable: f"{SECRETS}/hook", "PUID": "1026", "PGID": "100"}
    hook = "http://127.0.0.1:9/hidden"
    cases = [
        (None, 0o444, "No such file"),
        ("\r\n", 0o444, "is empty"),
        (hook, 0o400, "Permission denied"),
    ]
    for content, mode, why in cases:
        secrets = {}
        if content is not None:
            secrets["hook"] = content
        with nas.start(env, secrets, mode, capabilities=CHANGE_USER) as refused:
            assert refused.wait_ended() == 2
            assert f"{variable}: names a file that" in refused.log
            assert why in refused.log
            assert "hidden" not in refused.log
            assert "Traceback" not in refused.log
    with nas.start(env, {"hook": f"{hook}\r\n"}, capabilities=CHANGE_USER) as running:
        running.wait_log("nemowatch runs version")
        shown = running.run("nemowatch", "config", "show").stdout
        assert "webhook" in shown
        assert "hidden" not in shown


def test_a_user_by_number_is_become_and_its_folders_are_given(nas: Nas) -> None:
    """PUID and PGID, with the four capabilities that need; an empty workspace that the engine has
    made as root is theirs, too. Commands of `exec` run as the same user, and a stop reaches the
    daemon, though its first process is root's."""
    env = {"PUID": "1026", "PGID": "100"}
    with nas.start(env, capabilities=CHANGE_USER) as container:
        container.wait_log("ready")
        nas.drop("promo.mp4")
        made = nas.result("promo").stat()
        assert (made.st_uid, made.st_gid) == NAS
        assert (nas.config / "state").stat().st_uid == NAS[0]
        assert container.run("nemowatch", "health").returncode == 0
        assert container.run("nemowatch", "pause").returncode == 0
        container.kill("TERM")
        assert container.wait_ended(10) == 0
        assert "nemowatch stops" in container.log
    assert (nas.config / "state/journal.db").stat().st_uid == NAS[0]


def test_folders_of_others_are_said_with_their_cure(nas: Nas) -> None:
    """With all capabilities dropped root may not write a folder of another owner: in words, once,
    with what to type. PUID beside another user of the engine is an error, too; so is PUID without
    the right to change, and a place where nothing is mounted."""
    nas.own(*NAS)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "/config belongs to 1026:100, and 0:0", 'user: "1026:100"'),
        ({"user": (1000, 1000)}, "/config belongs to 1026:100", "chown -R 1000:1000"),
        (
            {"user": (1000, 1000), "env": {"PUID": "1026"}},
            "PUID and PGID ask for 1026:1000",
            "Keep one of the two",
        ),
        ({"env": {"PUID": "1026"}}, "does not let this container become", 'user: "1026:100"'),
        ({"env": {"TZ": "Mars"}}, "TZ names no time zone", "Europe/Berlin"),
    ]
    for more, said, cure in cases:
        with nas.start(**more) as container:
            assert container.wait_ended() == 2
            assert said in container.log
            assert cure in container.log
            assert "Traceback" not in container.log


def test_without_its_state_no_daemon_starts_but_commands_do(nas: Nas) -> None:
    """What was paid for would be forgotten with the container; its version needs no folder."""
    nas.own(*NAS)
    for number, (words, code, said) in enumerate(
        (
            (["run"], 2, "Nothing is mounted at /config: what was paid for would be forgotten"),
            (["--version"], 0, f"nemowatch {version()}"),
        )
    ):
        work = nas.base / f"bare{number}"
        work.mkdir()
        with Container(nas.image, work, {"/studio": nas.studio}, user=NAS, words=words) as bare:
            assert bare.wait_ended() == code
            assert said in bare.log


def test_sigterm_in_a_paid_turn_drains_or_goes_on_later(nas: Nas) -> None:
    """Within the engine's ten seconds, whatever is under way: a turn that is longer is looked up at
    the next start, and is not paid again."""
    nas.own(*NAS)
    nas.sandbox.set(turn_seconds=25.0, abort_on_disconnect=False)
    with nas.start(user=NAS) as first:
        first.wait_log("ready")
        nas.drop("promo.mp4")
        wait_for(lambda: nas.turns() == 1, "a turn")
        first.kill("TERM")
        assert first.wait_ended(10) == 0
    with nas.start({"NEMOWATCH_CHAT__RECHECK": "[1, 1, 1, 30]"}, user=NAS) as second:
        second.wait_log("nemowatch runs version")
        nas.result("promo")
    assert nas.turns() == 1


def test_a_full_disk_is_waited_for(nas: Nas) -> None:
    """Of the state as of the workspace: nothing is lost, and work goes on when there is space."""
    small = nas.base / "small.img"
    with small.open("wb") as file:
        file.truncate(24 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", small], check=True)
    subprocess.run(["mount", "-o", "loop", small, nas.config], check=True)
    try:
        shutil.rmtree(nas.config / "lost+found")
        nas.own(*NAS)
        with nas.start(user=NAS) as container:
            container.wait_log("ready")
            ballast = nas.config / "ballast"
            subprocess.run(
                ["dd", "if=/dev/zero", f"of={ballast}"], check=False, capture_output=True
            )
            nas.drop("promo.mp4")
            container.wait_log("disk is full")
            ballast.unlink()
            nas.result("promo")
            assert container.run("nemowatch", "health").returncode == 0
        assert nas.turns() == 1
    finally:
        subprocess.run(["umount", nas.config], check=True)
