"""Notes as files people open in Notepad, and what they say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.errors import LocalPassing
from nemowatch.outbox.note_file import (
    Wrote,
    error_path,
    question_path,
    remove_note,
    write_note,
)
from nemowatch.reporting import words
from nemowatch.reporting.notes import (
    READ_ME,
    Approval,
    Complaint,
    Done,
    Failure,
    Question,
    approval_note,
    error_note,
    question_note,
    read_me,
    same_again_note,
)

TEXT = error_note(
    Failure(b"promo.mp4", "It is cut short.", words.Cure("Copy it again."), jobs=(12,))
)


def test_a_note_opens_in_notepad(tmp_path: Path) -> None:
    """UTF-8 with BOM, CRLF at every line, in a mirrored folder that is made for it."""
    path = error_path(tmp_path / "dub-es/a", "promó.mp4".encode())
    assert write_note(tmp_path, path, TEXT) is Wrote.WRITTEN
    data = (tmp_path / "dub-es/a/promó.mp4.error.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == TEXT.count("\n")
    assert os.listdir(tmp_path / "dub-es/a") == ["promó.mp4.error.txt"]


def test_a_note_that_says_nothing_new_is_not_touched(tmp_path: Path) -> None:
    """Each write is work for every sync client."""
    path = tmp_path / READ_ME
    write_note(tmp_path, path, TEXT)
    before = path.stat()
    assert write_note(tmp_path, path, TEXT, last=TEXT) is Wrote.SAME
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_note(tmp_path, path, "other\n" + TEXT, last=TEXT) is Wrote.WRITTEN


@pytest.mark.parametrize("theirs", ["my own notes", TEXT + "done by Ana, thanks!"])
def test_what_people_wrote_is_neither_overwritten_nor_removed(tmp_path: Path, theirs: str) -> None:
    """A file of that name that is not ours, or our note with a person's words in it, stays."""
    path = tmp_path / READ_ME
    path.write_text(theirs)
    for last in ("", TEXT):
        assert write_note(tmp_path, path, "new\n" + TEXT, last=last) is Wrote.FOREIGN
        assert not remove_note(tmp_path, path, last=last)
    assert path.read_text() == theirs


def test_a_link_under_a_notes_name_is_left_alone(tmp_path: Path) -> None:
    """Neither the link nor what it points to is written."""
    (tmp_path / "private").write_text("x")
    (tmp_path / READ_ME).symlink_to("private")
    assert write_note(tmp_path, tmp_path / READ_ME, TEXT) is Wrote.FOREIGN
    assert (tmp_path / "private").read_text() == "x"


def test_our_own_note_goes_even_when_the_journal_was_lost(tmp_path: Path) -> None:
    """Its last line shows that it is ours; removing it twice is no error."""
    path = question_path(tmp_path, b"promo.mp4")
    write_note(tmp_path, path, TEXT)
    assert write_note(tmp_path, path, "new\n" + TEXT) is Wrote.WRITTEN
    assert remove_note(tmp_path, path)
    assert remove_note(tmp_path, path)
    assert remove_note(tmp_path, tmp_path / "none/x.error.txt")
    assert os.listdir(tmp_path) == []


def test_no_note_below_a_missing_root(tmp_path: Path) -> None:
    """A share that is away gets no folder on the local disk."""
    root = tmp_path / "share"
    for act in (
        lambda: write_note(root, root / READ_ME, TEXT),
        lambda: remove_note(root, root / READ_ME),
    ):
        with pytest.raises(LocalPassing):
            act()
    assert os.listdir(tmp_path) == []


def test_note_names_are_safe_and_fit(tmp_path: Path) -> None:
    """255 bytes, bytes that are no text, and what Windows forbids."""
    for name in (b"n" * 255, b"caf\xe9.mp4", b"a:b?.mp4", "é".encode() * 127):
        path = error_path(tmp_path, name)
        assert len(os.fsencode(path.name)) <= 255
        assert path.name.endswith(".error.txt")
        assert not set(path.name) & set('<>:"/\\|?*')
        assert write_note(tmp_path, path, TEXT) is Wrote.WRITTEN


def test_an_error_note_says_what_where_and_what_to_do() -> None:
    """The file, what happened, what is done and what not, the cure, and the job for the
    administrator at the end."""
    text = error_note(
        Failure(
            b"caf\xe9\xe2\x80\xae.mp4",
            "The cloud refused it.",
            words.try_again((12, 13), back="inbox/dub-es-fr"),
            words.EDIT_IS_KEPT,
            (Done("Spanish", "caf.es.mp4"),),
            ("French",),
            (12, 13),
        )
    )
    assert text.startswith("caf\\xe9\ufffd.mp4 could not be finished.")
    for said in (
        "The cloud refused it.",
        "Spanish: caf.es.mp4",
        "Not done: French",
        "is kept",
        "inbox/dub-es-fr",
        "nemowatch retry 12 13",
        "jobs 12, 13.",
    ):
        assert said in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_other_notes_say_their_point() -> None:
    """Question, folder, approval, the same again: each names the file and the way on."""
    assert "Which language?" in question_note(
        Question(b"a.mp4", "Which language?", ("Write it down.",), (1,))
    )
    folder = read_me(
        [
            Complaint("No such language.", "dub-spanish"),
            Complaint("Not taken:", files=(b"a.pdf",) * 30),
        ],
        {"doblar": "dub", "配音": "dub-zh"},
    )
    assert "dub-spanish" in folder
    assert "and 10 more" in folder
    assert "dub-es-fr" in folder
    assert "doblar-es" in folder
    assert "配音" in folder
    asked = approval_note(
        Approval(jobs=120, files=60, credits=12000, available=100, cause="It is new.")
    )
    assert all(
        word in asked
        for word in (
            "60 new files",
            "120 results",
            "12,000",
            "100 are left",
            "not enough",
            "APPROVE",
        )
    )
    assert "Its cost is not known yet" in approval_note(Approval(jobs=1, files=1))
    assert "a.es.mp4" in same_again_note(b"a.mp4", ["a.es.mp4"])
