"""The catalogues of messages, and how a text of ours is found in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.fs import last_lines
from nemowatch.i18n import language
from nemowatch.i18n.language import LANGUAGES, choose, in_english, said
from nemowatch.outbox.note_file import Wrote
from nemowatch.reporting.guide import NAME
from nemowatch.reporting.guide_file import put_guide

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "lib"))
import messages

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Leave no other language behind."""
    yield
    choose("en")


def test_the_catalogues_are_what_the_code_says() -> None:
    """Every file that scripts/messages makes is what it would make now."""
    stale = [path.name for path, made in messages.files().items() if path.read_bytes() != made]
    assert not stale, "run scripts/messages"


def test_a_translation_has_the_fields_of_its_message() -> None:
    """No translation leaves out a value or asks for one that is not there."""
    template = messages.template()
    for code in OTHERS:
        for message in messages.catalogue(code, template):
            if message.id and messages.is_translated(message):
                forms = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                wanted = set().union(*map(messages.fields, forms))
                for string in strings:
                    assert messages.fields(string) == wanted, (code, message.id)


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("a.mp4 could not be processed.", "a.mp4 konnte nicht verarbeitet werden."),
        ("Waits for credits", "Wartet auf Credits"),
        ("187 of 1,050 done · 12 being made", "187 von 1.050 fertig · 12 in Arbeit"),
        ("Spanish: It was cancelled.", "Spanisch: Es wurde abgebrochen."),
        ("1 new file waits here: 2 results would be made.", "1 neue Datei wartet hier: Daraus"),
        ("5 Dec 2026, 14:05", "5.12.2026 14:05"),
        ("What the cloud says is left as it is.", "What the cloud says is left as it is."),
        ("done could not be processed.", "done konnte nicht verarbeitet werden."),
    ],
)
def test_a_text_is_read_by_the_messages_that_it_is_made_of(text: str, german: str) -> None:
    """Values, numbers, dates and joined sentences are found; names and foreign words stay."""
    choose("de")
    assert said(text).startswith(german)


def test_english_loads_nothing() -> None:
    """The daemon of an English share reads no catalogue."""
    choose("en")
    assert said("waits for credits") == "waits for credits"
    assert language._Chosen.reader is None


def test_a_guide_of_before_the_choice_is_put_into_the_language(tmp_path: Path) -> None:
    """What `init` wrote in English is replaced; what a person has changed is not."""
    with in_english():
        put_guide(tmp_path, "The guide.")
    assert put_guide(tmp_path, "Die Anleitung.", "", "The guide.") is not Wrote.FOREIGN
    assert "Die Anleitung." in (tmp_path / NAME).read_text("utf-8-sig")

    (tmp_path / NAME).write_text("My own words.", "utf-8")
    assert put_guide(tmp_path, "Die Anleitung.", "", "The guide.") is Wrote.FOREIGN


def test_a_note_is_known_in_every_language() -> None:
    """A note that comes back as a dropped file is never a script, whatever language it is in."""
    for lines in (last_lines.NOTE, last_lines.SIDE, last_lines.GUIDE):
        assert set(lines) == set(LANGUAGES)
        assert set(lines.values()) <= set(last_lines.ALL)
