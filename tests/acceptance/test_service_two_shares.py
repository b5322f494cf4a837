"""Two shares, one of which hangs in the middle of everything: the other one goes on as if
nothing were."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.test_service_hung_share import Share
from tests.rigs.studio import studio, video, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.skipif(
        not shutil.which("bindfs") or os.geteuid() != 0, reason="needs bindfs and root"
    ),
]

#: More files than any lane or pool has room for: uploads 2, downloads 2, four threads for file
#: work.
MANY = 12


@contextmanager
def mounted(base: Path) -> Iterator[tuple[Path, Share]]:
    """A second workspace, on a share of its own."""
    place, back = base / "nas", base / "back"
    for folder in (place, back / "inbox" / "dub-es", back / "outbox"):
        folder.mkdir(parents=True)
    share = Share(place, back)
    try:
        yield place, share
    finally:
        share.close()


@pytest.mark.parametrize("moment", ["uploads", "renders", "downloads"])
def test_the_other_share_goes_on(tmp_path: Path, moment: str) -> None:
    """Whatever twelve files of a share are at when it hangs, a file of another workspace is
    done; and they too, later."""
    with mounted(tmp_path) as (nas, share):
        watch = f'[[watch]]\nroot = "{nas}"\nsettle = 0.4\nscan_interval = 1\n'
        with studio(tmp_path / "here", extra=watch) as house:
            house.sandbox.set(render_seconds=8 if moment == "renders" else 0)
            if moment != "renders":
                rate = "upload_rate" if moment == "uploads" else "download_rate"
                house.config.write_text(
                    house.config.read_text().replace("[limits]", f"[limits]\n{rate} = 40000")
                )
            house.start()
            for number in range(MANY):
                (nas / "inbox" / "dub-es" / f"far{number}.mp4").write_bytes(video(f"far{number}"))
            wanted = {
                "uploads": {"uploading"},
                "renders": {"rendering"},
                "downloads": {"downloading"},
            }[moment]
            wait_for(
                f"{moment} under way", lambda: any(job["state"] in wanted for job in house.jobs())
            )
            with share.hanging():
                if moment != "renders":
                    house.config.write_text(house.config.read_text().replace(" = 40000", " = 0"))
                    assert house.daemon is not None
                    house.daemon.send_signal(signal.SIGHUP)
                house.drop("dub-es/near.mp4")
                house.wait_results("dub-es/near.es.mp4")
                house.wait_results("dub-es/near.mp4", tree="done")
            wait_for(
                "the rest",
                lambda: len(list((nas / "outbox").rglob("far*.es.mp4"))) == MANY,
                limit=120,
            )
            assert len(house.charged_turns()) == MANY + 1
