"""A whole nemowatch inside the test's process: the real engine, journal and client against a
sandbox on a real socket, in folders of its own. Many of them can run side by side, so that a table
of some hundred faults takes only minutes.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.config.schema import Config
from nemowatch.journal import jobs
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.sandbox.faults import from_json
from nemowatch.sandbox.ledger import ledger
from nemowatch.sandbox.server import Sandbox, run_sandbox
from nemowatch.service.engine import Engine
from tests.rigs.patience import PATIENCE
from tests.rigs.studio import video

#: Seconds until a wait gives up: far more than anything needs, since the machine may be busy.
LIMIT = 120.0
ATTEMPTS = 4  #: retry.attempts
TOKEN = "nmv_usr_of_the_rig"

CONFIG = """
state_dir = "{state}"
[api]
base_url = "{url}"
timeout = {timeout}
{api}
[[watch]]
root = "{root}"
settle = 0.1
scan_interval = 1
mode = "scan"
[render]
poll_interval = {poll_interval}
[chat]
recheck = [0.2, 0.2, 0.2]
timeout = {turn}
quiet_timeout = {turn}
[retry]
base = 0.05
cap = 0.2
attempts = {attempts}
[limits]
confirm_above = {confirm}
{limits}
[page]
enabled = false
[service]
drain = 2
"""


@dataclass
class EngineRig:
    """One workspace with its cloud and, while `running`, its engine."""

    base: Path
    sandbox: Sandbox
    config: Config
    token: str = TOKEN  #: "" works anonymously
    address: str = ""  #: of a proxy before the sandbox; "" when there is none
    engine: Engine | None = None
    journal: Journal | None = None

    @property
    def root(self) -> Path:
        return self.base / "studio"

    @property
    def state(self) -> Path:
        return self.base / "state"

    def drop(self, where: str, data: bytes | None = None) -> Path:
        path = self.root / "inbox" / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video(where) if data is None else data)
        return path

    def fault(self, *rules: str | dict[str, Any]) -> None:
        self.sandbox.faults.rules += [from_json(rule) for rule in rules]

    def clear_faults(self) -> None:
        """Make the cloud work again, and listen."""
        self.sandbox.faults.rules.clear()
        self.sandbox.go_up()

    def ledger(self) -> dict[str, Any]:
        return ledger(self.sandbox.world)

    def charged(self) -> int:
        """Turns that were charged for, over all sessions."""
        return int(self.ledger()["totals"]["charged_turns"])

    def files(self, tree: str) -> set[str]:
        """Every visible file of a tree, relative to it, without those beside results."""
        top = self.root / tree
        found = (Path(folder, name) for folder, _, names in os.walk(top) for name in names)
        shown = (path for path in found if not path.name.startswith("."))
        return {str(p.relative_to(top)) for p in shown if not p.name.endswith(".nemowatch.txt")}

    # -- the daemon

    async def start(self) -> None:
        clock = SystemClock()
        self.journal = Journal.open(self.state / "journal.db", clock)
        client = self.client()
        self.engine = Engine(
            self.config, self.journal, client, clock, state_id=f"rig-{self.base.name}"
        )
        await self.engine.start()

    def client(self) -> Client:
        """A client as the daemon makes it."""
        api, chat = self.config.api, self.config.chat
        return Client(
            base_url=self.address or api.base_url,
            platform=api.platform,
            language=api.language,
            timeout=api.timeout,
            turn_timeout=chat.timeout,
            quiet_timeout=chat.quiet_timeout,
            upload_rate=self.config.limits.upload_rate,
            download_rate=self.config.limits.download_rate,
            credential=supplied_token(
                {"NEMO_TOKEN": self.token} if self.token else {}, api.token_file
            ),
            state_dir=self.state,
            clock=SystemClock(),
        )

    async def stop(self) -> None:
        if self.engine is not None and self.journal is not None:
            await self.engine.stop(2.0)
            self.journal.close()
        self.engine = self.journal = None

    async def jobs(self) -> list[Job]:
        assert self.journal is not None
        return await self.journal.read(lambda conn: [row.job for row in jobs.listed(conn)])

    async def trail(self) -> list[str]:
        """The reasons for which jobs were held, in order, each once."""
        assert self.journal is not None

        def held(conn: sqlite3.Connection) -> list[str]:
            rows = conn.execute("SELECT reason FROM event WHERE to_state = 'held' ORDER BY id")
            return list(dict.fromkeys(row["reason"] for row in rows))

        return await self.journal.read(held)

    async def until(
        self, what: str, condition: Callable[[list[Job]], bool], limit: float = LIMIT
    ) -> list[Job]:
        """Wait until the jobs are as wanted; fails after `limit` seconds and reports their
        states."""
        end = asyncio.get_running_loop().time() + limit
        while True:
            if self.engine is not None and self.engine.runner.broken is not None:
                raise self.engine.runner.broken
            found = await self.jobs()
            if condition(found):
                return found
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"waited {limit:g} s in vain for: {what}; {brief(found)}")
            await asyncio.sleep(0.02)

    async def ended(self, count: int, limit: float = LIMIT) -> list[Job]:
        """Until `count` jobs have ended or wait for a person."""
        resting = ENDED | {State.ATTENTION}
        return await self.until(
            "the end",
            lambda found: len(found) == count and all(j.state in resting for j in found),
            limit,
        )

    async def nothing_unfinished(self) -> None:
        """Until nothing below the root is half written: the page may be at any moment."""
        await self.until("no part files", lambda _: not list(self.root.rglob(".~nemowatch*")))

    async def departed(self, jobs_: Iterable[Job], limit: float = PATIENCE) -> None:
        """Until the sources of ended jobs have left the inbox."""
        if any(job.state not in ENDED for job in jobs_):
            return
        end = asyncio.get_running_loop().time() + limit
        while self.files("inbox"):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"these stay in the inbox: {self.files('inbox')}")
            await asyncio.sleep(0.02)

    async def page_with(self, text: str) -> str:
        """The status page as soon as it says this: after a slow writing it rests for a while."""
        page = self.root / "status.html"
        end = asyncio.get_running_loop().time() + LIMIT
        while True:
            assert self.engine is not None
            await self.engine.page.write()
            if page.exists() and text in page.read_text("utf-8"):
                return page.read_text("utf-8")
            assert asyncio.get_running_loop().time() < end, f"the page never says {text!r}"
            await asyncio.sleep(0.05)

    # -- what must hold, whatever happened

    async def agrees(self, dropped: set[str]) -> None:
        """Assert that the ledger, the journal and the folders agree, and nothing was paid for
        twice, lost or half done."""
        found, cloud = await self.jobs(), self.ledger()
        told = (
            f"{brief(found)}; {await self.trail()};"
            f" {[r['endpoint'] for r in cloud['requests']][-30:]}"
        )
        for sid, session in cloud["sessions"].items():
            assert len([t for t in session["turns"] if t["charged"]]) <= 1, (
                f"session {sid} charged twice; {told}"
            )
        assert self.charged() <= len(found), (
            f"{self.charged()} charged turns for {len(found)} jobs; {told}"
        )
        published = [job for job in found if job.state is State.PUBLISHED]
        assert self.charged() >= len(published), f"published without pay; {told}"
        assert cloud["violations"] == [], f"{cloud['violations']}; {told}"
        assert cloud["problems"] == []
        places = {tree: self.files(tree) for tree in ("inbox", "done", "failed")}
        for name in dropped:
            at = [tree for tree, names in places.items() if name in names]
            assert len(at) == 1, f"{name} stands in {at}; {told}"
        served = {r["sha256"] for s in cloud["sessions"].values() for r in s["renders"]}
        for name in self.files("outbox"):
            if name.endswith(".mp4"):
                data = (self.root / "outbox" / name).read_bytes()
                assert hashlib.sha256(data).hexdigest() in served, f"half: {name}; {told}"
        videos = [name for name in self.files("outbox") if name.endswith(".mp4")]
        assert len(videos) == len(published), f"{videos}; {told}"


def brief(found: Iterable[Job]) -> str:
    """The states of jobs, in a line."""
    return ", ".join(
        f"{j.id}:{j.target}={word(j)} attempt {j.attempt} {j.error_text[:120]!r}" for j in found
    )


def word(job: Job) -> str:
    """A job's state with its reason, where that belongs to it."""
    asides = (State.HELD, State.ATTENTION)
    return f"{job.state}({job.reason})" if job.state in asides else str(job.state)


