"""What systemd hears from the real daemon, on a socket in its place."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_service_life import GOOD, FileStudio, file_studio
from tests.rigs.notify_socket import Manager
from tests.rigs.studio import wait_for


class NotedStudio(FileStudio):
    """A studio whose daemon believes that systemd runs it."""

    manager: Manager
    watchdog = 0.0

    def environment(self) -> dict[str, str]:
        found = super().environment() | {"NOTIFY_SOCKET": str(self.manager.path)}
        return found | ({"WATCHDOG_USEC": str(round(self.watchdog * 1e6))} if self.watchdog else {})


@contextmanager
def noted(base: Path, **settings: Any) -> Iterator[NotedStudio]:
    """A studio with a manager that listens."""
    with file_studio(base, **settings) as studio:
        studio.__class__ = NotedStudio
        assert isinstance(studio, NotedStudio)
        studio.manager = Manager(base / "notify")
        studio.put_token(GOOD)
        try:
            yield studio
        finally:
            studio.manager.close()


@pytest.mark.slow
def test_status_is_the_sentence_that_was_promised(tmp_path: Path) -> None:
    """STATUS follows the work: "1 settling", "1 uploading 43 %", "2 rendering; credits 9,900",
    "idle"; READY comes alone and first."""
    sandbox = {"render_seconds": 3, "turn_seconds": 1}
    with noted(tmp_path, sandbox=sandbox, settle=1.5) as studio:
        studio.edit("confirm_above = 0", "confirm_above = 0\nupload_rate = 60000")
        studio.start()
        assert (
            next(m for m in studio.manager.heard() if m.startswith(("READY", "STATUS")))
            == "READY=1"
        )
        studio.drop("dub-es/first.mp4")
        big = studio.drop("dub-es/second.mp4").read_bytes()
        studio.drop(
            "dub-es/second.mp4", big + (150_000).to_bytes(4, "big") + b"free" + b"x" * (150_000 - 8)
        )
        studio.wait_results("dub-es/first.es.mp4", "dub-es/second.es.mp4")
        wait_for("at rest", lambda: studio.manager.statuses()[-1].startswith("idle; credits "))
        said = studio.manager.statuses()
        for form in (
            r"[12] settling(; credits .*)?",
            r"(.*, )?[12] uploading \d+ %.*",
            r"(.*, )?[12] rendering; credits [\d,]+",
        ):
            assert any(re.fullmatch(form, sentence) for sentence in said), (form, said)
        assert all(re.fullmatch(r"[^;=\n]+(; credits [\d,]+)?", sentence) for sentence in said), (
            said
        )
        assert all(a != b for a, b in pairwise(said))


@pytest.mark.slow
def test_a_reload_carries_the_monotonic_time_and_a_drain_asks_for_more(tmp_path: Path) -> None:
    """RELOADING with the time at which it was, then READY, after a mistake too; STOPPING,
    EXTEND_TIMEOUT and pings to the end."""
    with noted(tmp_path, sandbox={"turn_seconds": 5}) as studio:
        studio.edit("drain = 5", "drain = 20")
        studio.watchdog = 2
        studio.start()
        for text in (studio.config.read_text() + "\n[page]\nenabled = false\n", "[[watch"):
            before, at = len(studio.manager.heard()), time.monotonic_ns() // 1000
            kept = studio.config.read_text()
            studio.config.write_text(text)
            studio.signal(signal.SIGHUP)
            wait_for("READY again", lambda n=before: "READY=1" in studio.manager.heard()[n:])
            told = [
                m
                for m in studio.manager.heard()[before:]
                if not m.startswith(("STATUS", "WATCHDOG"))
            ]
            assert len(told) == 2
            match = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", told[0])
            assert match
            assert at <= int(match[1]) <= time.monotonic_ns() // 1000
            assert told[1] == "READY=1"
            studio.config.write_text(kept)
        studio.drop("dub-es/first.mp4")
        wait_for("a turn under way", lambda: studio.only() == "instructing")
        before = len(studio.manager.heard())
        assert studio.stop() == 0
        told = studio.manager.heard()[before:]
        assert told.count("STOPPING=1") == 1
        assert "EXTEND_TIMEOUT_USEC=30000000" in told
        assert len([m for m in told[told.index("STOPPING=1") :] if m == "WATCHDOG=1"]) >= 3
        assert [job["state"] for job in studio.jobs()] == ["instructed"]


@pytest.mark.slow
def test_at_rest_nothing_is_sent_but_pings_at_a_third_of_the_time(tmp_path: Path) -> None:
    """STATUS is said when something changed, and a ping every third of WatchdogSec: no more."""
    with noted(tmp_path) as studio:
        studio.watchdog = 6
        studio.start()
        wait_for(
            "credits are known", lambda: any("credits" in s for s in studio.manager.statuses())
        )
        before = len(studio.manager.heard())
        time.sleep(7)  # a length of time is what is measured
        told = studio.manager.heard()[before:]
        assert set(told) == {"WATCHDOG=1"}
        assert 3 <= len(told) <= 4
