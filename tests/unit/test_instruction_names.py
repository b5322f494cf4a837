"""Which names are instructions, which only look like one, and which are honest work."""

from __future__ import annotations

from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.instruction_forms import InstructionName
from nemowatch.intake.scan.instruction_names import exact, in_doubt, look_alike
from tests.rigs.rows import each_row

PROMPT, PAUSE, APPROVE = InstructionName.PROMPT, InstructionName.PAUSE, InstructionName.APPROVE
GLOSSARY = InstructionName.GLOSSARY

NEARLY = {
    PROMPT: (
        "prompt.docx|prompt.md|prompt (1).txt|prompt - Copy.txt|prompt.txt.docx|prompt.txt~|prompt"
        "|promt.txt|pormpt.txt|prompts.txt|Prompt 2.txt|prompt_v2.txt|prompt.txt.bak|prompt.rtf"
        "|prompt - Kopie.txt|Kopie von prompt.txt|prompt (copia).txt|prompt - copie (2).txt"
        "|prompt のコピー.txt|promptのコピー.txt|prompt - 副本.txt|Копия prompt.txt"
        "|prompt.txt - Copy"
        "|prompt.sync-conflict-20260102-030405-ABCDEF1.txt|prompt (conflict).txt"
        "|prompt (Ann's conflicted copy 2026-01-02).txt|prompt_conflict-20260102-030405.txt"
        "|prompt-DESKTOP-1AB2CD3.txt|prompt.txt.part|prompt.txt.lnk|prompt.html|myPrompt.txt"
        "|clip.prompt.txt|ｐｒｏｍｐｔ.txt|#prompt.txt#|prompt..txt|prompt.txt (1)"
        "|prompt.tx|prompt.txtt|prompttxt|рrоmрt.txt|prοmpt.txt|рrompt.docx|prompt.url"
        "|prompt.flag"
    ),
    GLOSSARY: (
        "glossary.docx|glossary (1).txt|Glossary - Copy.txt|glosary.txt|glossary.csv|glossary.xlsx"
        "|glossaries.txt|Glossary|clip.glossary.txt|my glossary.txt|glossar.txt"
    ),
    PAUSE: (
        "PAUSE.docx|PAUSE.rtf|Pause .txt|PAUSED|paused.txt|PAUSE (1)|PAUSE - Copy.txt|puase"
        "|P A U S E.txt|P A U S E|PAUSE!!!|РAUSE.txt|PАUSЕ|ＰＡＵＳＥ.txt|pause.flag"
        "|PAUSE.lock|РАUЅЕ.docx"
        "|Pause!.txt|PAUSE.txt.txt.txt|pauze.txt|PAUSE.lnk"
    ),
    APPROVE: "APPROVED|approve.docx|Approve (1).txt|aprove|APPROVE - Kopie|Approval.txt",
    InstructionName.REVISE: (
        "a.mp4.revise.docx|a.revise (1).txt|a.revised.txt|a.revize.txt|a.änderung.txt|a.修改.txt"
    ),
    InstructionName.ANSWER: (
        "a.mp4.answer - Copy.txt|a.answers.txt|a.ansewr.txt|a.Antwort.txt|a.réponse.txt"
    ),
    InstructionName.LINKS: "films.urls (1).txt|films.url.txt|films.urls.docx|urls.txt",
    InstructionName.NOTE: (
        "a.es.nemowatch - Copy.txt|a.nemowatch.docx|a.mp4.error (1).txt|a.question - Copy.txt"
        "|nemowatch - read me (1).txt"
    ),
}
HONEST = (
    "pause-music.mp4|prompter-review.mp4|prompt.mp4|pause.wav|pause.png|prompt.psd|prompter.txt"
    "|A prompt reply.txt|promo.txt|cause.txt|phase 2.txt|Pause and breathe.txt|menopause.txt"
    "|Approved budget.txt|promptly delivered.txt|stop motion.txt|tour.mp4.txt|Copy.txt|1.txt"
    "|Поговорим о паузе.txt|Σοπρτ.txt|a b c d e.txt|Wait until dark.txt|Stopped clocks.txt"
    "|Монтаж.txt"
    "|How to write a good prompt.txt|Wait for me.txt|A glossary of old words.txt"
    "|question.txt|films.url|a.urls.txt| pause.mp4|Startup story.txt|Starting over.txt"
    "|start of season.txt|Wetter.txt|The start of it.txt|Tak for alt.txt"
    "|Yes we can.txt|Go West.txt|Important dates.txt|Task force.txt|end.txt"
    "|Message in a bottle.txt|Check in video.txt|thank you.txt|status quo.txt"
    "|Weiter im Text.txt"
)
DOUBTFUL = {
    PROMPT: (
        "prompt reply.txt|prompt for tuesday.txt|the prompt.txt|prompt-anna.txt"
        "|instructions.txt|промпт.txt|提示.txt|instuctions.txt|anweisng.docx"
    ),
    PAUSE: "pause-music.txt|PAUSE until further notice.txt|please pause.docx|STOP|pauza.docx"
    "|一時停止.txt|do not process.txt|On Hold"
    "|paused until monday.txt|paused until monday.docx.txt|Pause bis Montag.docx|HOLD"
    " until tomorrow.txt|stop please.txt|stopped.txt|not now.txt|later.txt|warte.txt|停止.txt",
    GLOSSARY: "Glossary of terms.txt|glossary for anna.txt|glosario.txt|Glossaire.docx|用语集.txt",
    InstructionName.ORDER: (
        "RETRY|cancel.txt|Resume.docx|abbrechen.txt|go.txt|start.txt|Begin.docx|ok.txt|OK!!.txt"
        "|yes please.txt|ja.txt|nein.txt|go ahead.txt|ok go.txt|please start.txt|start now.txt"
        "|started.txt|confirmed.txt|cancle.txt|continu.txt|fertig.txt|oui.txt|listo.txt|开始.txt"
        "|do it.txt|lets go.txt|try again.txt|ignore this.txt|not ready.txt|старт.txt"
        "|スタート.txt|Bitte starten.txt|status.txt|undo.docx|no.txt"
    ),
    InstructionName.REVISE: "revise.txt|clip revise.txt|clip_revise.docx",
    InstructionName.ANSWER: "answer.txt|Answer.docx",
    InstructionName.ASIDE: "README.md|read me.txt|Liesmich.txt|notes.docx|info.txt"
    "|settings.txt|setings.txt|important.txt|please read.txt|Auftrag.docx|order.txt|要求.txt",
}


