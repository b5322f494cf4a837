"""What is paid for is delivered in the end: nothing that passes makes a job of it give up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.studio import studio


@pytest.mark.parametrize("call", ["render", "fallback_download"])
def test_once_leaves_it_to_the_next_run(tmp_path: Path, call: str) -> None:
    """`run --once` does not wait for ever for a cloud that fails one call: it exits with 1, and
    the next run delivers."""
    faults = ["download:expired@*"] if call == "fallback_download" else []
    with studio(tmp_path) as house:
        house.config.write_text(
            house.config.read_text().replace("cap = 1", "cap = 2\nattempts = 3")
        )
        house.drop("dub-es/clip.mp4")
        house.sandbox.fault(*faults, f"{call}:500@*")
        assert house.run("run", "--once", check=False).returncode == 1
        (job,) = house.jobs()
        assert job["state"] not in ("failed", "published"), job
        assert house.results("inbox") == {"dub-es/clip.mp4"}
        house.sandbox.clear_faults()
        done = house.run("run", "--once", check=False)
        assert done.returncode == 0, f"{house.jobs()} {done.stderr}"
        assert house.results() == {"dub-es/clip.es.mp4"}
        assert len(house.charged_turns()) == 1
