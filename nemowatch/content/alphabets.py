"""The letters of each language beyond ASCII, and the encodings in which its texts are found. Data
only.

The encodings are those of Windows, the ISO, DOS, the old Mac and Unix, by Python's names.
"""

from __future__ import annotations


def _between(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


_ARABIC = _between(0x0621, 0x0652) + _between(0x0660, 0x0669)
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

#: The small letters of each language beyond ASCII, whose letters are in all of them.
ALPHABETS: dict[str, str] = {
    "en": "éï",
    "de": "äöüßé",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíóúüñ",
    "it": "àèéìíîòóùú",
    "pt": "áâãàçéêíóôõúü",
    "nl": "áéëïíóöüèê",
    "sv": "åäöé",
    "da": "æøåé",
    "no": "æøåéòôó",
    "fi": "äöåšž",
    "is": "áðéíóúýþæö",
    "ca": "àçéèíïóòúü",
    "gl": "ñáéíóúü",
    "ga": "áéíóú",
    "sq": "çë",
    "et": "äöõüšž",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr": "čćđšž",
    "sl": "čšž",
    "tr": "çğıöşüâîû",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "vi": ("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"),
    "ru": _RUSSIAN,
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюяѝ",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "he": _between(0x05D0, 0x05EA) + _between(0x05B0, 0x05C4) + "׳״",
    "ar": _ARABIC,
    "fa": _ARABIC + "پچژگکی",
    "ur": _ARABIC + "پچژگکیےٹڈڑںہھۂۓ",
    "th": _between(0x0E01, 0x0E39) + _between(0x0E40, 0x0E4D) + _between(0x0E50, 0x0E59),
}
#: Languages that the statistics do not cover: a reading in one of them is better than its score.
UNKNOWN = frozenset({"sq"})
#: Languages that are mistaken for each other: their texts share letters and many words.
ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"da", "no", "nb", "nn", "sv"}),
    frozenset({"hr", "sl", "sr", "bs"}),
    frozenset({"cs", "sk"}),
    frozenset({"ru", "uk", "be", "bg", "sr", "mk"}),
    frozenset({"ar", "fa", "ur"}),
    frozenset({"es", "pt", "gl", "ca"}),
    frozenset({"fi", "et"}),
    frozenset({"tr", "az"}),
)

_WEST = (
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "da",
    "no",
    "fi",
    "is",
    "ca",
    "gl",
    "ga",
    "sq",
    "en",
)
_MIDDLE = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq", "de")
_BALTIC = ("lt", "lv", "et")
_CYRILLIC = ("ru", "uk", "be", "bg", "sr", "mk")

#: The languages of each single-byte encoding.
ONE_BYTE: dict[str, tuple[str, ...]] = {
    "cp1252": _WEST,
    "iso8859-15": _WEST,
    "mac-roman": _WEST,
    "cp850": _WEST,
    "cp437": _WEST,
    "cp1250": _MIDDLE,
    "iso8859-2": _MIDDLE,
    "cp852": _MIDDLE,
    "mac-latin2": ("pl", "cs", "sk", "hu", "hr", "sl", "de"),
    "iso8859-16": _MIDDLE,
    "cp858": _WEST,
    "cp860": _WEST,
    "cp861": _WEST,
    "cp863": _WEST,
    "cp865": _WEST,
    "hp-roman8": _WEST,
    "mac-iceland": ("is", "da"),
    "iso8859-3": ("tr", "it"),
    "iso8859-4": (*_BALTIC, "da", "no", "sv", "fi", "de"),
    "iso8859-10": (*_BALTIC, "da", "no", "sv", "fi", "is", "de"),
    "cp1125": ("uk", "ru"),
    "kz1048": _CYRILLIC,
    "ptcp154": _CYRILLIC,
    "cp856": ("he",),
    "cp1254": ("tr",),
    "iso8859-9": ("tr",),
    "cp857": ("tr",),
    "mac-turkish": ("tr",),
    "cp1257": _BALTIC,
    "iso8859-13": _BALTIC,
    "cp775": _BALTIC,
    "cp1251": _CYRILLIC,
    "koi8-r": ("ru", "bg"),
    "koi8-u": ("uk", "ru"),
    "iso8859-5": _CYRILLIC,
    "cp866": ("ru", "be", "uk", "bg"),
    "cp855": _CYRILLIC,
    "mac-cyrillic": _CYRILLIC,
    "cp1253": ("el",),
    "iso8859-7": ("el",),
    "cp737": ("el",),
    "cp869": ("el",),
    "mac-greek": ("el",),
    "cp1255": ("he",),
    "iso8859-8": ("he",),
    "cp862": ("he",),
    "cp1256": ("ar", "fa", "ur"),
    "iso8859-6": ("ar",),
    "cp720": ("ar",),
    "cp874": ("th",),
    "cp1258": ("vi",),
}
#: Encodings that hardly anybody has used for twenty years: they cast doubt on other readings, but
#: are never chosen themselves.
RARE = frozenset(
    {
        *("mac-turkish", "mac-latin2", "mac-greek", "mac-iceland", "hp-roman8", "johab"),
        *("iso8859-3", "iso8859-4", "iso8859-10", "iso8859-16", "kz1048", "ptcp154"),
        *("cp720", "cp775", "cp855", "cp856", "cp858", "cp860", "cp861", "cp863", "cp865"),
        *("cp869", "cp1125"),
    }
)
#: The language of each multi-byte encoding: "zh-Hans" and "zh-Hant" for Chinese.
SEVERAL_BYTES: dict[str, str] = {
    "gb18030": "zh-Hans",
    "big5hkscs": "zh-Hant",
    "cp932": "ja",
    "euc_jis_2004": "ja",
    "cp949": "ko",
    "johab": "ko",
}
