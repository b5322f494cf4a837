"""Word documents, made from the XML of their parts."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping

from nemowatch.content.word import read_word

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:other="urn:nobody-knows"'
)


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; an argument that does not begin with a tag is text."""
    made = [one if one.startswith("<") else run(one) for one in runs]
    if properties:
        properties = f"<w:pPr>{properties}</w:pPr>"
    return f"<w:p>{properties}{''.join(made)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def part(root: str, content: str, *, strict: bool = False) -> str:
    """A part whose root element is `w:root`."""
    space = STRICT if strict else TRANSITIONAL
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{space}" {_SPACES}>'
        f"{content}</w:{root}>"
    )


def relations(targets: Mapping[str, str], *, strict: bool = False) -> str:
    """The part that says where the parts of these kinds are."""
    space = _STRICT_RELATIONS if strict else _RELATIONS
    rows = [
        f'<Relationship Id="r{n}" Type="{space}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items())
    ]
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(rows)}</Relationships>'


def document(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    strict: bool = False,
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A document with this content in its body; `more` are further parts."""
    parts: dict[str, bytes | str] = {
        "_rels/.rels": relations({"officeDocument": "word/document.xml"}, strict=strict),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>", strict=strict),
    }
    targets = {}
    if styles:
        parts["word/styles.xml"] = part("styles", styles, strict=strict)
        targets["styles"] = "styles.xml"
    if numbering:
        parts["word/numbering.xml"] = part("numbering", numbering, strict=strict)
        targets["numbering"] = "numbering.xml"
    parts["word/_rels/document.xml.rels"] = relations(targets, strict=strict)
    return packed({**parts, **(more or {})})


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def words_of(data: bytes) -> str:
    """The text that is read from a document, in this process."""
    with os.fdopen(os.memfd_create("document"), "w+b", 0) as file:
        file.write(data)
        return read_word(file.fileno(), lambda: None)


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
BEGIN, MIDDLE, END = (FIELD.format(one) for one in ("begin", "separate", "end"))


def code(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def box(content: str) -> str:
    """A text box as Word writes it: a drawing, and the same text again for older versions."""
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>'
        f"<w:txbxContent>{content}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{content}</w:txbxContent>"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
