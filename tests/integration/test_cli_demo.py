"""The demo: the first thing that anybody sees of it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.rigs.command import Cli


def test_the_demo_gives_every_result_and_ends_what_it_started(tmp_path: Path) -> None:
    """Everything dropped comes back, the tree and the page are shown, exit code 0, and no
    process of it is left."""
    cli = Cli(tmp_path)
    stage = tmp_path / "stage"
    done = cli.spawn(
        "demo", stage, NEMO_TOKEN="nmv_usr_of_the_user", HTTP_PROXY="http://127.0.0.1:9"
    )
    assert done.returncode == 0, done.stdout + done.stderr + (stage / "daemon.log").read_text()
    assert "promo.mp4 > fr: published" in done.stdout
    assert (stage / "workspace/outbox/dub-es-fr/promo.es.mp4").stat().st_size > 0
    assert (stage / "workspace/status.html").is_file()
    assert f"file://{stage}/workspace/status.html" in done.stdout
    assert not (stage / "state/control.sock").exists()
    assert not processes_of(str(stage))


def test_the_demo_leaves_other_folders_alone(tmp_path: Path) -> None:
    """A folder that holds something is not played in, exit code 2."""
    (tmp_path / "mine.txt").touch()
    done = Cli(tmp_path / "cli").spawn("demo", tmp_path)
    assert (done.returncode, "not empty" in done.stderr) == (2, True)


def processes_of(word: str) -> list[str]:
    """Command lines of living processes that name this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                )
            except OSError:
                continue
            if word in line and "nemowatch" in line:
                found.append(line)
    return found
