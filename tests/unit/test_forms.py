"""Scripts that are more than words: subtitles, rich text, web pages, Markdown."""

from __future__ import annotations

from itertools import product

import pytest

from nemowatch.content.forms import instructions, plain_script, script_words
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

SRT = (
    "1\n0000:00:01,000 --> 0000:00:03,000\n{\\an8}<i>Welcome</i> to\nthe tour.\n\n2\n0:00:03.2 -->"
    " 0:00:05\n42\n"
)
VTT = (
    "WEBVTT - a title\n\nSTYLE\n::cue { color: red }\n\nNOTE not this\nnor this\n\nintro\n"
    "00:01.000 --> 00:03.000 line:0\n<v Maria>Hello &amp; <c.yellow>welcome</c>.\n\n"
    "chapter two\n00:00:03.000 --> 00:00:05.000\nBye\n"
)
SCROLLING = (
    "WEBVTT\nKind: captions\n\n00:00:00.000 --> 00:00:02.000\n \nhello<00:00:00.500><c>"
    " dear</c>\n\n"
    "00:00:02.000 --> 00:00:04.000\nhello dear\nfriends<00:00:03.0><c> all</c>\n"
)
ASS = (
    "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,"
    "Arial\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:03.00,Default,Maria,0,0,0,,{\\i1}Welcome{\\i0},\\Nall\n"
    "Comment: 0,0:00:03.00,0:00:05.00,Default,,0,0,0,,not this\n"
)
TTML = (
    '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    '<p begin="00:00:01.000" end="00:00:03.000">Welcome<br/>all</p></div></body></tt>'
)
PAGE = (
    "<!DOCTYPE html><html><head><title>no</title><style>p{}</style></head><body><h1>Hi</h1>"
    "<p>Wel<b>come</b> to the caf&eacute; &amp; bar<br>now</p><script>no()</script>"
    "<p style='display:none'>no</p><!-- no --></body></html>"
)
RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset204"
    r" Arial;}{\f1\fnil\fcharset0 Arial;}}"
    r"{\*\generator no;}\f0\'cf\'f0\'e8\'e2\'e5\'f2\f1 , \b caf\'e9\b0 "
    r" \u8364?\u-10179?\u-8704?\par}"
)
MARKDOWN = (
    "---\ntitle: no\n---\n# Welcome\n\n"
    "This is **bold**, *it*, `code` and a [link](http://x.y/z).\n\n"
    "- one\n- [ ] two\n\n1. First\n2. Second\n\n> quote\n\n| a | b |\n|---|---|\n| c | d |\n\n"
    "```py\nx = 1\n```\n\nNote[^1] <!-- no -->\n\n* * *\n\nEnd \\*star\\*\n"
)


def words(script: str, name: str = "a.txt") -> list[str]:
    lines = map(str.strip, script_words(script.encode(), name).split("\n"))
    return list(filter(None, lines))


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("Save ~~ten~~ twenty percent.", "a.txt"),
        ("Save ~~ten~~ twenty percent.", "a.md"),
        ("<p>Save <s>ten</s> twenty percent.</p>", "a.txt"),
        ("<p>Save <del>ten</del> twenty percent.</p>", "a.md"),
        ("<p>Save <span style='text-decoration: line-through'>ten</span> twenty.</p>", "a.txt"),
    ],
)
def test_struck_words_are_asked_about(script: str, name: str) -> None:
    """They are seen, and hardly meant: only a person knows."""
    with pytest.raises(OrderError, match='struck through: "ten"') as caught:
        words(script, name)
    assert "Delete them" in caught.value.cure


@each_row(
    [
        ("<svg xmlns='x'><text>Hello</text></svg>", "a.txt", "XML"),
        ("<note><to>Anna</to><body>Hello</body></note>", "a.txt", "XML"),
        ("%PDF-1.4\n1 0 obj\n<<>>\nendobj", "a.txt", "PDF"),
        ("Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 c8e5", "a.txt", "SCC"),
        ("{name: 'Anna', says: 'Hello',}", "a.txt", "data"),
        ('msgid "Hello"\nmsgstr "Hallo"\n\nmsgid "Bye"\nmsgstr "Bis bald"', "a.txt", "code"),
        ("[12:01:02] Server started\n[12:01:03] Anna joined\n[12:01:04] Left", "a.txt", "log"),
        ("Save t\u0336e\u0336n\u0336 twenty percent.", "a.txt", "struck through"),
        ("Hello \ue001\ue002 there.", "a.txt", "only one font"),
        ("\u202eolleH\u202c there.", "a.txt", "Invisible marks"),
    ]
)
def test_what_is_not_what_it_seems_is_refused(script: str, name: str, said: str) -> None:
    """Other files that are letters from end to end, and letters that are shown otherwise."""
    with pytest.raises(OrderError, match=said) as caught:
        words(script, name)
    assert caught.value.cure


