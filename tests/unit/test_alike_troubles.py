"""Troubles that people see as one entry (reporting/alike.py)."""

from nemowatch.reporting.alike import together
from nemowatch.reporting.overview import DaemonSnapshot, Settling, Trouble

WHAT, CURE = "It is not clear which of these belong together.", "Leave one text for each file."


def trouble(path: bytes, folder: bytes = b"voiceover", refused_at: int = 0) -> Trouble:
    return Trouble("/in", folder, WHAT, CURE, path, refused_at=refused_at)


def test_files_with_the_same_trouble_are_one_entry() -> None:
    """Three files that belong together in one folder are said once; another folder is another
    entry, and each refused file has its own."""
    found = together(
        [
            trouble(b"voiceover/a.mp4"),
            trouble(b"dub-es/b.mp4", b"dub-es"),
            trouble(b"voiceover/a.txt"),
            trouble(b"voiceover/c.mp4", refused_at=1),
            trouble(b"voiceover/d.mp4", refused_at=1),
            trouble(b""),
        ]
    )
    assert [[one.path for one in alike] for alike in found] == [
        [b"voiceover/a.mp4", b"voiceover/a.txt"],
        [b"dub-es/b.mp4"],
        [b"voiceover/c.mp4"],
        [b"voiceover/d.mp4"],
        [b""],
    ]


def test_a_file_in_trouble_is_not_listed_as_waiting_too() -> None:
    """It has its entry, with its cure, among what needs a person."""
    settling = (
        Settling("/in", b"voiceover/a.mp4", WHAT, 0),
        Settling("/in", b"dub-es/x.mp4", "copied", 0),
    )
    troubles = (trouble(b"voiceover/a.mp4"),)
    snapshot = DaemonSnapshot({}, (), settling, len(settling), troubles=troubles)
    assert [one.path for one in snapshot.only_waiting] == [b"dub-es/x.mp4"]
