"""`run --once`, as cron calls it: what is there is finished, what is held goes on when its cause
is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.studio import Studio, studio


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    with studio(tmp_path) as made:
        # The look at the holds must not be left to the cadence: at this pace it comes after a
        # minute.
        made.config.write_text(
            made.config.read_text().replace("poll_interval = 0.1", "poll_interval = 30\n")
        )
        yield made


def once(house: Studio) -> int:
    words = ["-m", "nemowatch", "run", "--once", "--config", str(house.config)]
    return house.process(*words).wait(60)


def test_a_pause_that_is_gone_holds_nothing(house: Studio) -> None:
    """Held by PAUSE it exits 1; with the file gone, the next call lets the job go on."""
    pause = house.drop("transcribe/PAUSE", b"")
    house.drop("transcribe/talk.mp4")
    assert once(house) == 1
    assert house.jobs()[0]["reason"] == "paused"
    pause.unlink()
    house.config.write_text(
        house.config.read_text().replace("poll_interval = 30", "poll_interval = 0.2")
    )
    assert once(house) == 0
    assert house.jobs()[0]["state"] == "published"


def test_credits_that_came_let_it_go_on(house: Studio) -> None:
    """Out of credits it exits 1; after a top-up the next call finishes."""
    house.config.write_text(
        house.config.read_text().replace("poll_interval = 30", "poll_interval = 0.2")
    )
    house.sandbox.credits(10)
    house.drop("dub-es/clip.mp4")
    assert once(house) == 1
    assert house.jobs()[0]["reason"] == "credits"
    house.sandbox.credits(1000)
    assert once(house) == 0
    assert len(house.charged_turns()) == 1


def test_a_missing_share_is_not_done(house: Studio) -> None:
    """Without its inbox nothing was done: exit code 1, and a sentence that says which one and
    why."""
    (house.root / "inbox").rename(house.root / "elsewhere")
    assert once(house) == 1
    log = house.log_path.read_text()
    assert "not everything is finished" in log
    assert f"{house.root}/inbox was not processed: offline since" in log


def test_a_file_that_waits_for_instructions(house: Studio) -> None:
    """An edit folder without a prompt.txt waits for a person: exit code 1."""
    house.drop("edit/clip.mp4")
    assert once(house) == 1
    assert "1 file waiting for something" in house.log_path.read_text()


def test_a_refused_file_is_a_failure(house: Studio) -> None:
    """A file that never became a job, and lies in failed/ with its note, makes the exit code 1."""
    house.drop("dub-es/junk.mp4", b"this is a text and no film at all")
    assert once(house) == 1
    assert house.results("failed") == {"dub-es/junk.mp4", "dub-es/junk.mp4.error.txt"}
    assert once(house) == 0


def test_a_part_behind_a_question_is_waited_for_by_nobody(house: Studio) -> None:
    """It exits 1 and says what waits; the answer is the next call's business."""
    house.sandbox.fault("chat:question@1")
    house.drop("edit/film.project/prompt.txt", b"Join them.\n---\nAdd a title that says Hello.")
    house.drop("edit/film.project/clip.mp4")
    assert once(house) == 1
    assert "1 job waiting for an earlier one of the session" in house.log()


def test_a_revise_file_is_carried_out(house: Studio) -> None:
    """In one call, with its result."""
    house.config.write_text(
        house.config.read_text().replace("poll_interval = 30", "poll_interval = 0.2")
    )
    house.drop("dub-es/clip.mp4")
    assert once(house) == 0
    house.drop("dub-es/clip.es.revise.txt", b"Make the voice slower.")
    assert once(house) == 0
    assert house.results() == {"dub-es/clip.es.mp4", "dub-es/clip.es (2).mp4"}
    assert len(house.charged_turns()) == 2
