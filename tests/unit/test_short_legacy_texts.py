"""Scripts of a sentence or two in the encodings of before Unicode."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import pairwise, product

import pytest

from nemowatch.content.text import decode_text
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

pytestmark = pytest.mark.usefixtures("readings_once")

#: Sentences by language, with the encodings they were saved in.
SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "zh": (
        (
            "大家好，欢迎收看今天的节目。",
            "今天我们来谈谈人工智能的发展。谢谢观看！",
            "新产品上市了。",
            "请点击下面的链接订阅我们的频道。",
            "天气很好，我们去公园散步吧。",
            "价格是九十九元。",
        ),
        (
            "gbk",
            "gb18030",
        ),
    ),
    "zh-TW": (
        (
            "大家好，歡迎收看今天的節目。",
            "今天我們來談談人工智慧的發展。",
            "新產品上市了。",
            "請點擊下面的連結訂閱我們的頻道。",
            "天氣很好，我們去公園散步吧。",
        ),
        ("big5",),
    ),
    "ja": (
        (
            "皆さん、こんにちは。今日の番組へようこそ。",
            "新しい製品を紹介します。",
            "今日はいい天気ですね。公園に行きましょう。",
            "チャンネル登録をお願いします！",
            "ありがとうございました。",
        ),
        (
            "shift_jis",
            "euc_jp",
        ),
    ),
    "ko": (
        (
            "여러분, 안녕하세요. 오늘 방송에 오신 것을 환영합니다.",
            "새로운 제품을 소개합니다.",
            "오늘은 날씨가 좋네요.",
            "구독과 좋아요 부탁드립니다!",
            "감사합니다.",
        ),
        (
            "euc_kr",
            "cp949",
        ),
    ),
    "ru": (
        (
            "Здравствуйте! Сегодня мы расскажем о новом продукте.",
            "Добро пожаловать на наш канал.",
            "Погода сегодня хорошая.",
            "Спасибо за внимание!",
            "Цена составляет сто рублей.",
            "Привет, мир.",
        ),
        (
            "cp1251",
            "koi8-r",
            "cp866",
            "iso8859-5",
        ),
    ),
    "uk": (
        (
            "Вітаємо вас на нашому каналі.",
            "Сьогодні ми розповімо про новий продукт.",
            "Дякуємо за увагу!",
            "Їжак іде лісом.",
        ),
        (
            "cp1251",
            "koi8-u",
        ),
    ),
    "bg": (
        (
            "Добре дошли в нашия канал.",
            "Днес ще говорим за новия продукт.",
            "Благодаря за вниманието!",
        ),
        ("cp1251",),
    ),
    "el": (
        (
            "Καλώς ήρθατε στο κανάλι μας.",
            "Σήμερα θα μιλήσουμε για το νέο προϊόν.",
            "Ευχαριστούμε πολύ!",
            "Ο καιρός είναι καλός σήμερα.",
        ),
        (
            "cp1253",
            "iso8859-7",
        ),
    ),
    "he": (
        (
            "שלום לכולם וברוכים הבאים.",
            "היום נדבר על המוצר החדש.",
            "תודה רבה על הצפייה!",
        ),
        ("cp1255",),
    ),
    "ar": (
        (
            "مرحبا بكم في قناتنا.",
            "اليوم سنتحدث عن المنتج الجديد.",
            "شكرا لكم على المشاهدة!",
        ),
        ("cp1256",),
    ),
    "de": (
        (
            "Schöne Grüße aus München.",
            "Das kostet fünf Euro.",
            "Heute ist das Wetter schön.",
            "Für Sie getestet: „gut“ – 5 €.",
        ),
        (
            "cp1252",
            "mac_roman",
            "cp850",
        ),
    ),
    "fr": (
        (
            "Voilà l'été à Paris, c'est très agréable.",
            "Bienvenue à tous, voici le nouveau modèle.",
            "Ça coûte dix euros.",
        ),
        (
            "cp1252",
            "mac_roman",
        ),
    ),
    "pl": (
        (
            "Zażółć gęślą jaźń.",
            "Dziś opowiemy o nowym produkcie, który ułatwia życie.",
            "Dziękujemy za uwagę!",
        ),
        (
            "cp1250",
            "iso8859-2",
        ),
    ),
    "cs": (
        (
            "Dnes vám představíme nový výrobek.",
            "Příliš žluťoučký kůň.",
            "Děkujeme za pozornost!",
        ),
        ("cp1250",),
    ),
    "tr": (
        (
            "Kanalımıza hoş geldiniz.",
            "Bugün yeni ürünümüzü anlatacağız.",
            "Teşekkür ederiz!",
        ),
        ("cp1254",),
    ),
    "th": (
        (
            "สวัสดีทุกคน ยินดีต้อนรับสู่รายการวันนี้",
            "ขอบคุณมากครับ",
        ),
        ("cp874",),
    ),
    "vi": (
        (
            "Xin chào các bạn.",
            "Cảm ơn các bạn đã xem.",
        ),
        ("cp1258",),
    ),
    "es": (
        (
            "¡Hola! ¿Cómo estás? Mañana será otro día.",
            "El niño comió piña.",
        ),
        ("cp1252",),
    ),
}


def read(data: bytes, languages: tuple[str, ...]) -> str:
    """The text, "" where it is refused."""
    try:
        return decode_text(data, languages)
    except OrderError:
        return ""


def test_a_short_text_is_never_read_wrongly() -> None:
    """Alone or two together, with and without a folder that names the language; hardly any is
    refused where it does."""
    counts: Counter[str] = Counter()
    wrong: list[tuple[str, str, str]] = []
    for language, (sentences, encodings) in SENTENCES.items():
        texts = [*sentences, *map(" ".join, pairwise(sentences))]
        for encoding in encodings:
            for text in texts:
                data = text.encode(encoding, "ignore")
                if data.decode(encoding) != text:
                    continue  # it has a letter that this encoding does not know
                found = read(data, (language,))
                counts["refused"] += not found
                counts["all"] += 1
                for said in (found, read(data, ())):
                    if said not in ("", text):
                        wrong.append((encoding, text, said))
    assert not wrong
    assert counts["refused"] * 20 < counts["all"]


@each_row(
    product(
        ["Привет", "สวัสดี", "שלום", "مرحبا", "こんにちは", "ありがとう", "欢迎来到北京，朋友们！"],
        ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
        ["", "\n", "\r\n"],
    )
)
def test_one_word_of_unicode_without_a_mark_is_read(said: str, encoding: str, end: str) -> None:
    """Its bytes may all be ASCII, and the only zero in it be that of its last line's end."""
    assert decode_text((said + end).encode(encoding)) == said


@each_row(
    [
        ("Dobrý den", "cp1250", ()),
        ("สวัสดี", "cp874", ()),
        ("Grüße", "mac_roman", ()),
        ("chère", "cp850", ()),
        ("и", "cp1251", ("ru",)),
        ("Ça", "mac_roman", ("fr",)),
        ("¡Bienvenidos a España", "cp1252", ("es",)),
        ("好谈", "utf-16-be", ()),
    ]
)
def test_a_word_or_two_are_never_read_wrongly(
    said: str, encoding: str, languages: tuple[str, ...]
) -> None:
    """They are read as they are, or refused: each of these was spoken as another word."""
    with suppress(OrderError):
        assert decode_text(said.encode(encoding), languages) == said
