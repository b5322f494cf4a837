"""Which tracks a file has, and what is missing of it, by what its container says."""

from __future__ import annotations

import os
import struct

import pytest

from nemowatch.content.containers import Pieces, TooMany, pieces
from nemowatch.content.kinds import Sniffed, SniffResult
from nemowatch.content.sniff import sniff
from nemowatch.errors import UnsafeContent
from nemowatch.model import MediaKind
from tests.rigs import media_files as media
from tests.rigs.media_files import (
    FRAME,
    PICTURE,
    SOUND,
    box,
    cluster,
    element,
    id3,
    moof,
    track_entry,
    tracks,
    trak,
)
from tests.rigs.rows import each_row

NO_TRACK = "it has no sound track"
EMPTY = "its sound track is empty"
OFF = "its sound track is switched off"
VIDEO, AUDIO = MediaKind.VIDEO, MediaKind.AUDIO
ENCRYPTED = element(0x6D80, element(0x6240, element(0x5035, b"")))


def found(data: bytes, name: str = "clip.mp4") -> Sniffed:
    """The judgement of a file with this content."""
    fd = os.memfd_create("media")
    try:
        os.pwrite(fd, data, 0)
        return sniff(fd, name.encode(), len(data))
    finally:
        os.close(fd)


def mkv(*entries: bytes, of: tuple[int, ...]) -> bytes:
    """A Matroska file with these tracks, and content of some."""
    return media.mkv(tracks(*entries), cluster(*of))


P, S, TEXT = track_entry(1, 1), track_entry(2, 2), track_entry(3, 17)
SILENT: dict[str, tuple[bytes, str]] = {
    "MP4 with a picture only": (media.mp4(PICTURE), NO_TRACK),
    "MP4 with subtitles": (media.mp4(PICTURE, trak(b"sbtl", 3)), NO_TRACK),
    "MP4 with a time code": (media.mp4(PICTURE, trak(b"tmcd", 3)), NO_TRACK),
    "MP4 with an empty sound track": (media.mp4(PICTURE, trak(b"soun", 2, samples=0)), EMPTY),
    "MP4 with its sound off": (media.mp4(PICTURE, trak(b"soun", 2, enabled=False)), OFF),
    "fragments without sound": (
        media.fragmented(moof(1), moof(1), traks=(trak(samples=0), trak(b"soun", 2, samples=0))),
        EMPTY,
    ),
    "Matroska with a picture only": (mkv(P, TEXT, of=(1, 3)), NO_TRACK),
    "Matroska with an empty sound track": (mkv(P, S, of=(1, 1)), EMPTY),
    "Matroska with its sound off": (
        mkv(P, track_entry(2, 2, element(0xB9, b"\0")), of=(1, 2)),
        OFF,
    ),
    "AVI with a picture only": (media.avi(b"vids"), NO_TRACK),
    "AVI with an empty sound track": (media.avi(b"vids", b"auds", of=(0, 0)), EMPTY),
}


@each_row(SILENT)
def test_a_video_without_sound_says_why(case: str) -> None:
    """No track, an empty one, or one that is switched off."""
    data, why = SILENT[case]
    one = found(data)
    assert (one.finding, one.kind, one.silent) == (SniffResult.MEDIA, VIDEO, why)


HEARD: dict[str, tuple[bytes, MediaKind]] = {
    "MP4": (media.mp4(), VIDEO),
    "MP4 with a large index": (media.mp4(PICTURE, *[trak(b"sbtl", 3)] * 500, SOUND), VIDEO),
    "MP4 with its index at the end": (
        box(b"ftyp", media.FTYP_BODY) + box(b"mdat", b"d" * 50) + media.moov(PICTURE, SOUND),
        VIDEO,
    ),
    "MP4 without a picture": (media.mp4(SOUND), AUDIO),
    "MP4 with a cover that is off": (media.mp4(trak(enabled=False), SOUND), AUDIO),
    "MP4 in which all is off": (
        media.mp4(trak(enabled=False), trak(b"soun", 2, enabled=False)),
        VIDEO,
    ),
    "fragments": (
        media.fragmented(moof(1), moof(2), traks=(trak(samples=0), trak(b"soun", 2, samples=0))),
        VIDEO,
    ),
    "Matroska": (mkv(P, S, of=(1, 2)), VIDEO),
    "Matroska without a picture": (mkv(S, of=(2,)), AUDIO),
    "Matroska of open length": (
        media.mkv(tracks(P, S), cluster(1, is_open=True), cluster(2, is_open=True), is_open=True),
        VIDEO,
    ),
    "Matroska with its tracks far behind": (
        media.mkv(element(media.VOID, bytes(90_000)), tracks(P, S), cluster(1, 2)),
        VIDEO,
    ),
    "Matroska with its tracks last": (media.mkv(cluster(1, 2), tracks(P, S)), VIDEO),
    "AVI": (media.avi(b"vids", b"auds"), VIDEO),
    "AVI of digital video": (media.avi(b"iavs"), VIDEO),
    "AVI without a picture": (media.avi(b"auds"), AUDIO),
    "WAV": (media.wav(), AUDIO),
    "MP3 with a header": (media.mp3(), AUDIO),
    "MP3 behind junk": (b"\x01junk\x00" * 500 + FRAME * 5, AUDIO),
    "MP3 behind a tag and junk": (id3(100, bytes(100)) + b"\xff\0junk" * 50 + FRAME * 3, AUDIO),
}


