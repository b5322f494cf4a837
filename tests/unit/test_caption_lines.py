"""Subtitles as viewers and strict players need them, read back by a parser that is not ours."""

from __future__ import annotations

from itertools import pairwise

import pysubs2
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nemowatch.content.forms import subtitles
from nemowatch.edits.caption_lines import LINES, WIDEST, broken, divided
from nemowatch.edits.transcript import Segment, Transcript, as_srt, as_vtt
from tests.rigs.rows import each_row

ENGLISH = (
    "The quick brown fox jumps over the lazy dog, and then it goes for a very long walk through"
    " the forest, where it meets a bear who asks: how do you do today, my old friend?"
)
CHINESE = (
    "请打开窗户，今天天气很好，我们一起去公园散步吧，然后再回家吃饭，晚上看电影，明天继续工作。"
)
HEBREW = "שלום לכולם, היום נדבר על הנושא החשוב ביותר של השנה וזה הולך להיות מעניין מאוד"
ARABIC = "مرحبا بكم جميعا، اليوم سنتحدث عن أهم موضوع في هذه السنة وسيكون الأمر ممتعا جدا"
KOREAN = "창문을 열어 주세요 오늘은 날씨가 아주 좋으니까 우리 함께 공원에 산책하러 갑시다"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikverwaltung"
TEXTS = (ENGLISH, CHINESE, HEBREW, ARABIC, KOREAN, LONG_WORD, "👩‍👩‍👧‍👦" * 40, "ก็" * 90)


def parsed(text: str, form: str) -> list[tuple[int, int, str]]:
    """What pysubs2 reads: start and end in ms, and the words."""
    return [
        (line.start, line.end, line.plaintext)
        for line in pysubs2.SSAFile.from_string(text.replace("\r\n", "\n"), form)
    ]


@each_row(TEXTS)
def test_no_line_is_wider_than_a_screen_takes(text: str) -> None:
    """42 columns, of which an ideograph takes two; the words stay as they are, in their order."""
    lines = broken(text)
    assert max(map(cell_len, lines)) <= WIDEST
    assert "".join("".join(lines).split()) == "".join(text.split())


@each_row(
    [
        ("Good morning.", ["Good morning."]),
        ("- Ready?\n- Ready.", ["- Ready?", "- Ready."]),
        (
            "The first boat leaves at seven o'clock, as ever.",
            ["The first boat leaves at", "seven o'clock, as ever."],
        ),
        ("一" * 22, ["一" * 11, "一" * 11]),
        ("一" * 20 + "二。三", ["一" * 12, "一" * 8 + "二。三"]),
        (
            "Oui\u00a0! " * 9,
            [
                "Oui\u00a0! Oui\u00a0! Oui\u00a0! Oui\u00a0! Oui\u00a0!",
                "Oui\u00a0! Oui\u00a0! Oui\u00a0! Oui\u00a0!",
            ],
        ),
    ]
)
def test_lines_break_where_readers_expect_it(text: str, lines: list[str]) -> None:
    """About equally long, between words, never before a full stop; short lines stay."""
    assert broken(text) == lines


def test_closing_marks_begin_no_line_and_opening_ones_end_none() -> None:
    """As Chinese and Japanese are set."""
    for length in range(15, 25):
        lines = broken("字" * length + "（括号）。" + "字" * 30)
        assert not [line for line in lines if line[0] in "）。" or line[-1] == "（"]


def test_a_character_keeps_its_accents_and_joiners() -> None:
    """A family of four is one picture, and a vowel sign belongs to its letter."""
    assert all(len(line) % len("👩‍👩‍👧‍👦") == 0 for line in broken("👩‍👩‍👧‍👦" * 40))
    assert not [line for line in broken("e\u0301" * 90) if line[0] == "\u0301"]


def test_a_whole_text_of_hours_stays_a_line() -> None:
    """Breaking a cloud's five million letters would take a hundred megabytes for nobody."""
    text = "word " * 50_000
    assert broken(text) == [text]


def test_a_long_caption_is_divided_in_proportion() -> None:
    """Two lines at a time, one after the other, over the whole of its time."""
    parts = list(divided(ENGLISH, 1_000, 10_000))
    assert [text.count("\n") + 1 for _, _, text in parts] == [2, 2, 1]
    assert (parts[0][0], parts[-1][1]) == (1_000, 10_000)
    assert [part[1] for part in parts[:-1]] == [part[0] for part in parts[1:]]
    assert all(end - start > 1_000 for start, end, _ in parts)


def test_without_time_for_that_it_has_more_lines() -> None:
    """Nothing flashes by in a few milliseconds."""
    ((start, end, text),) = divided(ENGLISH, 0, 600)
    assert (start, end, text.count("\n") + 1) == (0, 600, 5)


CAPTIONS = st.lists(
    st.tuples(
        st.integers(1, 20_000),
        st.integers(0, 3_000),
        st.lists(
            st.sampled_from([*ENGLISH.split(), CHINESE, ARABIC, LONG_WORD, "&", "a<b"]),
            min_size=1,
            max_size=40,
        ),
    ),
    min_size=1,
    max_size=8,
)


@given(CAPTIONS)
def test_both_formats_are_valid_for_another_parser(
    captions: list[tuple[int, int, list[str]]],
) -> None:
    """In order, no overlap, nothing empty, no long line, two lines where the time allows."""
    at, segments = 0, []
    for length, pause, words in captions:
        segments.append(Segment(at, at + length, " ".join(words)))
        at += length + pause
    transcript = Transcript(tuple(segments), timed=True)
    made = as_srt(transcript)
    assert "\r\n\r\n\r\n" not in made
    for text, form in ((made, "srt"), (as_vtt(transcript), "vtt")):
        cues = parsed(text, form)
        assert len(cues) >= len(segments)
        assert all(end > start for start, end, _ in cues)
        assert all(one[1] <= other[0] for one, other in pairwise(cues))
        assert all(words.strip() for _, _, words in cues)
        for start, end, words in cues:
            assert max(map(cell_len, words.split("\n"))) <= WIDEST + len("&amp;") * words.count("&")
            assert words.count("\n") < LINES or end - start < 1_000


@each_row(
    [
        "10:30",
        "12:00 - 13:30",
        "12:00 --> 13:30",
        "12:00 -> 13:30",
        "00:01:02,000 --> 00:01:05,000",
        "00:01:02,000 --> ...",
        "At 00:01:02.500, and at 00:01:05.000 again",
        "0:00:01.000,0:00:02.000",
        "The answer is\n42",
        "2\n12:00 --> 13:30",
        "Home -> Settings",
        "00:00\n11:59",
    ],
)
def test_words_that_look_like_times_stay_words(text: str) -> None:
    """For another parser, and for ours, wherever in the speech they are said."""
    for place in range(3):
        spoken = ["Hello.", "Good day.", "The end."]
        spoken[place] = text
        segments = [Segment(n * 3000, n * 3000 + 2900, said) for n, said in enumerate(spoken)]
        made = Transcript(tuple(segments), timed=True)
        for written, form in ((as_srt(made), "srt"), (as_vtt(made), "vtt")):
            said = " ".join(words for _, _, words in parsed(written, form)).replace("&gt;", ">")
            assert _flat(said) == _flat(" ".join(spoken))
            read = subtitles(written.encode())
            assert [cue[0] for cue in parsed(read, "srt")] == [0, 3000, 6000]
            assert _flat(" ".join(read.split("\n"))).endswith(_flat(spoken[-1]))
            assert _flat(text) in _flat(read)


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->").replace("000,0", "000, 0")
