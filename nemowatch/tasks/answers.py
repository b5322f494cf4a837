"""Reads what a person writes in answer to a question: one of a few words with a meaning, or words
for the agent. Pure; it does not know what becomes of an answer."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from nemowatch.errors import OrderError
from nemowatch.i18n.language import message
from nemowatch.tasks.signatures import without_signature


class AnswerMeaning(StrEnum):
    """What an answer means, as people are asked to write it."""

    DONE = message("done")  #: the work was done: fetch it
    AGAIN = message("again")  #: send it once more
    CANCEL = message("cancel")  #: do nothing more
    YES = message("yes")  #: do what was offered
    WORDS = ""  #: something for the agent


#: What people write for each of them; "_" stands for a space.
_PHRASES = {
    AnswerMeaning.DONE: """
        done finished complete completed it's_done it_is_done is_done all_done work_done was_done
        fetch fetch_it
        fertig erledigt hecho listo terminado terminada fait termine c'est_fait fatto finito
        pronto feito klaar gotowe zrobione готово сделано 完成 已完成 完成了 做好了 完了 終わり
        できた 完了しました 완료 완료됨 끝
        """,
    AnswerMeaning.AGAIN: """
        again retry resend redo repeat try_again once_more once_again one_more_time send_again
        send_it_again do_it_again do_again start_again start_over from_the_start
        nochmal noch_mal noch_einmal nochmals erneut wiederholen otra_vez de_nuevo nuevamente
        reintentar repetir encore encore_une_fois a_nouveau de_nouveau reessayer recommencer
        di_nuovo ancora ancora_una_volta riprova de_novo outra_vez tentar_de_novo opnieuw
        jeszcze_raz ponownie еще_раз снова повторить 再来 再来一次 重来 重试 重新 再试 再试一次
        重新发送 もう一度 再試行 やり直し 다시 재시도 다시_해
        """,
    AnswerMeaning.CANCEL: """
        cancel canceled cancelled abort stop quit leave_it forget_it never_mind nevermind
        abbrechen abbruch stornieren storno lass_es lassen cancelar cancela anular annuler annule
        laisse_tomber annulla annullare annuleren stoppen anuluj anulowac отмена отменить отмени
        取消 取消吧 不要了 算了 キャンセル 中止 やめて やめる 取り消し 취소 취소해 그만
        """,
    AnswerMeaning.YES: """
        yes yes_please yep sure ok okay approve approved agreed go_ahead do_it make_it
        ja ja_bitte gern gerne si sí claro de_acuerdo oui d'accord sim va_bene tak да хорошо
        好 好的 是 是的 可以 行 同意 はい お願いします いいよ 네 예 좋아요
        """,
}
#: Words that change nothing beside one of these.
_FILLERS = """
    please just ok okay now then thanks thank you the this that it job order file task bitte danke
    por favor gracias s'il vous plait merci per favore grazie alstublieft prosze пожалуйста 请 吧
    谢谢 お願いします ください
"""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
#: How similar a word must be to one of them to count as a slip: "cancle".
_LIKE = 0.75
_SHORTEST_SLIP = 4


def _plain(text: str) -> str:
    """The text for comparing, without case, accents and widths."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return unicodedata.normalize("NFC", "".join(filter(_is_letter, letters)))


def _is_letter(mark: str) -> bool:
    # Japanese voicing marks make letters of their own
    return unicodedata.category(mark) != "Mn" or mark in "\u3099\u309a"


def _key(phrase: str) -> str:
    return _plain(phrase.replace("_", " "))


_MEANING = {_key(phrase): said for said, phrases in _PHRASES.items() for phrase in phrases.split()}
_NOTHING_SAID = frozenset(map(_key, _FILLERS.split()))
#: The same for scripts without spaces.
_ATTACHED = tuple(
    map(_key, ("请", "吧", "谢谢", "してください", "ください", "お願いします", "해주세요"))
)
#: The words of which slips are recognized.
_ENGLISH = [said.value for said in _PHRASES if said is not AnswerMeaning.YES]


def meaning_of(said: Sequence[str]) -> AnswerMeaning:
    """What these words mean, each in small letters and without accents; WORDS for anything else,
    and for a slip."""
    whole = " ".join(said)
    without = [word for word in said if word not in _NOTHING_SAID]
    readings = (whole, " ".join(without), _without_attached("".join(without)))
    found = map(_MEANING.get, readings)
    return next(filter(None, found), AnswerMeaning.WORDS)


def read_answer(text: str) -> AnswerMeaning:
    """What an answer means. Raises OrderError if it is in doubt whether one of those words was
    meant: the other reading would cost credits."""
    said = _WORD.findall(_plain(without_signature(text)))
    if not said:
        raise OrderError(
            "It has no words in it.",
            cure="Write one of the words that the question names, or a whole sentence.",
        )
    meant = meaning_of(said)
    without = [word for word in said if word not in _NOTHING_SAID]
    if meant is AnswerMeaning.WORDS and len(without) == 1:
        _check_slip(without[0])
    return meant


def _without_attached(text: str) -> str:
    """The text without polite words in scripts without spaces: "请重试"."""
    for polite in _ATTACHED:
        text = text.removeprefix(polite).removesuffix(polite)
    return text


def _check_slip(word: str) -> None:
    if len(word) < _SHORTEST_SLIP:
        return
    near = difflib.get_close_matches(word, _ENGLISH, n=1, cutoff=_LIKE)
    if not near:
        return
    raise OrderError(
        f'It says "{word}", which may mean "{near[0]}".',
        cure=f'Write "{near[0]}" alone if it is, or a whole sentence if it is not.',
    )
