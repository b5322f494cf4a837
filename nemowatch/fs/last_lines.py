"""The last line of each text that nemowatch puts into people's folders, in every language. Data.

A note that comes back as a dropped file, was renamed, or is no longer remembered is known by it, in
whatever language it was written once: a line that was ever written must stay here.
"""

from __future__ import annotations

from collections.abc import Mapping

from nemowatch.i18n.language import ENGLISH

#: Of a note.
NOTE: Mapping[str, str] = {
    "en": "nemowatch wrote this note, and takes it away by itself.",
    "de": "nemowatch hat diese Notiz geschrieben und nimmt sie von selbst wieder weg.",
    "es": "nemowatch ha escrito esta nota y la retirará por sí mismo.",
    "fr": "nemowatch a écrit cette note et la retirera de lui-même.",
    "pt": "O nemowatch escreveu esta nota e vai retirá-la sozinho.",
    "zh": "本说明由 nemowatch 写入，之后会自动移除。",
    "ja": "このメモは nemowatch が書いたもので、不要になれば自動的に削除されます。",
}
#: Of the file beside a result.
SIDE: Mapping[str, str] = {
    "en": "nemowatch wrote this beside the result. Nothing needs it: keep it or delete it.",
    "de": "nemowatch hat dies neben das Ergebnis gelegt. Nichts braucht es: behalten oder löschen"
    " Sie es.",
    "es": "nemowatch ha escrito esto junto al resultado. Nada lo necesita: guárdelo o bórrelo.",
    "fr": "nemowatch a écrit ceci à côté du résultat. Rien n'en a besoin : gardez-le ou"
    " supprimez-le.",
    "pt": "O nemowatch escreveu isto ao lado do resultado. Nada precisa disto: guarde ou apague.",
    "zh": "本文件由 nemowatch 写在成品旁边。没有任何功能依赖它：保留或删除都可以。",
    "ja": "このファイルは nemowatch が成果物の横に置いたものです。残しても削除してもかまいません。",
}
#: Of the guide beside the folders.
GUIDE: Mapping[str, str] = {
    "en": "nemowatch wrote this guide, once. Nothing needs it: keep it or delete it.",
    "de": "nemowatch hat diese Anleitung einmal geschrieben. Nichts braucht sie: behalten oder"
    " löschen Sie sie.",
    "es": "nemowatch escribió esta guía una vez. Nada la necesita: guárdela o bórrela.",
    "fr": "nemowatch a écrit ce guide une fois. Rien n'en a besoin : gardez-le ou supprimez-le.",
    "pt": "O nemowatch escreveu este guia uma vez. Nada precisa disto: guarde ou apague.",
    "zh": "本指南由 nemowatch 写入一次。没有任何功能依赖它：保留或删除都可以。",
    "ja": "この案内は nemowatch が一度だけ書いたものです。残しても削除してもかまいません。",
}
#: Every line by which a text of ours is known.
ALL = (*NOTE.values(), *SIDE.values(), *GUIDE.values())


def last_line(lines: Mapping[str, str], language: str) -> str:
    """The last line in this language."""
    return lines.get(language, lines[ENGLISH])
