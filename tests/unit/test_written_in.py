"""The language of a script: what the cloud is asked to speak is what the text is written in."""

from __future__ import annotations

import pytest

from nemowatch.model import MediaKind
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.languages import of_code
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.written_in import _FREQUENT_WORDS, SCRIPTS, written_in
from tests.rigs.rows import each_row

RUSSIAN = "Добрый день! Сегодня мы покажем вам новый музей нашего города."
SPANISH = (
    "Hola y bienvenidos. Este es el museo de la ciudad, y en él verá la historia de la región."
)
GERMAN = "Willkommen! Heute zeigen wir Ihnen, wie Sie das Gerät mit der neuen Taste einschalten."
ENGLISH = "Welcome to the tour. You will see the oldest part of this museum."


def asked(folder: str, script: str, clip: bool = False) -> str:
    """The instruction to the cloud, without the script."""
    found = read_folder(folder, {})
    assert isinstance(found, Folder)
    kind, name = (MediaKind.VIDEO, "a.mp4") if clip else (MediaKind.SCRIPT, "a.txt")
    prompt = plan(found, Drop(kind, name, script)).targets[0].prompt
    return prompt.partition("\n\n")[0]


@each_row(
    [
        (*row, folder, clip)
        for row in [
            (RUSSIAN, "Russian"),
            (SPANISH, "Spanish"),
            (GERMAN, "German"),
            (ENGLISH, "English"),
        ]
        for folder in ["voiceover", "voiceover-en", "voiceover-female"]
        for clip in [False, True]
    ]
)
def test_the_cloud_is_told_what_a_script_is_written_in(
    script: str, language: str, folder: str, clip: bool
) -> None:
    """Whatever the folder claims, with a video and without one."""
    text = asked(folder, script, clip)
    assert language in text
    assert language == "English" or "English" not in text


@pytest.mark.parametrize(
    ("folder", "language"),
    [("voiceover-de", "German"), ("voiceover-es-419", "Latin American Spanish")],
)
def test_a_folder_that_names_the_right_language_is_believed(folder: str, language: str) -> None:
    """With its region, and for a text too short to tell."""
    long = GERMAN if language == "German" else SPANISH
    for script in (long, "Taxi Hotel."):
        assert f"voiceover in {language} for my script" in asked(folder, script)


@pytest.mark.parametrize("script", ["Bonsoir.", "Zdravo svima.", "Јован и Љубица.", "नमस्कार"])
def test_a_language_that_cannot_be_told_is_not_claimed(script: str) -> None:
    """The cloud hears it from the script."""
    text = asked("voiceover-male" if script.isascii() else "voiceover", script)
    assert "in the language that the script is written in" in text or "Marathi" in text
    assert "English" not in text


@each_row(
    [
        ("Сьогодні ми розповімо про новий продукт.", "uk"),
        ("Сёння мы раскажам вам пра выраб і музей.", "be"),
        ("Здравейте! Днес ще ви покажем новия музей на града.", "bg"),
        ("Добро дошли! Данас ћемо вам показати нови музеј.", "sr"),
        ("سلام، امروز یک محصول جدید را معرفی می‌کنیم.", "fa"),
        ("مرحبا بكم في هذا البرنامج الجديد.", "ar"),
        ("こんにちは、今日は新しい製品を紹介します。", "ja"),
        ("大家好，欢迎收看今天的节目。", "zh"),
        ("안녕하세요, 오늘은 새로운 제품을 소개합니다.", "ko"),
        ("Zażółć gęślą jaźń. Dziś opowiemy o nowym produkcie.", "pl"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "cs"),
        ("Schöne Grüße", "de"),
        ("12345", ""),
    ]
)
def test_letters_tell_languages_apart(script: str, code: str) -> None:
    """One script has several languages."""
    assert written_in(script) == code


def test_every_language_that_is_told_has_a_name() -> None:
    """The prompt says it in English."""
    codes = {code for codes in SCRIPTS.values() for code in codes[:1] if code} | set(
        _FREQUENT_WORDS
    )
    assert all(of_code(code).name for code in codes)
