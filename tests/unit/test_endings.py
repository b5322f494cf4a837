"""What files are called in the cloud, and what others are converted to."""

from __future__ import annotations

from nemowatch.content.cloud_names import name_in_cloud
from nemowatch.content.endings import conversions, converted_to
from nemowatch.content.kinds import KINDS
from nemowatch.intake.scan.diff import FolderFacts
from nemowatch.model import MediaKind, Snapshot
from tests.rigs import media_files as media
from tests.rigs.rows import each_row

VIDEO, AUDIO, IMAGE = MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE


@each_row(
    [
        ("clip.mp4", media.mp4(), VIDEO, "clip.mp4"),
        ("clip.MOV", media.mp4(), VIDEO, "clip.MOV"),
        ("clip.m4v", media.mp4(), VIDEO, "clip.mp4"),
        ("clip.mp3", media.mp4(), VIDEO, "clip.mp4"),
        ("talk.mp4", media.mp4(media.SOUND), AUDIO, "talk.m4a"),
        ("talk.m4b", media.mp4(media.SOUND), AUDIO, "talk.m4a"),
        ("talk.mp3", media.wav(), AUDIO, "talk.wav"),
        ("talk.wave", media.wav(), AUDIO, "talk.wav"),
        ("talk.wav", media.mp3(), AUDIO, "talk.mp3"),
        ("talk.mp3", media.id3(9, bytes(9)) + media.FRAME, AUDIO, "talk.mp3"),
        ("talk.mp3", b"\xff\xf1\x50\x80\x2e\x7f\xfc", AUDIO, "talk.aac"),
        ("clip.mp4", media.mkv(), VIDEO, "clip.mkv"),
        ("clip.mp4", media.EBML.replace(b"matroska", b"webm"), VIDEO, "clip.webm"),
        ("clip.mp4", media.avi(b"vids"), VIDEO, "clip.avi"),
        ("photo.jfif", b"\xff\xd8\xff\xe0", IMAGE, "photo.jpg"),
        ("photo.jpg", b"\x89PNG\r\n\x1a\n", IMAGE, "photo.png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0", IMAGE, "photo.jpeg"),
        ("v1.2 final.m4v", media.mp4(), VIDEO, "v1.2 final.mp4"),
        ("clip", media.mp4(), VIDEO, "clip.mp4"),
        ("odd.xyz", b"nothing known", VIDEO, "odd.xyz"),
    ]
)
def test_a_file_is_sent_under_an_ending_that_is_true(
    name: str, data: bytes, kind: MediaKind, sent: str
) -> None:
    """The cloud goes by endings: one that lies, or that it does not know, is replaced."""
    assert name_in_cloud(name, data[:64], kind) == sent


@each_row(
    [
        (b"holiday.MTS", "MP4"),
        (b"old.wmv", "MP4"),
        (b"tape.mpg", "MP4"),
        (b"song.flac", "MP3 or MP4"),
        (b"memo.amr", "MP3 or MP4"),
        (b"IMG_1.HEIC", "JPG or PNG"),
        (b"clip.mp4", ""),
        (b"letter.odt", "DOCX or TXT"),
        (b"old.DOC", "DOCX or TXT"),
        (b"README", ""),
    ]
)
def test_other_media_and_documents_have_something_to_convert_to(name: bytes, target: str) -> None:
    """By the ending alone, since such a file is never opened."""
    assert converted_to(name) == target


def test_nothing_is_converted_that_is_taken() -> None:
    """No ending is both."""
    assert not [ending for ending in KINDS if converted_to(b"x." + ending.encode())]


def test_a_folder_says_of_each_ending_what_to_convert_it_to() -> None:
    """However many other files there are; those are only named."""
    facts = FolderFacts()
    for name in (b"a.exe", b"b.exe", b"c.exe", b"d.exe", b"e.exe", b"x.flac", b"y.wmv", b"z.MTS"):
        facts.add_foreign(b"transcribe/" + name, Snapshot(1, 0, 0, 8, 1, 1))
    said = conversions(facts.foreign_endings)
    assert said == (
        "Convert .flac to MP3 or MP4, and put that here."
        " Convert .mts, .wmv to MP4, and put that here. "
    )


def test_a_conversion_is_named_only_where_its_result_is_taken() -> None:
    """A PDF made a text would not be taken in a folder for videos either."""
    videos = frozenset({MediaKind.VIDEO})
    assert conversions(["pdf", "wmv"], videos) == "Convert .wmv to MP4, and put that here. "
    assert converted_to(b"deck.pdf", videos) == ""
