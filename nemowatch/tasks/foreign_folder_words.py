"""Words of other languages that people use as names of folders, and the task that each may mean.
Data only: none is read as an order unless `[aliases]` says so; they are only proposed. Written as
`suggest` looks them up: in lower case, joined by hyphens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_WORDS = {
    "dub": (
        *("synchronisieren", "synchronisation", "vertonen", "übersetzen", "übersetzung"),
        *("doblar", "doblaje", "traducir", "traducción", "traduccion"),
        *("doubler", "doublage", "traduire", "traduction"),
        *("dublar", "dublagem", "dobragem", "traduzir", "tradução", "traducao"),
        *("配音", "译制", "翻译", "吹き替え", "吹替", "翻訳"),
    ),
    "voiceover": (
        *("sprecher", "sprechertext", "vorlesen", "kommentar"),
        *("locución", "locucion", "locutar", "voz-en-off", "narración", "narracion"),
        *("voix-off", "voix-hors-champ", "commentaire"),
        *("locução", "locucao", "narração", "narracao", "voz-off"),
        *("旁白", "解说", "朗读", "ナレーション", "読み上げ"),
    ),
    "transcribe": (
        *("untertitel", "abschrift", "transkript", "transkribieren", "transkription"),
        *("subtítulos", "subtitulos", "subtitular", "transcribir", "transcripción"),
        *("sous-titres", "sous-titrage", "transcrire", "retranscription"),
        *("legendas", "legendar", "transcrever", "transcrição", "transcricao"),
        *("字幕", "转写", "听写", "文字起こし", "書き起こし"),
    ),
    "edit": (
        *("schneiden", "schnitt", "bearbeiten"),
        *("editar", "edición", "edicion", "montaje", "montar"),
        *("monter", "montage", "éditer"),
        *("edição", "edicao", "montagem"),
        *("剪辑", "编辑", "編集"),
    ),
}
#: The task that each word may mean.
FOREIGN: Mapping[str, str] = {word: task for task, words in _WORDS.items() for word in words}
#: The most parts that such a word has.
_MOST_PARTS = 3


def foreign_word(words: Sequence[str]) -> str:
    """The longest of them with which a folder's words begin; "" for none."""
    for count in range(_MOST_PARTS, 0, -1):
        word = "-".join(words[:count]).lower()
        if word in FOREIGN:
            return word
    return ""
