"""How the message of a paid turn is put together: placeholders, a folder's prompt.txt, a script.
The words of each task are in its module in `kinds`, made specific from docs/api.md section 2.

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

#: What {languages} says where the name holds none.
NO_LANGUAGE = "the original language"

_PLACEHOLDER = re.compile(r"\{(languages|file|script)\}")


#: Said before what a person adds, instead of what is not to be changed or added otherwise: that
#: could forbid the very thing.
THE_REST = "Apart from what is asked for below, leave everything as it is."
#: Said between two texts of people, one of which adds to the other.
NEARER = "Where the following differs from that, it counts."


@dataclass(frozen=True, slots=True)
class Base:
    """What a folder's name stands for."""

    whole: str  #: with what is not to be changed or added
    order: str  #: the order alone, to which a person may add anything


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


def addition(own: str) -> str:
    """What a prompt.txt adds to the folder's instructions; "" when it adds nothing."""
    if not extends(own):
        return ""
    return own.strip()[1:].strip()


def instructed(base: Base, own: str) -> str:
    """What a folder's name stands for, with its `prompt.txt`: a leading + extends it, anything
    else replaces it, an empty one does nothing."""
    added = addition(own)
    if added:
        return f"{base.order} {THE_REST}\n\n{added}"
    if extends(own):
        return base.whole
    return own.strip() or base.whole


def joined(above: str, own: str) -> str:
    """The same, where both are a person's own words: what is nearer counts where they differ."""
    added = addition(own)
    if not above.strip():
        return added or own.strip()
    if added:
        return f"{above}\n\n{NEARER}\n\n{added}"
    if extends(own):
        return above
    return own.strip() or above


def nested(above: str, own: str) -> str:
    """What two prompt.txt say together, one in a folder and one in a folder below it: with a
    leading + the lower adds, else it counts alone; an empty one says nothing."""
    if not above.strip():
        return own
    return joined(above, own)
