"""What a project is told to do, by the texts in its folder: whether they are those with which it
was claimed.

Owns the digest of both, which is part of what a project is known by. It reads no disk.
"""

from __future__ import annotations

import json

from nemowatch.intake.claim.candidates import instructions_digest
from nemowatch.intake.state import InboxState
from nemowatch.tasks.records import Glossary

#: Characters of the digest of one text.
_LENGTH = len(instructions_digest(""))


class ProjectTexts:
    """Those of the projects of one inbox."""

    def __init__(self, inbox_state: InboxState) -> None:
        self._state = inbox_state

    def digest(self, project: bytes) -> str:
        """What its instructions are known by now: its prompt, then the glossary in its folder,
        where there is one. (A glossary above it counts for what comes later.)"""
        prompt = instructions_digest(self._state.book.prompt(project))
        glossary = self._state.book.own_glossary(project)
        if not glossary:
            return prompt
        return prompt + instructions_digest(_lines(glossary))

    def changed(self, project: bytes) -> list[str]:
        """The names of its texts that are other ones than when it was claimed. One that is gone
        asks for nothing."""
        claimed = self._state.claimed_projects.get(project)
        if claimed is None:
            return []
        now = self.digest(project)
        found: list[str] = []
        if self._state.book.is_instructed(project) and now[:_LENGTH] != claimed[:_LENGTH]:
            found.append("prompt.txt")
        if self._state.book.own_glossary(project) and now[_LENGTH:] != claimed[_LENGTH:]:
            found.append("glossary.txt")
        return found


def _lines(glossary: Glossary) -> str:
    terms = [(term.name, term.translation, term.by_language) for term in glossary.terms]
    return json.dumps(terms)