def test_what_lies_deep_in_markdown_is_read_or_refused() -> None:
    """The parser leaves out what it does not follow, and says nothing."""
    steps = [f"{'  ' * level}- step {level}" for level in range(30)]
    assert words("\n".join(steps), "a.md")[-1] == "step 29"
    with pytest.raises(OrderError, match="too deep"):
        words(">" * 300 + " Hello", "a.md")


@each_row(
    [
        ("Hello <b>there</b><br>Bye", "a.md", ["Hello there", "Bye"]),
        ("<div>Hello there<p>Anna", "a.txt", ["Hello there", "Anna"]),
        ("<!-- to myself -->\nHello there", "a.txt", ["Hello there"]),
        ("# Hi\n\n| a | b |\n|---|---|\n| c | d |", "a.txt", ["Hi", "a", "b", "c", "d"]),
        ("See [this][1] now.\n\n[1]: http://x.example", "a.txt", ["See this now."]),
        ("- [ ] one\n- [x] two", "a.txt", ["one", "two"]),
        ("\U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8 you", "a.txt", ["Hello you"]),
        ("Hello\U000e0041\U000e0042 there", "a.txt", ["Hello there"]),
        ("Page one\x0cPage two", "a.txt", ["Page one", "Page two"]),
    ]
)
def test_marks_and_what_nobody_sees_are_not_spoken(
    script: str, name: str, spoken: list[str]
) -> None:
    """Of pages, Markdown in a plain text, and marks without a sound."""
    assert words(script, name) == spoken


@each_row(
    [
        ("color:#FFF", "", False),
        ("color: white; font-size:12px", "", False),
        ("color:#ffffff", "<style>body {background: navy}</style>", True),
        ("background-color:white", "", True),
        ("font-size: 1px", "", False),
        ("font-size: 1em", "", True),
        ("font-size:10px;opacity:0.5", "", True),
        ("opacity:0", "", False),
    ]
)
def test_what_nobody_sees_on_a_page_is_not_spoken(style: str, page: str, is_seen: bool) -> None:
    """White on white, too small, or transparent."""
    said = words(f"<html><head>{page}</head><p>a</p><p style='{style}'>b</p></html>")
    assert said == (["a", "b"] if is_seen else ["a"])


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("font-size:0", "style='font-size:16px'"),
        ("color:white", "style='color:black'"),
        ("color:#fff", "class='dark'"),
        ("color:white", "color='black'"),
    ],
)
def test_words_that_may_look_otherwise_than_what_is_around_them_are_asked_about(
    outside: str, inside: str
) -> None:
    """Size and colour are what an element says last; what is not displayed stays so."""
    page = "<html><p>a</p><div style='{}'><i><font {}>{}</font></i>b</div></html>"
    with pytest.raises(OrderError, match='"Seen" is white or tiny') as caught:
        words(page.format(outside, inside, "Seen"))
    assert "another colour and size" in caught.value.cure
    assert words(page.format(outside, inside, " ")) == ["a"]
    assert words(page.format(outside, "", "no")) == ["a"]
    assert words(page.format(outside, "style='display:none'", "no")) == ["a"]
    assert words(page.format("display:none", inside, "no")) == ["a"]


@each_row(
    [
        (r"\strike no", False),
        (r"\striked1 no", False),
        (r"\fs2 no", False),
        (r"\fs24\strike0 yes", True),
        (r"\cf1 yes", True),
        (r"\cf2 no", False),
        (r"\cf2\highlight1 yes", True),
    ]
)
def test_rich_text_with_words_that_may_not_be_meant_is_refused(marks: str, is_read: bool) -> None:
    """Struck through, white, or of no size: striprtf speaks them all."""
    colors = r"{\colortbl;\red0\green0\blue0;\red255\green255\blue255;}"
    script = rf"{{\rtf1\ansi {colors}A {marks}\par}}"
    if is_read:
        assert words(script) == ["A yes"]
        return
    with pytest.raises(OrderError, match="rich text"):
        words(script)