@each_row(HEARD)
def test_what_can_be_heard_is_known_by_its_tracks(case: str) -> None:
    """A file without a picture is sound, whatever its container."""
    data, kind = HEARD[case]
    one = found(data, "talk.mp3" if case.startswith("MP3") else "clip.mp4")
    assert (one.finding, one.kind, one.silent) == (SniffResult.MEDIA, kind, "")


REFUSED: dict[str, tuple[bytes, str]] = {
    "MP4 with subtitles only": (media.mp4(trak(b"sbtl")), "neither"),
    "MP4 without tracks": (media.mp4(box(b"udta", bytes(50))), "neither"),
    "MP4 with empty tracks": (media.mp4(trak(samples=0)), "neither"),
    "Matroska with subtitles only": (mkv(TEXT, of=(3,)), "neither"),
    "WAV without sound": (media.wav(b""), "neither"),
    "MP4 that is encrypted": (media.mp4(PICTURE, trak(b"soun", 2, form=b"enca")), "protected"),
    "a song of the iTunes shop": (media.mp4(trak(b"soun", form=b"drms")), "protected"),
    "Matroska that is encrypted": (mkv(track_entry(1, 1, ENCRYPTED), of=(1,)), "protected"),
    "HEIC": (box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"x"), "HEIC"),
    "AVIF": (box(b"ftyp", b"avif\0\0\0\0mif1avif") + box(b"mdat", b"x"), "AVIF"),
    "a transport stream": ((b"\x47" + b"\x00" * 187) * 9, "transport stream"),
    "AIFF": (b"FORM\0\0\1\0AIFFCOMM" + bytes(80), "AIFF"),
    "FLAC behind a tag": (id3(20, bytes(20)) + b"fLaC" + bytes(80), "FLAC"),
    "an empty tag and junk": (id3(20, bytes(20)) + b"junk" * 900, "neither"),
    "Windows Media": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(80), "Windows Media"),
    "a page in place of a file": (b"<!DOCTYPE html>\n<title>404</title>", "web page"),
}


@each_row(REFUSED)
def test_what_cannot_be_used_is_named_with_its_cure(case: str) -> None:
    """Nothing to see or hear, protected, or of a kind that the cloud does not take."""
    data, word = REFUSED[case]
    one = found(data)
    assert one.finding is SniffResult.NOT_MEDIA
    assert word in one.why
    assert one.cure


SLIGHT: dict[str, bytes] = {
    "zeros behind the last box": media.mp4() + bytes(100),
    "a few bytes behind the last box": media.mp4() + b"\1\2\3",
    "text behind the last box": media.mp4() + b"TAGsome words that are no box",
    "a box behind the content that is cut off": media.mp4() + box(b"free", bytes(99))[:50],
    "RIFF that forgets its header": media.wav()[:4] + struct.pack("<I", 4044) + media.wav()[8:],
    "Matroska with a length one too large": mkv(P, S, of=(1, 2))[:-1],
    "MP3 with a frame less than it says": media.mp3(200, promised=417 * 202),
}


@each_row(SLIGHT)
def test_what_players_play_is_missing_only_slightly(case: str) -> None:
    """Such a file is taken once nothing has changed for long, and not before."""
    one = found(SLIGHT[case])
    assert one.finding is SniffResult.CUT_SHORT
    assert one.slight
    assert not one.ends


