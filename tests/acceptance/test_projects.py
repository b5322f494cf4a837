"""Projects, as somebody sees them who has nothing but the share: a real daemon, killed in
between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.studio import Studio, studio, video, wait_for

FOLDER = "edit/film.project"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Studio]:
    with studio(tmp_path, sandbox={"turn_seconds": 1.0}) as made:
        yield made


def put(house: Studio, prompt: str, *clips: str) -> None:
    for name in clips:
        house.drop(f"{FOLDER}/{name}", video(name))
    house.drop(f"{FOLDER}/prompt.txt", prompt.encode())


def uploads(house: Studio) -> list[list[str]]:
    """The names of the files in each session."""
    sessions = house.ledger()["sessions"].values()
    return [[upload["name"] for upload in session["uploads"]] for session in sessions]


def note(house: Studio) -> str:
    """The note beside the project; "" for none."""
    path = house.inbox / "edit/nemowatch - read me.txt"
    return path.read_text("utf-8-sig") if path.exists() else ""


def wait_for_turn(house: Studio, turn: int) -> None:
    wait_for(f"turn {turn}", lambda: len(house.charged_turns()) >= turn)


def test_parts_are_turns_of_one_session_whatever_is_killed(house: Studio) -> None:
    """One session, every file once and in order, a turn and a result for each part, and the folder
    in done/ as a whole, with a kill after every step that can be seen."""
    put(
        house,
        "Join them.\n---\nclip2.mp4: shorten it.\n---\nAdd a title.",
        "clip10.mp4",
        "clip2.mp4",
    )
    house.start()
    for turn in (1, 2, 3):
        wait_for_turn(house, turn)
        house.kill()
        house.start()
    house.wait_results("edit/film.1.mp4", "edit/film.2.mp4", "edit/film.3.mp4")
    wait_for("the folder in done/", lambda: f"{FOLDER}/prompt.txt" in house.results("done"))

    assert uploads(house) == [["clip2.mp4", "clip10.mp4"]]
    assert len(house.charged_turns()) == 3
    assert house.results("outbox") >= {"edit/film.1.mp4", "edit/film.2.mp4", "edit/film.3.mp4"}
    assert not (house.inbox / FOLDER).exists()


def test_a_kill_during_the_uploads_charges_nothing_twice(tmp_path: Path) -> None:
    """What is half uploaded is left behind, and a session with all of it is made."""
    with studio(tmp_path, sandbox={"upload_seconds": 1.5}) as house:
        put(house, "Join them.", "a.mp4", "b.mp4", "c.mp4")
        house.start()
        wait_for("an upload", lambda: any(map(len, uploads(house))))
        house.kill()
        house.start()
        house.wait_results("edit/film.edit.mp4")
        assert uploads(house)[-1] == ["a.mp4", "b.mp4", "c.mp4"]
        assert len(house.charged_turns()) == 1


def test_late_files_wait_for_a_word_and_a_word_counts_once(house: Studio) -> None:
    """The first version is made and charged once, whatever comes; APPROVE makes a second one with
    all files, once, over kills."""
    put(house, "Join them.\n---\nAdd a title.", "a.mp4")
    house.start()
    wait_for("a charged turn", house.charged_turns)
    house.drop(f"{FOLDER}/b.mp4", video("b"))
    house.wait_states("published", count=2)
    wait_for("the note", lambda: "b.mp4" in note(house))
    assert (house.inbox / FOLDER / "a.mp4").exists()
    house.kill()
    house.start()
    assert len(house.charged_turns()) == 2

    house.drop(f"{FOLDER}/APPROVE", b"")
    wait_for_turn(house, 3)
    house.kill()
    house.start()
    house.wait_results("edit/film.1 (2).mp4", "edit/film.2 (2).mp4")
    wait_for("the folder in done/", lambda: f"{FOLDER}/b.mp4" in house.results("done"))
    assert uploads(house) == [["a.mp4"], ["a.mp4", "b.mp4"]]
    assert len(house.charged_turns()) == 4
    wait_for("no note", lambda: note(house) == "")


def test_changed_texts_keep_the_folder_until_a_person_has_decided(house: Studio) -> None:
    """Other instructions, or names and terms, that come while a project is made are never moved
    away unanswered: APPROVE makes one version with them, and what is put back as it was lets the
    folder go."""
    put(house, "Join them.", "a.mp4")
    house.start()
    wait_for("a charged turn", house.charged_turns)
    house.drop(f"{FOLDER}/prompt.txt", b"Join them in reverse order.")
    house.kill()
    house.start()
    house.wait_results("edit/film.edit.mp4")
    wait_for("the note", lambda: "prompt.txt" in note(house))
    house.drop(f"{FOLDER}/glossary.txt", b"Acme Cloud")
    wait_for("both in the note", lambda: "glossary.txt" in note(house))
    house.kill()
    house.start()
    wait_for("still the note", lambda: "glossary.txt" in note(house))
    assert (house.inbox / FOLDER / "a.mp4").exists()
    assert len(house.charged_turns()) == 1

    house.drop(f"{FOLDER}/APPROVE", b"")
    wait_for_turn(house, 2)
    message = house.charged_turns()[1]["message"]
    assert "reverse order" in message
    assert "Acme Cloud" in message
    house.drop(f"{FOLDER}/prompt.txt", b"Join them slowly.")
    house.kill()
    house.start()
    house.wait_results("edit/film.edit (2).mp4")
    wait_for("the note again", lambda: "prompt.txt" in note(house))
    house.drop(f"{FOLDER}/prompt.txt", b"Join them in reverse order.\n")
    wait_for("the folder in done/", lambda: f"{FOLDER}/glossary.txt" in house.results("done"))
    assert len(house.charged_turns()) == 2


def test_a_refused_file_fails_the_project_and_is_named(tmp_path: Path) -> None:
    """What the cloud does not take costs nothing; the folder is in failed/ with a note that names
    the file; put right and moved back, it is made."""
    with studio(tmp_path, sandbox={"max_upload_bytes": 100_000}) as house:
        put(house, "Join them.", "a.mp4")
        big = house.drop(f"{FOLDER}/big.mp4", video("big") + b"\0\0\x9c\x48free" + b"x" * 40_000)
        house.start()
        wait_for("the error note", lambda: f"{FOLDER}.error.txt" in house.results("failed"))
        text = (house.root / "failed" / f"{FOLDER}.error.txt").read_text("utf-8-sig")
        assert big.name in text
        assert house.charged_turns() == []
        wait_for("the folder there", lambda: f"{FOLDER}/a.mp4" in house.results("failed"))

        (house.root / "failed" / FOLDER / "big.mp4").unlink()
        (house.root / "failed" / FOLDER).rename(house.inbox / FOLDER)
        house.wait_results("edit/film.edit.mp4")
        assert len(house.charged_turns()) == 1
