"""What the log and systemd are reported jobs and holds: each thing once, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from nemowatch.clock import ManualClock, lasted
from nemowatch.intake.watch.health import HealthState
from nemowatch.jobs.hold_log import UNPROVEN, Cause
from nemowatch.jobs.job_log import JobLog, location_of
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import HoldReason, State
from nemowatch.reporting.overview import (
    CreditsSeen,
    DaemonSnapshot,
    InboxStatus,
    Overview,
    Transfer,
)
from nemowatch.reporting.status_line import status_line
from nemowatch.stages.decision import go, hold
from tests.rigs.job_records import NEW_JOB


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Every event with its fields."""
    with structlog.testing.capture_logs() as captured:
        yield captured


def source() -> SourceRow:
    """A file in a subfolder of a task folder."""
    return SourceRow(
        1, "/srv/inbox", b"dub-es", b"dub-es/a/promo.mp4", "d", "dub", True, None, None, None, 0
    )


def outage(number: int, state: State = State.CLAIMED) -> tuple[Job, SourceRow, Any]:
    return (
        replace(NEW_JOB, id=number, state=state),
        source(),
        hold(HoldReason.OUTAGE, state, "Nobody answers.", account=True),
    )


def test_an_outage_that_stops_many_jobs_is_one_line_and_its_end_another(
    lines: list[dict[str, Any]],
) -> None:
    """What each job does meanwhile is for the level debug."""
    clock = ManualClock()
    job_log = JobLog(clock)
    for number in range(50):
        job_log.moved(*outage(number))
    clock.advance(130)
    job_log.holds.update({}, {HoldReason.OUTAGE: 50}, clock.monotonic())
    job_log.answered(NEW_JOB)
    job_log.holds.update({}, {}, clock.monotonic())
    loud = [line for line in lines if line["log_level"] != "debug"]
    assert [line["event"] for line in loud] == ["hold begins: outage", "hold ends: outage"]
    assert (loud[0]["why"], loud[1]["after"], loud[1]["woken"]) == ("Nobody answers.", "2 min", 50)
    assert len(lines) == 52


def test_an_outage_of_a_part_of_the_cloud_is_one(lines: list[dict[str, Any]]) -> None:
    """The balance is answered, what the jobs need is not: as long as no call of theirs went
    through, nothing has ended. When there is none to make, it has after a while."""
    clock = ManualClock()
    job_log = JobLog(clock)
    for _ in range(5):
        job_log.moved(*outage(1))
        clock.advance(60)
        job_log.holds.update({}, {HoldReason.OUTAGE: 1}, clock.monotonic())
        clock.advance(1)
    said = lambda: [line["event"] for line in lines if line["log_level"] != "debug"]  # noqa: E731
    assert said() == ["hold begins: outage"]
    clock.advance(UNPROVEN)
    job_log.holds.update({}, {}, clock.monotonic())
    assert said() == ["hold begins: outage", "hold ends: outage"]


def test_an_outage_is_over_when_what_failed_works(lines: list[dict[str, Any]]) -> None:
    """Only uploads are refused: new sessions, and questions whether an upload has arrived, end
    nothing; an upload does."""
    clock = ManualClock()
    job_log = JobLog(clock)
    uploading = replace(NEW_JOB, state=State.UPLOADING)
    for _ in range(3):
        job_log.moved(*outage(1, State.UPLOADING))
        clock.advance(60)
        job_log.holds.update({}, {HoldReason.OUTAGE: 1}, clock.monotonic())
        job_log.answered(NEW_JOB)
        job_log.answered(replace(uploading, checking=True))

    def said():
        return [
            line["event"]
            for line in lines
            if line["log_level"] == "warning" or "ends" in line["event"]
        ]

    assert said() == ["hold begins: outage"]
    job_log.answered(uploading)
    assert said() == ["hold begins: outage", "hold ends: outage"]


def test_an_upload_that_had_arrived_after_all_ends_its_outage(lines: list[dict[str, Any]]) -> None:
    """The job goes on, and nobody has to send anything."""
    clock = ManualClock()
    job_log = JobLog(clock)
    job_log.moved(*outage(1, State.UPLOADING))
    clock.advance(1)
    job_log.holds.update({}, {HoldReason.OUTAGE: 1}, clock.monotonic())
    job_log.moved(
        replace(NEW_JOB, state=State.UPLOADING, checking=True), source(), go(State.UPLOADED)
    )
    assert [line["event"] for line in lines if "ends" in line["event"]] == ["hold ends: outage"]


def test_a_hold_that_began_while_the_journal_was_asked_has_not_ended(
    lines: list[dict[str, Any]],
) -> None:
    """An answer from before it says nothing about it."""
    clock = ManualClock()
    job_log = JobLog(clock)
    asked_at = clock.monotonic()
    job_log.moved(*outage(1))
    job_log.holds.update({}, {}, asked_at)
    assert [line["event"] for line in lines if line["log_level"] != "debug"] == [
        "hold begins: outage"
    ]


def test_pauses_are_reported_for_each_folder(lines: list[dict[str, Any]]) -> None:
    """Two folders that are paused are two causes, and end apart."""
    clock = ManualClock()
    job_log = JobLog(clock)
    both = {Cause(HoldReason.PAUSED, folder): "PAUSE" for folder in ("/a", "/b")}
    job_log.holds.update(both, {}, clock.monotonic())
    clock.advance(1)
    job_log.holds.update({Cause(HoldReason.PAUSED, "/b"): "PAUSE"}, {}, clock.monotonic())
    assert [(line["event"], line["folder"]) for line in lines] == [
        ("hold begins: paused", "/a"),
        ("hold begins: paused", "/b"),
        ("hold ends: paused", "/a"),
    ]


def test_a_job_s_line_names_its_folder_and_its_file(lines: list[dict[str, Any]]) -> None:
    """So that it can be found in the share, whichever of several inboxes it is in."""
    JobLog(ManualClock()).moved(NEW_JOB, source(), go(State.UPLOADING))
    assert lines == [
        {
            "event": "uploading",
            "job": 7,
            "file": "a/promo.mp4",
            "folder": "/srv/inbox/dub-es",
            "target": "es",
            "log_level": "info",
        },
    ]
    assert location_of("/srv/inbox", b"loose.mp4") == {"file": "loose.mp4", "folder": "/srv/inbox"}


def test_lengths_of_time_as_people_say_them() -> None:
    """Seconds, then minutes, then hours."""
    assert [lasted(s) for s in (3, 130, 7300)] == ["3 s", "2 min", "2.0 h"]


def test_the_status_in_words() -> None:
    """In the order of a job's life, with how far the transfers are, what is held and what is
    wrong."""
    daemon = {"pid": 1}
    transfers = {
        1: Transfer("uploading", 43, 100),
        2: Transfer("uploading", 0, 0),
        3: Transfer("downloading", 1, 0),
    }
    snapshot = DaemonSnapshot(daemon, (), settling_count=2, transfers=transfers)
    counts = {"rendering": 3, "uploading": 2, "published": 9, "held": 5}
    busy = Overview(snapshot, counts=counts, credits=CreditsSeen(120))
    assert status_line(busy) == "2 settling, 2 uploading 43 %, 3 rendering; credits 120"

    away = InboxStatus("", "/srv", "offline", health=HealthState.OFFLINE)
    troubled = Overview(DaemonSnapshot(daemon, (away,)), counts={"held": 5}, held={"outage": 5})
    assert status_line(troubled) == "5 held (outage); /srv: offline"
    assert status_line(Overview(DaemonSnapshot(daemon, ()))) == "idle"
