"""What people write into an edit folder in seven languages: questions, which order nothing, and
orders, which may look like one. `phrases/` has a table of both for each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.errors import OrderError
from nemowatch.tasks.further import change, further
from nemowatch.tasks.request_kinds import RequestKind
from nemowatch.tasks.routing import request_in

PHRASES = Path(__file__).with_name("phrases")
LANGUAGES = ("de", "en", "es", "fr", "ja", "pt", "zh")


def table(language: str) -> tuple[list[str], list[str]]:
    text = (PHRASES / f"{language}.txt").read_text("utf-8")
    asks, orders = text.removeprefix("# asks\n").split("# orders\n")
    return asks.splitlines(), orders.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_order_nothing_and_no_order_is_refused(language: str) -> None:
    """However a question is put, nothing is paid; an order in its form is one."""
    asks, orders = table(language)
    assert [said for said in asks if request_in(said) is RequestKind.WORK] == []
    assert [said for said in orders if request_in(said) is not RequestKind.WORK] == []


def test_a_question_answers_the_agent_and_changes_no_result() -> None:
    """A question back is a turn of the conversation; one about a result orders no change."""
    assert further("which voices are there?") == "which voices are there?"
    with pytest.raises(OrderError, match="a question, which orders nothing"):
        change("which voices are there?")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("wo ist main Video?", RequestKind.QUESTION),
        ("were is my video", RequestKind.QUESTION),
        ("hello, why was it rejected?", RequestKind.QUESTION),
        ("Where is the love", RequestKind.QUESTION),
        ("why is it so dark? make it brighter", RequestKind.WORK),
        ('show "where is my video?"', RequestKind.WORK),
        ("text: who are you?", RequestKind.WORK),
        ("credits please", RequestKind.CREDITS),
    ],
)
def test_the_form_of_a_sentence_counts(said: str, kind: RequestKind) -> None:
    """A mistyped question is one; quoted words, and an order behind it, are work."""
    assert request_in(said) is kind
