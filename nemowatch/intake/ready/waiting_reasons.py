"""Why a file is not taken yet, in plain words: for the status page, and for the note when it has
waited long.

Owns the words. `stability` knows how long a file has waited.
"""

from __future__ import annotations

from nemowatch.intake.ready.stability import StillnessVerdict, TrackedFile
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.paths import folder_of

_COPIED = "still being copied ({})"
#: What the page says about a file that has been still for long enough and waits behind others.
_IN_TURN = "waits its turn to be taken ({})"
#: What the page says about a file that waits, with how long it has; any other is being copied.
_WORDS = {
    StillnessVerdict.WRITER: "still being written ({}): another program has it open",
    StillnessVerdict.EMPTY: "still empty: waiting for its content",
    StillnessVerdict.PLACEHOLDER: (
        "only a placeholder: the cloud drive has not fetched its content yet"
    ),
}
#: What is wrong, what to do, and the short name for JSON, by the verdict at which a file is stuck.
_NOTES = {
    StillnessVerdict.EMPTY: (
        "The file is empty, and nothing has changed for ten minutes.",
        "Copy it again, or remove it.",
        "empty",
    ),
    StillnessVerdict.PLACEHOLDER: (
        "Only a placeholder of the file is here: its content has not arrived.",
        "Have the cloud drive keep it on this computer, or copy the file itself here.",
        "placeholder",
    ),
    StillnessVerdict.UNFINISHED: (
        "Another program still seems to be working on the file: {}.",
        "Let it finish. If none is at work, remove what it left behind, or give the file another"
        " name; it is then taken.",
        "unfinished",
    ),
}


def why(tracked: TrackedFile, now: float) -> str:
    """Why a file waits, in plain words, for the status page."""
    if tracked.blocked:
        return tracked.blocked
    verdict = tracked.verdict()
    if verdict is StillnessVerdict.UNFINISHED:
        return f"another program is still working on it: {tracked.beside.unfinished}"

    waited = _seconds(now - tracked.first_at)
    usual = _IN_TURN if _seems_settled(tracked, now) else _COPIED
    return _WORDS.get(verdict, usual).format(waited)


def _seems_settled(tracked: TrackedFile, now: float) -> bool:
    """Whether it has not been seen to change for as long as it has to keep still: its next check
    may come late where many files wait."""
    return now - tracked.since >= tracked.needed()


def _seconds(duration: float) -> str:
    whole = max(int(duration), 0)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min"


def problem_of(path: bytes, tracked: TrackedFile) -> FileProblem | None:
    """What a note says about a file that is not taken yet; None for no note."""
    if tracked.problem is not None:
        return tracked.problem
    if not tracked.is_given_up:
        return None
    words = _NOTES.get(tracked.verdict())
    if words is None:
        return None

    what, cure, code = words
    what = what.format(tracked.beside.unfinished)
    return FileProblem(path, folder_of(path), what, cure, code=code)
