"""Files that wait for so long that people are told by a note, and what it says.

Owns the words. How long a file has waited, `stability` knows.
"""

from __future__ import annotations

from nemowatch.intake.ready.stability import Tracked, Verdict
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folders import folder_of

#: What is wrong and what to do, by the verdict that a file does not get beyond.
_WORDS = {
    Verdict.EMPTY: (
        "The file is empty, and nothing has changed for ten minutes.",
        "Copy it again, or remove it.",
        "empty",
    ),
    Verdict.PLACEHOLDER: (
        "Only a placeholder of the file is here: its content has never arrived.",
        "Have the cloud drive keep it on this computer, or copy the file itself here.",
        "placeholder",
    ),
}


def problem_of(path: bytes, tracked: Tracked) -> FileProblem | None:
    """What people are to be told about a file that is not taken yet; None for nothing."""
    if tracked.problem is not None:
        return tracked.problem

    if not tracked.is_given_up:
        return None
    words = _WORDS.get(tracked.verdict())
    if words is None:
        return None
    what, cure, code = words
    return FileProblem(path, folder_of(path), what, cure, code=code)
