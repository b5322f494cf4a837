"""How a text of ours is found in the catalogues of messages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from nemowatch.fs import last_lines
from nemowatch.hold_reasons import HOLDS, Hold
from nemowatch.i18n import language
from nemowatch.i18n.language import LANGUAGES, choose, filled, in_language, said
from nemowatch.i18n.quoted import quoted, unmarked
from nemowatch.journal.batch_causes import TAKEN_OVER
from nemowatch.model import State
from nemowatch.outbox.note_file import Wrote
from nemowatch.reporting.guide import NAME
from nemowatch.reporting.guide_file import put_guide
from nemowatch.reporting.inbox_words import batch
from nemowatch.reporting.paragraphs import indented, shortened
from nemowatch.reporting.phrases import and_more, counted
from nemowatch.reporting.timeline_words import said_changes, said_timeline
from nemowatch.reporting.words import STAGES, change_again
from nemowatch.tasks.answers import AnswerMeaning, read_answer
from nemowatch.tasks.usual_times import USUAL
from nemowatch.tasks.words import examples
from tests.rigs.rows import each_row

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Leave no other language behind."""
    yield
    choose("en")


@each_row(
    [
        ("a.mp4 could not be processed.", "a.mp4 konnte nicht verarbeitet werden."),
        ("Waits for credits", "Wartet auf Credits"),
        ("187 of 1,050 done · 12 being made", "187 von 1.050 fertig · 12 in Arbeit"),
        ("Spanish: It was cancelled.", "Spanisch: Es wurde abgebrochen."),
        ("1 new file waits here: 2 results would be made.", "1 neue Datei wartet hier: Daraus"),
        ("5 Dec 2026, 14:05", "5.12.2026 14:05"),
        ("1.2 MB are missing at its end", "am Ende fehlen 1,2 MB"),
        ("The cloud answered 502.", "Die Cloud antwortete mit 502."),
        (
            "9 of the 20 credits a day are spent, one more turn costs about 12: it resumes"
            " tomorrow.",
            "9 der 20 Credits am Tag sind ausgegeben, ein weiterer Durchgang kostet etwa 12:",
        ),
        (
            "The file cannot be read safely: it has too many elements.",
            "Die Datei lässt sich nicht sicher lesen: es hat zu viele Elemente.",
        ),
        (
            "a.srt cannot be used: it may belong to clip.mp4 and clip.mov",
            "a.srt lässt sich nicht verwenden: sie gehört vielleicht zu clip.mp4 und clip.mov",
        ),
        (
            "a.srt cannot be used: it may belong to Us and you.mp4",
            "a.srt lässt sich nicht verwenden: sie gehört vielleicht zu Us and you.mp4",
        ),
        (
            "The instructions in part 2 begin with a.mp4, and no file of the project is called so.",
            "Die Anweisungen in Teil 2 beginnen mit a.mp4, aber keine Datei des Projekts heißt so.",
        ),
        ("Spanish is in the name twice.", "Spanisch steht zweimal im Namen."),
        ("nemowatch jobs lists them.", "nemowatch jobs listet sie auf."),
        (
            "24 new results wait for approval in studio (first scan).",
            "24 neue Ergebnisse warten auf die Freigabe in studio (erste Durchsicht).",
        ),
        (
            batch(24, TAKEN_OVER, "project"),
            "24 neue Ergebnisse warten auf die Freigabe in project (von einem anderen Rechner",
        ),
        ("Reason: first scan.", "Grund: erste Durchsicht."),
        ("These are not files: a, b.d and c.d.", "Dies sind keine Dateien: a, b.d und c.d."),
        (
            "The file cannot be read safely: it is damaged.",
            "Die Datei lässt sich nicht sicher lesen: sie ist beschädigt.",
        ),
        (
            '"br" is the code of a country and the code of the language Breton: write dub-pt_BR for'
            " Brazilian Portuguese, dub-breton for Breton.",
            "„br“ ist der Code eines Landes und der Code der Sprache Bretonisch: Schreiben Sie"
            " dub-pt_BR für Brasilianisches Portugiesisch, dub-breton für Bretonisch.",
        ),
        (
            '"la" is "the" in French, Spanish and Italian: write dub-de-fr without it, dub-de-lo-fr'
            " for Lao, dub-de-latin-fr for Latin.",
            "„la“ ist ein Artikel auf Französisch, Spanisch und Italienisch: Schreiben Sie"
            " dub-de-fr ohne ihn, dub-de-lo-fr für Laotisch, dub-de-latin-fr für Latein.",
        ),
        ("What the cloud says is left as it is.", "What the cloud says is left as it is."),
        ("done could not be processed.", "done konnte nicht verarbeitet werden."),
    ]
)
def test_a_text_is_read_by_the_messages_that_it_is_made_of(text: str, german: str) -> None:
    """Values, numbers, dates and joined sentences are found; names and foreign words stay."""
    choose("de")
    assert said(text).startswith(german)


