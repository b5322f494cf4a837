"""What is played inside the user-mode Linux: a server, the kernel's mount of it, a daemon and a
stand-in cloud, and files that come behind the mount's back while the server dies and comes back.
Leaves its verdict as JSON for the machine outside.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import JournalOnNetwork
from nemowatch.intake.watch.owner_file import NAME as OWNER_FILE
from tests.acceptance.shares.copies import MB, PAUSE
from tests.acceptance.shares.mounts import other_side
from tests.acceptance.shares.servers import end_children, samba_command
from tests.rigs.ports import free_port
from tests.rigs.shares import (
    Case,
    Verdict,
    find_program,
    mounted,
    run,
    wait_listening,
)
from tests.rigs.studio import wait_for

#: Seconds until a dead server must have been noticed, or a living one again: kernels ask for
#: minutes, and cache for one.
NOTICE = 200.0
#: Seconds for everything to be published: an NFS mount lists new files up to a minute late.
PUBLISHED = 240.0
#: Seconds in which the daemon ends beside a share that hangs: its drain, and as much again for a
#: busy machine.
STOPS = 30.0
TASK = "dub-es"

#: Attr_Expiration_Time: this server keeps what it has seen of a folder for a minute unless it is
#: told not to; kernels' do not.
GANESHA = """
NFS_CORE_PARAM {{ NFS_Protocols = 4; NFS_Port = {port}; Enable_NLM = false;
  Enable_RQUOTA = false; }}
NFSV4 {{ Graceless = true; RecoveryBackend = fs; Only_Numeric_Owners = true; }}
NFS_KRB5 {{ Active_krb5 = false; }}
EXPORT {{ Export_Id = 1; Path = {share}; Pseudo = /nas; Access_Type = RW;
  Squash = No_Root_Squash; SecType = sys;
  Transports = TCP; Attr_Expiration_Time = 0; FSAL {{ Name = VFS; }} }}
