"""Texts in the encodings of real machines: the right words, or none."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

import pytest

from nemowatch.content.text import AS_UTF8, decode_text
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

pytestmark = pytest.mark.usefixtures("readings_once")

#: A short and a long text in each language, by its tag.
TEXTS: dict[str, tuple[str, str]] = {
    "en": (
        "Don’t miss it – “ten percent” off.",
        "Welcome to our café. It’s the best – “by far” – in town, and we’re open every"
        " day. Come in,"
        " sit down and let us bring you the finest cup of coffee that you have ever had.",
    ),
    "de": (
        "Schöne Grüße aus München.",
        "Herzlich willkommen! Heute zeigen wir Ihnen, wie Sie das Gerät in wenigen Minuten"
        " anschließen. Bitte prüfen Sie zuerst, ob alle Teile vollständig sind, und lesen Sie die"
        " Anleitung, bevor Sie beginnen.",
    ),
    "fr": (
        "Découvrez notre nouvelle collection d’été.",
        "Bonjour à tous ! Aujourd’hui, nous allons vous présenter le musée de la ville. Vous y"
        " verrez des œuvres célèbres, créées par des artistes français, et vous découvrirez leur"
        " histoire.",
    ),
    "es": (
        "El año que viene será mejor.",
        "Buenos días. En este vídeo le enseñaremos cómo preparar una paella española en casa."
        " Necesitará arroz, azafrán, pimentón y un poco de paciencia. ¿Está listo? ¡Empecemos!",
    ),
    "pt": (
        "A educação não é um luxo.",
        "Olá e bem-vindos à nossa exposição. Aqui vocês conhecerão a história da região, desde os"
        " primeiros habitantes até à atualidade, através de objetos únicos e fotografias antigas.",
    ),
    "pl": (
        "Zażółć gęślą jaźń, proszę.",
        "Dzień dobry! Dziś opowiemy państwu o nowym produkcie, który ułatwia życie całej rodzinie."
        " Wystarczy nacisnąć przycisk, a urządzenie zrobi resztę. Zobaczcie, jak to działa.",
    ),
    "cs": (
        "Příliš žluťoučký kůň úpěl ďábelské ódy.",
        "Dobrý den a vítejte v našem muzeu. Dnes vám ukážeme nejstarší část sbírky, kterou založil"
        " zdejší učitel. Většina předmětů pochází z okolních vesnic.",
    ),
    "hu": (
        "Az élet szép, és a tűz is.",
        "Jó napot kívánok! Ebben a videóban bemutatjuk az új készüléket, amely megkönnyíti a"
        " mindennapokat. Először ellenőrizze, hogy minden alkatrész megvan-e, utána kezdje el az"
        " összeszerelést.",
    ),
    "tr": (
        "Güneş ışığı çok güzel.",
        "Hoş geldiniz! Bugün size şehrimizin en güzel köşelerini göstereceğiz. Önce çarşıya"
        " uğrayacağız, sonra da denizin kıyısında bir çay içeceğiz. Lütfen beni izleyin.",
    ),
    "lt": (
        "Ačiū už jūsų dėmesį šiandien.",
        "Laba diena! Šiandien papasakosime apie naują gaminį, kuris palengvina kasdienį gyvenimą."
        " Pirmiausia įsitikinkite, kad turite visas dalis, o tada pradėkite darbą.",
    ),
    "ru": (
        "Сегодня мы расскажем о новом продукте.",
        "Добрый день! Сегодня мы покажем вам новый музей нашего города. Здесь собраны картины,"
        " книги и старинные вещи, которые рассказывают об истории этого края.",
    ),
    "uk": (
        "Сьогодні ми розповімо про новий продукт.",
        "Добрий день! Сьогодні ми покажемо вам новий музей нашого міста. Тут зібрано картини,"
        " книжки й старовинні речі, які розповідають про історію цього краю.",
    ),
    "el": (
        "Καλημέρα σας, σήμερα έχουμε νέα.",
        "Καλώς ήρθατε στο μουσείο της πόλης μας. Σήμερα θα σας δείξουμε τα παλαιότερα εκθέματα και"
        " θα σας μιλήσουμε για την ιστορία τους.",
    ),
    "he": (
        "שלום לכולם, היום נספר על מוצר חדש.",
        "ברוכים הבאים למוזיאון של העיר שלנו. היום נראה לכם את התמונות הישנות ביותר ונספר את"
        " הסיפור שלהן.",
    ),
    "ar": (
        "مرحبا بكم في هذا البرنامج الجديد.",
        "أهلا وسهلا بكم في متحف مدينتنا. سنعرض لكم اليوم أقدم اللوحات ونحكي لكم قصتها من البداية"
        " إلى النهاية.",
    ),
    "th": (
        "สวัสดีครับ ยินดีต้อนรับ",
        "สวัสดีครับ วันนี้เราจะพาทุกท่านไปชมพิพิธภัณฑ์ของเมือง ซึ่งมีภาพเขียนและของเก่ามากมาย",
    ),
    "vi": (
        "Xin chào các bạn, hôm nay trời đẹp.",
        "Xin chào quý vị. Hôm nay chúng tôi sẽ giới thiệu một sản phẩm mới giúp cuộc sống dễ dàng"
        " hơn. Trước tiên, xin kiểm tra xem đã có đủ các bộ phận chưa.",
    ),
    "ja": (
        "こんにちは、今日は新しい製品を紹介します。",
        "皆さん、こんにちは。今日は私たちの町の博物館をご案内します。ここには古い絵や本、昔の道具が"
        "たくさんあります。どうぞゆっくりご覧ください。",
    ),
    "zh-Hans": (
        "大家好，欢迎收看今天的节目。",
        "大家好，欢迎来到我们城市的博物馆。今天我们将为您介绍最古老的展品，"
        "并讲述它们的故事。请跟我来。",
    ),
    "zh-Hant": (
        "大家好，歡迎收看今天的節目。",
        "大家好，歡迎來到我們城市的博物館。今天我們將為您介紹最古老的展品，"
        "並講述它們的故事。請跟我來。",
    ),
    "ko": (
        "안녕하세요, 오늘은 새로운 제품을 소개합니다.",
        "여러분, 안녕하세요. 오늘은 우리 도시의 박물관을 안내해 드리겠습니다. 이곳에는"
        " 오래된 그림과"
        " 책이 많이 있습니다. 천천히 구경하세요.",
    ),
}
WEST = ("cp1252", "iso8859-15", "mac-roman", "cp850", "cp437")
MIDDLE = ("cp1250", "iso8859-2", "cp852", "mac-latin2")
ENCODINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("en", "de", "fr", "es", "pt"), WEST),
    **dict.fromkeys(("pl", "cs", "hu"), MIDDLE),
    "tr": ("cp1254", "iso8859-9", "cp857"),
    "lt": ("cp1257", "iso8859-13", "cp775"),
    "ru": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
    "uk": ("cp1251", "koi8-u", "iso8859-5", "mac-cyrillic"),
    "el": ("cp1253", "iso8859-7", "cp737"),
    "he": ("cp1255", "iso8859-8", "cp862"),
    "ar": ("cp1256", "iso8859-6"),
    "th": ("cp874",),
    "vi": ("cp1258",),
    "ja": ("cp932", "euc-jp", "iso2022-jp"),
    "zh-Hans": ("gbk", "gb18030", "hz"),
    "zh-Hant": ("big5", "big5hkscs"),
    "ko": ("euc-kr", "cp949", "johab", "iso2022-kr"),
}
#: What Windows writes: a longer text in these has to be read, and a short one where the folder
#: names its language.
USUAL = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("gbk", "gb18030", "big5", "cp932", "euc-kr", "cp949", "koi8-r", "koi8-u"),
)
CASES = [(tag, codec) for tag, codecs in ENCODINGS.items() for codec in codecs]


def encoded(text: str, codec: str) -> bytes | None:
    """None for what this encoding cannot say."""
    if codec == "cp1258":
        return b"".join(map(vietnamese, text))
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return None


def vietnamese(letter: str) -> bytes:
    """A letter as Windows writes it: tones come after their vowel."""
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        pieces = unicodedata.normalize("NFD", letter)
    tone = next(piece for piece in pieces if piece in "\u0300\u0301\u0303\u0309\u0323")
    return (unicodedata.normalize("NFC", pieces.replace(tone, "")) + tone).encode("cp1258")


def read(data: bytes, *languages: str) -> str:
    """The words; "" for a refusal, which says how to save it as UTF-8."""
    refused = ""
    text = ""
    try:
        text = decode_text(data, languages)
    except OrderError as error:
        refused = error.cure
    assert refused in ("", AS_UTF8)
    return text


@each_row(CASES)
def test_a_text_is_read_with_the_right_words_or_not_at_all(tag: str, codec: str) -> None:
    """Short or long, and whatever the folder is called: in doubt it is refused, with the cure."""
    for text in TEXTS[tag]:
        data = encoded(text, codec)
        if data is None:
            continue
        for languages in ((), (tag,), ("en",), ("de",), ("pl",)):
            assert read(data, *languages) in (text, "")


@each_row([case for case in CASES if case[1] in USUAL])
def test_what_windows_writes_is_read(tag: str, codec: str) -> None:
    """A text of some length by itself, a sentence where its folder names the language."""
    short, long = TEXTS[tag]
    for text, languages in ((long, (tag,)), (short, (tag,)), (long, ("en",))):
        data = encoded(text, codec)
        assert data is None or read(data, *languages) == text


@each_row(["cp1252", "mac-roman"])
def test_english_is_known_by_its_apostrophes(codec: str) -> None:
    """Also where they and dashes are all that is not ASCII: nobody writes "donít"."""
    text = (
        "Today we’ll see how a bicycle is made. Please keep to the line — the robots don’t stop."
        " Can you guess which colour sells best? It’s black."
    )
    assert read(text.encode(codec)) == text


@each_row(["cp1250", "iso8859-2"])
def test_romanian_is_read_with_the_letters_that_windows_has_for_it(codec: str) -> None:
    """With a cedilla; a comma below, as in a newer encoding, would make no other word of it."""
    text = "Bună ziua şi bine aţi venit! Astăzi vă arătăm cum făceau bunicii noştri brânza."
    assert read(text.encode(codec), "ro") == text
    assert read(f"{text} {text}".encode(codec)) == f"{text} {text}"


@each_row(
    product(
        TEXTS["zh-Hans"] + TEXTS["ja"] + TEXTS["ru"] + TEXTS["th"],
        ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
    )
)
def test_unicode_without_a_mark_is_read(text: str, codec: str) -> None:
    """Although hardly any of its bytes is zero."""
    assert decode_text(text.encode(codec)) == text


def test_utf8_with_a_few_wrong_bytes_is_read_or_refused() -> None:
    """A cut end and pasted punctuation cost no word; a letter that is lost is refused."""
    good = "Café, naïve, déjà vu, élève. " * 3
    data = good.encode()
    assert read(data + b"\xc3") == good.strip()
    assert read(data + b"It\x92s \x96 fine.") == f"{good}It’s – fine."
    with pytest.raises(OrderError, match=r"damaged: it says .*caf\ufffds and") as caught:
        decode_text(data + b"caf\xe9s and more")
    assert "UTF-8" in caught.value.cure
    with pytest.raises(OrderError, match="breaks off"):
        decode_text(data + b"caf\xc3")


@each_row(
    [
        *("cafÃ© and naÃ¯ve", "donâ€™t", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚ Ð²Ñ\x81ÐµÐ¼", "Â£5", "caf\ufffd", "caf\x82"),
        *("M√∂bel und K√ºche", "M├╢bel und K├╝che", "Sch?ne Gr??e aus K?ln"),
        "+BBQEPgQxBEAESwQ5 +BDQENQQ9BEw-",
        *(TEXTS["zh-Hans"][1].encode().decode(codec, "ignore") for codec in ("gbk", "cp932")),
        TEXTS["ja"][1].encode().decode("cp932", "ignore"),
    ]
)
def test_letters_that_were_garbled_before_are_refused(text: str) -> None:
    """No encoding brings them back; the original does."""
    with pytest.raises(OrderError, match="letters of this text were") as caught:
        decode_text(text.encode())
    assert "original" in caught.value.cure


@each_row(
    [
        *product(["ru", "uk", "el", "he", "ar", "th", "pl", "ko", "zh-Hans"], ["latin-1"]),
        *product(["el", "ar", "th", "pl", "tr"], ["cp1251"]),
    ]
)
def test_texts_that_were_read_in_another_encoding_are_refused(tag: str, codec: str) -> None:
    """And saved as UTF-8 like that: their letters are those of no language."""
    garbled = TEXTS[tag][1].encode(ENCODINGS[tag][0], "ignore").decode(codec, "ignore")
    with pytest.raises(OrderError, match="letters of this text were"):
        decode_text(garbled.encode())


def test_unicode_in_any_language_is_no_text_in_another_encoding() -> None:
    """Also where a text has the letters of several languages, or hardly any but accented ones."""
    for short, long in TEXTS.values():
        assert decode_text(short.encode()) == short
        assert decode_text(long.encode()) == long
    for text in (
        "Ä, Ö, Ü und ß: é, ñ, ø, å.",
        "Łódź, Orléans, Málaga, Tromsø, Åre, São Paulo, İzmir, Brașov",
        "Croeso! Dŵr, tŷ, môr, gŵyl a chân.",
        "Ẹ káàbọ̀ sí ilé wa.",
        "Mir geet et gutt, merci. Wéi ass et mat dir? Schéinen Dag!",
    ):
        assert decode_text(text.encode()) == text


@pytest.mark.parametrize(
    "text",
    [
        "„Ä“ ist ein Buchstabe.",
        "Un café » dit-il, déjà.",
        "C++ and +1 555-1234",
        "1+1=2-0",
        "+coffee +flowers +cupcakes",
        "Wer?ich, a.b/c?v=1, d?w=2",
    ],
)
def test_what_only_looks_garbled_is_read(text: str) -> None:
    """Accents beside quotes, and sums."""
    assert decode_text(text.encode()) == text


def test_letters_in_pieces_are_put_together() -> None:
    """As no language has them otherwise, and a script's language is known by them."""
    text = TEXTS["vi"][1]
    assert decode_text(unicodedata.normalize("NFD", text).encode()) == text