def test_a_list_of_files_is_joined_in_the_language_and_its_names_stay() -> None:
    """Only between names of files: within one, such a word is a part of it."""
    choose("pt")
    asked = said(
        "Keep one of clip.es.srt and clip.ES.srt, and move the rest elsewhere or remove it."
    )
    assert "clip.es.srt e clip.ES.srt" in asked

    unread = "Files beside the task folders are not processed: {}."
    assert "a.mp4, b.mp4 e mais 7" in said(unread.format("a.mp4, b.mp4 and 7 more"))
    assert "salt and pepper.mp4" in said(unread.format("salt and pepper.mp4"))


@each_row(
    product(
        [
            "Call it {}. Or remove it.",
            "Names that would fit: {}. Or remove it.",
            "Name the one that is to be changed: {}.",
            "Call it {} to have its words spoken, or move it elsewhere. Without it a is taken as it"
            " is.",
            "Files beside the task folders are not processed: {}.",
            "These look like unfinished files, and have stopped growing: {}.",
            "These are not finished, and nothing has changed for ten minutes: {}.",
            "Call it what it is to be: {}. Or remove it.",
        ],
        OTHERS,
    )
)
def test_the_name_of_one_file_is_never_read(text: str, code: str) -> None:
    """Whatever its words and dots: a person is to use that name, and no other."""
    choose(code)
    for name in (
        "clip.v1 and v2.mp4",
        "Mr. Salt and pepper.mp4",
        "clip.v1 or v2.mp4.revise.txt",
        "v1.cut or v2.es.srt",
    ):
        assert name in said(text.format(name))
        assert name in said(text.format(f"{name} and {name}"))


def test_a_list_has_the_commas_of_its_language() -> None:
    """In Chinese and Japanese they are not those of a sentence; a comma in a name stays."""
    takes = "Accepts videos (mp4, mov, avi, webm, mkv), audio (mp3, wav, m4a, aac) and links to"
    with in_language("zh"):
        assert said("Spanish, French and German") == "西班牙语、法语和德语"
        assert "mkv）、音频（" in said(f"{takes} them (url, webloc, urls.txt).")
    for code, word in (("zh", "和"), ("ja", "と")):
        with in_language(code):
            unread = said(
                "Files beside the task folders are not processed: a, b.mp4, c.mp4 and d.mp4."
            )
        assert f"a, b.mp4、c.mp4 {word} d.mp4" in unread


