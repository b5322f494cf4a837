"""A job driven through its stages by hand or by the runner, with the real sandbox in a process, a
real client, a real journal and real folders. Only intake is left out: sources are written as intake
would write them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from nemowatch.clock import SystemClock
from nemowatch.config.reading import validated
from nemowatch.fs.safe_open import lookup
from nemowatch.fs.threads import Disks
from nemowatch.jobs.job_log import JobLog
from nemowatch.jobs.runner import Runner
from nemowatch.journal import jobs, queue, sources, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import (
    ENDED,
    WORKING,
    MediaKind,
    Member,
    MemberRole,
    Output,
    OutputKind,
    State,
    Target,
)
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.sandbox.media import sample_video
from nemowatch.sandbox.process import SandboxProcess
from nemowatch.service.poll_schedule import PollSchedule
from nemowatch.service.timers import Timers
from nemowatch.stages import recover
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision
from nemowatch.stages.live_progress import Board
from nemowatch.stages.table import TABLE
from nemowatch.stages.work import Work
from tests.rigs.patience import PATIENCE

DUB, VOICE, SCRIBE = (
    "multilingual-video-dubbing",
    "ai-voiceover-for-video",
    "transcribe-video-to-text",
)
TRANSCRIPT = (
    Output(".txt", OutputKind.TEXT),
    Output(".srt", OutputKind.SRT, required=False),
    Output(".transcribed.mp4", OutputKind.VIDEO, required=False),
)


class OpenGate:
    """A gate that stops nothing, unless a test says what."""

    def __init__(self) -> None:
        self.answer: Decision | None = None

    async def closed(self, work: Work, *, paying: bool) -> Decision | None:
        return self.answer

    def closed_at_last(self, conn: sqlite3.Connection, work: Work) -> Decision | None:
        return None


class StageRig:
    """A workspace, a journal, a client and a sandbox."""

    def __init__(self, base: Path, cloud: SandboxProcess, **sections: Any) -> None:
        self.base, self.cloud = base, cloud
        self.root = base / "studio"
        for tree in ("inbox", "outbox"):
            (self.root / tree).mkdir(parents=True, exist_ok=True)
        (base / "state").mkdir(exist_ok=True)
        self.config = validated(
            {
                "watch": [{"root": str(self.root)}],
                "render": {"poll_interval": 0.03, **sections.get("render", {})},
                "chat": {"recheck": [0.08] * 5, "timeout": 5, **sections.get("chat", {})},
                "retry": {"base": 0.02, "cap": 0.05, "attempts": 8, **sections.get("retry", {})},
                "limits": sections.get("limits", {}),
            }
        )
        self.watch = self.config.watch[0]
        self.clock = SystemClock()
        self.journal = Journal.open(base / "state" / "journal.db", self.clock)
        self.timers = Timers(self.clock)
        self.polls = PollSchedule(self.timers, self.clock)
        self.timers.start()
        self.disks = Disks()
        self.gate = OpenGate()
        # one cloud serves many tests: what it had before does not belong to this one
        seen = cloud.ledger()
        self._sessions, self._seen = (
            set(seen["sessions"]),
            {k: len(seen[k]) for k in ("requests", "violations", "problems")},
        )
        self.client = self._client()
        self.ended: list[Job] = []
        self.context = self._context()

    def _client(self) -> Client:
        return Client(
            base_url=self.cloud.url,
            platform="unknown",
            language="en",
            # nothing here tries a cloud that is silent, and a busy machine stops for seconds
            timeout=PATIENCE,
            turn_timeout=PATIENCE,
            quiet_timeout=PATIENCE,
            credential=supplied_token({"NEMO_TOKEN": "nmv_usr_of_the_test"}, None),
            state_dir=self.base / "state",
            clock=self.clock,
        )

    def _context(self) -> StageContext:
        return StageContext(
            self.client,
            self.journal,
            lambda: self.config,
            self.clock,
            self.disks,
            self.gate,
            Board(),
        )

    # -- what is dropped

    def drop(
        self,
        name: str = "dub-es/clip.mp4",
        *targets: str,
        skill: str = DUB,
        outputs: tuple[Output, ...] = (),
        prompt: str = "dub this video into {}",
    ) -> list[int]:
        """Write a file to the inbox and its source to the journal; returns the ids of its jobs."""
        path = self.root / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample_video() + b"\x00\x00\x00\x0cfree" + name.encode()[-4:])
        raw = name.encode()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        member = Member(
            MemberRole.CLIP,
            path.name,
            raw,
            kind=MediaKind.VIDEO,
            snapshot=lookup(self.watch.inbox, raw),
            digest=digest,
        )
        made = [
            NewJob(
                "",
                path.stem,
                Target(t, prompt.format(t), outputs or (Output(f".{t}.mp4", OutputKind.VIDEO),)),
                skill,
            )
            for t in targets or ("es",)
        ]
        new = NewSource(
            self.watch.name, raw.split(b"/")[0], raw, digest, "dub", (member,), tuple(made)
        )
        row = self.journal.write_now(lambda conn: sources.claim(conn, new, self.clock.now_ms()))
        return [job.id for job in self.journal.read_now(lambda conn: jobs.of_source(conn, row.id))]

    # -- the runner

    def runner(self) -> Runner:
        return Runner(
            self.context,
            lambda: {self.watch.name: self.watch},
            self.ended.append,
            JobLog(self.clock),
            lambda watch: False,
            self.polls.earliest,
        )

    async def run(
        self, until: Callable[[], Awaitable[bool]] | None = None, limit: float = 60.0
    ) -> None:
        """Let a runner work until every job has ended or waits for somebody, or until a condition
        is met; then stop it."""
        runner = self.runner()
        self.polls.begin(self.config.render.poll_interval, runner.poll)
        task = asyncio.create_task(runner.run())
        end = asyncio.get_running_loop().time() + limit
        condition = until or self.at_rest
        try:
            while not await condition() and not task.done():
                if asyncio.get_running_loop().time() > end:
                    raise AssertionError(
                        f"not in {limit} s: {await self.journal.read(_shown)} {runner!r}"
                    )
                await asyncio.sleep(0.02)
        finally:
            await runner.stop(5)
            await runner.join(5)
            await task

    async def stage(self, job_id: int) -> Decision:
        """Run the stage of a job's state by hand, without committing its decision."""
        work = await self.runner().store.load(self.job(job_id))
        assert work is not None
        return await TABLE[work.job.state].stage(replace(work, may_send=True), self.context)

    async def step(self, job_id: int) -> float:
        """Run the stage, take its decision and commit, as the runner does; returns the seconds
        until the job is due again."""
        runner = self.runner()
        work = await runner.store.load(self.job(job_id))
        assert work is not None
        decision = await TABLE[work.job.state].stage(replace(work, may_send=True), self.context)
        await runner.store.write(work, decision)
        return decision.after

    async def until_state(self, job_id: int, state: State) -> None:
        """Drive a job by hand, step by step, until its state is `state`."""
        for _ in range(60):
            job = self.job(job_id)
            if job.state is state:
                return
            pause = await self.step(job_id)
            await asyncio.sleep(min(pause, 0.1))
        raise AssertionError(f"never {state}: {self.job(job_id)}")

    def crash(self) -> None:
        """Replace the process by a new one, whose recovery marks what is open."""
        self.journal.write_now(lambda conn: recover.begin(conn, self.clock.now_ms()))

    # -- what stands

    def job(self, job_id: int) -> Job:
        return self.journal.read_now(lambda conn: jobs.by_id(conn, job_id))

    def due(self) -> list[Job]:
        """The jobs whose next step may begin now."""
        now = self.clock.now_ms()
        return self.journal.read_now(lambda conn: queue.due(conn, WORKING, now, 100))

    def states(self) -> dict[int, str]:
        return self.journal.read_now(_shown)

    async def at_rest(self) -> bool:
        """Whether every job has ended or waits for somebody."""
        rows = await self.journal.read(jobs.listed)
        return all(row.job.state in ENDED | {State.ATTENTION, State.HELD} for row in rows)

    def calls(self, job_id: int) -> list[str]:
        """The outcomes of a job's paid calls, oldest first."""
        return [
            call.outcome.value
            for call in self.journal.read_now(lambda conn: spend.of_job(conn, job_id))
        ]

    def results(self) -> set[str]:
        top = self.root / "outbox"
        return {
            str(Path(where, n).relative_to(top))
            for where, _, names in os.walk(top)
            for n in names
            if n[0] != "."
        }

    def sessions(self) -> list[dict[str, Any]]:
        """The sessions made here, as the ledger shows them."""
        return [
            s for sid, s in self.cloud.ledger()["sessions"].items() if sid not in self._sessions
        ]

    def charged(self) -> int:
        """The turns that were charged for."""
        return sum(
            bool(turn["charged"]) for session in self.sessions() for turn in session["turns"]
        )

    def uploads(self) -> list[str]:
        """How each upload was made: "bytes" or "url"."""
        return [upload["by"] for session in self.sessions() for upload in session["uploads"]]

    def fresh(self, what: str) -> list[Any]:
        """The ledger's requests, violations or problems since this rig was made."""
        return list(self.cloud.ledger()[what][self._seen[what] :])

    def requests(self, endpoint: str) -> int:
        """How many requests of one kind were made."""
        return [request["endpoint"] for request in self.fresh("requests")].count(endpoint)

    def clean(self) -> None:
        """Whether the cloud saw nothing that breaks its contract."""
        assert self.fresh("violations") == []
        assert self.fresh("problems") == []

    async def close(self) -> None:
        self.timers.stop()
        await self.client.aclose()
        self.journal.close()
        self.disks.close()


def _shown(conn: sqlite3.Connection) -> dict[int, str]:
    """The state of every job, for the message of a failing test."""
    rows = (row.job for row in jobs.listed(conn))
    return {j.id: f"{j.state} {j.reason} {j.back} {j.attempt} {j.error_text}".strip() for j in rows}


#: The sandbox's pace and behaviour, unless a test changes them.
QUICK: dict[str, Any] = {
    "turn_seconds": 0.02,
    "render_seconds": 0.03,
    "silent_every": 0,
    "abort_on_disconnect": False,
    "url_uploads": True,
    "initial_draft": "empty",
    "signed_media": False,
}


@asynccontextmanager
async def stage_rig(base: Path, cloud: SandboxProcess, **sections: Any) -> AsyncIterator[StageRig]:
    """A rig whose cloud has no faults; it is closed at the end of the block."""
    cloud.clear_faults()
    cloud.set(**QUICK)
    cloud.credits(10_000)
    made = StageRig(base, cloud, **sections)
    try:
        yield made
    finally:
        await made.close()
