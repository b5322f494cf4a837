"""Whether the texts in a project's folder are still those with which it was claimed.

Owns the digest of these texts, which is part of a project's identity. It reads no disk.
"""

from __future__ import annotations

import json

from nemowatch.intake.claim.candidates import instructions_digest
from nemowatch.intake.state import InboxState
from nemowatch.tasks.records import Glossary

#: Characters of the digest of one text.
_LENGTH = len(instructions_digest(""))


class ProjectTexts:
    """The texts of one inbox's projects."""

    def __init__(self, inbox_state: InboxState) -> None:
        self._state = inbox_state

    def digest(self, project: bytes) -> str:
        """The digest of the texts in its folder now: of its prompt, or of the one above if it has
        none, then of its glossary if it has one. Changes above count only for what comes later."""
        own = self._state.book.own_prompt(project)
        return self._with_glossary(project, own or self._state.book.prompt(project))

    def order_digest(self, project: bytes) -> str:
        """The same digest, but of its prompt together with those above it."""
        return self._with_glossary(project, self._state.book.prompt(project))

    def _with_glossary(self, project: bytes, prompt: str) -> str:
        digest = instructions_digest(prompt)
        glossary = self._state.book.own_glossary(project)
        if not glossary:
            return digest
        return digest + instructions_digest(_lines(glossary))

    def changed(self, project: bytes) -> list[str]:
        """The names of its texts that have changed since it was claimed. A text that is gone asks
        for nothing."""
        claimed = self._state.claimed_projects.get(project)
        if claimed is None:
            return []
        now = self.digest(project)
        # journals of earlier versions have the digest with the prompts above
        prompts = (now[:_LENGTH], self.order_digest(project)[:_LENGTH])
        found: list[str] = []
        if self._state.book.is_instructed(project) and claimed[:_LENGTH] not in prompts:
            found.append("prompt.txt")
        if self._state.book.own_glossary(project) and now[_LENGTH:] != claimed[_LENGTH:]:
            found.append("glossary.txt")
        return found


def _lines(glossary: Glossary) -> str:
    terms = [(term.name, term.translation, term.by_language) for term in glossary.terms]
    return json.dumps(terms)