_numbers = itertools.count()


@asynccontextmanager
async def engine_rig(
    base: Path,
    *,
    faults: Iterable[str] = (),
    token: str = TOKEN,
    timeout: float = PATIENCE,
    turn: float = PATIENCE,
    api: str = "",
    limits: str = "",
    confirm: int = 0,
    poll_interval: float = 0.1,
    settings: dict[str, Any] | None = None,
) -> AsyncIterator[EngineRig]:
    """A rig whose cloud and engine end with the block; `start` begins the engine."""
    place = base / f"{next(_numbers):04d}-{secrets.token_hex(2)}"
    cloud = {
        "turn_seconds": 0.1,
        "render_seconds": 0.15,
        "abort_on_disconnect": True,
        **(settings or {}),
    }
    async with run_sandbox(faults=faults, **cloud) as sandbox:
        for folder in (place / "studio" / "inbox", place / "studio" / "outbox", place / "state"):
            folder.mkdir(parents=True)
        text = CONFIG.format(
            state=place / "state",
            url=sandbox.url,
            root=place / "studio",
            timeout=timeout,
            turn=turn,
            confirm=confirm,
            poll_interval=poll_interval,
            attempts=ATTEMPTS,
            api=api,
            limits=limits,
        )
        path = place / "config.toml"
        path.write_text(text)
        made = EngineRig(place, sandbox, load(path, {}), token)
        try:
            yield made
        finally:
            await made.stop()
