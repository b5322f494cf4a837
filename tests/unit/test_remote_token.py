"""Which token is used: the user's own first, else the stored anonymous one, renewed in time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.errors import LocalError, NotSent, RateLimited, TokenRefused, TokenWithheld
from nemowatch.remote.anonymous_store import STORE_NAME, Anonymous, Store
from nemowatch.remote.credential import Credential, supplied_token
from nemowatch.remote.token import LIFE_MS, MOST_REPLACED, Tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """Where files are read."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


class Cloud:
    """Issues tokens, and counts."""

    def __init__(self, expires_at: int = 0) -> None:
        self.asked: list[str] = []
        self.expires_at, self.down = expires_at, False

    async def issue(self, client_id: str) -> tuple[str, str, int]:
        """One more token."""
        self.asked.append(client_id)
        if self.down:
            raise NotSent
        return f"nmv_{len(self.asked)}", "anon_1", self.expires_at


def test_the_order_of_supplied_tokens(tmp_path: Path) -> None:
    """Environment, then the systemd credential, then the file."""
    file = tmp_path / "file"
    file.write_text(" from_file \n")
    (tmp_path / "nemo_token").write_text("from_credential\n")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert supplied_token({"NEMO_TOKEN": "from_env"} | credentials, file).read() == "from_env"
    assert supplied_token(credentials, file).read() == "from_credential"
    (tmp_path / "nemo_token").unlink()
    assert supplied_token(credentials, file).read() == "from_file"
    assert supplied_token(credentials, None).read() == ""
    secret = {"NEMO_TOKEN_FILE": str(file), **credentials}
    assert supplied_token(secret, None).read() == file.read_text().strip()
    assert supplied_token({"NEMO_TOKEN": "  "}, None).read() == ""


