"""Where files could go that their folder does not take."""

from __future__ import annotations

import pytest

from nemowatch.i18n.language import ENGLISH, choose, said
from nemowatch.intake.other_folders import move_there
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.model import MediaKind

BOTH = {MediaKind.AUDIO, MediaKind.SCRIPT}


@pytest.mark.parametrize(
    ("kinds", "there", "named"),
    [
        (BOTH, [b"dub-es", b"voiceover-de"], '("dub-es", "voiceover-de")'),
        ({MediaKind.SCRIPT}, [b"dub-es", b"New folder"], '("voiceover")'),
        (
            {MediaKind.VIDEO},
            [b"transcribe", b"dub-fr", b"dub-es", b"dub-it"],
            '("dub-es", "dub-fr", ',
        ),
    ],
)
def test_the_cure_names_folders(kinds: set[MediaKind], there: list[bytes], named: str) -> None:
    """Those that people have come first; where none takes such files, one that can be made."""
    assert named in move_there(kinds, there, FolderBook({}))


def test_folders_keep_their_names_in_another_language() -> None:
    """A name with a comma and a language in it is not translated inside the sentence."""
    there = [b"Dub Spanish, French", b"dub-german"]
    choose("de")
    try:
        read = said(move_there({MediaKind.VIDEO}, there, FolderBook({})))
    finally:
        choose(ENGLISH)
    assert '"Dub Spanish, French", "dub-german"' in read


def test_what_no_folder_takes_is_not_sent_from_folder_to_folder() -> None:
    """There is no folder to name, and none is promised."""
    assert "out of the inbox" in move_there((), [b"dub-es"], FolderBook({}))
    assert "(" not in move_there((), [b"dub-es"], FolderBook({}))
