"""What anybody who may write into a share can do to the daemon, one function for each attack.

Each gets the studio whose daemon runs, acts, and returns what is still to be done when its time is
up, if anything. To add one: write the function under `@attack("what is done")`.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.rigs import hostile_cloud
from tests.rigs.hostile_cloud import LIED_TO, Handler, HostileCloud
from tests.rigs.studio import Studio, video

Attack = Callable[[Studio], Callable[[], None] | None]
ATTACKS: dict[str, Attack] = {}
#: Attacks that stop an inbox, as anybody may who can write there; they must not stop another one.
ON_AN_INBOX: set[str] = set()

#: Attacks by the cloud. They reach only the attacker's sessions, so that others can be measured.
BY_THE_CLOUD: set[str] = set()

FIFTEEN = "dub-es-fr-de-it-pt-nl-pl-sv-da-fi-cs-ro-hu-el-uk"
OWNER = ".nemowatch-owner.json"
MIB = 1024 * 1024


def attack(what: str, *, on_inbox: bool = False) -> Callable[[Attack], Attack]:
    """Put this function into the table; `on_inbox`: it concerns all work of its inbox."""

    def enter(function: Attack) -> Attack:
        ATTACKS[what] = function
        if on_inbox:
            ON_AN_INBOX.add(what)
        return function

    return enter


# -- texts


@attack("a shortcut with a line of 99,000 blanks")
def long_line(studio: Studio) -> None:
    studio.drop("dub-fr/a.url", b"[InternetShortcut]\r\nURL=x" + b" " * 99_000 + b"x\r\n")


@attack("a list of 94 kB for 15 languages")
def long_list(studio: Studio) -> None:
    lines = (f"https://a.b/{number:04}\n" for number in range(5500))
    studio.drop(f"{FIFTEEN}/a.urls.txt", "".join(lines).encode())


@attack("a list of 1,000 addresses")
def honest_list(studio: Studio) -> None:
    lines = (f"https://a.b/{number:04}\n" for number in range(1000))
    studio.drop("dub-fr/a.urls.txt", "".join(lines).encode())


@attack("instructions of 100 MB, and of 1 TB of nothing")
def large_prompt(studio: Studio) -> None:
    studio.drop("edit-a/prompt.txt", b"make it good " * (8 * MIB))
    studio.drop("edit/prompt.txt", b"")
    os.truncate(studio.inbox / "edit/prompt.txt", 1 << 40)
    studio.drop("edit/clip.mp4")


@attack("a script of 60 MB in one line")
def large_script(studio: Studio) -> None:
    studio.drop("voiceover/a.txt", b"word " * (12 * MIB))


@attack("a property list of 50,000 levels, and one that multiplies itself")
def property_lists(studio: Studio) -> None:
    deep = b"<plist>" + b"<array>" * 50_000
    studio.drop("dub-fr/deep.webloc", deep)
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><plist><string>&a11;</string></plist>'
    studio.drop("dub-fr/laughs.webloc", laughs.encode())


# -- documents and containers


def word(body: bytes, times: int = 1, name: str = "word/document.xml") -> bytes:
    """A Word file whose document is `body`, repeated `times` times."""
    types = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override'
        b' PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
        b'.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    head = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", rels)
        archive.writestr(name, head + body * times + b"</w:body></w:document>")
    return made.getvalue()


@attack("a Word file of 95 MB of empty paragraphs")
def empty_paragraphs(studio: Studio) -> None:
    studio.drop("voiceover/a.docx", word(b"<w:p/>", 95 * MIB // 6))


@attack("20 such files")
def many_documents(studio: Studio) -> None:
    data = word(b"<w:p/>", 95 * MIB // 6)
    for number in range(20):
        studio.drop(f"voiceover/{number}.docx", data)


@attack("a Word table of 30,000 merged rows")
def merged_rows(studio: Studio) -> None:
    cell = b"<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
    table = b"<w:tbl>" + (b"<w:tr>" + cell * 3 + b"</w:tr>") * 30_000 + b"</w:tbl>"
    studio.drop("voiceover/a.docx", word(table))


@attack("a Word cell that spans two thousand million columns")
def grid_span(studio: Studio) -> None:
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p/></w:tc>'
    studio.drop("voiceover/a.docx", word(b"<w:tbl><w:tr>" + cell + b"</w:tr></w:tbl>"))


@attack("a Word file of 300,000 levels, and one of 60,000 members")
def deep_word(studio: Studio) -> None:
    studio.drop("voiceover/deep.docx", word(b"<w:sdt>" * 300_000))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"word/{number}", b"")
    studio.drop("voiceover/many.docx", made.getvalue())


@attack("a RIFF, an MP4 and a Matroska of millions of pieces")
def tiny_pieces(studio: Studio) -> None:
    pieces = b"abcd\x02\x00\x00\x00ab" * 1_000_000
    riff = b"RIFF" + struct.pack("<I", len(pieces) + 4) + b"WAVE" + pieces
    studio.drop("transcribe/a.wav", riff)
    box = struct.pack(">I", 8) + b"free"
    studio.drop("dub-fr/a.mp4", video("x") + box * 1_000_000)
    inside = b"\xec\x80" * 2_000_000
    head = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x08" + struct.pack(">Q", len(inside))[1:]
    studio.drop("dub-fr/a.mkv", head + inside)


@attack("large Word files and containers of tiny pieces at once")
def two_children(studio: Studio) -> None:
    deep_word(studio)
    empty_paragraphs(studio)
    tiny_pieces(studio)


# -- files that are none, or never end


@attack("a file of the largest size there can be, empty inside")
def sparse(studio: Studio) -> None:
    for name in ("dub-fr/a.mp4", "dub-fr/b.wav", "voiceover/c.txt", "voiceover/d.docx"):
        path = studio.drop(name)
        for bits in (63, 62, 50, 44, 43, 42):
            with suppress(OSError):
                os.truncate(path, (1 << bits) - 4096)
                break


@attack("a status page of 20 GB, empty inside")
def large_page(studio: Studio) -> None:
    page = studio.root / "status.html"
    page.write_bytes(b'<meta name="generator" content="nemowatch">')
    os.truncate(page, 20 << 30)


@attack("a result's name taken by files of 1 TB, 200 times")
def large_candidates(studio: Studio) -> None:
    folder = studio.outbox / "dub-es"
    folder.mkdir(exist_ok=True)
    for number in range(200):
        ending = f" ({number})" if number > 1 else ""
        (folder / f"second.es{ending}.mp4").touch()
        os.truncate(folder / f"second.es{ending}.mp4", 1 << 40)


@attack("files that are written to for ever")
def endless(studio: Studio) -> Callable[[], None]:
    ended = threading.Event()

    def write() -> None:
        paths = [studio.drop(f"dub-fr/{number}.mp4") for number in range(20)]
        while not ended.wait(0.01):
            for path in paths:
                with suppress(OSError), path.open("ab") as file:
                    file.write(b"more")

    worker = threading.Thread(target=write)
    worker.start()
    return lambda: (ended.set(), worker.join())[0]


@attack("files that come, go and change their names for ever")
def restless(studio: Studio) -> Callable[[], None]:
    ended = threading.Event()

    def move() -> None:
        folder = studio.inbox / "dub-fr"
        folder.mkdir(exist_ok=True)
        number = 0
        while not ended.wait(0.001):
            number += 1
            path = folder / f"{number}.mp4"
            with suppress(OSError):
                path.write_bytes(b"x")
                path.rename(folder / f"{number}b.mp4")
                (folder / f"{number}b.mp4").unlink()

    worker = threading.Thread(target=move)
    worker.start()
    return lambda: (ended.set(), worker.join())[0]


@attack("pipes and sockets under every name that is read")
def pipes(studio: Studio) -> None:
    folder = studio.inbox / "dub-fr"
    folder.mkdir()
    for name in ("a.mp4", "prompt.txt", "PAUSE", "APPROVE", "b.txt", "c.docx"):
        os.mkfifo(folder / name)
    os.mkfifo(studio.inbox / "APPROVE")
    with suppress(OSError), socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "s.mp4"))


@attack("an owner file of 60,000 brackets", on_inbox=True)
def owner_file(studio: Studio) -> None:
    (studio.root / OWNER).write_bytes(b"[" * 60_000)
    studio.drop("dub-fr/a.mp4")


@attack("an owner file that is a pipe", on_inbox=True)
def owner_pipe(studio: Studio) -> None:
    (studio.root / OWNER).unlink()
    os.mkfifo(studio.root / OWNER)
    studio.drop("dub-fr/a.mp4")


@attack("a folder in the place of the inbox, and a link in that of the outbox", on_inbox=True)
def swapped_roots(studio: Studio) -> None:
    studio.inbox.rename(studio.root / "old")
    studio.inbox.mkdir()
    studio.outbox.rename(studio.root / "old-outbox")
    studio.outbox.symlink_to("/etc")
    studio.drop("dub-fr/a.mp4")


@attack("a pipe and a link under the names of coming parts")
def part_names(studio: Studio) -> None:
    assert studio.daemon is not None
    names = {f"{start}-{studio.daemon.pid}" for start in (".~nemowatch-owner", ".~nemowatch-check")}
    for name in names:
        with suppress(OSError):
            os.mkfifo(studio.inbox / name)
        with suppress(OSError):
            (studio.outbox / name).symlink_to(studio.state / "journal.db")


@attack("an outbox folder swapped for a link, again and again")
def swapped_outbox(studio: Studio) -> Callable[[], None]:
    ended = threading.Event()
    elsewhere = studio.root.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)

    def swap() -> None:
        folder = studio.outbox / "dub-fr"
        kept = studio.outbox / "kept"
        while not ended.wait(0.05):
            with suppress(OSError):
                folder.rename(kept)
                folder.symlink_to(elsewhere)
            with suppress(OSError):
                folder.unlink()
                kept.rename(folder)

    studio.drop("dub-fr/swapped.mp4")
    worker = threading.Thread(target=swap)
    worker.start()
    return lambda: (ended.set(), worker.join())[0]


# -- names, numbers, times


@attack("3,000 tiny files that are no media")
def many_files(studio: Studio) -> None:
    for number in range(3000):
        studio.drop(f"dub-fr/{number}.mp4", b"%d" % number)


@attack("2,000 folders, half of them with wrong names")
def many_folders(studio: Studio) -> None:
    for number in range(1000):
        (studio.inbox / f"dub-xx{number}").mkdir()
        (studio.inbox / f"dub-fr/{number}/deep").mkdir(parents=True)


@attack("folders 2,500 deep in every root, and 5,000 folders wide")
def deep(studio: Studio) -> None:
    for root in ("inbox", "inbox/dub-fr", "outbox", "done", "failed"):
        (studio.root / root).mkdir(exist_ok=True)
        _dig(studio.root / root, 2500)
    for number in range(5000):
        (studio.inbox / f"dub-fr/{number}").mkdir(parents=True)


def _dig(top: Path, depth: int) -> None:
    """Make `depth` folders, each in the one before."""
    here = os.open(top, os.O_DIRECTORY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@attack("names of 255 bytes, of control characters and of broken bytes")
def hostile_names(studio: Studio) -> None:
    folder = os.fsencode(studio.inbox / "dub-fr")
    os.makedirs(folder, exist_ok=True)
    names = (
        b"a" * 251 + b".mp4",
        b"\xff\xfe" * 100 + b".mp4",
        b"a\nb\r\x1b[2Jc.mp4",
        "\u202egnp.\u2066\u200b.mp4".encode(),
        b"-rf .mp4",
        b"<script>alert(1)</script>.mp4".replace(b"/", b""),
        b"%s%n{0}{{x}}$(id)`id`.mp4",
        ("e" + "\u0301" * 120 + ".mp4").encode(),
        b".mp4",
        b"con.mp4",
    )
    for name in names:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"%d" % len(name))


@attack("times before 1970 and after 2262")
def odd_times(studio: Studio) -> None:
    seconds = (-(1 << 31), -1, 0, (1 << 31) + 5, 9_300_000_000, 15_000_000_000, 253_402_300_799)
    for number, second in enumerate((*seconds, -62_135_596_800)):
        path = studio.drop(f"dub-fr/{number}.mp4")
        with suppress(OSError, OverflowError):
            os.utime(path, (second, second))


@attack("files, folders and instructions that nobody may read")
def forbidden(studio: Studio) -> None:
    for number in range(50):
        studio.drop(f"dub-fr/{number}.mp4").chmod(0)
    studio.drop("dub-de/prompt.txt", b"hello").chmod(0)
    studio.drop("dub-de/a.mp4")
    studio.drop("dub-it/a.mp4")
    (studio.inbox / "dub-it").chmod(0)


@attack("one file under 2,000 names")
def hard_links(studio: Studio) -> None:
    path = studio.drop("edit-x/0.mp4", b"no media")
    folder = studio.inbox / "dub-fr"
    folder.mkdir(exist_ok=True)
    for number in range(2000):
        os.link(path, folder / f"{number}.mp4")


# -- a cloud that does harm


def cloud_attack(what: str, answer: Handler) -> None:
    """Add an attack in which the cloud gives this answer to all calls for five jobs."""

    @attack(what)
    def answer_so(studio: Studio) -> None:
        assert isinstance(studio.sandbox, HostileCloud)
        studio.sandbox.answer = answer
        for number in range(5):
            studio.drop(f"dub-fr/{LIED_TO}-{number}.mp4")

    BY_THE_CLOUD.add(what)


cloud_attack("a cloud that refuses with 50 MB of text", hostile_cloud.huge_error)
cloud_attack("a cloud that fails with 50 MB of text", hostile_cloud.huge_failure)
cloud_attack("a cloud that answers with 100 MB of numbers", hostile_cloud.enormous_json)
cloud_attack("a cloud that answers with a million levels", hostile_cloud.deep)
cloud_attack("a cloud whose answers never end", hostile_cloud.endless)
cloud_attack("a cloud that sends one line of 200 MB", hostile_cloud.endless_line)
cloud_attack("a cloud that sends a byte now and then", hostile_cloud.drip)
cloud_attack("a cloud whose paid turns send a byte now and then", hostile_cloud.dripping_turn)
cloud_attack("a cloud that sends twenty million empty lines", hostile_cloud.empty_lines)
cloud_attack(
    "a cloud that does all of this at once",
    hostile_cloud.in_turn(
        hostile_cloud.endless,
        hostile_cloud.enormous_json,
        hostile_cloud.huge_failure,
        hostile_cloud.deep,
        hostile_cloud.endless_line,
        hostile_cloud.empty_lines,
    ),
)
