"""Files that come through servers and sync clients of others: Samba, a Windows-like copy,
Syncthing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.shares.copies import MB, size_of
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

SMB_CONF = """
[global]
  workgroup = TEST
  server role = standalone server
  bind interfaces only = yes
  interfaces = 127.0.0.1
  smb ports = {port}
  pid directory = {home}
  state directory = {home}/state
  cache directory = {home}/cache
  lock directory = {home}/lock
  private dir = {home}/private
  ncalrpc dir = {home}/ncalrpc
  log file = {home}/log
  map to guest = Bad User
  guest account = root
  disable netbios = yes
  load printers = no
  disable spoolss = yes
[nas]
  path = {share}
  guest ok = yes
  read only = no
  force user = root
"""


def samba(case: Case) -> int:
    """A Samba server whose share is the inbox; its port."""
    port = free_port()
    server = case.process(samba_command(case, case.house.inbox, port))
    wait_listening("smbd", port)
    case.stack.callback(end_children, server.pid)
    return port


def samba_command(case: Case, share: Path, port: int) -> list[str]:
    """Write the configuration of a Samba server for one folder; the command that starts it."""
    home = case.base / "samba"
    for folder in ("state", "cache", "lock", "private", "ncalrpc"):
        (home / folder).mkdir(parents=True)
    (home / "smb.conf").write_text(SMB_CONF.format(port=port, home=home, share=share))
    return [
        find_program("smbd") or "smbd",
        "-F",
        "--no-process-group",
        "-s",
        str(home / "smb.conf"),
    ]


def end_children(pid: int) -> None:
    """smbd serves each client in a process of its own: those are ours too."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            if parent == pid:
                os.kill(int(entry.name), 9)


@scenario("Samba: smbclient put, whole and cut off", needs=["smbd", "smbclient"], root=True)
def smb_put(case: Case) -> None:
    """A put writes under the final name; one that is cut off leaves a truncated file, which
    waits until it comes whole."""
    port = samba(case)
    case.start()
    whole, cut = case.film("whole.mp4", 2 * MB), case.film("cut.mp4", 60 * MB)
    config = case.base / "samba/smb.conf"

    def put(path: Path) -> list[str]:
        words = f'put "{path}" "dub-es\\{path.name}"'
        return [
            "smbclient",
            "-s",
            str(config),
            "-p",
            str(port),
            "-N",
            "//127.0.0.1/nas",
            "-c",
            words,
        ]

    case.put("dub-es/whole.mp4", whole, lambda: run(*put(whole)))
    case.expect("dub-es/cut.mp4", cut)
    client = case.process(put(cut))
    wait_for("smbclient to be under way", lambda: size_of(case.task / "cut.mp4") > 0)
    end(client)
    time.sleep(1.5 * SETTLE)
    run(*put(cut))
    case.whole("dub-es/cut.mp4")


WINDOWS = '''
"""Copies as Explorer does: the final name and size first, then the content in pieces of 1 MiB.
Ends in the middle with CUT."""
import os, sys, time, uuid
from smbprotocol.connection import Connection
from smbprotocol.file_info import FileEndOfFileInformation, FileInformationClass, InfoType
from smbprotocol.open import (CreateDisposition, CreateOptions, FileAttributes,
    FilePipePrinterAccessMask, ImpersonationLevel, Open, ShareAccess, SMB2SetInfoRequest)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect
port, source, name, cut = int(sys.argv[1]), sys.argv[2], sys.argv[3], len(sys.argv) > 4
data = open(source, "rb").read()
link = Connection(uuid.uuid4(), "127.0.0.1", port, require_signing=False)
link.connect()
session = Session(link, username="guest-x", password="x", require_encryption=False)
session.connect()
tree = TreeConnect(session, r"\\\\127.0.0.1\\nas")
tree.connect(require_secure_negotiate=False)
file = Open(tree, name)
access = FilePipePrinterAccessMask
file.create(ImpersonationLevel.Impersonation,
    access.GENERIC_READ | access.GENERIC_WRITE | access.DELETE,
    FileAttributes.FILE_ATTRIBUTE_NORMAL, ShareAccess.FILE_SHARE_READ,
    CreateDisposition.FILE_OVERWRITE_IF, CreateOptions.FILE_NON_DIRECTORY_FILE)
size = FileEndOfFileInformation()
size["end_of_file"] = len(data)
ask = SMB2SetInfoRequest()
ask["info_type"] = InfoType.SMB2_0_INFO_FILE
ask["file_info_class"] = FileInformationClass.FILE_END_OF_FILE_INFORMATION
ask["file_id"], ask["buffer"] = file.file_id, size
link.receive(link.send(ask, session.session_id, tree.tree_connect_id))
for at in range(0, len(data), 1 << 20):
    if cut and at >= len(data) // 2:
        os._exit(0)
    file.write(data[at : at + (1 << 20)], at)
    time.sleep(0.3)
file.close()
'''