def test_names_of_several_files_are_joined_whatever_their_endings() -> None:
    """Where there is more than one for certain; elsewhere those of the same ending."""
    choose("es")
    pair = "{} have the same name, and may be a video and its own audio. They wait, since each"
    asked = said(f"{pair.format('clip.mp4 and clip.wav')} would be paid for.")
    assert asked.startswith("clip.mp4 y clip.wav ")
    fit = said("Names that would fit: a.revise.txt and b.revise.txt. Or remove it.")
    assert "a.revise.txt y b.revise.txt" in fit
    assert said("Salt and pepper.mp4 and 3 more") == "Salt and pepper.mp4 y 3 más"
    unread = said("Files beside the task folders are not processed: a and b.mp4 and 1,234 more.")
    assert "a and b.mp4 y 1.234 más" in unread


def test_a_file_whose_name_reads_like_two_is_named_as_one() -> None:
    """It stands in quotation marks, alone and among others, and is translated nowhere."""
    choose("de")
    odd = "a.mp4 and b.mp4"
    unread = "Files beside the task folders are not processed:"
    assert said(f"{unread} {examples([odd])}.").endswith(' "a.mp4 and b.mp4".')
    assert said(f"{unread} {examples(['c.mp4', odd])}.").endswith(' c.mp4 und "a.mp4 and b.mp4".')
    assert said(f"{unread} {examples([odd, 'c.mp4'])}.").endswith(' "a.mp4 and b.mp4" und c.mp4.')
    assert examples(["Salt and pepper.mp4", "x.y, z.mp4"]) == 'Salt and pepper.mp4 and "x.y, z.mp4"'


def test_a_message_that_counts_in_passing_has_one_form() -> None:
    """It is found without a plural of its own."""
    choose("pt")
    assert said("Cancel these 1,200") == "Cancelar estes 1.200"


def test_stops_are_those_of_the_language() -> None:
    """Also where parts are read one by one, or a part has none in its own catalogue."""
    choose("ja")
    read = said(
        "0 of the 250 credits a day are spent, one more turn costs about 9: it resumes tomorrow."
    )
    assert read == "1 日 250 クレジットのうち 0 を使いました、次の作業に約 9：明日再開します。"


def test_signs_and_small_words_are_as_a_language_writes_them() -> None:
    """Whatever stands around them in English."""
    texts = "images (jpg, png, gif, webp)"
    choose("es")
    assert " e imágenes (" in said(f"videos (mp4, mov, avi, webm, mkv) and {texts}")
    choose("fr")
    asked = said("The cloud asked a question instead of working: Which one?")
    assert asked.endswith("travailler\N{NO-BREAK SPACE}: Which one?")


def test_languages_are_called_as_the_catalogue_calls_everything_else() -> None:
    """The Portuguese is that of Portugal: its Polish is not Brazil's."""
    choose("pt")
    assert said("Polish, Czech and Dutch") == "polaco, checo e neerlandês"


@each_row(product(OTHERS, HOLDS.values()))
def test_what_holds_a_result_is_said_in_the_language(code: str, hold: Hold) -> None:
    """Also within the answer to a text that comes before it."""
    choose(code)
    assert said(f"a.mp4 is not made yet: {hold.short}.").rstrip("。.").endswith(said(hold.short))


@each_row(
    [
        ("es", "0 archivos", "1 archivo", "2.001 archivos", "3.000.000 de archivos"),
        ("fr", "0 fichier", "1 fichier", "2~001 fichiers", "3~000~000 de fichiers"),
        ("pt", "0 ficheiros", "1 ficheiro", "2.001 ficheiros", "3.000.000 de ficheiros"),
        ("de", "0 Dateien", "1 Datei", "2.001 Dateien", "3.000.000 Dateien"),
    ]
)
def test_a_count_has_the_form_of_its_number(code: str, *forms: str) -> None:
    """None, one, some, and round millions, which are a noun in some languages."""
    choose(code)
    for count, form in zip((0, 1, 2001, 3_000_000), forms, strict=True):
        written = form.replace("~", "\N{NARROW NO-BREAK SPACE}")
        assert said(counted(count, "file", "files")) == written


def test_english_loads_nothing() -> None:
    """The daemon of an English share reads no catalogue."""
    choose("en")
    before = language._load.cache_info()
    assert said("waits for credits") == "waits for credits"
    assert language._load.cache_info() == before


