"""Words that people write for languages and voices, and that no rule finds. Data only: none of them
is read, each is proposed."""

from __future__ import annotations

#: Codes that people make up and no other rule finds; "sp" is found by the beginning of "Spanish".
CODES = {
    "esp": "es",
    "cht": "zh_Hant",
    "chs": "zh_Hans",
    "eng": "en",
    "ptbr": "pt_BR",
    "ua": "uk",
    "gre": "el",
}
#: What languages call themselves, as their speakers write it: no rule finds these, and "deutsch"
#: looks like Dutch.
OWN_NAMES = {
    "deutsch": "de",
    "espanol": "es",
    "castellano": "es",
    "francais": "fr",
    "italiano": "it",
    "portugues": "pt",
    "brasileiro": "pt_BR",
    "nederlands": "nl",
    "vlaams": "nl_BE",
    "svenska": "sv",
    "dansk": "da",
    "norsk": "no",
    "suomi": "fi",
    "polski": "pl",
    "cesky": "cs",
    "cestina": "cs",
    "slovencina": "sk",
    "slovenscina": "sl",
    "magyar": "hu",
    "romana": "ro",
    "hrvatski": "hr",
    "srpski": "sr",
    "shqip": "sq",
    "turkce": "tr",
    "lietuviu": "lt",
    "latviesu": "lv",
    "eesti": "et",
    "catala": "ca",
    "euskara": "eu",
    "galego": "gl",
    "gaeilge": "ga",
    "cymraeg": "cy",
    "русскии": "ru",
    "українська": "uk",
    "български": "bg",
    "ελληνικα": "el",
    "中文": "zh",
    "普通话": "zh",
    "日本語": "ja",
    "한국어": "ko",
    "العربية": "ar",
    "עברית": "he",
    "हिन्दी": "hi",
    "ไทย": "th",
    "nihongo": "ja",
    "hangugeo": "ko",
    "russkij": "ru",
    "russkiy": "ru",
    "viet": "vi",
    "bahasa": "id",
    "islenska": "is",
}
#: How voices are called, besides male and female.
VOICE_WORDS = {"woman": "female", "women": "female", "man": "male", "men": "male"}
