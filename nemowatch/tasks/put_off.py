"""Recognizes what people write who do not want to decide yet, which asks for nothing. Pure."""

from __future__ import annotations

from nemowatch.tasks.request_kinds import has_only, plain, vocabulary

#: One of these is in it, in the languages that most folders are for; accents are left out. These
#: say when, so to a question they may be the answer,
_WHEN = [
    "later",
    "not_now",
    "not_yet",
    "spater",
    "noch_nicht",
    "luego",
    "mas_tarde",
    "despues",
    "ahora_no",
    "plus_tard",
    "pas_maintenant",
    "mais_tarde",
    "depois",
    "agora_nao",
    "稍后",
    "以后再说",
    "稍後",
    "あとで",
    "後で",
]
#: these only ask for time,
_WAIT = [
    "wait",
    "hold_on",
    "i'll_think",
    "let_me_think",
    "i_will_think",
    "one_moment",
    "a_moment",
    "warte",
    "warten",
    "moment",
    "espera",
    "un_momento",
    "attends",
    "attendez",
    "un_instant",
    "espere",
    "um_momento",
    "等一下",
    "等等",
    "等會",
    "待って",
]
#: and nothing else but these.
_TOO = [
    "please",
    "just",
    "now",
    "ok",
    "okay",
    "thanks",
    "a",
    "about",
    "it",
    "that",
    "i",
    "you",
    "we",
    "do",
    "this",
    "it's",
    "on",
    "no",
    "yes",
    "sorry",
    "more",
    "time",
    "bitte",
    "danke",
    "ich",
    "jetzt",
    "nicht",
    "ein",
    "kurz",
    "mal",
    "das",
    "por",
    "favor",
    "gracias",
    "si",
    "no",
    "s",
    "il",
    "vous",
    "plait",
    "merci",
    "oui",
    "obrigado",
    "sim",
    "nao",
    "请",
    "吧",
    "谢谢",
    "再",
    "說",
    "说",
    "ください",
    "お願いします",
]
_SAYS_WHEN = vocabulary(_WHEN)
_PUTS_OFF = vocabulary([*_WHEN, *_WAIT])
_BESIDE = vocabulary([*_WHEN, *_WAIT, *_TOO])
#: The most characters of a text that may be only that.
_SHORT = 60


def puts_off(text: str) -> bool:
    """Whether a text only says that something is to wait."""
    said = plain(text)
    return len(said) <= _SHORT and _PUTS_OFF.search(said) is not None and has_only(said, _BESIDE)


def only_waits(text: str) -> bool:
    """Whether a text puts off without a word that could be the answer to a question."""
    return puts_off(text) and _SAYS_WHEN.search(plain(text)) is None
