"""The error for a message that a channel did not take."""

from __future__ import annotations


class NotTaken(Exception):
    """A channel did not take a message; why is in words for a log, without secrets."""

    def __init__(self, why: str, *, code: int = 0, cure: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.code = code  #: the exit code of a program
        self.cure = cure
