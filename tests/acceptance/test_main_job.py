"""The main job, as its user sees it: files dropped into folders come back as results, once, and
everything bad is said."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from tests.rigs.studio import Studio, script, studio, video, wait_for


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    with studio(tmp_path) as made:
        yield made


def clean(house: Studio) -> None:
    """The cloud saw nothing that breaks its contract, and nothing of its own broke."""
    ledger = house.ledger()
    assert ledger["violations"] == []
    assert ledger["problems"] == []


def served(house: Studio) -> set[str]:
    """SHA-256 of every result that the cloud served."""
    return {
        render["sha256"]
        for s in house.ledger()["sessions"].values()
        for render in s["renders"]
        if render.get("sha256")
    }


def test_every_folder_kind_gives_its_results(house: Studio) -> None:
    """Each kind of folder gives its results: one paid turn each, the bytes sent once, the
    sources in done/."""
    house.drop("dub-es-fr/clientA/promo.mp4")
    house.drop("voiceover/script.txt", script())
    house.drop("voiceover-de-female/clip.mp4")
    house.drop("voiceover/both.mp4")
    house.drop("voiceover/both.txt", b"A text that belongs to the film.")
    house.drop("transcribe/talk.mp4")
    house.drop("edit/prompt.txt", b"Cut it to five seconds.")
    house.drop("edit/raw.mp4")
    house.start()
    house.wait_results(
        "dub-es-fr/clientA/promo.es.mp4",
        "dub-es-fr/clientA/promo.fr.mp4",
        "voiceover/script.voiceover.mp4",
        "voiceover-de-female/clip.voiceover.mp4",
        "voiceover/both.voiceover.mp4",
        "transcribe/talk.txt",
        "transcribe/talk.srt",
        "transcribe/talk.vtt",
        "transcribe/talk.transcribed.mp4",
        "edit/raw.edit.mp4",
    )
    house.wait_results(
        "dub-es-fr/clientA/promo.mp4",
        "voiceover/both.txt",
        "voiceover/both.mp4",
        "edit/raw.mp4",
        "transcribe/talk.mp4",
        "voiceover/script.txt",
        "voiceover-de-female/clip.mp4",
        tree="done",
    )
    assert house.results("inbox") == {"edit/prompt.txt"}
    assert house.results("failed") == set()
    assert len(house.charged_turns()) == len(house.jobs()) == 7
    assert house.ledger()["totals"]["uploads_by_url"] == 1
    for name in house.results():
        if name.endswith(".mp4"):
            assert hashlib.sha256((house.outbox / name).read_bytes()).hexdigest() in served(house)
    clean(house)


def test_dropped_while_it_runs(house: Studio) -> None:
    """A file dropped into a folder made just now is taken as well, and SIGTERM ends the daemon
    with 0."""
    house.start()
    house.drop("Dub-Spanish/new/clip.mp4")
    house.wait_results("Dub-Spanish/new/clip.es.mp4")
    assert house.stop() == 0
    assert "nemowatch is not running" in (house.root / "status.html").read_text()
    clean(house)


def test_bad_input_costs_nothing_and_stops_nothing(house: Studio) -> None:
    """Whatever cannot be done is said in plain words beside it, costs nothing, and the good
    files go on."""
    house.drop("dubb-es/clip.mp4")
    house.drop("dub-es/notes.pdf", b"%PDF-1.4 not a film")
    house.drop("dub-es/disguised.mp4", b"%PDF-1.4 not a film at all " * 40)
    house.drop("dub-es/empty.mp4", b"")
    os.mkfifo(house.inbox / "dub-es" / "pipe.mp4")
    (house.inbox / "dub-es" / "away.mp4").symlink_to("/etc/passwd")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(house.inbox / "dub-es" / "sock.mp4"))
    house.drop("edit/without.mp4")
    house.drop("dub-es/good.mp4")
    house.drop("dub-es/" + "n" * 251 + ".mp4")
    odd = os.path.join(os.fsencode(house.inbox), b"dub-es", b"caf\xe9.mp4")
    Path(os.fsdecode(odd)).write_bytes(video("odd"))
    house.start()
    house.wait_results("dub-es/good.es.mp4", "dub-es/café.es.mp4")
    house.wait_results("dub-es/disguised.mp4", "dub-es/disguised.mp4.error.txt", tree="failed")
    wait_for(
        "a note about the folder's name",
        (house.inbox / "dubb-es" / "nemowatch - read me.txt").exists,
    )
    wait_for(
        "a note about the missing prompt", (house.inbox / "edit" / "nemowatch - read me.txt").exists
    )
    note = (house.inbox / "dubb-es" / "nemowatch - read me.txt").read_bytes()
    assert note.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in note
    assert b"dub-es" in note
    assert {
        "dub-es/empty.mp4",
        "dub-es/pipe.mp4",
        "dub-es/away.mp4",
        "dub-es/notes.pdf",
    } <= house.results("inbox")
    wait_for(
        "the long name's result",
        lambda: len([n for n in house.results() if n.startswith("dub-es/nnn")]) == 1,
    )
    assert len(house.charged_turns()) == 3
    listener.close()
    clean(house)


def test_nothing_is_overwritten(house: Studio) -> None:
    """A name that is taken in the outbox gets a number; what stood there stays as it was."""
    (house.outbox / "dub-es").mkdir()
    (house.outbox / "dub-es" / "clip.es.mp4").write_text("mine")
    house.drop("dub-es/clip.mp4")
    house.start()
    house.wait_results("dub-es/clip.es (2).mp4")
    assert (house.outbox / "dub-es" / "clip.es.mp4").read_text() == "mine"


def test_same_file_again_is_not_paid_again(house: Studio) -> None:
    """The same content at the same place is done once: the second copy goes to done/ with a
    note; gone results come back free."""
    house.start()
    house.drop("dub-es/clip.mp4", video("same"))
    house.wait_results("dub-es/clip.es.mp4")
    house.wait_results("dub-es/clip.mp4", tree="done")
    house.drop("dub-es/clip.mp4", video("same"))
    house.wait_results("dub-es/clip (2).mp4", tree="done")
    assert len(house.charged_turns()) == 1
    (house.outbox / "dub-es" / "clip.es.mp4").unlink()
    house.drop("dub-es/clip.mp4", video("same"))
    house.wait_results("dub-es/clip.es.mp4")
    wait_for("the source to leave the inbox", lambda: house.results("inbox") == set())
    assert len(house.charged_turns()) == 1
    assert len(house.jobs()) == 1
    clean(house)


def test_a_second_copy_that_cannot_leave_yet_leaves_with_its_note_when_it_can(
    house: Studio,
) -> None:
    """A file in the way of its folder in done/: said once, tried again, and the copy is moved
    without a restart."""
    house.start()
    house.drop("dub-es/clip.mp4", video("same"))
    house.wait_results("dub-es/clip.mp4", tree="done")
    (house.root / "done/dub-es").rename(house.root / "done/before")
    (house.root / "done/dub-es").touch()
    house.drop("dub-es/clip.mp4", video("same"))
    wait_for("the warning", lambda: "the second copy could not be moved" in house.log())
    (house.root / "done/dub-es").unlink()
    house.wait_results("dub-es/clip.mp4", "dub-es/clip.mp4.note.txt", tree="done")
    assert house.results("inbox") == set()
    assert house.log().count("same file again") == house.log().count("could not be moved") == 1
    assert len(house.charged_turns()) == 1


def test_a_source_that_cannot_be_moved_needs_a_person(house: Studio) -> None:
    """Something is in the way in done/: the result is there, and page and status say what to do."""
    (house.root / "done").mkdir(exist_ok=True)
    (house.root / "done/dub-es").touch()
    house.start()
    house.drop("dub-es/kunde/clip.mp4")
    house.wait_states("published")
    page = house.root / "status.html"
    wait_for("a word about it", lambda: "cannot be moved out of the inbox" in page.read_text())
    assert "Needs you" in page.read_text()
    assert "cannot be moved out of the inbox" in house.run("status").stdout


def test_a_link_in_the_place_of_a_tree_takes_nothing(house: Studio) -> None:
    """Put there by whoever may write in the share, even while nothing runs: what would go to the
    outbox or to done/ waits, says why, and goes on without it."""
    theirs = house.root.parent / "theirs"
    theirs.mkdir()
    house.start()
    house.drop("dub-es/first.mp4")
    house.wait_results("dub-es/first.mp4", tree="done")
    assert house.stop() == 0
    house.outbox.rename(house.root / "before")
    house.outbox.symlink_to(theirs)
    house.start()
    house.drop("dub-es/clip.mp4")
    wait_for(
        "the reason",
        lambda: "has taken the folder's place" in " ".join(house.run("status").stdout.split()),
    )
    # the inbox says so as well, and may before the file is a job
    house.wait_states("published", "held")
    assert len(house.charged_turns()) == 1, "nothing is paid for that could not be delivered"
    house.outbox.unlink()
    (house.root / "before").rename(house.outbox)
    house.wait_results("dub-es/first.es.mp4", "dub-es/clip.es.mp4")
    house.wait_results("dub-es/clip.mp4", tree="done")
    assert len(house.charged_turns()) == 2

    (house.root / "done").rename(house.root / "before")
    (house.root / "done").symlink_to(theirs)
    house.drop("dub-es/third.mp4")
    wait_for("a word", lambda: "cannot be moved out of the inbox" in house.run("status").stdout)
    (house.root / "done").unlink()
    (house.root / "before").rename(house.root / "done")
    house.wait_results("dub-es/third.mp4", tree="done")
    assert list(theirs.iterdir()) == []


def test_failure_is_explained_and_retried_by_moving_back(house: Studio) -> None:
    """A refused file lands in failed/ with a note; moved back, only what is missing is made and
    the note goes away."""
    house.sandbox.fault("chat:4001@1")
    house.drop("dub-es-fr/clip.mp4")
    house.start()
    house.wait_results("dub-es-fr/clip.mp4", "dub-es-fr/clip.mp4.error.txt", tree="failed")
    assert len(house.results()) == 1
    text = (house.root / "failed/dub-es-fr/clip.mp4.error.txt").read_text(encoding="utf-8-sig")
    assert "clip.mp4 could not be finished" in text
    (house.root / "failed/dub-es-fr/clip.mp4").rename(house.inbox / "dub-es-fr/clip.mp4")
    house.wait_results("dub-es-fr/clip.es.mp4", "dub-es-fr/clip.fr.mp4")
    wait_for("the note to go away", lambda: house.results("failed") == set())
    assert len(house.charged_turns()) == 2


def test_retry_and_a_new_take_bring_the_file_back(house: Studio) -> None:
    """`retry` and `again --new-take` work although the file has left the inbox; a new take is
    one more paid turn."""
    house.sandbox.fault("chat:4001@1")
    house.drop("dub-es/clip.mp4")
    house.start()
    house.wait_results("dub-es/clip.mp4", tree="failed")
    house.run("retry", "1")
    house.wait_results("dub-es/clip.mp4", tree="done")
    assert len(house.charged_turns()) == 1
    house.run("again", "1", "--new-take")
    house.wait_results("dub-es/clip.es (2).mp4")
    assert len(house.charged_turns()) == 2
    house.run("again", "1")
    house.wait_states("published")
    assert len(house.charged_turns()) == 2


def test_a_question_is_answered_with_a_clearer_order(house: Studio) -> None:
    """The cloud asks back: a note says so; with a prompt.txt and the file taken out and dropped
    again, it is done."""
    house.sandbox.fault("chat:question@1")
    clip = house.drop("dub-es/clip.mp4")
    house.start()
    assert house.wait_states("attention")[0]["reason"] == "question"
    wait_for("the question's note", (house.inbox / "dub-es/clip.mp4.question.txt").exists)
    away = clip.rename(house.root / "clip.mp4")
    house.wait_states("cancelled")
    wait_for(
        "the question's note to go",
        lambda: not (house.inbox / "dub-es/clip.mp4.question.txt").exists(),
    )
    assert house.results("failed") == set()
    house.drop("dub-es/prompt.txt", b"+ Use European Spanish.")
    away.rename(clip)
    house.wait_results("dub-es/clip.es.mp4")
    wait_for(
        "the note to go away", lambda: not (house.inbox / "dub-es/clip.mp4.question.txt").exists()
    )
    messages = [t["message"] for s in house.ledger()["sessions"].values() for t in s["turns"]]
    assert "European Spanish" in messages[-1]


def test_pause_and_its_end(house: Studio) -> None:
    """A PAUSE file in a folder holds it, and deleting the file lets it go on."""
    pause = house.drop("dub-es/PAUSE.txt", b"")
    house.drop("dub-es/clip.mp4")
    house.start()
    job = house.wait_states("held")[0]
    assert job["reason"] == "paused"
    assert house.charged_turns() == []
    pause.unlink()
    house.wait_states("published")


def test_approval_of_a_large_batch(tmp_path: Path) -> None:
    """More new jobs than confirm_above wait; a note says so; APPROVE in the inbox lets them go."""
    with studio(tmp_path, confirm=2) as house:
        for name in ("a", "b", "c"):
            house.drop(f"dub-es/{name}.mp4")
        house.start()
        assert {job["reason"] for job in house.wait_states("held", count=3)} == {"approval"}
        wait_for("the note that asks", (house.inbox / "nemowatch - read me.txt").exists)
        assert house.charged_turns() == []
        house.drop("APPROVE", b"")
        house.wait_states("published", count=3)
        wait_for(
            "the note to go away", lambda: not (house.inbox / "nemowatch - read me.txt").exists()
        )
        wait_for("the yes to be used up", lambda: not (house.inbox / "APPROVE").exists())


#: Faults that make a state last until it has been seen: the answer to an upload stays away, the
#: turn works until its client has gone, the render takes its time.
LASTING = {
    "uploading": "upload:after-stall:600@1",
    "instructing": "chat:goes_on:0.5@1",
    "rendering": "render:slow_render:12@1",
}


@pytest.mark.parametrize("state", LASTING)
def test_a_kill_in_the_middle(house: Studio, state: str) -> None:
    """SIGKILL while a job is under way, then a restart: the result comes, paid for exactly once."""
    house.sandbox.set(turn_seconds=600 if state == "instructing" else 0.2)
    house.sandbox.fault(LASTING[state])
    house.drop("dub-es/clip.mp4")
    house.start()
    house.wait_states(state, count=1)
    house.kill()
    house.start()
    house.wait_states("published")
    assert len(house.charged_turns()) == 1
    house.wait_results("dub-es/clip.es.mp4")
    clean(house)