@each_row(product(["", "\ufeff"], ["\n", "\r\n"], ["a.txt", "a.srt", "a.md"]))
def test_of_subtitles_only_the_words_are_spoken(mark: str, end: str, name: str) -> None:
    """No numbers, times or styles, whatever the file is called; odd times lose no cue."""
    srt = mark + SRT.replace("\n", end)
    assert words(srt, name) == ["Welcome to", "the tour.", "42"]
    assert words(mark + VTT.replace("\n", end), name) == ["Hello & welcome.", "Bye"]


@each_row(
    [
        (SCROLLING, ["hello dear", "friends all"]),
        (ASS, ["Welcome,", "all"]),
        (TTML, ["Welcome", "all"]),
        (
            "0:00:01.000,0:00:03.000\nWelcome\nall\n\n0:00:03.000,0:00:05.000\nBye",
            ["Welcome", "all", "Bye"],
        ),
        ("[ti:no]\n[00:12.00]One\n[00:15.30][00:45.00]Two", ["One", "Two"]),
        ("{0}{25}Hello|all\n{30}{50}{y:i}Bye", ["Hello", "all", "Bye"]),
        ("[0][25]Hello|all\n[30][50]/Bye", ["Hello", "all", "Bye"]),
    ]
)
def test_other_formats_of_subtitles_are_read(script: str, spoken: list[str]) -> None:
    """Captions that scroll are spoken once."""
    assert words(script) == spoken


def test_a_line_that_takes_minutes_to_read_is_refused() -> None:
    """pysubs2 makes quadratic work of marks in one line."""
    head = "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
    line = "Dialogue: 0,0:00:00.00,0:00:02.00,Default," + "{\\b1}" * 60_000 + "Hi\n"
    with pytest.raises(OrderError, match="too long"):
        script_words((head + line).encode(), "a.txt")


@pytest.mark.parametrize("rate", ["25", "23.976", "29,97"])
def test_the_frames_of_a_second_are_not_spoken(rate: str) -> None:
    """MicroDVD says them in its first cue."""
    assert words(f"{{1}}{{1}}{rate}\n{{10}}{{20}}Hello|there.") == ["Hello", "there."]


def test_what_is_only_half_subtitles_is_refused() -> None:
    """Words before the first cue would be lost; subtitles without words are empty."""
    with pytest.raises(OrderError, match="partly subtitles"):
        words("My film\n\n" + SRT)
    with pytest.raises(OrderError, match="empty"):
        words("1\n00:00:01,000 --> 00:00:03,000\n\n")
    assert words("See 1 --> 2, it is fun.") == ["See 1 --> 2, it is fun."]


@each_row(
    [
        ("1\n00:05,0 --> 00:07,0\n12:00 --> 13:30\n\n2\n00:08,0 --> 00:09,0\nBye", 2),
        ("1\n00:05,0 --> 00:07,0\nFrom\n12:00 -> 13:30\n\n2\n00:08,0 --> 00:09,0\nBye", 3),
        ("1\n00:05,0 --> 00:07,0\n00:01:02,0 --> 00:01:05,0\n\n2\n00:08,0 --> 00:09,0\nBye", 2),
        ("1\n00:05,0 --> 00:07,0\nHi\n01:02,0 --> 01:05,0\n\n2\n00:08,0 --> 00:09,0\nBye", 3),
        ("WEBVTT\n\n00:05.0 --> 00:07.0\n12:00 --> 13:30\n\n00:08.0 --> 00:09.0\nBye", 2),
        ("00:05,0 --> 00:07,0\nHi\n00:08,0 --> 00:09,0\nBye\n00:10,0 --> 00:11,0\nBye", 3),
        ("1\n00:05,0 --> 00:07,0\nHi\n2\n00:08,0 --> 00:09,0\nBye", 2),
        ("1\n00:05,0 --> 00:07,0\nHi\n00:08,0 --> 00:09,0\nBye\n\n2\n00:10,0 --> 00:11,0\nBye", 3),
    ],
)
def test_times_that_somebody_says_are_words(script: str, spoken: int) -> None:
    """Right below other words they are a cue's only if they are written like the others and come
    in order: empty lines between cues get lost."""
    assert len(words(script)) == spoken


