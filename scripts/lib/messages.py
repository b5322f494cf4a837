"""The catalogues of messages: `scripts/messages` writes them, and a test compares."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parent))
from message_sources import PACKAGE, ROOT, messages

from nemowatch.i18n.language import ENGLISH, LANGUAGES
from nemowatch.i18n.pattern import pattern

LOCALE = PACKAGE / "i18n" / "locale"
LIST = LOCALE / "messages.json"
CATALOGUE = ROOT / "docs" / "messages.md"
#: Languages besides English.
OTHERS = tuple(language for language in LANGUAGES if language != ENGLISH)
#: What CLDR calls the language of a catalogue, where it is not its code: the Portuguese is that of
#: Portugal, which counts none as many and calls some languages otherwise than Brazil does.
_LOCALES = {"pt": "pt_PT"}
#: Where the names of languages are said to come from: Babel translates them.
NAMES = "the names of languages"
#: Code points by which a language's name is no single name: "Spanish (Mexico)".
_BRACKETS = set("()[]")
#: What is compiled has no date of its own: the same catalogue is the same file.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HEADER = "# Messages of nemowatch for people on the share. Translations are written here by hand;"
_HEADER += "\n# scripts/messages adds, removes and compiles them."


@cache
def template() -> Catalog:
    """Every message, and where it is. Nobody changes it."""
    found = Catalog(header_comment=_HEADER, domain="nemowatch", fuzzy=False)
    written = list(messages())
    plurals: dict[str, str] = {}
    for each in written:
        if each.many:
            plurals[each.message] = each.many
    for each in written:
        many = plurals.get(each.message, "")
        message = (each.message, many) if many else each.message
        if each.message not in plurals.values():
            found.add(message, locations=[(each.where, 0)])
    for name in language_names():
        found.add(name, locations=[(NAMES, 0)])
    return found


def language_names() -> dict[str, str]:
    """English name of each language that nemowatch may speak of, and its code."""
    english = Locale("en").languages
    names: dict[str, str] = {}
    for code, name in english.items():
        is_one = not _BRACKETS & set(name) and len(code.split("_")[0]) == 2
        if is_one:
            names.setdefault(name, code)
    return names


def po_path(language: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALE / language / "LC_MESSAGES" / "nemowatch.po"


def catalogue(language: str, all_messages: Catalog) -> Catalog:
    """A language's catalogue, with the messages that there are now."""
    path = po_path(language)
    locale = _LOCALES.get(language, language)
    found = Catalog(locale=locale, domain="nemowatch", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            found = read_po(file, locale=locale, domain="nemowatch")
    before = {message.id: message.string for message in found if message.id}
    fresh = Catalog(
        locale=locale,
        header_comment=_HEADER,
        domain="nemowatch",
        fuzzy=False,
        creation_date=found.creation_date,
        revision_date=found.revision_date,
    )
    own_names = Locale.parse(locale).languages
    names = language_names()
    for message in all_messages:
        if not message.id:
            continue
        string = before.get(message.id, "")
        if not string and message.id in names:
            string = own_names.get(names[message.id], "")
        fresh.add(message.id, string or None, locations=message.locations)
    return fresh


def is_translated(message: Message) -> bool:
    """Whether it says something in this language."""
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def po(catalog: Catalog) -> bytes:
    """The text of its file. Dates are left out: two that say the same are the same."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, include_lineno=False, sort_output=True)
    lines = file.getvalue().decode("utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(_DATED))
    return "".join(kept).encode("utf-8")


#: Lines of a catalogue that change with every writing.
_DATED = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid', '"Last-Tr')


def mo(catalog: Catalog) -> bytes:
    """What gettext reads. Messages without a translation are left out, as are the dates."""
    only = Catalog(locale=catalog.locale, fuzzy=False, creation_date=_EPOCH)
    for message in catalog:
        if message.id and is_translated(message):
            only.add(message.id, message.string)
    file = io.BytesIO()
    write_mo(file, only)
    return file.getvalue()


def message_list(catalog: Catalog) -> str:
    """One and many of each message, by which a text is found."""
    rows = []
    for message in sorted(_own(catalog, with_names=True), key=_one):
        many = message.id[1] if isinstance(message.id, tuple) else ""
        rows.append(json.dumps([_one(message), many], ensure_ascii=False))
    return "[\n" + ",\n".join(rows) + "\n]\n"


def _own(catalog: Catalog, *, with_names: bool = False) -> Iterable[Message]:
    for message in catalog:
        is_name = message.locations == [(NAMES, 0)]
        if message.id and (with_names or not is_name):
            yield message


def _one(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


def document(all_messages: Catalog, catalogs: dict[str, Catalog]) -> str:
    """docs/messages.md."""
    lines = [
        "# Messages",
        "",
        "Everything that people on the share can read in notes, on the page, in the guide, in side"
        " files and in notifications, by the module that says it, and the languages that have it"
        " besides English. Written by `scripts/messages`; what is not translated is said in"
        " English.",
        "",
    ]
    by_place: dict[str, list[Message]] = {}
    for message in _own(all_messages):
        by_place.setdefault(message.locations[0][0], []).append(message)
    translated = {
        language: {each.id for each in _own(catalog) if is_translated(each)}
        for language, catalog in catalogs.items()
    }
    for place in sorted(by_place):
        lines += [f"## {place}", "", "| message | languages |", "|---|---|"]
        for message in by_place[place]:
            known = [language for language in OTHERS if message.id in translated[language]]
            said = "all" if len(known) == len(OTHERS) else " ".join(known) or "none"
            lines.append(f"| {_cell(message)} | {said} |")
        lines.append("")
    return "\n".join(lines)


def _cell(message: Message) -> str:
    forms = message.id if isinstance(message.id, tuple) else (message.id,)
    said = " / ".join(str(form).replace("{{", "{").replace("}}", "}") for form in forms)
    return said.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def fields(text: str) -> set[str]:
    """The fields of a message."""
    return set(pattern(text, text).fields)


def files() -> dict[Path, bytes]:
    """Every file that is made of the messages, with its content."""
    all_messages = template()
    catalogs = {language: catalogue(language, all_messages) for language in OTHERS}
    found = {LIST: message_list(all_messages).encode("utf-8")}
    for language, catalog in catalogs.items():
        path = po_path(language)
        found[path] = po(catalog)
        found[path.with_suffix(".mo")] = mo(catalog)
    found[CATALOGUE] = document(all_messages, catalogs).encode("utf-8")
    return found


def main() -> None:
    """Write them, and say what is missing."""
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    all_messages = template()
    for language in OTHERS:
        own = list(_own(catalogue(language, all_messages)))
        missing = [_one(message) for message in own if not is_translated(message)]
        print(f"{language}: {len(own) - len(missing)} of {len(own)} messages")
        if "--missing" in sys.argv:
            print("".join(f"    {message}\n" for message in missing), end="")


if __name__ == "__main__":
    main()
