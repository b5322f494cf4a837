"""Names of results: safe on Windows, short enough, readable."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from nemowatch.fs.names import candidates, cut, numbered, plain, safe_name
from tests.rigs.rows import each_row


@each_row(
    [
        (b"promo", ".es.mp4", "promo.es.mp4"),
        (b"a<b>:c?", ".mp4", "a_b__c_.mp4"),
        (b"CON", ".es.mp4", "CON_.es.mp4"),
        (b"nul.take1", ".mp4", "nul_.take1.mp4"),
        (b"com\xc2\xb9", ".txt", "com¹_.txt"),
        (b"console", ".txt", "console.txt"),
        (b"clip. . ", ".mp4", "clip.mp4"),
        (b"caf\xe9", ".mp4", "caf%E9.mp4"),
        ("e\u0301te\u0301".encode(), ".mp4", "e\u0301te\u0301.mp4"),
        (b"", ".mp4", "_.mp4"),
        (b"a\nb\x7f", ".mp4", "a_b_.mp4"),
    ]
)
def test_names_are_made_safe_and_stay_readable(stem: bytes, ending: str, name: str) -> None:
    """What Windows forbids is replaced, all else stays as it was dropped."""
    assert safe_name(stem, ending) == name


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_stem_gives_a_name_with_room_for_its_number(stem: bytes) -> None:
    """Always at most 255 bytes, numbers included, never a forbidden mark, never a device, always
    UTF-8."""
    name = safe_name(stem, ".pt-BR.mp4")
    for candidate in (name, numbered(name, 999)):
        assert len(candidate.encode("utf-8")) <= 255
        assert not set(candidate) & (set('<>:"/\\|?*') | set(map(chr, range(32))))
        assert candidate.endswith(".mp4")
    assert name.endswith(".pt-BR.mp4")
    assert numbered(name, 999).removesuffix(" (999).mp4") == name.removesuffix(".mp4")


def test_a_cut_never_divides_a_character_as_people_see_it() -> None:
    """Accents stay with their letter, and joined emoji together."""
    assert cut("aé" * 3, 4) == "aéa"
    assert cut("ae\u0301", 3) == "a"
    assert cut("a👩\u200d🚀", 9) == "a"
    assert unicodedata.combining(cut("e\u0301" * 100, 250)[-1])


def test_numbers_come_before_the_last_ending() -> None:
    """`promo.es (2).mp4`, and what is no ending is left in one piece."""
    names = candidates("promo.es.mp4")
    assert [next(names), next(names), next(names)] == [
        "promo.es.mp4",
        "promo.es (2).mp4",
        "promo.es (3).mp4",
    ]
    assert (
        numbered("Dr. Strangelove and the rest of it", 2)
        == "Dr. Strangelove and the rest of it (2)"
    )
    assert numbered("caf\udce9.mp4", 2) == "caf\udce9 (2).mp4"
    assert len(numbered("n" * 251 + ".mp4", 12).encode()) == 255


def test_names_in_sentences_hide_nothing() -> None:
    """No turned reading direction, no line breaks, bytes shown as what they are."""
    assert plain(b"a\xe9\xe2\x80\xaegpj.exe\n") == "a\\xe9\ufffdgpj.exe\ufffd"