def test_of_a_web_page_only_what_is_seen_is_spoken() -> None:
    """A whole page, a piece of one, and the marks of speech programs."""
    assert words(PAGE) == ["Hi", "Welcome to the café & bar", "now"]
    assert words("<p>Welcome <b>to</b> it.</p>\n<p>Bye</p>") == ["Welcome to it.", "Bye"]
    assert words('<speak>Hello <emphasis>dear</emphasis><break time="1s"/> all</speak>') == [
        "Hello dear",
        "all",
    ]
    assert words("Tom &amp; Jerry") == ["Tom & Jerry"]
    assert words("Press the <b> key & go") == ["Press the <b> key & go"]
    with pytest.raises(OrderError, match="XML"):
        words('<?xml version="1.0"?><note><to>x</to></note>')


def test_of_a_page_its_words_are_judged_and_not_its_source() -> None:
    """A long style sheet in it does not make it one; a conversation in it is asked about."""
    page = "<!DOCTYPE html><html><head><style>{}</style></head><body>{}</body></html>"
    style = "\n".join(f"p.c{number} {{\n  margin: 0;\n  color: red;\n}}" for number in range(60))
    assert words(page.format(style, "<p>Hello, my friends.</p>")) == ["Hello, my friends."]
    with pytest.raises(OrderError, match="names before"):
        words(page.format(style, "<p>Anna: Hi.</p><p>Bob: Hi.</p><p>Anna: Bye.</p>"))


def test_references_of_web_pages_are_the_letters_that_they_mean() -> None:
    """In plain texts, too; what only looks like one stays."""
    assert words("Sch&ouml;n &amp; gr&uuml;n, it&#8217;s &mdash; &copy;") == [
        "Schön & grün, it’s — ©"
    ]
    assert words("AT&T, fish&chips; R&D; &notes &amp; more") == [
        "AT&T, fish&chips; R&D; &notes & more"
    ]


def test_facts_before_markdown_are_no_part_of_the_text() -> None:
    """Neither are they spoken, nor do they make the whole text data."""
    assert words("---\ntitle: My film\ntags:\n  - a\ntime: now\n---\n\nHello.", "a.md") == [
        "Hello."
    ]
    with pytest.raises(OrderError, match="no words"):
        words("---\ntitle: My film\n---\n", "a.md")


@each_row(
    [
        "1\n00:00:01,000 --> 00:00:03,500\nHello.\n\n2\n00:00:04,0",
        "1\n00:00:01,000 --> 00:00:03,500\nHello.\n\n2\n00:00:04,000 -",
        "1\n00:00:01,000 --> 00:00:03,500\nHello.\n\n2\n",
        "WEBVTT\n\n00:01.000 --> 00:03.500\nHello.\n\n00:04.0",
    ]
)
def test_subtitles_that_were_cut_off_are_refused(script: str) -> None:
    """What is left of a cue's number and times is no words."""
    with pytest.raises(OrderError, match="breaks off"):
        words(script)
    whole = "1\n00:00:01,000 --> 00:00:03,500\nHello.\n\n2\n00:00:04,000 --> 00:00:05,000\n2024\n"
    assert words(whole) == ["Hello.", "2024"]


def test_of_rich_text_only_the_words_are_spoken() -> None:
    """In the letters of each of its fonts; what cannot be read without doubt is refused."""
    assert words(RTF) == ["Привет, café €😀"]
    for part in (r"{\v hidden}", r"{\deleted gone}", r"\mac caf\'8e", r"\bin5 abc", r"\'81"):
        with pytest.raises(OrderError, match="rich text") as caught:
            words(r"{\rtf1\ansi\ansicpg1252 One " + part + "}")
        assert "UTF-8" in caught.value.cure
    with pytest.raises(OrderError, match="empty"):
        words(r"{\rtf1\ansi }")


