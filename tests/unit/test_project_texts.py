"""Whether the texts of a project's folder are those with which it was claimed."""

from __future__ import annotations

import pytest

from nemowatch.intake.claim.project_texts import ProjectTexts
from nemowatch.intake.problems import ProblemRegister
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.state import InboxState

PROJECT = b"edit/film.project"


@pytest.mark.parametrize("own", ["+Add music.", "Join them."])
def test_an_edit_of_the_prompt_above_does_not_hold_a_claimed_project(own: str) -> None:
    """What it was claimed with goes on; its own words hold it, and what is dropped again is
    another order where all words together are."""
    book = FolderBook({})
    state = InboxState(book, Ignore(()), ProblemRegister(book))
    texts = ProjectTexts(state)
    book.instruct(b"edit", "Cut this.")
    book.instruct(PROJECT, own)
    state.claimed_projects[PROJECT] = texts.digest(PROJECT)
    whole = texts.order_digest(PROJECT)
    book.instruct(b"edit", "Cut this slowly.")
    assert texts.changed(PROJECT) == []
    assert (texts.order_digest(PROJECT) != whole) is own.startswith("+")
    book.instruct(PROJECT, f"{own} Loudly.")
    assert texts.changed(PROJECT) == ["prompt.txt"]


def test_a_project_of_an_earlier_version_is_not_held() -> None:
    """Its journal knows it by its own words together with those above."""
    book = FolderBook({})
    state = InboxState(book, Ignore(()), ProblemRegister(book))
    texts = ProjectTexts(state)
    book.instruct(b"edit", "Cut this.")
    book.instruct(PROJECT, "+Add music.")
    state.claimed_projects[PROJECT] = texts.order_digest(PROJECT)
    assert texts.changed(PROJECT) == []