@each_row(product(OTHERS, State))
def test_a_refusal_calls_a_state_as_the_page_does(code: str, state: State) -> None:
    """Why an order about a job is refused is said in one language: the job's state, too."""
    with in_language(code):
        page = filled(STAGES[state])
        refused = said(f"Job 5 is {state}: there is nothing to revise yet.")
        answered = said(f"Job 5 is now: {STAGES[state]}.")
    assert page in refused
    assert page in answered
    assert page != STAGES[state]


def test_a_guide_of_before_the_choice_is_put_into_the_language(tmp_path: Path) -> None:
    """What `init` wrote in English is replaced; what a person has changed is not."""
    others = ["The guide.", "La guía."]
    for before in others:
        (tmp_path / NAME).unlink(missing_ok=True)
        put_guide(tmp_path, before)
        assert put_guide(tmp_path, "Die Anleitung.", "", others) is Wrote.WRITTEN
    assert "Die Anleitung." in (tmp_path / NAME).read_text("utf-8-sig")

    (tmp_path / NAME).write_text("My own words.", "utf-8")
    assert put_guide(tmp_path, "Die Anleitung.", "", others) is Wrote.FOREIGN


def test_a_note_is_known_in_every_language() -> None:
    """A note that comes back as a dropped file is never a script, whatever language it is in."""
    for lines in (last_lines.NOTE, last_lines.SIDE, last_lines.GUIDE):
        assert set(lines) == set(LANGUAGES)
        assert set(lines.values()) <= set(last_lines.ALL)


@pytest.mark.parametrize("name", ["About us", "Another try", "Spanish", "a · done"])
def test_a_name_stays_as_it_is_within_instructions(name: str) -> None:
    """A person follows them to the letter: a file by another name would be nothing."""
    choose("de")
    texts = (
        change_again([1], [name]).by_hand,
        f"Save a text file called {name}.answer.txt in the inbox folder of the file, with one of"
        " these in it:",
        f"To change {name}.mp4, say in {name}.mp4.revise.txt what should be different; that is one"
        " more paid turn. Or remove it.",
    )
    for text in texts:
        translated = said(text)
        assert translated != text
        assert f"{name}." in translated


def test_what_a_person_or_the_agent_says_stays() -> None:
    """Also where it could be a message of ours."""
    choose("de")
    assert indented("It was cancelled.", ours=False).strip() == "It was cancelled."
    assert indented("It was cancelled.").strip() == "Es wurde abgebrochen."


def test_what_is_quoted_within_a_text_of_ours_stays() -> None:
    """Whatever it says, over several lines, cut off or not; people do not see the marks."""
    words = "It was cancelled.\n\nIt has cost 12 credits so far. Nothing was paid."
    asked = f"The cloud asked a question instead of working: {quoted(words)}"
    text = f"{asked} Credits before: 1,000.5, after: 98."
    assert said(text) == unmarked(text)

    choose("de")
    german = said(text)
    assert words in german
    assert "1.000,5" in german
    assert "Die Cloud" in german
    assert unmarked(german) == german
    assert all(line in indented(text) for line in (*words.splitlines(), "Die Cloud"))
    assert "Es wurde" not in said(shortened(asked, len(asked) - 4))


@pytest.mark.parametrize(
    "text", ["about " * 200, "a, " * 600, "Cost: " + "about " * 300 + "1 credits.", "a and " * 300]
)
def test_a_foreign_text_is_read_to_no_depth(text: str) -> None:
    """It is left as it is: nothing is looked for in each of its parts, or in a field's fields."""
    choose("de")
    assert said(text).endswith(text[-100:])


