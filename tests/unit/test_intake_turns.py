"""Folders take turns where many files wait."""

from __future__ import annotations

from nemowatch.intake.ready.fair_turns import first_in_turns, in_turns, portion

MANY = [b"dub-fr/%d.mp4" % number for number in range(3000)]


def free(_: bytes) -> tuple[bool, int]:
    return False, 0


def test_one_file_does_not_wait_for_thousands_of_another_folder() -> None:
    """It is in the next portion, and comes up with the first of them."""
    found = portion([*MANY, b"dub-es/a.mp4"], 1000)
    assert len(found) == 1000
    assert b"dub-es/a.mp4" in found
    assert b"dub-es/a.mp4" in in_turns(found, free)[:2]
    assert b"dub-es/a.mp4" in first_in_turns(found, 2)


def test_a_folder_alone_has_all_there_is_in_its_order() -> None:
    """Nothing is held back for nobody, and what came together stays in its order."""
    assert portion(MANY, 1000) == MANY[:1000]
    assert in_turns(MANY[:9], free) == MANY[:9]
    assert first_in_turns(MANY, 9) == MANY[:9]


def test_the_first_of_each_folder_come_before_its_second() -> None:
    """However many there are of either, and up to a limit."""
    paths = [b"a/1", b"a/2", b"a/3", b"b/1", b"c/1", b"b/2"]
    assert first_in_turns(paths, 4) == [b"a/1", b"b/1", b"c/1", b"a/2"]
    assert sorted(first_in_turns(paths, 9)) == sorted(paths)
    assert first_in_turns([], 9) == []


def test_documents_come_after_clips_and_large_ones_last() -> None:
    """Whatever takes long to read has its turn when nothing else waits."""
    cost = {b"say/a.docx": (True, 9), b"tell/b.docx": (True, 1)}
    paths = [*cost, b"dub/1.mp4", b"dub/2.mp4"]
    found = in_turns(paths, lambda path: cost.get(path, (False, 0)))
    assert found == [b"dub/1.mp4", b"dub/2.mp4", b"tell/b.docx", b"say/a.docx"]
