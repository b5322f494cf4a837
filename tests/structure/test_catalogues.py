"""The catalogues of messages have what the code says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from nemowatch.i18n.language import LANGUAGES

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "lib"))
import messages

#: Folders whose names stand on the share as they are, in English.
FOLDERS = re.compile(r"inbox|outbox")
OTHERS = [code for code in LANGUAGES if code != "en"]


def test_the_catalogues_are_what_the_code_says() -> None:
    """Every file that scripts/messages makes is what it would make now."""
    stale = [path.name for path, made in messages.files().items() if path.read_bytes() != made]
    assert not stale, "run scripts/messages"


def test_a_translation_has_the_fields_of_its_message() -> None:
    """No translation leaves out a value or asks for one that is not there."""
    template = messages.template()
    for code in OTHERS:
        for message in messages.catalogue(code, template):
            if message.id and messages.is_translated(message):
                forms = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                wanted = set().union(*map(messages.fields, forms))
                for string in strings:
                    assert messages.fields(string) == wanted, (code, message.id)


def test_folders_keep_their_names_in_every_language() -> None:
    """Whoever is sent to the inbox or the outbox finds a folder that is called that."""
    template = messages.template()
    for code in OTHERS:
        for message in messages.catalogue(code, template):
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            named = set(FOLDERS.findall(forms[0].lower()))
            for string in filter(None, strings):
                assert named <= set(FOLDERS.findall(string.lower())), (code, message.id)
