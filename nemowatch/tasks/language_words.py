"""Words that people write for languages and voices, and that no rule finds. Data only: they are not
read, but their meaning is proposed."""

from __future__ import annotations

#: Codes that people make up and no other rule finds ("sp" is found as the beginning of "Spanish").
CODES = {
    "esp": "es",
    "cht": "zh_Hant",
    "chs": "zh_Hans",
    "eng": "en",
    "ptbr": "pt_BR",
    "ua": "uk",
    "gre": "el",
}
#: What speakers call their languages, besides the names that are read (`native_names`).
OWN_NAMES = {
    "castellano": "es",
    "brasileiro": "pt_BR",
    "cesky": "cs",
    "srpski": "sr",
    "普通话": "zh",
    "nihongo": "ja",
    "hangugeo": "ko",
    "russkij": "ru",
    "russkiy": "ru",
    "viet": "vi",
    "bahasa": "id",
}
#: Words for voices besides male and female.
VOICE_WORDS = {"woman": "female", "women": "female", "man": "male", "men": "male"}
