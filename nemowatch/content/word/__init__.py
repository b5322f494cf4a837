"""Word documents: their words, as Word shows them.

Owns reading one from an open file: in a child, since anybody may have written it. `package` finds
the parts, `xml` goes over one, `styles` and `numbering` know what is hidden and numbered, `body`
gathers the words.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.text import checked
from nemowatch.content.word.body import BodyReader
from nemowatch.content.word.numbering import Numbering
from nemowatch.content.word.package import SAVE_AGAIN, Package
from nemowatch.content.word.styles import Styles
from nemowatch.errors import NemowatchError, OrderError

#: Where the text is when the document does not say.
_USUAL = "word/document.xml"
_NONE = "The file is not a Word document that can be read."


def read_word(fd: int, parsing: Callable[[], None]) -> str:
    """The words of an open Word document. `parsing` is called once everything is read.

    Raises OrderError for what is not one, or has something that cannot be read aloud, UnsafeContent
    for what is beyond the limits, and OSError.
    """
    try:
        return checked(_text(fd, parsing))
    except (NemowatchError, MemoryError, OSError):
        raise
    except Exception as exc:  # zipfile, zlib and expat may raise anything on damaged bytes
        raise OrderError(_NONE, cure=SAVE_AGAIN) from exc


def _text(fd: int, parsing: Callable[[], None]) -> str:
    package = Package(fd)
    main = package.related("").get("officeDocument", _USUAL)
    related = package.related(main)
    if not package.fetch(main):
        raise _no_document(package)
    styles_part = related.get("styles", "")
    numbering_part = related.get("numbering", "")
    has_styles = package.fetch(styles_part)
    has_numbering = package.fetch(numbering_part)
    package.all_is_fetched()
    parsing()

    styles = Styles()
    if has_styles:
        styles.read(package.pieces(styles_part))
    numbering = Numbering(styles)
    if has_numbering:
        numbering.read(package.pieces(numbering_part))
    body = BodyReader(styles, numbering)
    body.walk.read(package.pieces(main))
    return body.text()


def _no_document(package: Package) -> OrderError:
    what = package.other_kind()
    if not what:
        return OrderError(_NONE, cure=SAVE_AGAIN)
    return OrderError(
        f"The file is called a Word document but is {what}.",
        cure="Export its text as .docx or .txt, and drop that.",
    )
