"""Word documents are read as Word shows them with all changes accepted."""

from __future__ import annotations

from itertools import product

import pytest

from nemowatch.errors import OrderError
from tests.rigs.rows import each_row
from tests.rigs.word_files import (
    BEGIN,
    END,
    MIDDLE,
    box,
    cell,
    code,
    document,
    packed,
    paragraph,
    part,
    row,
    run,
    words_of,
)

P = paragraph
SHOWN: dict[str, tuple[str, str]] = {
    "an insertion is in, a deletion out": (
        P(
            "Save ",
            "<w:del><w:r><w:delText>ten</w:delText></w:r></w:del>",
            f"<w:ins>{run('twenty')}</w:ins>",
            " percent.",
        ),
        "Save twenty percent.",
    ),
    "what was inserted and deleted again is out": (
        P("a", f"<w:ins><w:del>{run('b')}</w:del></w:ins>", "c"),
        "ac",
    ),
    "of a move the new place counts": (
        P(f"<w:moveFrom>{run('first ')}</w:moveFrom>", "then ", f"<w:moveTo>{run('x')}</w:moveTo>"),
        "then x",
    ),
    "a deleted paragraph mark joins two paragraphs": (
        P("One ", properties="<w:rPr><w:del/></w:rPr>") + P("line."),
        "One line.",
    ),
    "a deleted paragraph leaves no line": (
        P("a") + P(f"<w:del>{run('gone')}</w:del>", properties="<w:rPr><w:del/></w:rPr>") + P("b"),
        "a\nb",
    ),
    "what a change replaced says nothing": (
        P(
            "<w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr>",
            "<w:t>x</w:t></w:r>",
        ),
        "x",
    ),
    "a content control around paragraphs": (
        f"<w:sdt><w:sdtContent>{P('x')}</w:sdtContent></w:sdt>",
        "x",
    ),
    "a content control in a line, one in the other": (
        P(
            "My name is ",
            f"<w:sdt><w:sdtPr><w:rPr><w:vanish/></w:rPr></w:sdtPr><w:sdtContent>"
            f"<w:sdt><w:sdtContent>"
            f"{run('Maria')}</w:sdtContent></w:sdt></w:sdtContent></w:sdt>",
            ".",
        ),
        "My name is Maria.",
    ),
    "content controls around rows and cells": (
        f"<w:tbl><w:sdt><w:sdtContent>{row(cell(P('a')))}</w:sdtContent></w:sdt>"
        f"<w:tr><w:sdt><w:sdtContent>{cell(P('b'))}</w:sdtContent></w:sdt></w:tr></w:tbl>",
        "a\nb",
    ),
    "smart tags, custom XML and directions": (
        P(
            f"<w:smartTag>{run('a')}</w:smartTag>",
            f"<w:customXml>{run('b')}</w:customXml>",
            f"<w:dir>{run('c')}</w:dir>",
            f"<w:bdo>{run('d')}</w:bdo>",
        )
        + f"<w:customXml>{P('e')}</w:customXml>",
        "abcd\ne",
    ),
    "links and simple fields": (
        P(f"<w:hyperlink>{run('here')}</w:hyperlink>", f"<w:fldSimple>{run(' now')}</w:fldSimple>"),
        "here now",
    ),
    "of a field the result counts": (
        P("On ", BEGIN, code("DATE"), MIDDLE, run("Friday"), END, "."),
        "On Friday.",
    ),
    "of a field in a field's instruction nothing counts": (
        P(BEGIN, code("IF"), BEGIN, code("X"), MIDDLE, run("no"), END, MIDDLE, run("yes"), END),
        "yes",
    ),
    "a simple field that is filled in": (
        P("Dear ", f'<w:fldSimple w:instr=" MERGEFIELD Name ">{run("Anna")}</w:fldSimple>', "!"),
        "Dear Anna!",
    ),
    "a deletion that lost to another one's is out": (
        P(
            "a",
            '<w14:conflictDel xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'
            f"{run('no')}</w14:conflictDel>",
            "b",
        ),
        "ab",
    ),
    "an entry of an index is not shown": (P("a", BEGIN, code('XE "a"'), END, "b"), "ab"),
    "a field over paragraphs": (
        P(BEGIN, code("TOC"), MIDDLE, run("One")) + P("Two", END) + P("Three"),
        "One\nTwo\nThree",
    ),
    "a text box is read once, after its paragraph": (
        P("Before ", box(P("In the box.")), "after.") + P("Next."),
        "Before after.\nIn the box.\nNext.",
    ),
    "a version that no Word can show is not read": (
        P(
            '<mc:AlternateContent><mc:Choice Requires="other">'
            + run("new")
            + "</mc:Choice><mc:Fallback>"
            + run("old")
            + "</mc:Fallback></mc:AlternateContent>"
        ),
        "old",
    ),
    "a text box of hidden text is hidden": (
        P("a", box(P("no")).replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>", 1)),
        "a",
    ),
    "hidden text is out, where it is on": (
        P(
            "Say this. ",
            run("Not this. ", "<w:vanish/>"),
            run("Nor this. ", '<w:vanish w:val="1"/>'),
            run("And this.", '<w:vanish w:val="0"/>'),
        ),
        "Say this. And this.",
    ),
    "text that is hidden on the web alone is shown": (P(run("x", "<w:webHidden/>")), "x"),
    "a hidden paragraph leaves no line": (
        P("a") + P(run("no", "<w:vanish/>"), properties="<w:rPr><w:vanish/></w:rPr>") + P("b"),
        "a\nb",
    ),
    "a large first letter belongs to its word": (
        P("O", properties='<w:framePr w:dropCap="drop"/>') + P("nce upon a time."),
        "Once upon a time.",
    ),
    "ruby: the word, and not how it is read": (
        P(
            f"<w:r><w:ruby><w:rt>{run('とうきょう')}</w:rt>",
            f"<w:rubyBase>{run('東京')}</w:rubyBase></w:ruby></w:r>",
        ),
        "東京",
    ),
    "tabs, breaks and hyphens": (
        P(
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
            "<w:softHyphen/><w:t>e\u00adf</w:t><w:cr/><w:t>g</w:t></w:r>"
        ),
        "a\tb\nc-def\ng",
    ),
    "a stop of the ruler is no tab": (P("x", properties="<w:tabs><w:tab/></w:tabs>"), "x"),
    "symbols": (
        P(
            '<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>',
            '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>',
            '<w:r><w:sym w:font="Wingdings" w:char="F051"/></w:r>',
            '<w:r><w:sym w:font="Arial" w:char="20AC"/></w:r>',
            run("\uf062", '<w:rFonts w:ascii="Symbol"/>'),
        ),
        "α✓€β",
    ),
    "digits above the line": (
        P(
            "20 m",
            run("2", '<w:vertAlign w:val="superscript"/>'),
            " on the 1",
            run("st", '<w:vertAlign w:val="superscript"/>'),
        ),
        "20 m² on the 1st",
    ),
    "comments and notes are out": (
        P(
            "a",
            '<w:commentRangeStart w:id="0"/>',
            "b",
            '<w:r><w:commentReference w:id="0"/></w:r>',
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            "c",
        ),
        "abc",
    ),
    "a plain formula": (P("<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>"), "a=b"),
    "tables: cell by cell, a merged one once": (
        "<w:tbl>"
        + row(cell(P("a"), '<w:vMerge w:val="restart"/>'), cell(P("b")))
        + row(cell(P("hidden below"), "<w:vMerge/>"), cell(P("c")))
        + row(cell(P("d"), '<w:gridSpan w:val="2000000000"/>'))
        + "</w:tbl>",
        "a\nb\nc\nd",
    ),
    "a table in a table": (
        f"<w:tbl>{row(cell(P('a') + '<w:tbl>' + row(cell(P('b'))) + '</w:tbl>' + P('c')))}</w:tbl>",
        "a\nb\nc",
    ),
    "deleted and hidden rows, deleted cells": (
        "<w:tbl>"
        + row(cell(P("no")), properties="<w:del/>")
        + row(cell(P("no")), properties="<w:hidden/>")
        + row(cell(P("new")), properties="<w:ins/>")
        + row(cell(P("no"), "<w:cellDel/>"), cell(P("left")))
        + "</w:tbl>",
        "new\nleft",
    ),
    "entities that XML itself has": (P("5 &lt; 6 &amp; 7 &#8364;"), "5 < 6 & 7 €"),
    "empty paragraphs make one empty line": (P("a") + P() * 5 + P("b"), "a\n\nb"),
}


@each_row(product(SHOWN, [False, True]))
def test_words_are_what_word_shows(title: str, strict: bool) -> None:
    """In the usual form of the format and in the strict one."""
    body, expected = SHOWN[title]
    assert words_of(document(body, strict=strict)) == expected


STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"/>'
    '<w:style w:type="paragraph" w:styleId="Remark"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Remark"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Back"><w:basedOn w:val="Child"/><w:rPr>'
    '<w:vanish w:val="0"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Inner"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:type="table" w:styleId="Grid"><w:tblStylePr><w:rPr><w:vanish/></w:rPr>'
    "</w:tblStylePr></w:style>"
)