@scenario(
    "Samba: a copy as Windows Explorer makes it, whole and cut off",
    needs=["smbd"],
    root=True,
    slow=True,
)
def windows_copy(case: Case) -> None:
    """Full size from the first instant; one that dies leaves full size and zeros: it waits until
    it comes whole."""
    python = windows_python()
    port = samba(case)
    case.start()
    script = case.base / "windows.py"
    script.write_text(WINDOWS)
    whole, cut = case.film("whole.mp4", 4 * MB), case.film("cut.mp4", 4 * MB)

    def copy(path: Path, *more: str) -> None:
        run(python, script, str(port), path, f"dub-es\\{path.name}", *more)

    case.put("dub-es/whole.mp4", whole, lambda: copy(whole))
    case.expect("dub-es/cut.mp4", cut)
    copy(cut, "CUT")
    wait_for(
        "the full size of the dead copy",
        lambda: size_of(case.task / "cut.mp4") == cut.stat().st_size,
    )
    time.sleep(2 * SETTLE)
    assert not case.claimed("dub-es/cut.mp4")
    copy(cut)
    case.whole("dub-es/cut.mp4")


def windows_python() -> Path:
    """The Python of a virtual environment with smbprotocol, made once beside the other temporary
    files."""
    home = Path(os.environ.get("NEMOWATCH_SMB_VENV", f"/tmp/nemowatch-smbprotocol-{os.getuid()}"))
    python = home / "bin/python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "smbprotocol"],
            check=False,
            capture_output=True,
        )
        if done.returncode:
            shutil.rmtree(home, ignore_errors=True)
            pytest.skip(f"smbprotocol cannot be installed: {done.stderr.decode()[-200:]}")
        (home / "ready").touch()
    return python


SYNCTHING = """<configuration version="36">
  <folder id="f" label="f" path="{folder}" type="sendreceive"
      rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="1">
    <filesystemType>basic</filesystemType><minDiskFree unit="%">0</minDiskFree>
    <device id="{one}"></device><device id="{other}"></device>
  </folder>
  <device id="{one}" name="one" compression="never">
    <address>tcp://127.0.0.1:{listen}</address>
  </device>
  <device id="{other}" name="other" compression="never">
    <address>tcp://127.0.0.1:{their_listen}</address>
  </device>
  <gui enabled="true" tls="false"><address>127.0.0.1:{gui}</address><apikey>key</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:{listen}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled>
    <localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><urAccepted>-1</urAccepted>
    <crashReportingEnabled>false</crashReportingEnabled><startBrowser>false</startBrowser>
    <reconnectionIntervalS>1</reconnectionIntervalS><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    <stunKeepaliveStartS>0</stunKeepaliveStartS><setLowPriority>false</setLowPriority>
  </options>
</configuration>"""


class Sync:
    """Two Syncthing instances on loopback that share one folder: the inbox here, `far` there."""

    def __init__(self, case: Case) -> None:
        self.case, self.far = case, case.base / "far"
        self.far.mkdir()
        homes = [case.base / name for name in ("here", "there")]
        listen, gui = [free_port(), free_port()], [free_port(), free_port()]
        ids = [self._make(home) for home in homes]
        folders = (case.house.inbox, self.far)
        for me, other in ((0, 1), (1, 0)):
            text = SYNCTHING.format(
                folder=folders[me],
                one=ids[me],
                other=ids[other],
                listen=listen[me],
                their_listen=listen[other],
                gui=gui[me],
            )
            (homes[me] / "config.xml").write_text(text)
            (folders[me] / ".stfolder").mkdir(exist_ok=True)
            case.process(
                [
                    "syncthing",
                    "serve",
                    f"--home={homes[me]}",
                    "--no-browser",
                    "--no-restart",
                    "--no-upgrade",
                ],
                env={**os.environ, "HOME": str(homes[me]), "STNODEFAULTFOLDER": "1"},
            )
        for port in gui:
            wait_listening("syncthing", port)
        wait_for("the two to meet", lambda: self._connected(gui[1]), 60)

    def _make(self, home: Path) -> str:
        environment = {**os.environ, "HOME": str(home)}
        subprocess.run(
            ["syncthing", "generate", f"--home={home}"],
            check=True,
            capture_output=True,
            env=environment,
        )
        told = subprocess.run(
            ["syncthing", f"--home={home}", "--device-id"],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return told.stdout.strip()

    def _connected(self, port: int) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/rest/system/connections", headers={"X-API-Key": "key"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                return any(one["connected"] for one in json.load(answer)["connections"].values())
        except OSError:
            return False


@scenario("two Syncthing instances", needs=["syncthing"], slow=True)
def syncthing(case: Case) -> None:
    """Files dropped on another machine come by sync, the first one of a new folder too."""
    sync = Sync(case)
    case.start()
    (sync.far / "dub-es").mkdir(exist_ok=True)
    (sync.far / "dub-es/new folder").mkdir()
    for where in ("dub-es/plain.mp4", "dub-es/new folder/first.mp4"):
        data = case.content(where, MB)
        case.expect(where, data)
        (sync.far / where).write_bytes(data)
    for where in list(case.expected):
        name = os.fsdecode(where)
        wait_for(f"{name} to arrive", partial(_arrived, case, name), 60)
        case.whole(where)


def _arrived(case: Case, where: str) -> bool:
    """True when it stands in the inbox in full length, or was taken already."""
    return case.claimed(where) or size_of(case.house.inbox / where) >= MB
