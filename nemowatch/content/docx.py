"""The words of a Word document: paragraphs and table cells in their order.

Works on bytes that were read elsewhere, with parsers of others: call it in a child. Raises
OrderError for what is no Word document.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nemowatch.content.text import checked
from nemowatch.errors import OrderError
from nemowatch.model import MB

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

#: bytes; a Word document may hold pictures.
MAX_DOCX = 20 * MB
#: bytes that a Word document may unpack to: a small archive can be made to fill all memory.
MAX_UNPACKED = 100 * MB
SAVE_AGAIN = "Open it, copy its text into Notepad and save that as a .txt file."


def read_docx(data: bytes) -> str:
    """The words of a Word document. Raises OrderError for anything else; MemoryError, and
    ImportError where the parser is not installed."""
    if len(data) > MAX_DOCX:
        said = f"The Word document is larger than {MAX_DOCX // MB} MB."
        raise OrderError(said, cure="Copy its words into a .txt file and drop that.")

    import docx

    try:
        _refuse_bomb(data)
        return checked("\n".join(_lines(docx.Document(io.BytesIO(data)))))
    except (OrderError, MemoryError, ImportError):
        raise
    except Exception as exc:  # zipfile, lxml and docx raise what they like on damaged bytes
        said = "The file is not a Word document that can be read."
        raise OrderError(said, cure=SAVE_AGAIN) from exc


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())

    if unpacked > MAX_UNPACKED:
        raise OrderError("The Word document is too large when unpacked.", cure=SAVE_AGAIN)


def _lines(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        yield from _block_lines(block)


def _block_lines(block: Paragraph | Table) -> Iterator[str]:
    rows = getattr(block, "rows", None)
    if rows is None:
        yield str(getattr(block, "text", ""))
        return

    for row in rows:
        yield from _row_lines(row)


def _row_lines(row: Any) -> Iterator[str]:
    """The cells of a row; a merged cell comes once for each column it covers, and is read once."""
    seen: set[int] = set()
    for cell in row.cells:
        if id(cell._tc) in seen:
            continue
        seen.add(id(cell._tc))
        for block in cell.iter_inner_content():
            yield from _block_lines(block)