@each_row(
    [
        (r'{\field{\*\fldinst{HYPERLINK "http://a.b"}}{\fldrslt{our page}}} now', ["our page now"]),
        (r"\trowd one\cell two\cell\row Next a|b", ["one\ttwo", "Next a|b"]),
        (r"a \{ brace", ["a { brace"]),
        (r"{\pntext\f1 2.\tab}Plums\par{\pntext\f2\'b7\tab}Pears", ["2.\tPlums", "Pears"]),
    ]
)
def test_of_rich_text_no_more_is_spoken_than_is_seen(inside: str, spoken: list[str]) -> None:
    """No address behind a link, and no bar between two cells; a table keeps its lines."""
    assert words(rf"{{\rtf1\ansi {inside}}}") == spoken


def test_rich_text_is_known_in_utf16_and_behind_a_mark() -> None:
    """The words, and no marks, in whatever form it was saved."""
    for encoding in ("utf-16", "utf-8-sig"):
        data = r"{\rtf1\ansi Hello, my \b friends\b0 .}".encode(encoding)
        assert script_words(data, "a.txt") == "Hello, my friends."


def test_a_letter_that_is_not_filled_in_is_refused() -> None:
    """Before it is merged it says where the name of each reader will be."""
    field = r"{\field{\*\fldinst{ MERGEFIELD Name}}{\fldrslt \'abName\'bb}}"
    with pytest.raises(OrderError, match="not filled in"):
        words(rf"{{\rtf1\ansi Dear {field}, welcome.}}")


def test_rich_text_without_all_of_its_words_is_refused() -> None:
    """What is cut off, or has words where they are not looked for."""
    with pytest.raises(OrderError, match="breaks off"):
        words(r"{\rtf1\ansi Hello, my fri")
    for part in (r"{\shp{\*\shpinst{\shptxt box}}}", r"{\moMath{\mr a}}", r"\fromhtml1 a"):
        with pytest.raises(OrderError, match="rich text"):
            words(rf"{{\rtf1\ansi Words {part}}}")


def test_marks_of_markdown_are_not_spoken() -> None:
    """Headings, emphasis, links, lists, code, tables, facts at the front."""
    assert words(MARKDOWN, "a.md") == [
        *("Welcome", "This is bold, it, code and a link.", "one", "two", "1. First", "2. Second"),
        *("quote", "a", "b", "c", "d", "x = 1", "Note", "End *star*"),
    ]


@pytest.mark.parametrize(
    ("script", "spoken"),
    [
        ("# One\nHello\n# Two", ["One", "Hello", "Two"]),
        ("**Note**: go [there](https://a.b/c)\n    now", ["Note: go there", "now"]),
        ("2 * 3 * 4, #1, snake_case_name\n# one", ["2 * 3 * 4, #1, snake_case_name", "# one"]),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
        ("---\nHello: you\n---", ["---", "Hello: you", "---"]),
    ],
)
def test_a_plain_text_is_taken_for_markdown_beyond_doubt_alone(
    script: str, spoken: list[str]
) -> None:
    """Sums, hashes and lines of dashes are what people write."""
    assert words(script) == spoken


