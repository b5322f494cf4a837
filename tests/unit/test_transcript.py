"""Transcripts and summaries of drafts: every spelling of a draft, every odd JSON, and what
players can read."""

from __future__ import annotations

import re
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nemowatch.edits.draft import exportable, timeline
from nemowatch.edits.transcript import Segment, Transcript, as_srt, as_text, as_vtt, read
from tests.rigs.rows import each_row


def draft(*segments: Any, d: Any = 10_000) -> dict[str, Any]:
    return {"t": [{"tt": 0, "sg": [{"d": 10_000}]}, {"tt": 7, "sg": list(segments)}], "d": d}


def times(transcript: Transcript) -> list[tuple[int, int, str]]:
    return [(s.start_ms, s.end_ms, s.text) for s in transcript.segments]


@each_row(
    [
        {"s": 500, "d": 1500, "m": {"text": "Hi"}},
        {"st": 500, "d": 1500, "m": {"content": "Hi"}},
        {"start": 500, "end": 2000, "m": {"title": "Hi"}},
        {"start": "500", "duration": 1500.0, "text": "Hi"},
        {"s": 500, "e": 2000, "m": "Hi"},
        {"m": {"text": " Hi \r\n\r\n", "s": 500, "d": 1500}},
        {"tr": {"s": 500, "d": 1500}, "text": "Hi"},
    ]
)
def test_every_known_spelling_of_a_segment_is_read(segment: dict[str, Any]) -> None:
    """Start, length, end and text are found under each of their names."""
    assert times(read(draft(segment))) == [(500, 2000, "Hi")]


def test_a_lone_list_of_lengths_is_laid_end_to_end() -> None:
    """Segments that say only how long they last follow one another."""
    found = read(
        draft({"d": 1000, "m": {"text": "a"}}, {"d": 500}, {"d": 2000, "m": {"text": "b"}})
    )
    assert found.timed
    assert times(found) == [(0, 1000, "a"), (1500, 3500, "b")]


def test_order_overlaps_and_missing_ends_are_put_right() -> None:
    """Sorted by time, one caption at a time, an end for each, those that begin together in one."""
    found = read(
        draft(
            {"s": 4000, "m": {"text": "last"}},
            {"s": 0, "d": 3000, "m": {"text": "first"}},
            {"s": 2000, "d": 500, "m": {"text": "second"}},
            {"s": 2000, "d": 900, "m": {"text": "too"}},
            d=4700,
        )
    )
    assert times(found) == [(0, 2000, "first"), (2000, 2900, "second\ntoo"), (4000, 4700, "last")]


def test_many_captions_that_begin_together_become_one() -> None:
    """Once each, in order; a hundred thousand take a second or two, not hours."""
    count = 30_000
    segments = [{"s": 0, "d": number + 1, "m": {"text": f"w{number}"}} for number in range(count)]
    began = time.process_time()
    found = read({"t": [{"tt": 7, "sg": [*segments, *segments]}], "d": count})
    assert time.process_time() - began < 8
    assert [(one.start_ms, one.end_ms) for one in found.segments] == [(0, count)]
    assert found.segments[0].text.split("\n") == [f"w{number}" for number in range(count)]


def test_words_without_any_time_are_plain_text_only() -> None:
    """No times, no subtitles."""
    found = read(draft({"m": {"text": "a"}}, {"m": {"text": "b"}}))
    assert (as_text(found), as_srt(found), as_vtt(found)) == ("a\nb\n", "", "")


def test_without_a_text_track_the_answer_is_the_transcript() -> None:
    """All there is, as text; nothing at all is an empty transcript."""
    assert (
        as_text(read({"t": [{"tt": 0, "sg": [{"d": 1}]}]}, "He said:\n\nhello"))
        == "He said:\nhello\n"
    )
    assert read(None, "") == Transcript((), timed=False)
    assert as_text(read({})) == ""


def test_subrip_as_players_want_it() -> None:
    """Numbered, commas, CRLF, hours beyond two digits, nothing in the text that looks like a
    time line."""
    made = as_srt(
        Transcript(
            (Segment(0, 1500, "a --> b"), Segment(360_000_000, 360_000_001, "x\ny")), timed=True
        )
    )
    assert (
        made == "1\r\n00:00:00,000 --> 00:00:01,500\r\na -> b\r\n\r\n2\r\n100:00:00,000 -->"
        " 100:00:00,001\r\nx\r\ny\r\n\r\n"
    )


def test_webvtt_has_its_header_and_no_markup() -> None:
    """The header, dots, and escaped text."""
    made = as_vtt(
        Transcript((Segment(0, 1500, "<b> & --> c"), Segment(2000, 2500, "d")), timed=True)
    )
    assert (
        made
        == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n&lt;b&gt; &amp; --&gt; c\n\n00:00:02.000 -->"
        " 00:00:02.500\nd\n"
    )


def test_the_summary_reads_as_people_know_it() -> None:
    """The example of docs/api.md section 7."""
    assert (
        timeline(
            {
                "t": [
                    {"tt": 0, "sg": [{"s": 0, "d": 10_000, "m": {"name": "city timelapse"}}]},
                    {
                        "tt": 1,
                        "sg": [
                            {
                                "s": 0,
                                "d": 10_000,
                                "m": {"type": "bgm", "name": "Lo-fi", "volume": 0.35},
                            }
                        ],
                    },
                    {"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "Urban Dreams"}}]},
                ]
            }
        )
        == "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3."
        ' Title: "Urban Dreams" (0-3s)'
    )
    assert timeline({}) == "Timeline (0 tracks)"


def test_a_draft_can_be_exported_once_a_track_holds_something() -> None:
    """An empty `sg` everywhere, or no draft, cannot."""
    assert exportable({"t": [{"tt": 0, "sg": []}, {"tt": 1, "sg": [{}]}]})
    assert not any(
        exportable(none) for none in ({"t": [{"tt": 0, "sg": []}]}, {}, None, [], "t", {"t": "x"})
    )


KEYS = st.sampled_from(
    ["t", "tt", "sg", "d", "m", "s", "st", "start", "e", "text", "content", "tr", "v", "name"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["7", 7, 0, 1])
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)
SEGMENTS = st.lists(st.dictionaries(KEYS, ANY_JSON, max_size=5), max_size=8)
DRAFTS = ANY_JSON | st.builds(
    lambda segments, d: {"t": [{"tt": 7, "sg": segments}], "d": d}, SEGMENTS, ANY_JSON
)


@given(DRAFTS, st.text(max_size=40))
def test_no_draft_raises_and_every_transcript_is_well_formed(anything: Any, answer: str) -> None:
    """Any JSON: in order, no overlap, each caption lasts, no empty line inside, UTF-8."""
    found = read(anything, answer)
    assert isinstance(timeline(anything), str)
    assert exportable(anything) in (True, False)
    if found.timed:
        ends = [0, *(s.end_ms for s in found.segments)]
        assert all(s.start_ms >= end for s, end in zip(found.segments, ends, strict=False))
        assert all(s.end_ms > s.start_ms for s in found.segments)
    assert all(s.text and "\n\n" not in s.text and s.text == s.text.strip() for s in found.segments)
    cues = re.findall(
        r"^\d+\r\n\d\d+:\d\d:\d\d,\d{3} --> \d\d+:\d\d:\d\d,\d{3}\r\n\S",
        as_srt(found),
        re.MULTILINE,
    )
    assert len(cues) == (len(found.segments) if found.timed else 0)
    assert as_vtt(found).count("-->") == len(cues)
    (as_text(found) + as_srt(found) + as_vtt(found)).encode("utf-8")
