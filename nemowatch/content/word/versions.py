"""Content that a document has in several versions, for new and for old programs.

Owns which one is read: the first that Word can show. It must not let a second one be read.
"""

from __future__ import annotations

from nemowatch.content.word.xml import Attributes, End, Start, Walk, value

#: The beginnings of namespaces that Word can show.
_OFFICES = ("http://schemas.microsoft.com/office/", "http://schemas.openxmlformats.org/")


class Versions:
    """The groups of versions that are open at a point of the text, nested in each other."""

    def __init__(self) -> None:
        self.walk = Walk({})  #: the pass in which they are met
        self._open: list[bool] = []  # whether a version of the group has been read

    def __repr__(self) -> str:
        return f"Versions({len(self._open)} open)"

    def starts(self) -> dict[str, Start]:
        """What is called when an element begins."""
        return {
            "mc:AlternateContent": self._begin,
            "mc:Choice": self._choice,
            "mc:Fallback": self._fallback,
        }

    def ends(self) -> dict[str, End]:
        """What is called when an element ends."""
        return {"mc:AlternateContent": self._end}

    def _begin(self, attributes: Attributes) -> None:
        self._open.append(False)

    def _choice(self, attributes: Attributes) -> None:
        needed = value(attributes, "Requires").split()
        spaces = [self.walk.namespaces.get(prefix, "") for prefix in needed]
        can_be_shown = all(space.startswith(_OFFICES) for space in spaces)
        self._read_one(can_be_shown)

    def _fallback(self, attributes: Attributes) -> None:
        self._read_one(True)

    def _read_one(self, can_be_shown: bool) -> None:
        if not self._open or self._open[-1] or not can_be_shown:
            self.walk.leave_out()
            return
        self._open[-1] = True

    def _end(self) -> None:
        self._open.pop()