def styled(name: str, text: str) -> str:
    return P(text, properties=f'<w:pStyle w:val="{name}"/>')


def test_styles_hide_text() -> None:
    """A paragraph's, one that it is based on, a character's; and what says otherwise."""
    body = (
        styled("Remark", "no")
        + styled("Child", "no")
        + styled("Back", "yes")
        + styled("Loop", "round")
        + P("and ", run("not", '<w:rStyle w:val="Inner"/>'), "that")
        + P(
            run("turned over", '<w:rStyle w:val="Inner"/>'), properties='<w:pStyle w:val="Remark"/>'
        )
        + f"<w:tbl><w:tblPr><w:tblStyle w:val='Grid'/></w:tblPr>{row(cell(P('cell')))}</w:tbl>"
    )
    expected = "yes\nround\nand that\nturned over\ncell"
    assert words_of(document(body, styles=STYLES)) == expected


def test_a_document_whose_default_is_hidden_shows_what_is_not() -> None:
    """Everything is hidden but what says that it is not."""
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>"
    )
    body = P("no", run("yes", '<w:vanish w:val="false"/>'))
    assert words_of(document(body, styles=defaults)) == "yes"


def level(at: int, kind: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{pattern}"/>{more}</w:lvl>'
    )


WHITE = '<w:color w:val="FFFFFF"/>'
DARK = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
LOOKS = (
    f'<w:style w:type="paragraph" w:styleId="Ghost"><w:rPr>{WHITE}</w:rPr></w:style>'
    f'<w:style w:type="paragraph" w:styleId="Dark"><w:pPr>{DARK}</w:pPr></w:style>'
    '<w:style w:type="character" w:styleId="Dot"><w:rPr><w:sz w:val="2"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    f'<w:style w:type="table" w:styleId="Bands"><w:tblStylePr w:type="firstRow"><w:tcPr>{DARK}'
    "</w:tcPr></w:tblStylePr></w:style>"
)
NOTHING = (
    '<w14:textFill xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'
    "<w14:noFill/></w14:textFill>"
)