JPEG = (
    b"\xff\xd8\xff\xe1\x00\x08thum\xff\xd9" + b"\xff\xda\x00\x04ab" + b"\x12\xff\x00picture" * 900
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(17) + b"\0\0\x10\0IDAT" + b"i" * 3000
CUT: dict[str, bytes] = {
    "half a JPEG": JPEG,
    "half a PNG": PNG,
    "a PNG's first bytes": PNG[:8],
    "half a PNG's header": PNG[:20],
    "a JPEG's first bytes": JPEG[:4],
    "a JPEG's small picture": b"\xff\xd8\xff\xe1\x20\x00" + b"thumb" * 90,
    "half an MP4": media.mp4()[:3000],
    "MP4 of zeros behind its index": box(b"ftyp", media.FTYP_BODY) + media.moov(SOUND) + bytes(99),
    "MP4 without content": box(b"ftyp", media.FTYP_BODY) + media.moov(PICTURE, SOUND),
    "fragments with zeros behind": media.fragmented(moof(1), bytes(99), traks=(PICTURE, SOUND)),
    "half a WAV": media.wav()[:2000],
    "half an AVI": media.avi(b"vids", b"auds")[:1500],
    "half a Matroska": mkv(P, S, of=(1, 2, 1, 2))[:500],
    "Matroska without tracks": media.mkv(cluster(1, 2)),
    "half an MP3 by its header": media.mp3(20)[:4000],
    "half an MP3 by its other header": media.mp3(20, info=b"VBRI")[:4000],
    "a tag that goes on beyond the end": id3(100_000_000, bytes(500)),
    "a tag and nothing else": id3(500, bytes(500)),
    "a tag and zeros": id3(500, bytes(5000)),
    "MP4 whose content ends in zeros": box(b"ftyp", media.FTYP_BODY)
    + media.moov(PICTURE, SOUND)
    + box(b"mdat", b"d" * 5000 + bytes(20_000)),
    "MP4 whose index is zeros": box(b"ftyp", media.FTYP_BODY)
    + box(b"mdat", b"d" * 500)
    + box(b"moov", box(b"mvhd", bytes(100)) + PICTURE + bytes(300)),
    "Matroska that ends in zeros": media.mkv(
        tracks(track_entry(1, 1, element(0x86, b"V_VP9"))), cluster(1), bytes(20_000)
    ),
    "AVI with zeros behind its pictures": media.avi(b"vids", b"auds", more=bytes(100)),
    "MP3 that ends in zeros": FRAME * 9 + bytes(20_000),
}


@each_row(CUT)
def test_what_is_cut_short_is_never_slight(case: str) -> None:
    """More may come, and without it the file is not whole."""
    one = found(CUT[case])
    assert one.finding is SniffResult.CUT_SHORT
    assert not one.slight


def test_plain_samples_may_be_silent_to_the_end() -> None:
    """Zeros at the end of uncompressed sound are silence."""
    silence = b"d" * 5000 + bytes(20_000)
    plain = box(b"ftyp", media.FTYP_BODY) + media.moov(PICTURE, trak(b"soun", 2, form=b"sowt"))
    for data in (plain + box(b"mdat", silence), media.wav(silence)):
        assert found(data).finding is SniffResult.MEDIA


MANY: dict[str, bytes] = {
    "RIFF in pieces of ten bytes": media.wav() + media.chunk(b"RIFF", b"xx") * 50_000,
    "WAV of empty chunks": b"RIFF"
    + struct.pack("<I", 4 + 8 * 50_000)
    + b"WAVE"
    + (b"junk" + bytes(4)) * 50_000,
    "an index of many boxes": box(b"ftyp", media.FTYP_BODY)
    + box(b"moov", box(b"mvhd", bytes(100)) + box(b"free", b"") * 50_000)
    + box(b"mdat", b"x"),
    "a row of empty boxes": media.mp4() + box(b"free", b"") * 50_000,
    "endless tiny elements": media.mkv(b"\xec\x80" * 50_000),
}


@pytest.mark.parametrize("case", MANY)
def test_a_file_of_endless_pieces_is_given_up(case: str) -> None:
    """The work for one file is bounded, and its answer is that it cannot be read safely."""
    with pytest.raises(UnsafeContent):
        found(MANY[case])


def test_a_recording_of_many_fragments_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days of fragments are no attack: what their beginning says counts."""
    monkeypatch.setattr(pieces, "READS", 50)
    part = box(b"moof", b"") + box(b"mdat", b"d" * 9000)
    one = found(media.fragmented(traks=(PICTURE, SOUND)) + moof(1, 2) + part * 100)
    assert (one.finding, one.kind) == (SniffResult.MEDIA, VIDEO)
    assert not one.ends


def test_megabytes_of_junk_before_the_sound_are_not_searched() -> None:
    """An MP3 whose first frame is beyond the first megabyte is none."""
    one = found(id3(10, bytes(10)) + b"\xfe\x00" * 1_000_000 + FRAME * 10)
    assert one.finding is SniffResult.NOT_MEDIA


def test_reading_in_pieces_is_bounded() -> None:
    """After so many pieces there are no more."""
    fd = os.memfd_create("many")
    os.ftruncate(fd, 200_000_000)
    far = Pieces(fd, 200_000_000)
    offsets = range(0, 200_000_000, 8192)
    with pytest.raises(TooMany):
        list(map(far.number, offsets))
    os.close(fd)


@pytest.mark.parametrize("behind", [b"", b"MPF and a film behind the picture" * 50])
def test_a_whole_picture_may_have_more_behind_it(behind: bytes) -> None:
    """Phones put films and depth maps there."""
    for picture in (JPEG + b"\xff\xd9", PNG + b"IEND\xaeB`\x82"):
        one = found(picture + behind, "photo.jpg")
        assert (one.finding, one.ends) == (SniffResult.MEDIA, not behind)


def test_a_picture_without_a_structure_is_left_alone() -> None:
    """Where something else than a picture's parts comes behind the first bytes, nothing is said
    of its end."""
    odd = b"\xff\xd8\xff\xe0\x00\x04ab" + b"odd" * 900
    assert found(odd, "photo.jpg").finding is SniffResult.MEDIA
