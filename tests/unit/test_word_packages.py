"""Word documents in every way of packing; what is none, or cannot be read aloud, says so."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from nemowatch.content.word import read_word
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row
from tests.rigs.word_files import (
    BEGIN,
    END,
    MIDDLE,
    cell,
    code,
    document,
    packed,
    paragraph,
    part,
    relations,
    row,
    run,
    words_of,
)

P = paragraph
REFUSED: dict[str, tuple[str, str]] = {
    "words from other files": ('<w:altChunk w:id="r1"/>', "other files"),
    "a form that is not filled in": (
        P(
            "Dear ",
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
            f"{run('Click here to enter text.')}</w:sdtContent></w:sdt>",
        ),
        "not filled in",
    ),
    "a formula": (
        P("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num></m:f></m:oMath>"),
        "formula",
    ),
    "a field without an end": (P(BEGIN, code("REF"), "x") + P("lost"), "no end"),
    "a letter that is not merged": (
        P("Dear ", BEGIN, code("MERGEFIELD Name"), MIDDLE, run("«Name»"), END, ","),
        "not filled in",
    ),
    "a letter that is not merged, in a simple field": (
        P("Dear ", f'<w:fldSimple w:instr=" mergefield Name ">{run("«Name»")}</w:fldSimple>'),
        "not filled in",
    ),
    "a letter whose field shows its name": (
        P("Dear ", BEGIN, code("MERGEFIELD Name"), MIDDLE, run("Name"), END, ","),
        "not filled in",
    ),
    "a letter whose field is empty": (P("Dear ", BEGIN, code("MERGEFIELD Name"), END), "MERGE"),
    "a simple field without a date": (P("On ", '<w:fldSimple w:instr=" DATE "/>'), "DATE"),
    "a part of the date": (P("Today is ", "<w:r><w:dayLong/></w:r>"), "DATE"),
    "a page number that is not in the file": (P("Page ", BEGIN, code("PAGE"), END), "PAGE"),
    "a date that is not in the file": (P("Today, ", BEGIN, code("DATE"), END), "DATE"),
    "words that only Word works out": (P("a", BEGIN, code(r"EQ \f(1,2)"), END), "EQ"),
    "nothing": (P(" "), "empty"),
}


@each_row(REFUSED)
def test_what_cannot_be_read_aloud_is_refused_with_its_cure(title: str) -> None:
    """Rather than spoken wrongly and paid for."""
    body, said = REFUSED[title]
    with pytest.raises(OrderError, match=said) as caught:
        words_of(document(body))
    assert caught.value.cure


def test_a_document_lies_where_it_says() -> None:
    """Names differ in case and slashes, and the main part may have any."""
    main = part("document", f"<w:body>{P('found')}</w:body>")
    for target in ("/Word/Document2.XML", "word/document2.xml", "word\\document2.xml"):
        data = packed(
            {
                "_rels/.rels": relations({"officeDocument": target}),
                "word\\document2.xml": main,
            }
        )
        assert words_of(data) == "found"
    assert words_of(packed({"word/document.xml": main})) == "found"


def streamed(parts: dict[str, bytes]) -> bytes:
    """As programs write that cannot go back: sizes after the content, in ZIP64 form."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError("not seekable")

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as stream:
                stream.write(content)
    return out.getvalue()


def test_every_way_of_packing_is_read() -> None:
    """Stored, streamed, with something before it; and pictures count for nothing."""
    main = part("document", f"<w:body>{P('read')}</w:body>")
    parts = {
        "word/media/image1.png": os.urandom(1024) * 30 * 1024,
        "_rels/.rels": relations({"officeDocument": "word/document.xml"}).encode(),
        "word/document.xml": main.encode(),
    }
    assert words_of(streamed(parts)) == "read"
    out = BytesIO(b"something before")
    out.seek(0, os.SEEK_END)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert words_of(out.getvalue()) == "read"
    wide = main.replace("UTF-8", "UTF-16").encode("utf-16")
    assert words_of(packed({"word/document.xml": wide})) == "read"


def test_another_archive_is_called_what_it_is() -> None:
    """A workbook, a presentation, documents of other programs."""
    others = {
        "xl/workbook.xml": "Excel",
        "ppt/presentation.xml": "PowerPoint",
        "Index/Document.iwa": "Pages",
        "content.xml": "OpenDocument",
    }
    for name, said in others.items():
        with pytest.raises(OrderError, match=said) as caught:
            words_of(packed({name: b"x"}))
        assert caught.value.cure


def bad_sum() -> bytes:
    data = bytearray(document(P("words that are long enough") * 20))
    at = data.index(b"word/document.xml") + 60
    data[at : at + 8] = bytes(8)
    return bytes(data)


def encrypted() -> bytes:
    """The flag of an encrypted entry, in both of its headers."""
    data = bytearray(document(P("x")))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", data, at + offset, flags | 1)
            at = data.find(mark, at + 4)
    return bytes(data)


DAMAGED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no archive": lambda: b"plain text",
    "half of one": lambda: document(P("x") * 500)[:900],
    "only its beginning": lambda: b"PK\x03\x04nothing",
    "an archive without a document": lambda: packed({"a.txt": b"x"}),
    "no XML": lambda: packed({"word/document.xml": b"\0" * 1000}),
    "XML without an end": lambda: packed({"word/document.xml": part("document", "<w:body>")[:-20]}),
    "a wrong sum": bad_sum,
    "encrypted": encrypted,
}


@each_row(DAMAGED)
def test_what_is_no_word_document_is_refused(title: str) -> None:
    """With what to do."""
    with pytest.raises(OrderError) as caught:
        words_of(DAMAGED[title]())
    assert caught.value.cure


def test_a_table_of_30000_merged_rows_is_read() -> None:
    """In one pass: the time grows with its size alone."""
    rows = row(cell(P("a"), '<w:vMerge w:val="restart"/>')) + row(cell(P(), "<w:vMerge/>")) * 30_000
    assert words_of(document(f"<w:tbl>{rows}</w:tbl>")) == "a"


def test_reading_ends_before_understanding_begins(tmp_path: object) -> None:
    """A share that hangs holds the file up, and never has it refused."""
    data = document(P("x"))
    with os.fdopen(os.memfd_create("document"), "w+b", 0) as file:
        file.write(data)
        assert read_word(file.fileno(), lambda: os.ftruncate(file.fileno(), 0)) == "x"
