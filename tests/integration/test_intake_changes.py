"""What changes after a file was claimed, and an inbox that goes, comes back or has another
owner."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import jobs, results, sources
from nemowatch.model import State
from tests.rigs.inbox import deafen, inbox_rig, mp4

pytestmark = pytest.mark.anyio


async def test_a_text_that_comes_late_replaces_the_unpaid_order(root: Path, tmp_path: Path) -> None:
    """A text that arrives after its video was claimed, and before anything is paid, makes one
    new order of both."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/clip.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        b.put("voiceover/clip.txt", b"Late words.")
        await b.until(lambda: len(b.claimed) == 2)
        first, second = await b.rows()
        assert [j.state for j in await b.jobs(first.id)] == [State.CANCELLED]
        assert "Late words." in (await b.jobs(second.id))[0].prompt


async def test_a_file_that_changes_after_its_claim_settles_again(
    root: Path, tmp_path: Path
) -> None:
    """A file replaced before payment keeps its one source, with the new content."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/p.mp4", mp4("one"))
        await b.until(lambda: len(b.claimed) == 1)
        b.put("dub-es-fr/p.mp4", mp4("two, longer", 3000))
        await b.until(lambda: len(b.claimed) == 2)
        rows = await b.rows()
        assert len(rows) == 1
        assert rows[0].settled


async def test_a_deleted_file_is_reported_gone_and_a_touched_one_is_not_taken_twice(
    root: Path, tmp_path: Path
) -> None:
    """chmod and touch bring no second job; a deletion names the source."""
    async with inbox_rig(root, tmp_path / "s", scan_interval=0.5) as b:
        path = b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        path.chmod(0o600)
        os.utime(path)
        b.put("dub-es-fr/other.mp4", mp4("other"))
        await b.until(lambda: len(await_rows(b)) >= 2)
        path.unlink()
        await b.until(lambda: b.gone == [1])
        assert len(await b.rows()) == 2


def await_rows(b: object) -> list[int]:
    """What has been claimed so far, without asking the journal."""
    return sorted(set(b.claimed))  # type: ignore[attr-defined]


async def test_done_content_dropped_again_is_a_duplicate_and_failed_is_a_retry(
    root: Path, tmp_path: Path
) -> None:
    """The same content at the same place: published is reported, failed is tried again."""
    out = tmp_path / "result.mp4"
    out.write_bytes(b"result")
    async with inbox_rig(root, tmp_path / "s") as b:
        data = mp4()
        path = b.put("dub-es-fr/p.mp4", data)
        await b.until(lambda: len(b.claimed) == 1)

        def finish(conn: sqlite3.Connection) -> None:
            es, fr = jobs.of_source(conn, 1)
            results.add_output(conn, es.id, ".es.mp4", os.fsencode(out), 6, "x", 1)
            for state in (
                "uploading",
                "uploaded",
                "instructing",
                "instructed",
                "downloaded",
                "published",
            ):
                job = jobs.by_id(conn, es.id)
                jobs.apply(conn, job, State(state), 1)
            jobs.apply(conn, fr, State.FAILED, 1)
            sources.retire(conn, 1, b"/failed/p.mp4", 1)

        await b.journal.write(finish)
        path.unlink()
        await b.until(lambda: " 0 known" in repr(b.inbox))
        b.put("dub-es-fr/p.mp4", data)
        await b.until(lambda: len(b.claimed) == 2)
        assert [j.state for j in await b.jobs(1)] == [State.PUBLISHED, State.CLAIMED]
        assert b.gone == []


async def test_a_kept_file_stays_whatever_is_done_to_it(root: Path, tmp_path: Path) -> None:
    """With after = "keep" a backup's touch, a chmod, the same content rewritten or restored with
    another inode is no second copy. An earlier version that comes back ends the unpaid order of a
    newer one, which would rest without end."""
    out = tmp_path / "result.mp4"
    out.write_bytes(b"result")
    async with inbox_rig(root, tmp_path / "s", after="keep") as b:
        path = b.put("edit/p.mp4", mp4())
        b.put("edit/prompt.txt", b"make it nice")
        await b.until(lambda: len(b.claimed) == 1)

        def finish(conn: sqlite3.Connection) -> None:
            job = jobs.of_source(conn, 1)[0]
            results.add_output(conn, job.id, ".mp4", os.fsencode(out), 6, "x", 1)
            for state in (
                "uploading",
                "uploaded",
                "instructing",
                "instructed",
                "downloaded",
                "published",
            ):
                jobs.apply(conn, jobs.by_id(conn, job.id), State(state), 1)
            sources.retire(conn, 1, b"", 1)

        await b.journal.write(finish)
        path.chmod(0o600)
        os.utime(path)
        b.inbox.request_scan()
        await b.until(lambda: b.inbox.settling == 1)
        await b.until(lambda: b.inbox.settling == 0)
        assert b.again == []
        for name in ("other", ""):
            written = root / "inbox" / name if name else path
            written.write_bytes(mp4())
            written.rename(path)
            b.inbox.request_scan()
            await b.until(lambda: b.inbox.settling == 1)
            await b.until(lambda: b.inbox.settling == 0)
            assert b.again == []
            assert len(b.claimed) == 1

        # a newer version that is not paid for yet, and the earlier one again
        path.write_bytes(mp4("newer"))
        b.inbox.request_scan()
        await b.until(lambda: len(b.claimed) == 2)
        newer = b.claimed[1]
        path.write_bytes(mp4())
        b.inbox.request_scan()
        await b.until(lambda: b.inbox.settling == 1)
        await b.until(lambda: b.inbox.settling == 0)
        assert [j.state for j in await b.jobs(newer)] == [State.CANCELLED]
        assert [j.state for j in await b.jobs(1)] == [State.PUBLISHED]
        assert b.again == []


async def test_a_file_moved_to_another_folder_follows_its_new_order(
    root: Path, tmp_path: Path
) -> None:
    """The old place is reported gone, the new one is claimed with the new folder's jobs."""
    async with inbox_rig(root, tmp_path / "s") as b:
        path = b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        os.rename(path, root / "inbox/voiceover/p.mp4")
        await b.until(lambda: len(b.claimed) == 2 and b.gone == [1])
        assert [j.target for j in await b.jobs(2)] == ["voiceover"]