@each_row(
    [
        (P("a", run("no", WHITE)), "a"),
        (P("a", run("no", '<w:color w:val="FEFEFE" w:themeColor="background1"/>')), "a"),
        (P("a", run("b", '<w:color w:val="auto"/>')), "ab"),
        (P("a", run("b", WHITE + '<w:highlight w:val="black"/>')), "ab"),
        (P("a", run("no", '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>')), "a"),
        (P("a", run("b", WHITE), properties=DARK), "ab"),
        (P("a", run("b", WHITE), properties='<w:pStyle w:val="Dark"/>'), "ab"),
        (P("a", run("no", WHITE + DARK.replace("1F3864", "auto"))), "a"),
        (P("a", run("no", '<w:color w:val="1F3864"/>'), properties=DARK), "a"),
        (P("a", run("b", WHITE + DARK.replace("clear", "pct50"))), "ab"),
        (P("a", run("b", WHITE + DARK.replace('w:fill="1F3864"', 'w:themeFill="text1"'))), "ab"),
        (P("a", run("no", '<w:sz w:val="2"/>'), run("no", '<w:rStyle w:val="Dot"/>')), "a"),
        (P("a", run("b", '<w:sz w:val="12"/>')), "ab"),
        (P("a", run("no", NOTHING)), "a"),
        (styled("Ghost", "no") + P("b"), "b"),
        (P(run("b", '<w:color w:val="000000"/>'), properties='<w:pStyle w:val="Ghost"/>'), "b"),
        (f"<w:tbl>{row(cell(P(run('b', WHITE)), DARK), cell(P(run('no', WHITE))))}</w:tbl>", "b"),
        (
            (
                f'<w:tbl><w:tblPr><w:tblStyle w:val="Bands"/></w:tblPr>'
                f"{row(cell(P(run('b', WHITE))))}</w:tbl>"
            ),
            "b",
        ),
        (f"<w:tbl><w:tblPr>{DARK}</w:tblPr>{row(cell(P(run('b', WHITE))))}</w:tbl>", "b"),
        (P("a", box(P(run("b", WHITE)))), "a\nb"),
    ]
)
def test_what_nobody_sees_is_not_spoken(body: str, expected: str) -> None:
    """Letters in the colour of what is behind them, without a colour, or of no size; what lies on
    another colour, or on one that is not known, is seen."""
    assert words_of(document(body, styles=LOOKS)).strip() == expected


