"""Texts in which something stands for what is to be said."""

from __future__ import annotations

import pytest

from nemowatch.content.forms import instructions, script_words
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

STAND_INS = {
    "Caf\\u00e9 is open.": "codes",
    "Hello%20World%2C%20this%20is%20it%21": "codes",
    "Gr=C3=BC=C3=9Fe aus Berlin.": "codes",
    "Hello=20World and=20more": "codes",
    "Dear {{first_name}}, welcome!": "not filled in",
    "Your order %ORDER% is ready.": "not filled in",
    "It costs ${AMOUNT} today.": "not filled in",
    "Hello <<Name>>.": "not filled in",
    "<<<<<<< HEAD\nHello.\n=======\nHi.\n>>>>>>> other": "two versions",
    "H\u0338\u0321\u0349\u032a\u036fE\u0328\u032c\u0329\u033eY": "buried",
    "Lorem ipsum dolor sit amet, consectetur.": "only a placeholder",
    "Sure! Here's a script for your video:\n\nHello and welcome.": "assistant",
    "Gerne! Hier ist dein Text:\n\nHallo.": "assistant",
    "#EXTM3U\n#EXTINF:1,A\na.mp3": "playlist",
    "SGVsbG8gd29ybGQsIHRoaXMgaXMgYmFzZTY0IHRleHQgdGhhdCBub2JvZHk=": "data",
    "48 65 6c 6c 6f 20 77 6f 72 6c 64 48\n65 6c 6c 6f 20 77 6f 72 6c 64 48 65": "data",
}
HONEST = (
    "Save 50% off 20% or 30% today, a=10 and b=20 and c=30.",
    "Sure! Here's the thing: nobody knows.\nSo be it.",
    "Certainly. Here we go!",
    "The path is C:\\users\\anna, and so on.",
    "[MUSIC] Hello, <softly> my friend {laughs}.",
    "It costs $5 {or less}.",
    "10 20 30 40 50 60 70 80 90 100",
    "See https://example.org/a%20b%20c%20d?x={{y}} for more.",
    "Tiếng Việt rất hay, ừ nhỉ.",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
)


@each_row(STAND_INS)
def test_what_stands_for_words_is_refused_with_the_cure(script: str) -> None:
    """Codes, places that are not filled in, both versions of an edit, an assistant's words."""
    with pytest.raises(OrderError, match=STAND_INS[script]) as refused:
        script_words(script.encode(), "a.txt")
    assert refused.value.cure.endswith(".")


@each_row(HONEST)
def test_what_only_looks_like_it_is_spoken(script: str) -> None:
    """Percentages, sums, paths and stage directions are words."""
    assert script_words(script.encode(), "a.txt")


@each_row(
    [
        *(
            "TODO",
            "tbd.",
            "[insert instructions here]",
            "Your prompt here",
            "Lorem ipsum dolor sit.",
        ),
        *("Make it {{mood}}.", "Use ${VOICE}.", "Say [your name] first."),
    ]
)
def test_instructions_that_are_not_written_yet_are_none(said: str) -> None:
    """They would be sent and paid for as they are."""
    with pytest.raises(OrderError, match="not written yet"):
        instructions(said.encode())


@pytest.mark.parametrize(
    "said", ["Cut the [MUSIC] parts, and {script}.", "Put the text here: top left.", "Shorten it."]
)
def test_written_instructions_are_taken(said: str) -> None:
    """Brackets and braces of their own are words."""
    assert instructions(said.encode()) == said
