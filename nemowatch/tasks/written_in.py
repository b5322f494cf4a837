"""In which language a script is written, by its letters and its most frequent words.

Pure. It needs no library, and reads only the beginning of a text. It returns "" rather than a
guess: a wrong language costs money.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import chain, filterfalse

from nemowatch.content.alphabets import ALPHABETS

#: Characters that are read.
_SAMPLE = 20_000
#: At least this share of a text's letters must be of the script in which it is written.
_OWN_SHARE = 0.6
#: Japanese has up to this many Chinese characters for each kana.
_KANJI_FOR_KANA = 8

#: The languages of each script, by its name in Unicode. The first is that of a text that shows no
#: more, or "" if several are common.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "CYRILLIC": ("", "ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "uz", "az", "tt"),
    "ARABIC": ("", "ar", "fa", "ur", "ps", "ku", "ug", "sd", "ckb"),
    "DEVANAGARI": ("", "hi", "mr", "ne", "sa"),
    "GREEK": ("el",),
    "HEBREW": ("he", "yi"),
    "THAI": ("th",),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja", "yue"),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "BENGALI": ("bn", "as"),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "SINHALA": ("si",),
    "LAO": ("lo",),
    "KHMER": ("km",),
    "MYANMAR": ("my",),
    "ETHIOPIC": ("am", "ti"),
}
_LATIN = "LATIN"
#: Languages of the scripts above that are also written in Latin letters.
_BOTH = frozenset({"sr", "kk", "uz", "az", "mn", "tt", "ku", "pa"})
_NEVER_LATIN = frozenset(chain.from_iterable(SCRIPTS.values())) - _BOTH

#: Letters that tell the languages of a script apart, the most telling first; "" if two remain.
_TELLING: dict[str, tuple[tuple[str, str], ...]] = {
    "LATIN": (
        ("ơưạảậếệộợ", "vi"),
        ("ə", "az"),
        ("ł", "pl"),
        ("ěřů", "cs"),
        ("ľĺŕ", "sk"),
        ("őű", "hu"),
        ("ğı", "tr"),
        ("ėįų", "lt"),
        ("ģķļņ", "lv"),
        ("ășț", "ro"),
        ("ðþ", "is"),
        ("ß", "de"),
    ),
    "CYRILLIC": (
        ("їєґ", "uk"),
        ("ў", "be"),
        ("ѓќѕ", "mk"),
        ("ђћ", "sr"),
        ("љњџј", ""),
        ("әғқңұһ", "kk"),
        ("өү", ""),
        ("і", "uk"),
        ("ыэё", "ru"),
    ),
    "ARABIC": (
        ("ٹڈڑںےہ", "ur"),
        ("ټډړښځ", "ps"),
        ("پچژگکی", "fa"),
        ("ةىأإ", "ar"),
    ),
}

#: Frequent words of the languages that are recognized by them.
_FREQUENT = """
en: the and of to is you that it in for with on are this your be have from hello welcome off our
de: der die und das ist nicht ein eine zu mit sie wir auf den für dem ich sind auch wie hallo bitte
fr: le la les des et est une vous dans pour que nous pas sur avec ce cette du bonjour merci votre
es: el la los de que y en las una por con para es del se su está hola gracias usted este como
it: il che di la per una con non sono è gli del della questo anche ciao grazie nel si le
pt: o que de não uma os para com você é do da em por mais olá obrigado se na no
nl: de het een van en is dat niet op te zijn met voor u wij ook dit hallo naar deze
sv: och att det är en som på för med den av inte till vi jag har ett hej du
da: og at det er en til på for med af ikke vi den du har som jeg hej også der
no: og at det er en til på for med av ikke vi den du har som jeg hei også der
fi: ja on ei se että hän mutta tämä ovat kun niin myös hei tai olla me voit nyt ole sen
pl: i w nie na się że jest to z do jak dla co tym przez są dzień oraz czy już
cs: a se na je že v to jako do ale pro jsou co by tak jsem dobrý den nebo také
sk: a sa na je že v to ako do ale pre sú čo by tak som dobrý deň alebo tiež
hu: a az és hogy nem is egy ez meg volt de ha vagy mint csak már kell jó nap minden
ro: și în de la cu pe nu este că un o sunt pentru mai din care bună ce să acest
hr: i je u se na da su za od s to kao ali ili će bi što nije dobar dan
sl: in je v se na da so za od z to kot ali ki pa bo ni dober dan tudi
tr: ve bir bu için ile de da ne çok olarak var daha gibi ama merhaba siz ben biz olan değil
lt: ir yra kad su iš tai ne į kaip bet apie labas šis jūs mes per nuo ar jo už
lv: un ir ka ar no tas ne kā bet par labdien šis jūs mēs uz pie vai lai arī viņš
et: ja on ei see et ka oma või kui tere meie seda mis nii aga te oli siis
vi: và của là không có cho các một được trong người này với xin chào những tôi bạn đã
ru: и в не на что это как мы вы он она сегодня привет здравствуйте вам нас для с по
bg: и в не на че това как ще са се да за от здравейте ви ни с по
ar: في من على إلى هذا هذه أن لا ما مع مرحبا هو كم التي الذي بكم
hi: है के में की का और से को यह हैं नमस्ते पर एक आप हम लिए
mr: आहे आणि या हे मध्ये तर आपण नमस्कार ते होते
id: yang dan di itu dengan untuk tidak ini dari dalam akan pada ke adalah kami anda selamat bisa
ca: el la els de que i en les una per amb és del no aquest més però hola bon dia
"""
_FREQUENT_WORDS = {
    line.partition(": ")[0]: frozenset(line.partition(": ")[2].split())
    for line in _FREQUENT.strip().split("\n")
}
_WORD = re.compile(r"[^\W\d_]+")
#: A language is certain with this many frequent words, if they are at least this share of all words
#: and this many times as many as those of any other language.
_CERTAIN = 4
_CERTAIN_SHARE = 0.1
_TIMES = 1.5
#: In a text of this many words some are frequent ones of its language: at least half as many as of
#: any other.
_SOME_WORDS = 6
_HALF = 2


def written_in(text: str) -> str:
    """The code of the language in which a text certainly is; "" when that is not certain."""
    sample = text[:_SAMPLE].lower()
    script = _script_of(sample)
    if script == _LATIN:
        return _latin_language(sample)

    by_letters = _by_letters(script, sample)
    if by_letters is not None:
        return by_letters

    usual, *_ = SCRIPTS.get(script, ("",))
    return usual or _most_frequent(sample)


def _latin_language(sample: str) -> str:
    """The language of a Latin text: first by its words, since most letters are shared."""
    by_words = _by_words(sample)
    if by_words:
        return by_words
    return _by_letters(_LATIN, sample) or ""


def _by_letters(script: str, sample: str) -> str | None:
    """The language whose letters are in the text; "" if several have them, None if none has."""
    present = set(sample)
    for letters, language in _TELLING.get(script, ()):
        if not present.isdisjoint(letters):
            return _unless_belarusian(language, present)
    return None


def _unless_belarusian(language: str, letters: set[str]) -> str:
    """The language, or Belarusian, which shares a letter with Ukrainian and another with
    Russian."""
    if language == "uk" and "ы" in letters:
        return "be"
    return language


def may_be_in(text: str, language: str) -> bool:
    """Whether a text can be in a language: False when its letters or words show that it is not."""
    sample = text[:_SAMPLE].lower()
    script = _script_of(sample)
    if not script:
        return True
    if not _is_written_in_script(language, script):
        return False

    are_words_enough = script == _LATIN and not _has_letters_of(sample, language)
    if are_words_enough:
        return _may_have_words_of(sample, language)
    return written_in(text) in ("", language)


def _is_written_in_script(language: str, script: str) -> bool:
    if script == _LATIN:
        return language not in _NEVER_LATIN
    return language in SCRIPTS.get(script, ())


def _has_letters_of(sample: str, language: str) -> bool:
    """Whether the text has letters beyond ASCII, and all of them are a language's."""
    letters = filter(str.isalpha, set(sample))
    beyond = set(filterfalse(str.isascii, letters))
    if not beyond:
        return False
    return beyond.issubset(ALPHABETS.get(language, ""))