def test_ends_of_old_programs_are_left_out() -> None:
    """Zeros, and the end mark of DOS."""
    for end in (b"\0\0", b"\x1a", b"\x1a\0"):
        assert decode_text(b"Hello." + end) == "Hello."
        assert read("Schöne Grüße aus München.".encode("cp1252") + end, "de").startswith("Schöne")


def test_marks_without_a_sound_are_left_out() -> None:
    """Byte order in the middle, directions, soft hyphens; nothing but them is no text."""
    text = "\ufeffOne\u200b two\u200e\u00adthree.\ufeff"
    assert decode_text(text.encode()) == "One twothree."
    with pytest.raises(OrderError, match="empty"):
        decode_text("\ufeff\u200b\u202e".encode())


@each_row(
    [
        "Schön. ".encode("cp1252") * 20 + "Größe".encode() * 20,
        "Schön. ".encode() * 20 + "Größe".encode("utf-16-le"),
        b"\xff\xfe" + "Hello there.".encode("utf-16-le") + b"appended as plain text.",
        b"\xff\xfe" + "Hello there.".encode("utf-16-le") + b"appended as plain text",
        b"caf+AOk- and more",
        b"redirig+AOk.",
        bytes(range(256)) * 4,
        b"GIF89a\x01\0\x01\0\x80\xff\xff\xff!\xf9\x04\x01",
    ]
)
def test_mixed_and_binary_bytes_are_refused(data: bytes) -> None:
    """Two encodings in one file, and what is no text at all."""
    with pytest.raises(OrderError):
        decode_text(data, ("de",))


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("Call \u202d+49 30 1234\u202c now.", True),
        ("\u202eשלום\u202c, Anna.", True),
        ("\u202eolleH\u202c, Anna.", False),
        ("\u202dםולש\u202c, Anna.", False),
    ],
)
def test_marks_of_direction_are_refused_only_where_they_turn_letters(
    text: str, is_read: bool
) -> None:
    """Contacts put them around numbers, editors around Hebrew, where they change nothing."""
    if is_read:
        assert decode_text(text.encode()) == re.sub("[\u202c-\u202e]", "", text)
        return
    with pytest.raises(OrderError, match="Invisible marks"):
        decode_text(text.encode())


def test_bullets_of_word_are_bullets() -> None:
    """At the beginning of a line alone; what else one font alone has stays refused."""
    bullets = "List:\n\uf0b7\tOne\n  \uf0a7 Two\r\n\uf0d8Three\n\uf0fc  Four"
    assert decode_text(bullets.encode()) == "List:\n- One\n  - Two\n- Three\n- Four"
    for text in ("One \uf0b7 two", "\uf0b7 One \uf0b7", "\uf04a One"):
        with pytest.raises(OrderError, match="only one font"):
            decode_text(text.encode())
