"""What people write about results and questions from their phones: orders, and what is none."""

from __future__ import annotations

import pytest

from nemowatch.errors import OrderError
from nemowatch.tasks.answers import AnswerMeaning, read_answer
from nemowatch.tasks.further import change, further
from tests.rigs.rows import each_row

NOTHING = """
👍|...|\u200b|?|Sent from my iPhone|thanks!|Thank you so much, great|ok|Looks good
perfect 👌|great job!|Love it, thanks a lot!!|No changes|Danke, sehr schön!|perfecto, gracias
Merci, c'est parfait|Obrigado, ficou ótimo|很好，谢谢|ありがとうございます、完璧です
"""
CHANGES = """
make it great|great, but louder|no music|no|1|nothing but the voice|keep it short|cool colours
nice music please|perfect the colours|Thanks! Make it louder|Super slow motion
very good, now add a title
remove the thank you at the end|Looks good so far. Sent from my phone is the title|toller Titel
"""


def phrases(table: str) -> list[str]:
    lines = table.strip().splitlines()
    return [phrase for line in lines for phrase in line.split("|")]


def test_praise_and_signs_are_no_change() -> None:
    """They were paid for like any other words."""
    for said in phrases(NOTHING):
        with pytest.raises(OrderError):
            change(said)
    assert [change(said) for said in phrases(CHANGES)] == phrases(CHANGES)


@each_row(
    [
        ("done\n\nSent from my iPhone", AnswerMeaning.DONE),
        ("fertig\r\nVon meinem Samsung Galaxy gesendet.", AnswerMeaning.DONE),
        ("取消\n发自我的iPhone", AnswerMeaning.CANCEL),
        ("Cancel\n\n-- \nAnna Meier\nStudio X", AnswerMeaning.CANCEL),
        ("Done \N{THUMBS UP SIGN}", AnswerMeaning.DONE),
        ("sent from above: add birds", AnswerMeaning.WORDS),
        ("Make it louder\n--\nand slower", AnswerMeaning.WORDS),
    ]
)
def test_what_a_phone_adds_is_no_answer(written: str, said: AnswerMeaning) -> None:
    """The words above it count."""
    assert read_answer(written) is said


def test_an_answer_of_signs_is_asked_about() -> None:
    """Nobody can tell what they are to order."""
    with pytest.raises(OrderError, match="no words"):
        read_answer("\N{THUMBS UP SIGN}")


def test_what_a_phone_adds_is_not_sent() -> None:
    """Nor is anything else left out."""
    assert further("Slower please\n\nSent from my iPhone") == "Slower please"
    assert further("Louder\n--\nand slower") == "Louder\n--\nand slower"


@pytest.mark.parametrize(
    "text",
    [
        "Show these titles:\nSent from my iPhone\nin white letters",
        "Make it slower\nenviado de: Ana, Rio\nas a caption",
        "Bitte einblenden\nGesendet von: Anna",
        "Titles:\nEnviado desde Madrid, en blanco",
    ],
)
def test_lines_of_an_order_are_no_signature(text: str) -> None:
    """Only what stands at the end of an order is a signature, and only where it says so alone."""
    assert further(text) == text


@pytest.mark.parametrize(
    "signature",
    ["Gesendet von Outlook", "Envoyé de mon iPhone\n\n", "\n-- \nAna\n5th Avenue: studio"],
)
def test_a_signature_at_the_end_is_left_out(signature: str) -> None:
    """Nobody ordered what a program wrote below the words."""
    assert further(f"Slower please\n{signature}") == "Slower please"


@each_row(
    [
        "later",
        "Not yet, please wait",
        "später",
        "más tarde, por favor",
        "plus tard",
        "mais tarde",
        "あとで",
    ]
)
def test_a_text_that_only_puts_off_is_no_turn(text: str) -> None:
    """What waits may wait; words that also say what to do are sent."""
    with pytest.raises(OrderError, match="only says to wait"):
        change(text)
    assert change("Show the logo later") == "Show the logo later"
    assert change("tomorrow") == "tomorrow"
    assert further(text) == text  # to a question it may be the answer


@each_row(
    [
        "wait",
        "Hold on, please",
        "One moment",
        "let me think",
        "Warte bitte",
        "un momento",
        "attends",
        "espere",
        "等一下",
        "待って",
    ]
)
def test_a_text_that_only_asks_for_time_is_no_answer_either(text: str) -> None:
    """It says nothing that a question could have been about, so no turn is paid for it."""
    with pytest.raises(OrderError, match="only says to wait"):
        further(text)
    with pytest.raises(OrderError, match="only says to wait"):
        change(text)
