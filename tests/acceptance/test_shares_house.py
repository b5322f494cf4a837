"""The whole house when files are taken back, replaced, moved, or when two hosts share one root: what is not meant is not paid."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.acceptance.studio import Studio, studio, video, wait_for


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """A studio with two task folders."""
    with studio(tmp_path, settle=0.5, scan=2) as made:
        for folder in ("dub-es", "dub-fr"):
            (made.inbox / folder).mkdir()
        yield made


def test_deleted_and_moved_before_anything_is_paid(house: Studio) -> None:
    """A deleted file cancels its job; one moved to another task folder gets that folder's job instead."""
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
    """A file that is replaced while it goes up is taken up again with its new content, and paid for once."""
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
    held = wait_for("the held copy", lambda: [job for job in house.jobs() if job["state"] == "held"])
    assert [job["reason"] for job in held] == ["conflict"]
    assert len(house.charged_turns()) == 1


def test_two_hosts_on_one_share(house: Studio, tmp_path: Path) -> None:
    """The second stays passive and says who works it; after take-over it asks before it pays, and the first one rests."""
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
        wait_for("the second file to be held", lambda: any(job["state"] == "held" for job in house.jobs()))
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
