"""Why the text of a Word document is not accepted as it is, and what its writer can do about it."""

from __future__ import annotations

from nemowatch.content.kinds import MAX_CHARACTERS
from nemowatch.errors import OrderError

#: The most characters that show which words are meant.
_SHOWN = 60


def unfilled(said: str) -> OrderError:
    """A field still shows what is to be written into it."""
    return OrderError(
        f'A field of the document is not filled in: "{said.strip()[:_SHOWN]}".',
        cure="Fill it in, or delete it, save the document, and drop it again.",
    )


def struck_through(said: str) -> OrderError:
    """Struck-through words are visible: only a person knows whether they count."""
    return OrderError(
        f'Words of the document are struck through: "{said.strip()[:_SHOWN]}".',
        cure="Delete them, or remove the line through them (select all, and press the abc button"
        " twice), save the document, and drop it again.",
    )


def too_long() -> OrderError:
    """It has more characters than any text may have."""
    return OrderError(
        f"The text has more than {MAX_CHARACTERS:,} characters, which is the limit.",
        cure="Split it into several files.",
    )


def field_of_word(code: str) -> OrderError:
    """A field whose result Word makes when it opens the document; `code`: its kind."""
    return OrderError(
        f"The document contains a field ({code}) whose words only Word can work out.",
        cure="Write the words in its place, save the document, and drop it again.",
    )


def formula() -> OrderError:
    """A formula can be read aloud in several ways."""
    return OrderError(
        "The document contains a formula, and it is not clear how to read it aloud.",
        cure='Write it in words ("a half"), save the document, and drop it again.',
    )


def words_elsewhere() -> OrderError:
    """Its words are in other files."""
    return OrderError(
        "The document takes words from other files, which only Word can put together.",
        cure="Open it in Word, save it as a new .docx file, and drop that.",
    )


def perhaps_seen(said: str) -> OrderError:
    """Words are invisible on paper, but the document has pictures."""
    return OrderError(
        f'It is not certain whether words of the document are seen: "{said[:60]}" is white or'
        " tiny, and there are pictures or shapes.",
        cure="Delete these words, or give them another colour and size, save the document, and"
        " drop it again.",
    )
