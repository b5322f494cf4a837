"""What people drop as scripts, on a running daemon: the right words are paid for, or none."""

from __future__ import annotations

from pathlib import Path

from tests.rigs.studio import studio, wait_for

RUSSIAN = "Здравствуйте! Сегодня мы расскажем о новом продукте."
POLISH = "Dziś opowiemy o nowym produkcie, który ułatwia życie."
CHINESE = "大家好，欢迎收看今天的节目。"
SUBTITLES = "1\n00:00:01,000 --> 00:00:03,000\nWelcome to the tour.\n"

SPOKEN = {
    "voiceover/ru.txt": (RUSSIAN.encode("cp1251"), "in Russian", RUSSIAN),
    "voiceover-pl/pl.txt": (POLISH.encode("cp1250"), "in Polish", POLISH),
    "voiceover/zh.txt": (CHINESE.encode("gbk"), "in Chinese", CHINESE),
    "voiceover/film.srt": (SUBTITLES.encode("utf-8-sig"), "in English", "Welcome to the tour."),
    "voiceover/rich.txt": (
        rb"{\rtf1\ansi The tour \b begins\b0 .}",
        "in English",
        "The tour begins.",
    ),
    "voiceover/tour.md": (
        b"# Hello\n\nThis is **the** end.",
        "in English",
        "Hello\n\nThis is the end.",
    ),
}
REFUSED = {
    "voiceover/short.txt": ("Ähre".encode("cp1250"), "save it as UTF-8"),
    "voiceover/twice.txt": ("cafÃ© and naÃ¯ve".encode(), "Open the original again"),
    "voiceover/half.txt": (b"My film\n\n" + SUBTITLES.encode(), "Copy the words"),
}


def test_scripts_are_spoken_in_their_own_words_or_refused_free_of_charge(tmp_path: Path) -> None:
    """Encodings, subtitles, rich text and Markdown; a refusal says what to do."""
    with studio(tmp_path) as house:
        house.start()
        for where, (data, *_) in {**SPOKEN, **REFUSED}.items():
            house.drop(where, data)
        house.wait_states("published", count=len(SPOKEN))
        wait_for("the inbox to be empty", lambda: not house.results("inbox"))

        paid = [turn["message"] for turn in house.charged_turns()]
        for _, claim, words in SPOKEN.values():
            (message,) = [one for one in paid if one.endswith(f"The text:\n\n{words}")]
            assert claim in message
        assert len(paid) == len(SPOKEN)

        for where, (_, cure) in REFUSED.items():
            note = house.root / "failed" / f"{where}.error.txt"
            assert cure.lower() in " ".join(note.read_text("utf-8-sig").split()).lower()
