"""The whole house when files are taken back, replaced, moved, or when two hosts share one root:
what is not meant is not paid."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.studio import Studio, studio, video, wait_for


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """A studio with two task folders."""
    with studio(tmp_path, settle=0.5, scan=2) as made:
        for folder in ("dub-es", "dub-fr"):
            (made.inbox / folder).mkdir()
        yield made


def test_deleted_and_moved_before_anything_is_paid(house: Studio) -> None:
    """A deleted file cancels its job; one moved to another task folder gets that folder's job
    instead."""
    pause = house.drop("PAUSE", b"")
    house.start()
    gone, moved = house.drop("dub-es/gone.mp4"), house.drop("dub-es/moved.mp4")
    house.wait_states("held", count=2)
    gone.unlink()
    os.rename(moved, house.inbox / "dub-fr/moved.mp4")
    wait_for(
        "three jobs, two of them cancelled",
        lambda: sorted(j["state"] for j in house.jobs()) == ["cancelled"] * 2 + ["held"],
    )
    pause.unlink()
    house.wait_results("dub-fr/moved.fr.mp4")
    assert house.results() == {"dub-fr/moved.fr.mp4"}
    assert len(house.charged_turns()) == 1


def test_replaced_during_its_upload(house: Studio) -> None:
    """A file that is replaced while it goes up is taken up again with its new content, and paid
    for once."""
    house.sandbox.set(upload_seconds=5.0)
    house.start()
    path = house.drop("dub-es/clip.mp4", video("first"))
    wait_for("the first bytes", lambda: house.ledger()["received"])
    (house.root / "new").write_bytes(video("second, and longer"))
    os.replace(house.root / "new", path)
    wait_for("the second bytes", lambda: len(house.ledger()["received"]) == 2)
    house.sandbox.set(upload_seconds=0.0)
    house.wait_results("dub-es/clip.es.mp4")
    house.wait_results("dub-es/clip.mp4", tree="done")
    assert (house.root / "done/dub-es/clip.mp4").read_bytes() == video("second, and longer")
    assert len(house.charged_turns()) == 1
    assert sum(job["state"] == "published" for job in house.jobs()) == 1


def test_a_conflict_copy_waits_for_a_person(house: Studio) -> None:
    """The original is made, its conflict copy is held and costs nothing."""
    house.start()
    house.drop("dub-es/clip.mp4")
    house.drop("dub-es/clip.sync-conflict-20260101-101010-ABCDEFG.mp4")
    house.wait_results("dub-es/clip.es.mp4")
    held = wait_for(
        "the held copy", lambda: [job for job in house.jobs() if job["state"] == "held"]
    )
    assert [job["reason"] for job in held] == ["conflict"]
    assert len(house.charged_turns()) == 1


def test_two_hosts_on_one_share(house: Studio, tmp_path: Path) -> None:
    """The second stays passive and says who works it; after take-over it asks before it pays,
    and the first one rests."""
    house.start()
    other = Studio(tmp_path / "other", house.sandbox, settle=0.5, scan=2, confirm=20)
    other.config.write_text(other.config.read_text().replace(str(other.root), str(house.root)))
    other.root = house.root
    try:
        other.start()
        assert _state(other).startswith("held by ")
        house.drop("dub-es/one.mp4")
        house.wait_results("dub-es/one.es.mp4")
        assert other.jobs() == []
        house.drop("PAUSE", b"")
        house.drop("dub-es/two.mp4")
        wait_for(
            "the second file to be held",
            lambda: any(job["state"] == "held" for job in house.jobs()),
        )
        other.run("take-over")
        wait_for("the first host to rest", lambda: _state(house).startswith("held by "))
        (house.inbox / "PAUSE").unlink()
        assert [job["reason"] for job in other.wait_states("held", count=1)] == ["approval"]
        assert len(house.charged_turns()) == 1
        other.run("approve")
        other.wait_states("published", count=1)
        assert len(house.charged_turns()) == 2
    finally:
        if other.daemon is not None:
            other.kill()


def _state(house: Studio) -> str:
    """The health of its one inbox as `status` says it."""
    return str(json.loads(house.run("status", "--json").stdout)["watches"][0]["state"])


@pytest.fixture
def on_share(tmp_path: Path) -> Iterator[Studio]:
    """A studio on a share, and below its mount point the empty folders of the time before it was
    mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    nas, point = tmp_path / "nas", tmp_path / "studio"
    nas.mkdir()
    with studio(tmp_path, settle=0.5, scan=1) as made:
        made.drop("dub-es/x.mp4").unlink()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "nas", nas], check=False, capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.strip()}")
        try:
            shutil.copytree(point, nas, dirs_exist_ok=True)
            mount(point)
            yield made
        finally:
            if made.daemon is not None and made.daemon.poll() is None:
                made.kill()
            subprocess.run(
                ["umount", "--recursive", "--lazy", point], check=False, capture_output=True
            )
            subprocess.run(["umount", "--lazy", nas], check=True)


def mount(point: Path) -> None:
    """The share is there."""
    subprocess.run(["mount", "--bind", point.with_name("nas"), point], check=True)


def test_a_paid_job_waits_for_the_share_that_goes_away_under_it(on_share: Studio) -> None:
    """Nothing is put into what the share had covered, nothing counts as taken away, and all of
    it comes once it is back; a restart while it is away changes nothing."""
    house = on_share
    house.sandbox.set(render_seconds=15)
    house.start()
    house.drop("dub-es/clip.mp4")
    house.wait_states("rendering")
    subprocess.run(["umount", "--lazy", house.root], check=True)
    wait_for("the job to wait", lambda: "the share is not mounted" in str(house.jobs()[0]["error"]))
    house.kill()
    house.start()
    wait_for("the job to wait again", lambda: house.log().count("the share is not mounted") > 1)
    assert [path.name for path in house.root.rglob("*") if not path.is_dir()] == []
    mount(house.root)
    house.wait_results("dub-es/clip.es.mp4")
    house.wait_results("dub-es/clip.mp4", tree="done")
    assert (len(house.charged_turns()), house.results("inbox")) == (1, set())
    assert not [
        line
        for line in house.log().splitlines()
        if "file removed" in line or "same file" in line or "stays where" in line
    ]


def test_nothing_is_paid_for_what_could_not_be_delivered(on_share: Studio) -> None:
    """While the outbox is on a read-only filesystem, jobs wait and say so; then they go on by
    themselves."""
    house = on_share
    subprocess.run(["mount", "--bind", house.outbox, house.outbox], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", house.outbox], check=True)
    house.start()
    house.drop("dub-es/clip.mp4")
    wait_for(
        "the job to wait",
        lambda: any("mounted read-only" in str(job["error"]) for job in house.jobs()),
    )
    assert house.charged_turns() == []
    subprocess.run(["umount", house.outbox], check=True)
    house.wait_results("dub-es/clip.es.mp4")
    assert len(house.charged_turns()) == 1
