"""Names that are never work, folders that are never entered, and copies that sync clients make."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.intake.scan import ignored_names
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.paths import as_text
from tests.rigs.rows import each_row

IGNORED = [
    "a.part",
    "a.PARTIAL",
    "a.filepart",
    "a.crdownload",
    "a.download",
    "a.opdownload",
    "a.tmp",
    "a.Temp",
    "a.uploading",
    "a.aria2",
    "a.!qB",
    "a.!ut",
    "a.ytdl",
    "a.crswap",
    "a.swp",
    "a.kate-swp",
    "a.unmanic.part",
    "a.fftemp",
    "._a.mp4",
    ".~a",
    "~$a.docx",
    ".~lock.a#",
    ".syncthing.a.mp4.tmp",
    "~syncthing~a.tmp",
    ".nfs0001",
    ".fuse_hidden1",
    ".goutputstream-X",
    ".org.chromium.x",
    ".com.google.Chrome.x",
    ".a.mp4.Xy12Zz",
    "a.ocTransferId1.part",
    "a.0123abcd.partial",
    "a.mp4.sb-1234-Xy",
    "~x.tmp",
    "a.mp4~",
    ".DS_Store",
    "DESKTOP.INI",
    "Thumbs.db",
    "ehthumbs.db",
    ".localized",
    ".directory",
    ".apdisk",
    ".stignore",
    ".nosync",
    ".dropbox",
    ".dropbox.attr",
    ".sync.ffs_db",
    "a@SynoResource",
    "a@SynoEAStream",
]


FOLDERS = [
    "@eaDir",
    "#recycle",
    "#snapshot",
    "@tmp",
    "@sharebin",
    "@Recycle",
    ".@__thumb",
    "@Recently-Snapshot",
    "@Transcode",
    ".streams",
    ".qsync",
    ".SynologyWorkingDirectory",
    "$RECYCLE.BIN",
    ".Trash-1000",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventd",
    ".TemporaryItems",
    ".DocumentRevisions-V100",
    "__MACOSX",
    "lost+found",
    ".snapshot",
    ".zfs",
    ".stfolder",
    ".stversions",
    ".dropbox.cache",
    ".sync",
    ".git",
    ".hidden",
]


@each_row([*IGNORED, "Icon\r"])
def test_names_of_the_list_are_ignored_in_any_case_and_say_why(name: str) -> None:
    """Every line of the ignore list holds, whatever its case."""
    for form in (name, name.upper(), name.lower()):
        verdict = Ignore().name(form.encode())
        assert verdict.kind is NameClass.IGNORED, form
        assert verdict.why


@each_row([*FOLDERS, "System Volume Information"])
def test_folders_of_the_list_are_never_entered(name: str) -> None:
    """Every folder of the list is pruned, and so is all below it."""
    assert Ignore().name(name.upper().encode(), folder=True).kind is NameClass.IGNORED
    assert Ignore().path(b"dub-es/" + name.encode() + b"/clip.mp4").kind is NameClass.IGNORED
    assert Ignore().path(b"dub-es/" + name.encode(), folder=True).kind is NameClass.IGNORED


@each_row(sorted(ignored_names.FOLDERS))
def test_bins_versions_and_staging_folders_are_never_entered(name: str) -> None:
    """Whatever the list names is pruned in any case, with its reason."""
    for form in (name, name.upper()):
        verdict = Ignore().name(form.encode(), folder=True)
        assert verdict.kind is NameClass.IGNORED
        assert verdict.why


@each_row(
    [
        "_UNPACK_Show.S01",
        "_FAILED_Show.S01",
        "Show.S01.#1234",
        "Network Recycle Bin 1",
        "_NAS_Recycle_RAID",
        "Wedding.fcpbundle",
        "iMovie Library.imovielibrary",
        "Photos Library.photoslibrary",
        "Sequence 01.PRV",
        "found.000",
        ".Trash-1000",
    ]
)
def test_packages_and_what_programs_unpack_are_never_entered(name: str) -> None:
    """A package is one thing to its program: nothing in it is work."""
    path = f"dub-es/{name}/clip.mp4".encode()
    assert Ignore().path(path).kind is NameClass.IGNORED
    assert Ignore().name(name.encode(), folder=True).why


@each_row(
    [
        "dub-es",
        "clientA",
        "Take #2",
        "No.5",
        "final cut",
        "Recycling campaign",
        "media",
        "snapshot day",
    ]
)
def test_folders_of_people_are_entered(name: str) -> None:
    """Ordinary words are no bin and no cache."""
    assert Ignore().name(name.encode(), folder=True).kind is NameClass.WORK


@pytest.mark.parametrize(
    "name", ["a.mp4.download", "a.mp4.sb-1a2b-c", "x.part", "~syncthing~a.tmp", "~$a"]
)
def test_folders_that_a_program_still_fills_are_never_entered(name: str) -> None:
    """Safari and macOS put a file that is not whole into a folder of its own."""
    assert Ignore().path(f"dub-es/{name}/a.mp4".encode()).kind is NameClass.IGNORED


@each_row(
    [
        ("a (Conflict 1).mp4", NameClass.CONFLICT),
        ("nemowatch - Read Me.txt", NameClass.OURS),
        ("a.mp4.error.txt", NameClass.OURS),
        ("PAUSE", NameClass.OURS),
        ("Pause.TXT", NameClass.OURS),
        ("approve", NameClass.OURS),
        ("prompt.txt.txt", NameClass.OURS),
        ("a.es.mp4.revise.txt.txt", NameClass.OURS),
        (".~nemowatch-7.part", NameClass.OURS),
        (".nemowatch-owner.json", NameClass.OURS),
        ("a.question.txt", NameClass.OURS),
        ("a.answer.txt", NameClass.OURS),
        ("clip.mp4", NameClass.WORK),
        ("part.mp4", NameClass.WORK),
        ("my.tmp.mp4", NameClass.WORK),
        ("tmp", NameClass.WORK),
        ("paused.mp4", NameClass.WORK),
        ("prompt.mp4", NameClass.WORK),
    ]
)
def test_conflicts_and_our_own_names_are_told_apart_from_work(name: str, kind: NameClass) -> None:
    """Conflict copies are held, ours are never sources, everything else is work."""
    assert Ignore().name(name.encode()).kind is kind


@each_row(
    [
        "talk.sync-conflict-20240131-120000-ABCDEFG.mp4",
        "talk (Anna's conflicted copy 2024-01-31).mp4",
        "talk (conflicted copy 2024-01-31 120000).mp4",
        "talk (PC-7's conflicted copy 2024-01-31 (1)).mp4",
        "talk (In Konflikt stehende Kopie von Anna 2024-01-31).mp4",
        "talk (Copie en conflit de Anna 2024-01-31).mp4",
        "talk (Copia en conflicto de Anna 2024-01-31).mp4",
        "talk (Anna の競合コピー 2024-01-31).mp4",
        "talk (конфликтующая копия Anna 2024-01-31).mp4",
        "talk (Annas konfliktkopia 2024-01-31).mp4",
        "talk (Case Conflict 1).mp4",
        "talk (Unicode Encoding Conflict).mp4",
        "talk (case clash from 2024-01-31 120000).mp4",
        "talk (conflicting copy).mp4",
        "talk[Conflict].mp4",
        "talk (conflicted).mp4",
        "talk_conflict-20240131-120000.mp4",
        "talk_conflict-anna-20240131-120000.mp4",
        "talk (SFConflict anna@example.com 2024-01-31-12-00-00).mp4",
        "talk_DiskStation_Jan-31-120000-2024_Conflict.mp4",
        "talk-DESKTOP-AB12CD3.mp4",
        "talk-LAPTOP-AB12CD3-2.mp4",
        "talk-studio-safeBackup-0001.mp4",
        "talk.conflict1.mp4",
    ]
)
def test_copies_that_sync_clients_make_of_a_conflict_are_told_by_their_forms(name: str) -> None:
    """In any case, composed or not, as a file and as a folder."""
    for form in (name, name.upper(), unicodedata.normalize("NFD", name)):
        assert Ignore().name(form.encode()).kind is NameClass.CONFLICT, form
    folder = name.removesuffix(".mp4").encode()
    for path in (b"dub-es/" + folder + b"/clip.mp4", b"dub-es/" + name.encode()):
        assert Ignore().path(path).kind is NameClass.CONFLICT
        assert Ignore().is_conflict(path)
    assert not Ignore().is_conflict(b"dub-es/.git/" + name.encode())


@each_row(
    [
        "Conflict.mp4",
        "conflict resolution.mp4",
        "talk (conflict resolution).mp4",
        "talk (Conflict of Interest, part 2).mp4",
        "The_conflict-in-Syria.mp4",
        "sync-conflict-explained.mp4",
        "How Dropbox makes a conflicted copy.mp4",
        "interview (2024-01-31).mp4",
        "Konflikt am Arbeitsplatz (Teil 1).mp4",
        "Der Konflikt 2024-01-31.mp4",
        "talk (1).mp4",
        "talk-desktop-version.mp4",
        "talk-laptop.mp4",
        "win-win-situations.mp4",
        "armed_conflict.mp4",
        "The.Conflict.mp4",
    ]
)
def test_conflict_as_an_ordinary_word_is_no_conflict_copy(name: str) -> None:
    """Only what a client puts around the word counts."""
    assert Ignore().name(name.encode()).kind is NameClass.WORK
    assert not Ignore().is_conflict(b"dub-es/" + name.encode())


def test_own_patterns_are_added_and_odd_bytes_are_no_obstacle() -> None:
    """A user's pattern adds to the list; names that are not UTF-8 are judged too."""
    own = Ignore(("*.DRAFT.mp4",))
    assert own.name(b"a.draft.MP4").kind is NameClass.IGNORED
    assert own.name(b"a.part").kind is NameClass.IGNORED
    assert own.name(b"caf\xe9.mp4").kind is NameClass.WORK


@given(st.binary(min_size=1, max_size=255).filter(lambda b: b"/" not in b and b"\0" not in b))
def test_any_name_gets_a_verdict_and_a_valid_text(name: bytes) -> None:
    """No byte string breaks the list, the stem or the text of a name."""
    Ignore().name(name)
    assert stem_of(name)
    as_text(name).encode("utf-8")