async def test_a_missing_root_is_a_state_and_nothing_is_written(tmp_path: Path) -> None:
    """The inbox waits, makes no folder, and begins when the root comes; what came with it counts
    as a return."""
    root = tmp_path / "ws"
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
        assert not root.exists()
        b.put("dub-es-fr/p.mp4", mp4())
        b.inbox.request_scan()
        await b.until(lambda: len(b.claimed) == 1)
        os.rename(root, tmp_path / "elsewhere")
        await b.inbox.guard()
        assert b.inbox.health.state is HealthState.OFFLINE
        os.rename(tmp_path / "elsewhere", root)
        b.inbox.request_scan()
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        b.put("dub-es-fr/after.mp4", mp4("after"))
        await b.until(lambda: len(b.claimed) == 2)
        assert b.gone == []


async def test_a_root_made_anew_is_watched_again(root: Path, tmp_path: Path) -> None:
    """A root that was replaced by another folder of its name is noticed by the guard, and
    watched."""
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        os.rename(root / "inbox", root / "old")
        (root / "inbox/dub-es-fr").mkdir(parents=True)
        await b.inbox.guard()
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)


async def test_a_reader_thread_that_died_is_replaced(root: Path, tmp_path: Path) -> None:
    """After watchdog's thread has died the guard repairs, and files are seen again by events."""
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        deafen()
        await b.inbox.guard()
        await b.inbox.guard()
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)


async def test_another_host_keeps_the_inbox_until_take_over(root: Path, tmp_path: Path) -> None:
    """A second state stays passive, says who owns the folder, and works it only when a person
    says so."""
    async with inbox_rig(root, tmp_path / "one", state_id="one"):
        pass
    async with inbox_rig(root, tmp_path / "two", state_id="two", confirm_above=1) as b:
        assert b.inbox.health.state is HealthState.HELD
        b.put("dub-es-fr/p.mp4", mp4())
        await asyncio.sleep(0.8)
        assert b.claimed == []
        await b.inbox.take_over()
        await b.until(lambda: len(b.claimed) == 1)
        assert {j.reason for j in await b.jobs(1)} == {"approval"}


async def test_what_comes_after_a_take_over_is_claimed_by_one(root: Path, tmp_path: Path) -> None:
    """The first host has not looked at the owner file since: it does before it claims, and
    leaves the file to the other."""
    async with (
        inbox_rig(root, tmp_path / "one", state_id="one", scan_interval=60) as first,
        inbox_rig(root, tmp_path / "two", state_id="two", scan_interval=60) as second,
    ):
        await second.inbox.take_over()
        await second.until(lambda: second.inbox.health.state is HealthState.WATCHING)
        first.put("dub-es-fr/p.mp4", mp4())
        await second.until(lambda: len(second.claimed) == 1)
        await first.until(lambda: first.inbox.health.state is HealthState.HELD)
        assert first.claimed == []


async def test_nothing_is_claimed_under_an_owner_file_that_cannot_be_read(
    root: Path, tmp_path: Path
) -> None:
    """Whoever wrote it may be working here: the inbox is theirs until it can be read."""
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        text = (root / ".nemowatch-owner.json").read_text()
        (root / ".nemowatch-owner.json").write_text(text[: len(text) // 2])
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: b.inbox.health.state is HealthState.HELD)
        assert b.claimed == []
        (root / ".nemowatch-owner.json").write_text(text)
        await b.until(lambda: len(b.claimed) == 1)


async def test_a_restart_claims_nothing_twice(root: Path, tmp_path: Path) -> None:
    """What was claimed before a restart is known after it."""
    (root / "inbox/dub-es-fr/p.mp4").write_bytes(mp4())
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(b.claimed) == 1)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/q.mp4", mp4("q"))
        await b.until(lambda: len(b.claimed) == 1)
        assert await b.paths() == [b"dub-es-fr/p.mp4", b"dub-es-fr/q.mp4"]
