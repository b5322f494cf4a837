"""How the message of a paid turn is put together: placeholders, a folder's prompt.txt, a script.
The words of each task are in its module in `kinds`, made specific from docs/api.md section 2.

No message asks the agent to render or to save: that is done through the API (docs/api.md section
6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nemowatch.tasks.glossary import glossary_words
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop
from nemowatch.tasks.words import enumerated

#: What {languages} says where the name holds none.
NO_LANGUAGE = "the original language"

_PLACEHOLDER = re.compile(r"\{(languages|file|script)\}")


def named(languages: Sequence[Language]) -> str:
    """Languages as a sentence lists them: "Spanish, French and German"."""
    names = [language.name for language in languages]
    return enumerated(names) or NO_LANGUAGE


def name_of(language: Language | None) -> str:
    """What a sentence calls a language; "" for none."""
    if language is None:
        return ""
    return language.name


def fill(
    text: str,
    languages: Sequence[Language],
    file: str,
    script: str,
) -> str:
    """`text` with {languages}, {file} and {script} filled in, in one pass: every other brace
    stays."""
    values = {"languages": named(languages), "file": file, "script": script}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def order(text: str, drop: Drop, languages: Sequence[Language]) -> str:
    """`text` filled in, with the folder's glossary."""
    parts = [fill(text, languages, drop.name, drop.script)]
    terms = glossary_words(drop.glossary, languages)
    if asks_for_script(text):
        parts.insert(0, terms)
    else:
        parts.append(terms)
    return "\n\n".join(filter(None, parts))


def message(text: str, drop: Drop, languages: Sequence[Language]) -> str:
    """An order for a drop that may have a script. One that `text` has no place for follows after
    every instruction, or it would be paid for and not used."""
    ordered = order(text, drop, languages)
    if not drop.script.strip() or asks_for_script(text):
        return ordered
    return f"{ordered}\n\nThe text:\n\n{drop.script}"


def asks_for_script(text: str) -> bool:
    """Whether a prompt has a place for a script."""
    return "{script}" in text


def asks_for_languages(text: str) -> bool:
    """Whether a prompt has a place for languages."""
    return "{languages}" in text


def extends(own: str) -> bool:
    """Whether a prompt.txt adds to the folder's instructions instead of replacing them."""
    return own.lstrip().startswith("+")


def instructed(base: str, own: str) -> str:
    """A folder's prompt with its `prompt.txt`: a leading + extends it, anything else replaces
    it, an empty one does nothing."""
    text = own.strip()
    if not extends(own):
        return text or base
    both = (base, text[1:].strip())
    return "\n\n".join(filter(None, both))


def nested(above: str, own: str) -> str:
    """What two prompt.txt say together, one in a folder and one in a folder below it: with a
    leading + the lower adds, else it counts alone; an empty one says nothing."""
    if not above.strip():
        return own
    return instructed(above, own)
