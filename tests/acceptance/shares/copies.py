"""Files that come onto a local disk by real programs and odd writers. Each function is one
scenario."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.rigs.ports import free_port
from tests.rigs.shares import (
    SETTLE,
    Case,
    end,
    find_program,
    run,
    scenario,
    wait_listening,
)
from tests.rigs.studio import wait_for

#: A pause between two pieces: longer than half the settle time, and shorter than it on a busy
#: machine too.
PAUSE = 0.6 * SETTLE
MB = 1024 * 1024


@scenario("cp, cp -p, mv, hard link")
def plain_copies(case: Case) -> None:
    """The everyday ways, with kept times, by rename and by link."""
    case.start()
    for name in ("cp", "kept", "moved", "linked"):
        case.film(f"{name}.mp4", 300_000)
    os.utime(case.away / "kept.mp4", (1_000_000_000, 1_000_000_000))
    away, task = case.away, case.task
    case.put("dub-es/cp.mp4", away / "cp.mp4", lambda: run("cp", away / "cp.mp4", task))
    case.put("dub-es/kept.mp4", away / "kept.mp4", lambda: run("cp", "-p", away / "kept.mp4", task))
    case.put("dub-es/moved.mp4", away / "moved.mp4", lambda: run("mv", away / "moved.mp4", task))
    case.put(
        "dub-es/linked.mp4",
        away / "linked.mp4",
        lambda: os.link(away / "linked.mp4", task / "linked.mp4"),
    )


@scenario("trees moved in, out and about")
def trees(case: Case) -> None:
    """A tree is moved in whole; one is moved out before it settles; one is moved between task
    folders while it waits."""
    case.start()
    deep = case.away / "deep" / "er"
    deep.mkdir(parents=True)
    for name in ("a", "b"):
        (deep / f"{name}.mp4").write_bytes(case.content(name))
        case.expect(f"dub-es/deep/er/{name}.mp4", deep / f"{name}.mp4")
    os.rename(case.away / "deep", case.task / "deep")
    for name in ("a", "b"):
        case.whole(f"dub-es/deep/er/{name}.mp4")
    out = case.task / "out"
    out.mkdir()
    (out / "gone.mp4").write_bytes(case.content("gone"))
    os.rename(out, case.away / "out")
    case.house.inbox.joinpath("voiceover").mkdir()
    (case.task / "about").mkdir()
    (case.task / "about/c.mp4").write_bytes(case.content("c"))
    case.expect("voiceover/about/c.mp4", case.task / "about/c.mp4")
    os.rename(case.task / "about", case.house.inbox / "voiceover/about")
    case.whole("voiceover/about/c.mp4")


@scenario("rsync whole, --inplace, killed --partial and resumed", needs=["rsync"])
def rsync(case: Case) -> None:
    """Its temporary names are never taken, nor is the partial file that a kill leaves under the
    final name."""
    case.start()
    whole, inplace, killed = (
        case.film("whole.mp4", MB),
        case.film("inplace.mp4", MB),
        case.film("killed.mp4", 3 * MB),
    )
    target = f"{case.task}/"
    case.expect("dub-es/killed.mp4", killed)
    process = case.process(["rsync", "--partial", "--bwlimit=1000", str(killed), target])
    wait_for("rsync to be under way", lambda: any(case.task.glob(".killed*")))
    case.put("dub-es/whole.mp4", whole, lambda: run("rsync", "-a", whole, target))
    case.put(
        "dub-es/inplace.mp4",
        inplace,
        lambda: run("rsync", "--inplace", "--bwlimit=700", inplace, target),
    )
    process.send_signal(signal.SIGTERM)
    process.wait()
    time.sleep(1.5 * SETTLE)
    assert (case.task / "killed.mp4").stat().st_size < killed.stat().st_size
    run("rsync", "--partial", "--inplace", killed, target)
    case.whole("dub-es/killed.mp4")


@scenario(
    "scp to a server of our own, whole and cut off", needs=["sshd", "scp", "ssh-keygen"], slow=True
)
def scp(case: Case) -> None:
    """It writes under the final name; a copy that is cut off is closed, truncated, and waits
    until it comes whole."""
    port, key = ssh_server(case)
    case.start()
    options = [
        "-P",
        str(port),
        "-i",
        str(key),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "LogLevel=ERROR",
    ]
    whole, cut = case.film("whole.mp4", 2 * MB), case.film("cut.mp4", 4 * MB)
    target = f"127.0.0.1:{case.task}/"
    case.put("dub-es/whole.mp4", whole, lambda: run("scp", *options, whole, target))
    case.expect("dub-es/cut.mp4", cut)
    process = case.process(["scp", *options, "-l", "8000", str(cut), target])
    wait_for("scp to be under way", lambda: size_of(case.task / "cut.mp4") > 500_000)
    end(process)
    time.sleep(1.5 * SETTLE)
    run("scp", *options, cut, target)
    case.whole("dub-es/cut.mp4")


def ssh_server(case: Case) -> tuple[int, Path]:
    """An sshd on loopback for our own user; (port, private key)."""
    home, port = case.base / "ssh", free_port()
    home.mkdir(mode=0o700)
    for name in ("host", "key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name)
    (home / "authorized").write_bytes((home / "key.pub").read_bytes())
    Path("/run/sshd").mkdir(exist_ok=True)
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {home}/host",
        f"PidFile {home}/pid",
        "UsePAM no",
        f"AuthorizedKeysFile {home}/authorized",
        "StrictModes no",
        "Subsystem sftp internal-sftp",
        "PermitRootLogin yes",
    ]
    (home / "config").write_text("\n".join(lines) + "\n")
    case.process([find_program("sshd") or "sshd", "-D", "-f", str(home / "config")])
    wait_listening("sshd", port)
    return port, home / "key"


@scenario("curl -o, whole and slow", needs=["curl"])
def curl(case: Case) -> None:
    """A download straight into the folder, under its final name, at its own pace."""
    case.start()
    film = case.film("film.mp4", MB)
    with web_server(case.away) as url:
        fetch = [
            "curl",
            "-sS",
            "--limit-rate",
            "400k",
            "-o",
            str(case.task / "film.mp4"),
            f"{url}/film.mp4",
        ]
        case.put("dub-es/film.mp4", film, lambda: run(*fetch))


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """The files of a folder over HTTP on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@scenario("a slow writer: open, pausing, preallocated, sparse")
def slow_writers(case: Case) -> None:
    """Four writers with pauses of more than half the settle time between their pieces, one of
    them with its full size at once, one with holes, one that closes the file after each piece."""
    case.start()
    threads = [
        threading.Thread(target=write_slowly, args=(case, way))
        for way in ("open", "closing", "preallocated", "sparse")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def write_slowly(case: Case, way: str) -> None:
    """One of them. The last piece of the sparse one is written before the middle ones."""
    data, where = case.content(way, 900_000), f"dub-es/{way}.mp4"
    case.expect(where, data)
    path, step = case.task / f"{way}.mp4", len(data) // 5 + 1
    starts = list(range(0, len(data), step))
    if way == "sparse":
        starts = [starts[0], starts[-1], *starts[1:-1]]
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    if way == "preallocated":
        os.posix_fallocate(fd, 0, len(data))
    for start in starts:
        os.pwrite(fd, data[start : start + step], start)
        if way == "closing":
            os.close(fd)
        time.sleep(PAUSE)
        if way == "closing":
            fd = os.open(path, os.O_WRONLY)
    os.close(fd)
    case.whole(where)


@scenario("sound, text and a fragmented film in pieces, closed in between", settle=4.0, scan=15.0)
def pieces_without_an_end(case: Case) -> None:
    """Nothing says how long an MP3, a text or a film in fragments is to be: pieces more than a
    second apart are one file."""
    for folder in ("voiceover", "transcribe"):
        (case.house.inbox / folder).mkdir()
    case.start()
    # 417 bytes: 128 kbit/s at 44.1 kHz
    frame = b"\xff\xfb\x90\x00" + bytes(range(1, 200)) * 2 + b"\x01" * 15
    sound, text = frame * 60, b"One sentence for a start. And another one for the end.\n"
    head = _box(b"ftyp", b"isom\0\0\0\0isom") + _box(b"moov", b"m" * 200)
    fragments = [_box(b"moof", b"f" * 60) + _box(b"mdat", bytes([n]) * 9000) for n in range(3)]
    writes = {
        "voiceover/talk.txt": _thirds(text),
        "transcribe/sound.mp3": _thirds(sound),
        "dub-es/live.mp4": [head, fragments[0], b"".join(fragments[1:])],
    }
    for where, pieces in writes.items():
        case.expect(where, b"".join(pieces))
    for number in range(3):
        for where, pieces in writes.items():
            with (case.house.inbox / where).open("ab") as file:
                file.write(pieces[number])
        if number < 2:
            time.sleep(2.0)
    for where in writes:
        case.whole(where)
    case.checks.append(lambda: _whole_text(case, text.decode().strip()))


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _thirds(data: bytes) -> list[bytes]:
    third = len(data) // 3 + 1
    return [data[start : start + third] for start in range(0, len(data), third)]


def _whole_text(case: Case, text: str) -> str:
    messages = [
        turn["message"] for s in case.house.ledger()["sessions"].values() for turn in s["turns"]
    ]
    return (
        ""
        if any(text in message for message in messages)
        else f"the text went out cut short: {messages}"
    )


@scenario("times kept, in the future and of 1970")
def odd_times(case: Case) -> None:
    """mtimes say nothing about wholeness: old, future and zero ones are taken when they are
    still."""
    case.start()
    for name, stamp in (("future", time.time() + 86_400), ("epoch", 0), ("old", 1_000_000_000)):
        path = case.task / f"{name}.mp4"
        case.expect(f"dub-es/{name}.mp4", case.content(name))
        path.write_bytes(case.content(name))
        os.utime(path, (stamp, stamp))
        case.whole(f"dub-es/{name}.mp4")


@scenario("names: NFD, Latin-1, long, odd")
def odd_names(case: Case) -> None:
    """Names that are no UTF-8, decomposed, 255 bytes long, with quotes and line breaks each
    become one job."""
    case.start()
    top = os.fsencode(case.task)
    names = [
        "cafe\u0301.mp4".encode(),
        "café.mp4".encode(),
        b"na\xefve.mp4",
        b"a" * 251 + b".mp4",
        b"two\nlines.mp4",
        b'it\'s "quoted" & $HOME.mp4',
        b"UPPER.MP4",
        "日本語の名前.mp4".encode(),
        b" spaces  inside .mp4",
    ]
    for number, name in enumerate(names):
        data = case.content(f"name {number}")
        case.expect(b"dub-es/" + name, data)
        with open(top + b"/" + name, "wb") as file:
            file.write(data)
        case.whole(b"dub-es/" + name)


@scenario("replaced, renamed and deleted while it waits")
def changes_of_mind(case: Case) -> None:
    """A file that is replaced is taken once, as its last version; a renamed one under its new
    name; a deleted one not."""
    case.start()
    task = case.task
    for name in ("replaced", "renamed", "deleted"):
        (task / f"{name}.mp4").write_bytes(case.content(f"{name}, first"))
    time.sleep(0.3)
    (task / "deleted.mp4").unlink()
    case.expect("dub-es/better.mp4", task / "renamed.mp4")
    os.rename(task / "renamed.mp4", task / "better.mp4")
    case.whole("dub-es/better.mp4")
    second = case.content("replaced, second", 400_000)
    case.expect("dub-es/replaced.mp4", second)
    (case.away / "new").write_bytes(second)
    os.replace(case.away / "new", task / "replaced.mp4")
    case.whole("dub-es/replaced.mp4")


@scenario("an ordinary user, files of a third", root=True, needs=["setpriv"])
def ordinary_user(case: Case) -> None:
    """Leases tell nothing about foreign files: those are taken after the whole settle time, slow
    writers included."""
    as_nobody(case)
    theirs = case.film("theirs.mp4", 300_000)
    case.put("dub-es/theirs.mp4", theirs, lambda: shutil.copy(theirs, case.task))
    data = case.content("slow", 600_000)
    case.expect("dub-es/slow.mp4", data)
    with (case.task / "slow.mp4").open("wb") as file:
        os.fchown(file.fileno(), 1234, 1234)
        for start in range(0, len(data), 150_000):
            file.write(data[start : start + 150_000])
            file.flush()
            time.sleep(PAUSE)
    case.whole("dub-es/slow.mp4")
    own = case.film("own.mp4", 300_000)
    copy = [
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "cp",
        str(own),
        str(case.task),
    ]
    case.put("dub-es/own.mp4", own, lambda: run(*copy))


def as_nobody(case: Case) -> None:
    """Start the daemon as an ordinary user who may write the workspace."""
    prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    if subprocess.run(
        [*prefix, sys.executable, "-c", "import nemowatch"], check=False, capture_output=True
    ).returncode:
        pytest.skip("an ordinary user cannot reach this Python")
    for folder in (case.base, *case.base.parents):
        if folder == Path("/tmp") or len(folder.parts) < 3:
            break
        folder.chmod(folder.stat().st_mode | 0o055)
    for folder in (case.house.root, case.house.inbox, case.house.outbox, case.task, case.away):
        folder.chmod(0o777)
    for path in (case.house.state, case.house.log_path.parent, case.house.config):
        os.chown(path, 65534, 65534)
    case.start(*prefix)


def size_of(path: Path) -> int:
    """Bytes, 0 when it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
