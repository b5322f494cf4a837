"""Puts the message of a paid turn together: placeholders, a folder's prompt.txt, a script. The
words of each task are in its module in `kinds`, following docs/api.md section 2.

No message asks the agent to render or to save: that is done through the API (docs/api.md section
6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nemowatch.tasks.glossary import glossary_words
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop
from nemowatch.tasks.words import enumerated

#: What {languages} becomes if the name has none.
NO_LANGUAGE = "the original language"

_PLACEHOLDER = re.compile(r"\{(languages|file|script)\}")


#: Said before a person's addition, in place of what must not be changed or added otherwise, which
#: could forbid the very thing.
THE_REST = "Apart from what is asked for below, leave everything as it is."
#: Said between two texts by people, the second of which adds to the first.
NEARER = "Where the following differs from that, it counts."


@dataclass(frozen=True, slots=True)
class Base:
    """The instructions for which a folder's name stands."""

    whole: str  #: with what must not be changed or added
    order: str  #: only the order, to which a person may add anything


def named(languages: Sequence[Language]) -> str:
    """Languages as a sentence lists them: "Spanish, French and German"."""
    names = [language.name for language in languages]
    return enumerated(names) or NO_LANGUAGE


def name_of(language: Language | None) -> str:
    """The name of a language in a sentence; "" for none."""
    if language is None:
        return ""
    return language.name


def fill(
    text: str,
    languages: Sequence[Language],
    file: str,
    script: str,
) -> str:
    """`text` with {languages}, {file} and {script} filled in, in one pass: all other braces
    stay."""
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
    """An order for a drop that may have a script. If `text` has no place for the script, it follows
    the instructions; otherwise it would be paid for and not used."""
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


def addition(own: str) -> str:
    """What a prompt.txt adds to the folder's instructions; "" when it adds nothing."""
    if not extends(own):
        return ""
    return own.strip()[1:].strip()


def instructed(base: Base, own: str) -> str:
    """The folder's instructions with its `prompt.txt`: one with a leading + extends them, any other
    replaces them, an empty one changes nothing."""
    added = addition(own)
    if added:
        return f"{base.order} {THE_REST}\n\n{added}"
    if extends(own):
        return base.whole
    return own.strip() or base.whole


def joined(above: str, own: str) -> str:
    """Two texts of people together: where they differ, the nearer one counts."""
    added = addition(own)
    if not above.strip():
        return added or own.strip()
    if added:
        return f"{above}\n\n{NEARER}\n\n{added}"
    if extends(own):
        return above
    return own.strip() or above


def nested(above: str, own: str) -> str:
    """The prompt of two prompt.txt together, one in a folder and one in a folder below it: with a
    leading + the lower one adds, otherwise it alone counts; an empty one says nothing."""
    if not above.strip():
        return own
    return joined(above, own)