def test_a_reload_in_the_middle_leaves_nobody_in_the_old_language() -> None:
    """The language can change in one thread while another one is saying something."""
    saying = threading.Event()
    broken: list[Exception] = []

    def say() -> None:
        try:
            while not saying.is_set():
                said("Waits for credits")
        except Exception as exc:
            broken.append(exc)

    thread = threading.Thread(target=say)
    thread.start()
    for code in ("de", "en", "fr") * 300:
        choose(code)
    saying.set()
    thread.join()
    assert not broken
    choose("de")
    assert said("Waits for credits") == "Wartet auf Credits"


def test_a_language_of_one_thread_is_not_kept() -> None:
    """What is said within the block is in that language, and nothing behind it."""
    choose("de")
    with in_language("en"):
        assert said("Waits for credits") == "Waits for credits"
    assert said("Waits for credits") == "Wartet auf Credits"


def test_what_a_list_leaves_out_is_counted_in_the_language() -> None:
    """With its signs in the number."""
    assert and_more(1_234) == "and 1,234 more"
    choose("de")
    assert and_more(1_234) == "und 1.234 weitere"


def test_a_timeline_is_said_in_the_language_and_its_names_stay() -> None:
    """Kinds, counts and what changed; the journal's own English where that is the language."""
    timeline = (
        "Timeline (4 tracks): 1. Video: city 3. Audio and 2 more (0-10s)"
        ' 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban and 2 more" (0-3s) and 1 more'
    )
    changes = (
        "added: Video: a -> b.mp4",
        "removed: Track",
        "edited: BGM: Lo-fi (0-10s, 35%)",
        "changed: Audio: x (0-1s) -> Audio: x (0-2s)",
        "nothing that the timeline shows",
        "and 3 more",
    )
    assert said_timeline(timeline) == timeline
    assert said_changes(changes) == changes
    choose("de")
    assert said_timeline(timeline) == (
        "Zeitleiste (4 Spuren): 1. Video: city 3. Audio und 2 weitere (0-10s)"
        ' 2. Hintergrundmusik: Lo-fi (0-10s, 35%) 3. Titel: "Urban and 2 more" (0-3s)'
        " und 1 weitere"
    )
    assert said_timeline("Timeline (1 track): 1. Track") == "Zeitleiste (1 Spur): 1. Spur"
    assert said_changes(changes) == (
        "hinzugefügt: Video: a -> b.mp4",
        "entfernt: Spur",
        "bearbeitet: Hintergrundmusik: Lo-fi (0-10s, 35%)",
        "geändert: Ton: x (0-1s) -> Ton: x (0-2s)",
        "nichts, was auf der Zeitleiste zu sehen ist",
        "und 3 weitere",
    )


@each_row(LANGUAGES)
def test_what_a_note_has_people_write_is_read_as_that(code: str) -> None:
    """Each word of an answer, in the language of the note: any other would be a paid turn."""
    choose(code)
    for word in (AnswerMeaning.DONE, AnswerMeaning.AGAIN, AnswerMeaning.CANCEL, AnswerMeaning.YES):
        assert read_answer(said(word)) is word


@each_row(OTHERS)
def test_titles_of_notifications_are_in_the_language(code: str) -> None:
    """Counted for one and for many, and short words that no text could be known by."""
    choose(code)
    titles = ("1 job failed", "2 jobs failed", "1 file was refused", "2 files were refused")
    for title in (*titles, "2 jobs need your decision", "All done: 2 results"):
        assert said(title) != title
    assert filled("turn {number}", number=3) != "turn 3"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_durations_are_said_in_the_language(code: str) -> None:
    """How long a turn usually takes, and units where people read no Latin letters."""
    choose(code)
    for usual in USUAL.values():
        assert said(usual) != usual
        assert "usually" not in said(f"still working, 3 min so far; {usual}")
    left = said("about 1.5 h left")
    assert re.search(r"\d h", left) or ("小时" in left or "時間" in left)
    assert ("min" in said("about 40 min left")) is (code not in ("ja", "zh"))
