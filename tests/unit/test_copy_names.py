"""A second copy is known by its name, whatever the name itself ends in."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from nemowatch.intake.claim.copy_names import copies_between, originals
from tests.rigs.rows import each_row

#: A copy, and what it is a copy of.
COPIES = [
    ("clip (1).mp4", "clip.mp4"),
    ("clip - Copy.mp4", "clip.mp4"),
    ("clip-Annas-MacBook.mp4", "clip.mp4"),
    ("clip (1) - Copy.mp4", "clip (1).mp4"),
    ("clip (1) - Copy.mp4", "clip.mp4"),
    ("Trailer (final) (1).mp4", "Trailer (final).mp4"),
    ("Title [dQw4] (1).mp4", "Title [dQw4].mp4"),
    ("Really! - Copy.mp4", "Really!.mp4"),
    ("Wait... (1).mp4", "Wait....mp4"),
    ("clip_ (1).mp4", "clip_.mp4"),
    ("clip  (1).mp4", "clip .mp4"),
    ("Café (1).mp4", "Café.mp4"),
    ("हिन्दी (1).mp4", "हिन्दी.mp4"),
    ("ที่นี่ (1).mp4", "ที่นี่.mp4"),
    (
        "a b c d (Anna's MacBook's conflicted copy 2024-01-02 10.20.30) (1).mp4",
        "a b c d.mp4",
    ),
]


@each_row([(*row, form) for row in COPIES for form in ["NFC", "NFD"]])
def test_a_copy_leads_to_its_original(
    copy: str, original: str, form: Literal["NFC", "NFD"]
) -> None:
    """From its name, and among the names that the journal is asked for."""
    path = b"dub-es/" + unicodedata.normalize(form, copy).encode()
    of = b"dub-es/" + unicodedata.normalize(form, original).encode()
    assert of in originals(path)
    first, last = copies_between(of)
    assert first < path < last


@pytest.mark.parametrize("name", ["clip.mp4", "(1).mp4", ".mp4", "Copy of .mp4"])
def test_no_name_is_a_copy_of_nothing(name: str) -> None:
    """What is left of a name has a name of its own."""
    assert b".mp4" not in originals(name.encode())