def _may_have_words_of(sample: str, language: str) -> bool:
    known = _frequent_words(sample)
    is_short = len(_WORD.findall(sample)) < _SOME_WORDS
    if is_short or language not in known:
        return True

    own = known[language]
    return own > 0 and own * _HALF >= max(known.values())


def has_words_of(text: str, language: str) -> bool:
    """Whether frequent words of a language are in a text, and more than of any other."""
    known = _frequent_words(text[:_SAMPLE].lower())
    own = known.pop(language, 0)
    return own > max(known.values())


def _script_of(text: str) -> str:
    """The script of most of the letters; "" without one. Kana makes a text Japanese."""
    counts = Counter(map(_script, filter(str.isalpha, text)))
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    is_japanese = kana > 0 and kana * _KANJI_FOR_KANA >= counts["CJK"]
    if is_japanese:
        counts["HIRAGANA"] += counts.pop("KATAKANA", 0) + counts.pop("CJK", 0)
    if not counts:
        return ""

    script, count = counts.most_common(1)[0]
    if count < _OWN_SHARE * counts.total():
        return ""
    return script


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _frequent_words(text: str) -> Counter[str]:
    """How many words of the text are frequent ones of each language."""
    counts = Counter(_WORD.findall(text))
    known: Counter[str] = Counter()
    for language, frequent in _FREQUENT_WORDS.items():
        known[language] = sum(map(counts.__getitem__, frequent))
    return known


def _by_words(sample: str) -> str:
    """The language of a text by its frequent words, when it is certain."""
    known = _frequent_words(sample)
    (first, most), (_, next_most) = known.most_common(2)
    words = len(_WORD.findall(sample))
    # few are enough if the text has hardly any other words
    least = max(3, words / 3)
    is_enough = most >= min(_CERTAIN, least)
    is_clear = most >= max(_TIMES * next_most, _CERTAIN_SHARE * words)
    if not is_enough or not is_clear:
        return ""
    return first


def _most_frequent(sample: str) -> str:
    """The language with the most frequent words, if letters leave a few languages; "" for a tie."""
    (first, most), (_, next_most) = _frequent_words(sample).most_common(2)
    if most == next_most:
        return ""
    return first
