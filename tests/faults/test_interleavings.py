"""Any interleaving of drops, faults, crashes, restarts and orders: at most one charged turn for
a job, exactly one where it is published, and every file is in inbox, done or failed."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from nemowatch.errors import NemowatchError
from nemowatch.model import ENDED, State
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.fault_table import AFTER, FAULTS
from tests.rigs.studio import video

#: Runs and steps of each; scripts/faults runs many more.
RUNS = int(os.environ.get("ANYTHING_RUNS", "4"))
STEPS = int(os.environ.get("ANYTHING_STEPS", "14"))
#: Stalls last for as long as a test can wait; "refused" takes the port away, which the sandbox's
#: own clock brings back.
KINDS = sorted(
    set((FAULTS | AFTER).values())
    | {"chat:cut_after", "chat:late:0.3", "chat:cut_before", "chat:silent"}
)
ENDPOINTS = (
    "session",
    "upload",
    "upload_url",
    "chat",
    "state",
    "credits",
    "render",
    "poll",
    "download",
)
NAMES = ("dub-es/a.mp4", "dub-es-fr/b.mp4", "transcribe/c.mp4", "dub-de/deep/d.mp4")


class House(RuleBasedStateMachine):
    """One workspace, and everything that may befall it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.house: EngineRig
        self.dropped: dict[str, bytes] = {}
        self.context: Any = None

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, 120))

    @initialize(survives=st.booleans(), early=st.booleans())
    def begin(self, survives: bool, early: bool) -> None:
        cloud = {"abort_on_disconnect": not survives, "chat_charge": "start" if early else "effect"}
        self.context = engine_rig(Path(self.folder.name), settings=cloud, timeout=0.5)
        self.house = self.run(self.context.__aenter__())
        self.run(self.house.start())

    @rule(name=st.sampled_from(NAMES))
    def drop(self, name: str) -> None:
        """A person drops a file: the first time, or the very same again."""
        path = self.house.root / "inbox" / name
        self.dropped[name] = video(name)
        if not path.exists():
            self.house.drop(name, self.dropped[name])
        if self.house.engine is not None:
            self.run(self.scan())

    async def scan(self) -> None:
        assert self.house.engine is not None
        self.house.engine.scan_all()

    @rule(seconds=st.sampled_from([0.05, 0.15, 0.3, 0.6]))
    def time_passes(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(endpoint=st.sampled_from(ENDPOINTS), kind=st.sampled_from(KINDS), nth=st.integers(1, 2))
    def fault(self, endpoint: str, kind: str, nth: int) -> None:
        if kind.startswith("chat:"):
            endpoint, kind = "chat", kind.removeprefix("chat:")
        self.house.fault(f"{endpoint}:{kind}@{nth}")

    @rule()
    def crash(self) -> None:
        """The process is gone between one commit and the next; what it had open is reset."""
        engine, journal = self.house.engine, self.house.journal
        if engine is None or journal is None:
            return

        async def die() -> None:
            for task in asyncio.all_tasks():
                if task.get_name().startswith("job-"):
                    task.cancel()
            await engine.api.aclose()
            await engine.stop(0)

        self.run(die())
        journal.close()
        self.house.engine = self.house.journal = None

    @rule()
    def start(self) -> None:
        if self.house.engine is None:
            self.run(self.house.start())

    @rule(order=st.sampled_from(["retry", "again", "resume"]))
    def a_person_orders(self, order: str) -> None:
        if self.house.engine is None:
            return
        engine = self.house.engine
        wanted = {
            "retry": (State.FAILED, State.REJECTED, State.HELD),
            "again": (State.PUBLISHED,),
            "resume": (),
        }[order]

        async def give() -> None:
            ids = [job.id for job in await self.house.jobs() if job.state in wanted]
            if ids or order == "resume":
                await engine.order(order, {"jobs": ids})

        try:
            self.run(give())
        except NemowatchError:
            return  # it was refused: that is an answer

    @rule(available=st.sampled_from([0, 120, 10_000]))
    def credits(self, available: int) -> None:
        world = self.house.sandbox.world
        for account in world.accounts.values():
            account.available = available
        world.settings.credits = available

    @rule(good=st.booleans())
    def token(self, good: bool) -> None:
        world = self.house.sandbox.world
        if good:
            world.revoked.clear()
        else:
            world.revoke("*")

    def teardown(self) -> None:
        try:
            if self.context is not None:
                self.run(self.in_the_end())
        finally:
            if self.context is not None:
                self.run(self.context.__aexit__(None, None, None))
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            self.folder.cleanup()

    async def in_the_end(self) -> None:
        """Everything is mended, and the daemon runs until nothing moves."""
        house = self.house
        house.clear_faults()
        house.sandbox.world.revoked.clear()
        for account in house.sandbox.world.accounts.values():
            account.available = 10_000
        house.sandbox.world.settings.credits = 10_000
        if house.engine is None:
            await house.start()
        await house.until(
            "rest", lambda found: all(job.state in ENDED | {State.ATTENTION} for job in found)
        )
        await self.paid_once()
        for name in self.dropped:
            places = [tree for tree in ("inbox", "done", "failed") if self.stands(tree, name)]
            assert places, f"{name} has vanished"

    def stands(self, tree: str, name: str) -> bool:
        """Under its own name or, beside one of that name, numbered."""
        stem, _, ending = name.rpartition(".")
        found = self.house.files(tree)
        return name in found or any(
            other.startswith(f"{stem} (") and other.endswith(ending) for other in found
        )

    async def paid_once(self) -> None:
        house, cloud = self.house, self.house.ledger()
        assert house.journal is not None
        query = "SELECT job_id, session_id FROM spend"
        rows = await house.journal.read(lambda conn: [tuple(row) for row in conn.execute(query)])
        paid = {
            sid: sum(1 for turn in s["turns"] if turn["charged"])
            for sid, s in cloud["sessions"].items()
        }
        by_job: Counter[int] = Counter()
        for job_id, session_id in set(rows):
            by_job[job_id] += paid.pop(session_id, 0)
        assert not any(paid.values()), "a turn that the journal knows nothing of"
        for job in await house.jobs():
            assert by_job[job.id] <= 1, f"job {job.id} paid {by_job[job.id]} times"
            if job.state is State.PUBLISHED:
                assert by_job[job.id] == 1, f"job {job.id} published without pay"
        assert cloud["violations"] == []


# a crash closes no socket
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_anything_goes() -> None:
    """Whatever happens in whatever order, nothing is paid twice and nothing vanishes."""
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=RUNS < 10,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    gc.collect()  # the sockets of crashed ones are told of here, where they are expected