def _rows(table: dict[InstructionName, str]) -> list[tuple[str, InstructionName]]:
    return [(name, meant) for meant, names in table.items() for name in names.split("|")]


@each_row(_rows(NEARLY))
def test_what_was_to_be_an_instruction_is_recognised(name: str, meant: InstructionName) -> None:
    """Another ending, a copy of any system, a slip, a form of the word: no work, and which
    instruction was meant is known."""
    assert look_alike(name.encode()) is meant
    assert Ignore().name(name.encode()).kind is NameClass.OURS


@each_row(HONEST.split("|"))
def test_honest_names_are_work(name: str) -> None:
    """The word as part of another, in the middle of a title, or as the name of a film."""
    assert look_alike(name.encode()) is None
    assert in_doubt(name.encode(), scripts=True) is None


@each_row(_rows(DOUBTFUL))
def test_what_may_be_either_is_in_doubt(name: str, meant: InstructionName) -> None:
    """Few other words beside that of the instruction, which is the first or the last; or a word
    of its meaning, alone."""
    assert look_alike(name.encode()) is None
    assert in_doubt(name.encode(), scripts=True) is meant


def test_where_texts_are_no_work_more_is_in_doubt() -> None:
    """A text that no task takes there was hardly meant as work."""
    name = b"Pause and breathe.txt"
    assert in_doubt(name, scripts=True) is None
    assert in_doubt(name, scripts=False) is PAUSE


@each_row(
    [
        "PAUSE",
        "Pause.TXT",
        "pause.txt.txt",
        "prompt.txt",
        "Prompt.TXT.txt",
        "approve",
        "Glossary.txt",
    ]
)
def test_an_instruction_looks_like_none(name: str) -> None:
    """In any case, with a doubled ending, it is one."""
    assert exact(name.encode()) is not None
    assert look_alike(name.encode()) is None
    assert in_doubt(name.encode(), scripts=False) is None


def test_notes_and_well_written_answers_look_like_nothing() -> None:
    """They are what they are called."""
    names = (
        b"nemowatch - read me.txt",
        b"a.error.txt",
        b"a.revise.txt",
        b"a.answer.txt.txt",
        b"a.es.nemowatch.txt",
        b"a.es.nemowatch (2).txt",
    )
    assert [look_alike(name) for name in names] == [None] * len(names)


def test_of_folders_only_a_pause_is_looked_for() -> None:
    """People keep things in folders called "prompts" and "approved"."""
    assert look_alike(b"PAUSED", folder=True) is PAUSE
    assert look_alike(b"Pause - Kopie", folder=True) is PAUSE
    for name in ("STOP", "HOLD", "On hold", "Paused until monday", "PАUSE", "P A U S E"):
        assert look_alike(name.encode(), folder=True) is PAUSE
    names = (b"prompts", b"approved", b"household", b"pause-music", b"stop motion")
    assert [look_alike(name, folder=True) for name in names] == [None] * len(names)


def test_a_pattern_of_the_configuration_goes_before_a_likeness() -> None:
    """What somebody has ignored on purpose is ignored."""
    own = Ignore(("stop*",))
    assert own.name(b"stop.txt").kind is NameClass.IGNORED
    assert own.name(b"PAUSE").kind is NameClass.OURS