async def test_a_refused_token_is_said_with_what_replaces_it(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """What is given at start takes a restart; a file does not, and is named."""
    (tmp_path / "nemo_token").write_text("tok")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    cures = {}
    for name, env, file in (
        ("NEMO_TOKEN", {"NEMO_TOKEN": "tok"}, None),
        ("credential", credentials, None),
        ("file", {}, tmp_path / "nemo_token"),
    ):
        store = Store(tmp_path / STORE_NAME)
        own = supplied_token(env, file)
        tokens = Tokens(own, store, Cloud().issue, ManualClock(), executor)
        with pytest.raises(TokenRefused, match="wrong or has expired") as caught:
            await tokens.after_refusal("tok")
        cures[name] = caught.value.cure
    assert cures["NEMO_TOKEN"] == "Set NEMO_TOKEN to a valid token, and restart nemowatch."
    assert "where the credential nemo_token comes from, and restart" in cures["credential"]
    assert cures["file"].startswith("Write a valid token into that file;")


@pytest.mark.parametrize(
    "content", [None, b"", b" \n", b"two words", b"tok\x00en", "tökén".encode(), b"\xff\xfe"]
)
def test_a_token_file_that_gives_no_token_is_said_with_its_cure(
    tmp_path: Path, content: bytes | None
) -> None:
    """Missing, empty or not a token: never silently an anonymous account instead."""
    file = tmp_path / "secret-place"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(TokenRefused, match="secret-place") as caught:
        supplied_token({}, file).read()
    assert caught.value.cure


def test_no_repr_shows_a_token() -> None:
    """Reprs end up in logs."""
    shown = repr(supplied_token({"NEMO_TOKEN": "nmv_hidden"}, None)) + repr(
        Anonymous("id", "nmv_hidden")
    )
    assert "nmv_hidden" not in shown


async def test_a_token_is_stored_privately_and_used_again(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """One call to the cloud for two lives of the daemon; the file is for its user alone."""
    clock, cloud, store = ManualClock(), Cloud(), Store(tmp_path / "state" / STORE_NAME)
    first = Tokens(Credential(), store, cloud.issue, clock, executor)
    assert await first.current() == await first.current() == "nmv_1"
    second = Tokens(Credential(), store, cloud.issue, clock, executor)
    assert await second.current() == "nmv_1"
    assert second.user_id == "anon_1"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == [STORE_NAME]
    assert json.loads(store.path.read_text())["expires_at"] == clock.now_ms() + LIFE_MS


async def test_renewal_comes_shortly_before_expiry_with_the_same_client_id(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """Not earlier; and a renewal that fails leaves the present token in use, without asking at
    every call."""
    clock, cloud = ManualClock(), Cloud()
    tokens = Tokens(Credential(), Store(tmp_path / STORE_NAME), cloud.issue, clock, executor)
    await tokens.current()
    clock.advance(LIFE_MS / 1000 - 3600)
    assert await tokens.current() == "nmv_1"
    clock.advance(3500)
    cloud.down = True
    assert await tokens.current() == await tokens.current() == "nmv_1"
    assert len(cloud.asked) == 2
    cloud.down = False
    clock.advance(700)
    assert await tokens.current() == "nmv_3"
    assert len(set(cloud.asked)) == 1


async def test_whoever_waited_behind_a_429_does_not_ask_at_once(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """The others that wait for it learn that without a call; it is asked for again after as long
    as the cloud says, and rarely after that."""
    clock, asked = ManualClock(), list[str]()

    async def issue(client_id: str) -> tuple[str, str, int]:
        asked.append(client_id)
        if len(asked) <= 2:
            raise RateLimited("one per 7 days", retry_after=90)
        return "nmv_late", "anon_1", 0

    tokens = Tokens(Credential(), Store(tmp_path / STORE_NAME), issue, clock, executor)
    found = await asyncio.gather(*(tokens.current() for _ in range(4)), return_exceptions=True)
    assert [type(one) for one in found] == [TokenWithheld] * 4
    assert len(asked) == 1
    for pause in (90, 3600):
        clock.advance(pause - 10)
        with pytest.raises(TokenWithheld, match=r"each client gets one.*asked again at"):
            await tokens.current()
        clock.advance(11)
        with contextlib.suppress(TokenWithheld):
            assert await tokens.current() == "nmv_late"
    assert (len(asked), len(set(asked))) == (3, 1)


async def test_a_refused_anonymous_token_is_asked_for_rarely(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """Once after 30 s, then after an hour, then every six hours, however often a token is
    needed."""
    clock, asked = ManualClock(), list[float]()
    began = clock.monotonic()

    async def issue(client_id: str) -> tuple[str, str, int]:
        asked.append(clock.monotonic() - began)
        raise RateLimited("one per 7 days")

    tokens = Tokens(Credential(), Store(tmp_path / STORE_NAME), issue, clock, executor)
    for seconds in (30, *[600] * (24 * 6)):
        with pytest.raises(TokenWithheld):
            await tokens.current()
        clock.advance(seconds)
    assert asked == [0, 30, 3630, 25230, 46830, 68430]


async def test_a_lost_answer_keeps_the_client_id(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """It is stored before it is told: only that id can ever get this token's account again."""
    cloud, store = Cloud(), Store(tmp_path / STORE_NAME)
    cloud.down = True
    with pytest.raises(NotSent):
        await Tokens(Credential(), store, cloud.issue, ManualClock(), executor).current()
    cloud.down = False
    assert (
        await Tokens(Credential(), store, cloud.issue, ManualClock(), executor).current() == "nmv_2"
    )
    assert len(set(cloud.asked)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"client_id": 7.5}', b"\xff\x00", b'{"expires_at": "x"}']
)
async def test_a_damaged_store_is_a_fresh_start(
    tmp_path: Path, executor: ThreadPoolExecutor, content: bytes
) -> None:
    """It never stops the daemon."""
    (tmp_path / STORE_NAME).write_bytes(content)
    cloud = Cloud()
    tokens = Tokens(
        Credential(), Store(tmp_path / STORE_NAME), cloud.issue, ManualClock(), executor
    )
    assert await tokens.current() == "nmv_1"


async def test_a_store_that_cannot_be_written_is_said(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """Before a token is asked for that would be lost."""
    (tmp_path / "state").write_text("a file where the folder should be")
    cloud = Cloud()
    tokens = Tokens(
        Credential(), Store(tmp_path / "state" / STORE_NAME), cloud.issue, ManualClock(), executor
    )
    with pytest.raises(LocalError):
        await tokens.current()
    assert not cloud.asked


async def test_another_process_may_have_renewed_it(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """After a refusal the file is checked before the cloud is asked."""
    cloud, store = Cloud(), Store(tmp_path / STORE_NAME)
    tokens = Tokens(Credential(), store, cloud.issue, ManualClock(), executor)
    assert await tokens.current() == "nmv_1"
    store.save(
        Anonymous(store.load().client_id, "nmv_other", "anon_1", ManualClock().now_ms() + LIFE_MS)
    )
    assert await tokens.after_refusal("nmv_1") == "nmv_other"
    assert len(cloud.asked) == 1
    assert os.listdir(tmp_path) == [STORE_NAME]


async def test_a_cloud_that_refuses_what_it_gives_is_not_asked_for_ever(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    """As many as one address gets are replaced at once; the next one an hour later."""
    clock, cloud = ManualClock(), Cloud()
    tokens = Tokens(Credential(), Store(tmp_path / STORE_NAME), cloud.issue, clock, executor)
    refused = await tokens.current()
    for _ in range(MOST_REPLACED):
        refused = await tokens.after_refusal(refused)
    for _ in range(59):
        with pytest.raises(TokenRefused, match="has just given"):
            await tokens.after_refusal(refused)
        clock.advance(60)
    assert len(cloud.asked) == MOST_REPLACED + 1
    clock.advance(61)
    assert await tokens.after_refusal(refused) != refused
    assert len(cloud.asked) == MOST_REPLACED + 2
