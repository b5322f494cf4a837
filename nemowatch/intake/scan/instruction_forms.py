"""The instructions that people give by the names of files, and how each is written: the one table.

`instruction_names` compares a name with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nemowatch.intake.scan.name_words import words
from nemowatch.tasks.slips import is_slip


class InstructionName(StrEnum):
    """An instruction by its name, as people are asked to write it."""

    PAUSE = "PAUSE"
    APPROVE = "APPROVE"
    PROMPT = "prompt.txt"
    GLOSSARY = "glossary.txt"
    REVISE = "NAME.revise.txt"
    ANSWER = "NAME.answer.txt"
    REVIEWED = "NAME.es.srt"  #: an approved text, in a folder where texts are reviewed
    LINKS = "NAME.urls.txt"
    NOTE = "one of nemowatch's own notes"
    ORDER = "an order"
    ASIDE = "a file about the folder"


class Effect(StrEnum):
    """What a file that looks like an instruction holds back."""

    FOLDER = "folder"  #: everything in its folder and below
    PAUSE = "pause"  #: the same, and, as with a PAUSE, what is already claimed
    ITSELF = "itself"  #: only the file itself


@dataclass(frozen=True, slots=True)
class Form:
    """How an instruction is written, and how people may write it by mistake."""

    instruction: InstructionName
    word: str = ""  #: its word, in small letters; "" where only `others` are looked for
    names: frozenset[str] = frozenset()  #: complete names of the instruction, in small letters
    forms: frozenset[str] = frozenset()  #: its forms, which count if the name says no more
    #: words that mean the same if the name says nothing else; in doubt, since they may be titles
    others: frozenset[str] = frozenset()
    #: up to this many words besides its own leave it in doubt whether it is meant, where texts are
    #: work: a script may be called "Pause and breathe.txt"
    more: int = 1
    is_ending: bool = False  #: it follows the name of another file: NAME.word.txt
    alone: bool = True  #: it is also looked for without a name before it
    #: its text is about something that exists: a result, or a question
    is_request: bool = False
    effect: Effect = Effect.ITSELF

    def is_said(self, said: list[str]) -> bool:
        """Whether these words of a name mean only this, rightly spelled or with a slip."""
        if self.is_rightly_said(said):
            return True
        may_slip = self.is_request or not self.is_ending
        if not may_slip or not self.word:
            return False
        return len(said) == 1 and is_slip(said[0], self.word)

    def is_rightly_said(self, said: list[str]) -> bool:
        """Whether these words of a name are its word, in some form of it, and nothing else."""
        if len(said) != 1:
            return False
        return said[0] in self.forms | {self.word}

    def has(self, word: str) -> bool:
        """Whether this is its word, or a form of it."""
        return word == self.word or word in self.forms

    def is_written(self, name: str) -> bool:
        """Whether a name that follows that of another file is written correctly."""
        return name.lower().endswith((f".{self.word}.txt", f".{self.word}.txt.txt"))


#: Words about an instruction that do not make a title of it: "paused until monday".
CIRCUMSTANCES = words(
    "until till til please pls plz now today tomorrow tonight week weekend month everything all"
    " further notice monday tuesday wednesday thursday friday saturday sunday next again yet"
    " bis bitte jetzt heute morgen woche alles montag dienstag mittwoch donnerstag freitag samstag"
    " sonntag nachste nachster jusqu jusque lundi mardi mercredi jeudi vendredi samedi dimanche"
    " demain hasta lunes martes miercoles jueves viernes sabado domingo manana fino lunedi venerdi"
    " domani ate segunda sexta amanha tot maandag morgen do"
    " poniedzialku до понедельника завтра"
)
#: Words beside those of an order that make no title of it: "do it", "let's go", "ignore this".
FILLERS = words(
    "it this that these them me us we i you let lets s do does don t not last"
    " es das dies diese mich mir nicht kein noch schon geht le la lo il por si je te tu vous"
)
#: Windows hides endings, so a doubled .txt counts as what was meant.
FORMS = (
    Form(
        InstructionName.PAUSE,
        "pause",
        names=frozenset({"pause", "pause.txt", "pause.txt.txt"}),
        forms=words("paused pauses pausing pausieren pausiert"),
        others=words(
            "stop stopp halt hold wait warten anhalten pausa pausar pauza pauze paus parar arrêt"
            " arrêter detener aufhören aspetta wachten ждать"
            " ждите подождите held стоп пауза 暂停"
            " 暫停 停止 等待 一時停止 ストップ"
            " 일시정지 중지 不要 onhold notyet donotprocess"
            " donotstart donottouch nichtbearbeiten nochnicht"
        ),
        effect=Effect.PAUSE,
    ),
    Form(
        InstructionName.APPROVE,
        "approve",
        names=frozenset({"approve", "approve.txt", "approve.txt.txt"}),
        forms=words("approved approves approval approving"),
        others=words(
            "freigabe freigeben freigegeben genehmigung approvato 承认 genehmigt aprobar aprobado"
            " approuver aprovar aprovado approva"
            " одобрить одобрено 承認 批准"
            " 승인"
        ),
    ),
    Form(
        InstructionName.PROMPT,
        "prompt",
        names=frozenset({"prompt.txt", "prompt.txt.txt"}),
        forms=words("prompts prompted prompttxt"),
        others=words(
            "instruction instructions anweisung anweisungen instruccion instrucciones consigne"
            " consignes istruzioni instrucoes instrukcja промпт"
            " инструкция プロンプト 指示 提示词"
            " 提示詞 提示 프롬프트 инструкции 指示書 anleitung aufforderung"
        ),
        more=2,
        effect=Effect.FOLDER,
    ),
    Form(
        InstructionName.GLOSSARY,
        "glossary",
        names=frozenset({"glossary.txt", "glossary.txt.txt"}),
        forms=words("glossaries glossarytxt"),
        others=words(
            "glossar glosario glossaire glossario glosarium"
            " słownik глоссарий 用語集 用语集"
            " 術語表 术语表 词汇表 용어집 terminology terminologie terminologia"
        ),
        more=2,
        effect=Effect.FOLDER,
    ),
    Form(InstructionName.LINKS, "urls", forms=words("url links"), is_ending=True),
    Form(
        InstructionName.REVISE,
        "revise",
        forms=words(
            "revised revision revisions überarbeiten"
            " überarbeitung ändern änderung revisar revisión"
            " modificar cambiar réviser révision modifier rever"
            " revisão alterar 修改 修订 修訂 修正"
        ),
        others=words("revise"),
        is_ending=True,
        alone=False,
        is_request=True,
    ),
    Form(
        InstructionName.ANSWER,
        "answer",
        forms=words(
            "answers answered antwort antworten respuesta réponse risposta resposta"
            " 回答 答复 答覆 返事"
        ),
        others=words("answer"),
        is_ending=True,
        alone=False,
        is_request=True,
    ),
    Form(InstructionName.REVIEWED),
    Form(InstructionName.NOTE, "error", is_ending=True, alone=False),
    Form(InstructionName.NOTE, "question", is_ending=True, alone=False),
    Form(InstructionName.NOTE, "nemowatch", is_ending=True, alone=False),
    Form(
        InstructionName.ORDER,
        others=words(
            "cancel retry resume unpause continue go proceed again resolve delete abort undo redo"
            " start begin launch run process execute submit send accept confirm reject decline"
            " deny doit try use enable disable yup vale daccord basta ausführen ejecutar exécuter"
            " esegui avviare no nope nein non nao いいえ ready remove keep quit exit borrar"
            " supprimer apagar entfernen skip ignore restart reset reload refresh status check"
            " explain credits finish goahead abbrechen stornieren löschen starten anfangen los"
            " weiter weitermachen loslegen bestätigen ablehnen senden cancelar annuler annullare"
            " reintentar réessayer empezar comenzar iniciar inicio continuar seguir enviar aceptar"
            " rechazar commencer démarrer continuer envoyer accepter refuser começar aceitar"
            " recusar avvia inizia continua начать старт"
            " удалить продолжить 取消 重试 开始 開始"
            " 继续 繼續 启动 啟動 スタート 続行 시작 계속"
        ),
    ),
    Form(
        InstructionName.ASIDE,
        others=words(
            "readme liesmich leeme leiame leggimi lisezmoi todo settings config configuration"
            " options info note notes notiz notizen notas briefing readmefirst readfirst read"
            " lesen memo optionen parameter parameters params preferences prefs setup preset"
            " presets infos important wichtig hinweis hinweise message nachricht request requests"
            " order orders auftrag aufträge wunsch wünsche task tasks job jobs guidelines"
            " guideline styleguide requirements anforderungen comments comment kommentar feedback"
            " specs changelog einstellungen konfiguration ajustes configuración importante"
            " remarques réglages commande demande pedido pedidos"
            " 说明 說明 备注 備註 设置 設定"
            " 要求 说明书 メモ お願い"
        ),
    ),
)
FORM = {form.instruction: form for form in FORMS}
#: Forms about one file, and those of them that are also looked for without a file's name.
ENDING_FORMS = tuple(form for form in FORMS if form.is_ending)
ALONE_FORMS = tuple(form for form in ENDING_FORMS if form.alone)
REQUEST_FORMS = tuple(form for form in ENDING_FORMS if form.is_request)
#: Forms about a folder.
FOLDER_FORMS = tuple(form for form in FORMS if form.word and not form.is_ending)
PAUSE_NAMES = FORM[InstructionName.PAUSE].names
APPROVE_NAMES = FORM[InstructionName.APPROVE].names
PROMPT_NAMES = FORM[InstructionName.PROMPT].names
GLOSSARY_NAMES = FORM[InstructionName.GLOSSARY].names
#: Every complete name that is an instruction.
EXACT = PAUSE_NAMES | APPROVE_NAMES | PROMPT_NAMES | GLOSSARY_NAMES