LOG {{ Default_Log_Level = WARN; }}
"""


class Share:
    """A server's folder and the kernel's mount of it at the workspace; the server can die,
    freeze and come back."""

    def __init__(self, case: Case, fstype: str) -> None:
        self.case, self.fstype, self.port = case, fstype, free_port()
        self.back = self._folder()
        self.command = self._samba() if fstype == "cifs" else self._ganesha()
        self.serve()

    def _folder(self) -> Path:
        """On a disk of its own: an NFS server wants handles that last, which a tmpfs has not."""
        image, back = self.case.base / "disk.img", self.case.base / "nas"
        with image.open("wb") as file:
            file.truncate(128 * MB)
        run("mkfs.ext4", "-q", "-F", image)
        back.mkdir()
        mounted(self.case, back, "mount", "-o", "loop", image, back)
        return other_side(self.case)

    def _samba(self) -> list[str]:
        return samba_command(self.case, self.back, self.port)

    def _ganesha(self) -> list[str]:
        home = self.case.base / "ganesha"
        home.mkdir()
        (home / "conf").write_text(GANESHA.format(port=self.port, share=self.back))
        return [
            find_program("ganesha.nfsd") or "ganesha.nfsd",
            "-F",
            "-L",
            str(home / "log"),
            "-f",
            str(home / "conf"),
            "-p",
            str(home / "pid"),
        ]

    def serve(self) -> None:
        """Start the server (again)."""
        self.server = self.case.process(self.command, start_new_session=True)
        try:
            wait_listening(self.command[0], self.port)
        except AssertionError as exc:
            log = self.case.base / "ganesha/log"
            raise AssertionError(
                f"{exc}\n{log.read_text()[-4000:] if log.exists() else ''}"
            ) from exc

    def die(self) -> None:
        """Kill it, and what it has started for its clients."""
        end_children(self.server.pid)
        self.server.kill()
        self.server.wait()

    def freeze(self, frozen: bool) -> None:
        """Let it neither answer nor die; or go on."""
        os.killpg(self.server.pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def mount(self, *options: str) -> None:
        """Mount it at the workspace, or skip where the kernel cannot."""
        if self.fstype == "cifs":
            where, more = "//127.0.0.1/nas", ["guest"]
        else:
            where, more = "127.0.0.1:/nas", []
        words = ",".join([*more, f"port={self.port}", *options])
        root = self.case.house.root
        mounted(
            self.case,
            root,
            find_program(f"mount.{self.fstype}") or "mount",
            where,
            root,
            "-o",
            words,
        )


class Play:
    """One run: the files come in three waves, the server dies before the second and freezes
    before the third."""

    def __init__(self, case: Case, share: Share) -> None:
        self.case, self.share = case, share
        self.remote = share.back / "inbox" / TASK
        self.scanning = f"inbox scanning ({share.fstype})"

    # -- what the log must say

    @property
    def log(self) -> bytes:
        """All that the daemon has said."""
        path = self.case.house.log_path
        return path.read_bytes() if path.exists() else b""

    def told_once(self, before: int) -> None:
        """One outage is one line, whatever the kernel answers while it lasts."""
        lines = [line for line in self.log[before:].splitlines() if b"inbox offline" in line]
        assert len(lines) == 1, f"one outage was told {len(lines)} times: {lines}"

    def then_said(self, do: Callable[[], object], *words: str) -> None:
        """Do something and wait until the daemon's log has said all these words since."""
        before = len(self.log)
        do()
        for word in words:
            tell(f"waiting for {word!r}")
            wait_for(
                f"{word!r} in the log", lambda word=word: word.encode() in self.log[before:], NOTICE
            )  # type: ignore[misc]

    def where(self, name: str) -> str:
        return f"{TASK}/{name}"

    def put(self, name: str, write: Callable[[Path, bytes], object], size: int = 300_000) -> None:
        """A file that must be worked on, written by `write(path on the server, content)`."""
        tell(f"put {name}")
        data = self.case.content(name, size)
        path = self.remote / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.case.put(self.where(name), data, lambda: write(path, data))

    def claimed(self, name: str) -> None:
        wait_for(f"{name} to be claimed", lambda: self.case.claimed(self.where(name)), NOTICE)

    def published(self) -> None:
        """Everything expected so far."""
        tell("waiting for everything to be published")
        self.case.settle_down(PUBLISHED)

    # -- the waves

    def all(self) -> None:
        """The whole play. Raises AssertionError for what the counts of the verdict do not say."""
        self.journal_is_refused()
        self.then_said(self.case.start, self.scanning)
        assert (self.share.back / OWNER_FILE).is_file(), "no owner file on the share"
        self.first_wave()
        self.published()
        self.results_stand()
        self.server_dies()
        self.server_freezes()
        self.published()
        self.results_stand()

    def journal_is_refused(self) -> None:
        """A state folder on the share: the daemon does not start, and says why."""
        house = self.case.house
        other = self.case.base / "other.toml"
        other.write_text(
            house.config.read_text().replace(str(house.state), str(house.root / "state"))
        )
        done = subprocess.run(
            [sys.executable, "-m", "nemowatch", "run", "--config", str(other)],
            env=house.environment(),
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        told = done.stdout + done.stderr
        assert done.returncode, "a journal on the share was accepted"
        assert "lies on a network filesystem" in told, told
        assert JournalOnNetwork.cure in told, told
        assert not (house.root / "state/journal.db").exists(), "a journal was begun on the share"

    def first_wave(self) -> None:
        """Whole, moved in, slow, in pieces, replaced, renamed, deleted, cut off, deep, through
        the mount itself."""
        self.put("first.mp4", Path.write_bytes)
        # of what stands at the start a person would be asked, because of the name that is taken
        self.claimed("first.mp4")
        self.taken_name = self.share.back / "outbox" / TASK / "whole.es.mp4"
        self.taken_name.parent.mkdir(parents=True, exist_ok=True)
        self.taken_name.write_bytes(b"somebody else's")
        self.put("whole.mp4", Path.write_bytes)
        self.put("moved.mp4", self.moved_in)
        self.put("deep/er/inner.mp4", Path.write_bytes)
        half = self.case.content("cut.mp4", 400_000)
        (self.remote / "cut.mp4").write_bytes(half[:200_000])
        self.put("slow.mp4", preallocated)
        self.put("grown.mp4", in_pieces)
        self.put("replaced.mp4", self.replaced)
        self.put("after.mp4", self.renamed)
        (self.remote / "deleted.mp4").write_bytes(self.case.content("deleted"))
        time.sleep(PAUSE)
        (self.remote / "deleted.mp4").unlink()
        data = self.case.content("through.mp4", 500_000)
        self.case.put(
            self.where("through.mp4"),
            data,
            lambda: (self.case.task / "through.mp4").write_bytes(data),
        )
        if self.share.fstype == "cifs":
            self.put("client.mp4", self.second_client)
            self.put("slow client.mp4", self.slow_client)
        time.sleep(1.5 * self.case.settle)
        assert not self.case.claimed(self.where("cut.mp4")), "half a file was taken"
        self.put("cut.mp4", lambda path, data: path.write_bytes(data), 400_000)

    def moved_in(self, path: Path, data: bytes) -> None:
        aside = self.share.back / "aside"
        aside.write_bytes(data)
        aside.rename(path)

    def replaced(self, path: Path, data: bytes) -> None:
        """Whole, then another one in its place before it has settled."""
        path.write_bytes(self.case.content("not this", len(data)))
        time.sleep(PAUSE / 2)
        self.moved_in(path, data)

    def renamed(self, path: Path, data: bytes) -> None:
        """Renamed before it has settled."""
        first = path.with_name("before.mp4")
        first.write_bytes(data)
        time.sleep(PAUSE / 2)
        first.rename(path)

    def second_client(self, path: Path, data: bytes) -> None:
        """Another client of the same server."""
        source = self.case.away / path.name
        source.write_bytes(data)
        run(*self.smbclient(f'put "{source}"', path))

    def slow_client(self, path: Path, data: bytes) -> None:
        """Another client that keeps the file open, and pauses."""
        client = self.case.process(self.smbclient("put -", path), stdin=subprocess.PIPE)
        assert client.stdin is not None
        for start in range(0, len(data), 100_000):
            client.stdin.write(data[start : start + 100_000])
            client.stdin.flush()
            time.sleep(PAUSE)
        client.communicate(timeout=60)
        assert client.returncode == 0

    def smbclient(self, put: str, path: Path) -> list[str]:
        conf = self.case.base / "samba/smb.conf"
        words = f'{put} "inbox\\{TASK}\\{path.name}"'
        return [
            "smbclient",
            "-s",
            str(conf),
            "-p",
            str(self.share.port),
            "-N",
            "//127.0.0.1/nas",
            "-c",
            words,
        ]

    def server_dies(self) -> None:
        """In the middle of a copy and of a job; what comes meanwhile waits; nothing is taken for
        deleted."""
        self.put("flight.mp4", Path.write_bytes, 3 * MB)
        data = self.case.content("half.mp4", 400_000)
        (self.remote / "half.mp4").write_bytes(data[:200_000])
        self.claimed("flight.mp4")
        before = len(self.log)
        self.then_said(self.share.die, "inbox offline")
        self.put("meanwhile.mp4", Path.write_bytes)
        time.sleep(2 * self.case.settle)
        self.then_said(self.share.serve, self.scanning)
        self.told_once(before)
        self.put("half.mp4", in_pieces, 400_000)
        self.seen_now("meanwhile.mp4", "flight.mp4")

    def server_freezes(self) -> None:
        """It answers nothing, and no error comes either until the kernel gives up. The daemon is
        stopped and started then."""
        self.put("before the frost.mp4", Path.write_bytes)
        self.claimed("before the frost.mp4")
        before = len(self.log)
        self.then_said(lambda: self.share.freeze(True), "inbox offline")
        self.put("in the frost.mp4", Path.write_bytes)
        status = self.case.house.run("status").stdout
        assert "offline since" in status, status
        self.stops()
        self.told_once(before)
        before = len(self.log)
        self.then_said(self.case.start, "nemowatch runs", "inbox offline")
        self.then_said(lambda: self.share.freeze(False), self.scanning)
        self.told_once(before)
        self.seen_now("before the frost.mp4", "in the frost.mp4")

    def stops(self) -> None:
        """It ends, or says that it has put everything away: on a hard mount the kernel keeps
        what is left of an ended process, which nobody can kill, until the server answers."""
        daemon = self.case.house.daemon
        assert daemon is not None
        daemon.terminate()
        log = self.case.house.log_path
        away = "stopped without waiting for a share that does not answer"
        wait_for(
            "the daemon to end", lambda: daemon.poll() is not None or away in log.read_text(), STOPS
        )
        tell(f"it ended: {daemon.poll()}")
        assert daemon.poll() in (None, 0)

    def seen_now(self, *names: str) -> None:
        """Nobody could see these before the server was back."""
        for name in names:
            self.case.whole(self.where(name))

    # -- what must stand on the server

    def results_stand(self) -> None:
        """Every source whole in done, every result under a name of its own, nothing else
        touched, nothing left over."""
        for path, one in self.case.expected.items():
            done = self.share.back / "done" / os.fsdecode(path)
            wait_for(
                f"{done} with its content", lambda done=done, one=one: sha256(done) == one.sha256
            )  # type: ignore[misc]
        outbox = self.share.back / "outbox"
        files = [path for path in outbox.rglob("*") if path.is_file()]
        left = [str(path) for path in files if path.name.startswith(".")]
        assert not left, f"left over in the outbox: {left}"
        films = [path for path in files if path.suffix == ".mp4" and path != self.taken_name]
        assert len(films) == len(self.case.expected), (
            f"{len(self.case.expected)} results wanted: {films}"
        )
        assert self.taken_name.read_bytes() == b"somebody else's", (
            "a file in the outbox was overwritten"
        )
        wait_for("the last name in the inbox to go", lambda: not any(self.remote.rglob("*.mp4")))


def preallocated(path: Path, data: bytes) -> None:
    """Full length from the first instant, content in pieces with pauses."""
    with path.open("wb") as file:
        file.truncate(len(data))
        for start in range(0, len(data), 100_000):
            file.seek(start)
            file.write(data[start : start + 100_000])
            file.flush()
            time.sleep(PAUSE)


def in_pieces(path: Path, data: bytes) -> None:
    """It grows, opened and closed for each piece, with pauses."""
    path.write_bytes(b"")
    for start in range(0, len(data), 100_000):
        with path.open("ab") as file:
            file.write(data[start : start + 100_000])
        time.sleep(PAUSE)


def tell(text: str) -> None:
    """A line for the console: where it stood when it leaves no verdict."""
    print(f"{time.strftime('%T')} {text}", flush=True)


def sha256(path: Path) -> str:
    """Of a file's content; "" while it is not there."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


#: (filesystem, mount options) of each kind; one asks for errors instead of endless waiting, the
#: others are as they come.
KINDS = {
    "cifs": ("cifs", ()),
    "nfs4": ("nfs4", ("soft", "timeo=20", "retrans=1")),
    "nfs4-hard": ("nfs4", ()),
}


def play(kind: str, base: Path) -> Verdict:
    """Raises pytest.skip.Exception where this kernel cannot."""
    fstype, options = KINDS[kind]
    # never unwound: an unmount may hang on a dead server, and the machine is switched off after it
    stack = ExitStack()
    case = Case(base, stack)
    try:
        share = Share(case, fstype)
        share.mount(*options)
        Play(case, share).all()
        return case.verdict()
    except AssertionError as exc:
        raise AssertionError(f"{exc}\njobs: {case.jobs()}\nlog:\n{case.house.log()}") from exc


def main(kind: str, report: Path) -> None:
    """Play, and leave {"skipped": why or "", "broken": what went wrong or "", "verdict": …}."""
    answer: dict[str, Any] = {"skipped": "", "broken": "", "verdict": {}}
    base = Path("/mnt/work/case")
    base.mkdir()
    try:
        answer["verdict"] = asdict(play(kind, base))
    except pytest.skip.Exception as why:
        answer["skipped"] = str(why)
    except BaseException:
        answer["broken"] = traceback.format_exc()
    part = report.with_suffix(".part")
    part.write_text(json.dumps(answer))
    part.rename(report)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
