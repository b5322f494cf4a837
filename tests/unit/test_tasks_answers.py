"""What a person writes in answer to a question, and about a result: which words mean something, and
what goes to the agent."""

from __future__ import annotations

import pytest

from nemowatch.errors import OrderError
from nemowatch.tasks.answers import AnswerMeaning, read_answer
from nemowatch.tasks.further import MOST_CHARACTERS, further
from tests.rigs.rows import each_row

SAYS = {
    AnswerMeaning.DONE: (
        "done|Done.|DONE!|it's done|It\u2019s done, thanks|fertig|Erledigt|hecho|c'est fait"
        "|готово|完成|完了"
    ),
    AnswerMeaning.AGAIN: (
        'again|"again"|Please try again|Retry|once more, please|nochmal|Noch einmal, bitte|otra vez'
        "|à nouveau|A NOUVEAU|ещё раз|再来一次|请重试|重试吧|もう一度お願いします|もう一度|다시"
    ),
    AnswerMeaning.CANCEL: (
        "cancel|Cancel it, please|Leave it.|forget it|abbrechen|cancelar|Annulé|取消"
        "|キャンセル|отмена"
    ),
    AnswerMeaning.YES: "yes|Yes, please|OK|approve|ja|sí|oui|да|好的|はい",
    AnswerMeaning.WORDS: (
        "Spanish|no|no thanks|Again, but in French|cancel the music|Don't|it is done in Spanish"
        "|西班牙语|Make it slower and try again"
    ),
}


@each_row([(text, said) for said, texts in SAYS.items() for text in texts.split("|")])
def test_a_word_means_what_it_says_only_alone(text: str, said: AnswerMeaning) -> None:
    """In many languages, politely or not; within a sentence it is an answer for the agent."""
    assert read_answer(text) is said


@pytest.mark.parametrize("text", ["cancle", "agian", "Cancell.", "canel please", "dones"])
def test_a_slip_is_in_doubt(text: str) -> None:
    """Taken for an answer in words it would cost."""
    with pytest.raises(OrderError, match="may mean"):
        read_answer(text)


@each_row(
    [
        "export",
        "Export it as 1080p MP4, please",
        "send me the video",
        "导出",
        "下载视频",
        "余额",
        "status",
        "show tracks",
        "how many credits are left?",
        "状态",
        "upload",
        "上传",
    ]
)
def test_what_is_no_work_is_no_turn(text: str) -> None:
    """Neither in a change of a result nor in an answer."""
    with pytest.raises(OrderError, match="only asks"):
        further(text)


@pytest.mark.parametrize(
    "text",
    [
        "add a voice-over and export 1080p MP4",
        "export-ready colours, please",
        "make the voice slower",
        "把声音放慢一点",
        "Add a title that says Export",
    ],
)
def test_what_asks_for_more_is_a_turn(text: str) -> None:
    """Never refused because it mentions an export."""
    assert further(text)


def test_an_instruction_has_an_end() -> None:
    """A text of thousands of words is a script; one of exactly the limit is taken."""
    assert len(further("a" * MOST_CHARACTERS)) == MOST_CHARACTERS
    with pytest.raises(OrderError, match="4,001 characters"):
        further("a" * (MOST_CHARACTERS + 1))
    with pytest.raises(OrderError, match="is empty"):
        further(" \r\n\t ")