@each_row(
    [
        ("... --- ***", "no words"),
        ("\U0001f44b \U0001f389", "no words"),
        ("0:00\nhello and welcome\n0:03\ntoday we cook", "transcript"),
        ("Anna Smith   0:03\nHello all.\nBob Jones   0:07\nHi Anna.", "transcript"),
        ("0:00 Welcome\n0:45 What we cook\n1:02:03 Goodbye", "transcript"),
        ("Speaker 1  0:00\nHello everyone.\n\nSpeaker 2  0:05\nHi.", "transcript"),
        ("00:00:01:Hello.\n00:00:04:Bye.", "transcript"),
        ("Here is [[https://a.b/c?d=e][our page]].", "wiki"),
        ("Here is [[https://a.b/c|our page]].", "wiki"),
        ("Here is [https://a.b/c our page].", "wiki"),
        ("Here is https://a.b/c[our page].", "wiki"),
        ("Here is [our page|https://a.b/c].", "wiki"),
        ('Here is "our page":https://a.b/c.', "wiki"),
        ("Here is `our page <https://a.b/c>`__.", "wiki"),
        ("#+begin_quote\nBe kind.\n#+end_quote", "marks for a program"),
        ('<section xmlns="http://docbook.org/ns/docbook"><title>a</title></section>', "XML"),
        ("[InternetShortcut]\nURL=https://example.com/a", "settings"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 5", "Git LFS"),
        ("We {--never--}{++always++} deliver.", "how it was changed"),
        ("00;00;00;00 - 00;00;02;10\nHello.\n\n00;00;02;10 - 00;00;05;00\nBye.", "transcript"),
        ("<begin subtitles>\n01:00:00:00 01:00:02:00\nHello.\n<end subtitles>", "transcript"),
        ("start\tend\ttext\n0\t1500\tHello\n1500\t3000\tBye", "transcript"),
        ("[12.01.26, 10:00:01] Anna: Hallo\n[12.01.26, 10:00:05] Bob: Hi", "transcript"),
        ("#!/bin/sh\necho hello", "program"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", "certificate"),
        ("\n".join(["QWxs" * 15] * 4), "data for a program"),
        ("https://example.com/a.mp4\n\nwww.example.com/b", "nothing but links"),
        ("From: a@b.example\nTo: c@d.example\nSubject: Script\n\nHello", "a mail"),
        ("Received: x\n by y\nMIME-Version: 1.0\n\nHello", "a mail"),
        ('[{"text": "Hello"}]', "JSON"),
        ("%!PS-Adobe-3.0\n(Hello) show", "PostScript"),
        ("% mine\n\\documentclass{article}\nHello", "LaTeX"),
        ("BEGIN:VCALENDAR\nSUMMARY:Hello", "calendar"),
    ]
)
def test_a_text_that_is_not_to_be_spoken_is_refused_with_what_to_do(script: str, said: str) -> None:
    """Other programs' files, timed transcripts, bare links and signs alone are not spoken."""
    with pytest.raises(OrderError, match=said) as caught:
        script_words(script.encode(), "a.txt")
    assert caught.value.cure.endswith(".")


@each_row(
    [
        "9:00 Breakfast\n10:00 Lunch\n12:00 Dinner",
        "0:10 was on the clock.\nNobody moved.\nHe waited.\nAnd waited.\nAt 0:05 he ran.",
        "From: all of us\n\nTo: everybody",
        "2026-01-01 10:00 Opening\n2026-01-01 11:00 Lunch",
        "Call 00:11:22:33:44:55 now, or start at the end.",
        "{curly} words, and see https://example.com for more.",
        "99",
    ]
)
def test_a_script_that_holds_times_or_links_is_spoken(script: str) -> None:
    """A timetable, a clock or an address among words is part of what is to be said."""
    assert script_words(script.encode(), "a.txt") == script


def test_instructions_are_read_from_rich_text_as_well() -> None:
    """TextEdit saves them so; marks of Markdown stay, the cloud reads them."""
    assert instructions(rb"{\rtf1\ansi Cut it \b short\b0 .}") == "Cut it short."
    assert instructions(b"# Rules\n**Cut** it") == "# Rules\n**Cut** it"


def test_without_a_child_only_what_is_plain_is_read() -> None:
    """The rest waits for one: libraries stay out of the daemon."""
    assert plain_script(b"Hello.", "a.txt") == "Hello."
    for script in (SRT, PAGE, RTF, MARKDOWN):
        assert plain_script(script.encode(), "a.md") is None
    assert plain_script("Grüße".encode("cp1252"), "a.txt") is None


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Trees[a] grow[b].\r\n\r\n[a]Check this\r\n[b]Done\r\n", "Trees grow."),
        ("Trees grow.\n\ufffc\n", "Trees grow."),
    ],
)
def test_what_was_said_to_the_writer_is_not_spoken(text: str, spoken: str) -> None:
    """Comments of Google Docs, where each is referred to, and the places of pictures."""
    assert script_words(text.encode(), "a.txt") == spoken


def test_lists_with_letters_are_spoken() -> None:
    """Nothing refers to them."""
    text = "Pick one:\n[a] Paris\n[b] London"
    assert script_words(text.encode(), "a.txt") == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_text_whose_end_was_never_written_is_refused(encoding: str) -> None:
    """A copy that died leaves zeros; what old programs fill up with is left out."""
    text = "Schöne Grüße an alle in München, und bis bald."
    with pytest.raises(OrderError, match="end of this text is missing"):
        script_words(text.encode(encoding) + b"\0" * 4096, "a.txt", ["de"])
    assert script_words(text.encode("cp1252") + b"\0" * 20, "a.txt", ["de"]) == text
