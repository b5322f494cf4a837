"""What sync clients call the copies that they make of a conflict. `conflict` as an ordinary word in
a name does not count: each form is bound to what its client puts around the word, a date or a
device.

Owns the forms. They were collected from the clients' documentation, source code and translations.
"""

from __future__ import annotations

import unicodedata

from nemowatch.late_pattern import LatePattern

#: The clients' words for a conflict in the languages they are translated into, in small letters.
_WORDS = (
    "conflict",  # English, Dutch, Romanian
    "conflit",  # French, Portuguese
    "conflito",
    "conflicto",
    "conflitto",
    "konflik",  # German, Scandinavian, Polish, Czech, Turkish, Indonesian
    "modstrid",  # Danish
    "motstrid",  # Norwegian
    "sprzeczn",  # Polish
    "ristirii",  # Finnish
    "ütköz",  # Hungarian
    "çakış",  # Turkish
    "çeliş",
    "конфлик",  # Russian, Bulgarian
    "конфлікт",  # Ukrainian
    "διένεξ",  # Greek
    "σύγκρουσ",
    "xung đột",  # Vietnamese
    "ขัดแย้ง",  # Thai
    "מתנגש",  # Hebrew
    "متعارض",  # Arabic
    "競合",  # Japanese
    "冲突",  # Chinese
    "衝突",
    "충돌",  # Korean
)
_WORD = "|".join(_WORDS)
_DATE = r"\d{4}[-._]\d{2}[-._]\d{2}"

#: Each form (in small letters, composed), and the clients that use it.
_FORMS: tuple[tuple[str, str], ...] = (
    (r"\.sync-conflict-\d{8}-\d{6}\b", "Syncthing"),
    # (Anna's conflicted copy 2024-01-31), (conflicted copy 2024-01-31 120000), and translated
    (rf"\([^()]*(?:{_WORD})[^()]*{_DATE}[^()]*(?:\(\d+\))?\)", "Dropbox, Nextcloud, Box, Egnyte"),
    (rf"\([^()]*{_DATE}[^()]*(?:{_WORD})[^()]*\)", "Dropbox"),
    (r"\(case clash from [^()]*\)", "Nextcloud"),
    (
        r"\((?:case|unicode encoding|selective sync|white ?space|invalid characters?) conflict"
        r"(?: \(?\d+\)?)?\)",
        "Dropbox",
    ),
    (r"\(conflicting copy(?: \d+)?\)", "Maestral"),
    (r"\((?:conflict|conflicted)(?: \d+)?\)", "pCloud, Google Drive"),
    (r"\[(?:conflict|conflicted)(?: \d+)?\]", "Google Drive"),
    (r"_conflict-(?:[^/]{1,200}-)?\d{8}-\d{6}\b", "ownCloud"),
    (r"\(sfconflict [^()]*\)", "Seafile"),
    (r"_[a-z]{3}-\d{2}-\d{4,6}-\d{4}_(?:case)?conflict\b", "Synology Drive"),
    (r"-safebackup-\d{4}\b", "OneDrive"),
    # the name that Windows gives to a computer unless somebody chooses another
    (r"-(?:desktop|laptop)-(?=[a-z]*\d)[a-z0-9]{7}(?:-\d+)?(?=\.[^.]+$|$)", "OneDrive"),
    (r"-win-(?=[a-z]*\d)[a-z0-9]{11}(?:-\d+)?(?=\.[^.]+$|$)", "OneDrive"),
    (r"\.conflict\d+(?=\.[^.]+$|$)", "rclone"),
)
_COMPILED = tuple((LatePattern(form), whose) for form, whose in _FORMS)
#: Any of the forms, to be tried first: nearly every name has none.
_ANY = LatePattern("|".join(f"(?:{form})" for form, _ in _FORMS))


def conflict_of(low: str) -> str:
    """The sync clients that give conflict copies such a name (in small letters); "" for an ordinary
    name."""
    name = unicodedata.normalize("NFC", low)
    if _ANY.search(name) is None:
        return ""
    for form, whose in _COMPILED:
        if form.search(name):
            return whose
    return ""