def test_white_words_beside_pictures_are_asked_about() -> None:
    """A picture may lie behind them."""
    body = P("<w:r><w:drawing/></w:r>") + P("a", run("b", WHITE))
    with pytest.raises(OrderError, match='whether words of the document are seen: "b"'):
        words_of(document(body, styles=LOOKS))


def test_a_dark_page_shows_white_letters() -> None:
    """The page's colour counts where nothing else is behind a text."""
    main = part(
        "document", f'<w:background w:color="000000"/><w:body>{P(run("a", WHITE))}</w:body>'
    )
    assert words_of(packed({"word/document.xml": main})) == "a"


@pytest.mark.parametrize("said", ["<w:strike/>", "<w:dstrike/>", '<w:rStyle w:val="Gone"/>'])
def test_struck_words_are_asked_about(said: str) -> None:
    """They are seen, and hardly meant: only a person knows. Taken away again they are ordinary."""
    body = P("Save ", run("ten", said), " twenty percent.")
    with pytest.raises(OrderError, match="struck through") as caught:
        words_of(document(body, styles=LOOKS))
    assert "line" in caught.value.cure
    off = P("a", run(" ", said), run("b", said + '<w:strike w:val="0"/><w:dstrike w:val="0"/>'))
    assert words_of(document(off, styles=LOOKS)) == "a b"


LISTS = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.")
    + level(1, "lowerLetter", "%2)")
    + level(2, "upperRoman", "%1-%3")
    + "</w:abstractNum>"
    + '<w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "*")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "decimal", "Part %1:", '<w:pStyle w:val="H"/>')
    + "</w:abstractNum>"
    + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    + '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    + (
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    + '<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>'
)
HEADING = (
    '<w:style w:type="paragraph" w:styleId="H"><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr>'
    "</w:pPr></w:style>"
)


def item(text: str, num: int, at: int = 0) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{num}"/></w:numPr>'
    return P(text, properties=numbered)


def test_lists_have_their_numbers_and_no_bullets() -> None:
    """Levels restart, a list may start elsewhere, and headings are numbered by their style."""
    body = (
        item("one", 1)
        + item("a", 1, 1)
        + item("b", 1, 1)
        + item("deep", 1, 2)
        + item("two", 1)
        + item("a again", 1, 1)
        + item("point", 2)
        + item("seventh", 3)
        + item("plain", 0)
        + styled("H", "Intro")
        + P("Body", properties='<w:pStyle w:val="H"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    lines = words_of(document(body, styles=HEADING, numbering=LISTS)).split("\n")
    assert lines == [
        "1. one",
        "a) a",
        "b) b",
        "1-I deep",
        "2. two",
        "a) a again",
        "point",
        "7. seventh",
        "plain",
        "Part 1: Intro",
        "Body",
    ]
