"""Records of what overrides the stillness of a file: a block by the module that read it, and the
short cut of a file that was closed. `stability` decides by them."""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.intake.records import FileProblem


@dataclass(frozen=True, slots=True)
class Block:
    """Why a file is not taken although it is still, according to the module that read it."""

    why: str = ""  #: "": it is not blocked
    soon: bool = False  #: what it waits for is also settling
    problem: FileProblem | None = None  #: what a note says of it


#: Blocks nothing.
NO_BLOCK = Block()


@dataclass(frozen=True, slots=True)
class ShortCut:
    """Whether a file that was closed may count as settled sooner."""

    event_at: float  #: when the kernel said that it was closed, linked or moved in; negative: never
    reopened: bool = False  #: its writer closes and opens it for each piece
    slow: bool = False  #: its content, its kind or a file beside it requires the settle time

    @property
    def is_barred(self) -> bool:
        """Whether the whole settle time is needed."""
        return self.reopened or self.slow
