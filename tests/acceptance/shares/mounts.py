"""Files that come onto mounts: behind the watcher's back, cut off, unmounted, full. Each
function is one scenario."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance.shares.copies import MB, PAUSE, ssh_server
from tests.rigs.shares import Bind, Case, end, mounted, run, scenario, unmount
from tests.rigs.studio import wait_for


def nas(case: Case) -> Bind:
    """The whole workspace on a FUSE mount, its other side beside it."""
    return Bind(case, other_side(case), case.house.root)


def other_side(case: Case) -> Path:
    """What the share's server holds; the mount point is left empty."""
    back = case.base / "nas"
    for folder in ("inbox/dub-es", "outbox"):
        (back / folder).mkdir(parents=True)
    shutil.rmtree(case.house.root)
    case.house.root.mkdir()
    return back


@scenario("FUSE mount, written behind the watcher's back", needs=["bindfs"], root=True)
def behind_the_back(case: Case) -> None:
    """No events come: whole files, a slow writer and a preallocated one are found by looking."""
    share = nas(case)
    case.start()
    case.said("inbox scanning (fuse")
    remote = share.back / "inbox/dub-es"
    whole = case.film("whole.mp4", 500_000)
    case.put("dub-es/whole.mp4", whole, lambda: shutil.copy(whole, remote))
    data = case.content("slow", 800_000)
    case.expect("dub-es/slow.mp4", data)
    with (remote / "slow.mp4").open("wb") as file:
        file.truncate(len(data))
        for start in range(0, len(data), 200_000):
            file.seek(start)
            file.write(data[start : start + 200_000])
            file.flush()
            time.sleep(PAUSE)
    case.whole("dub-es/slow.mp4")
    moved = case.film("moved.mp4")
    case.put("dub-es/moved.mp4", moved, lambda: os.rename(moved, remote / "moved.mp4"))


@scenario("FUSE mount, killed in the middle and coming back", needs=["bindfs"], root=True)
def killed_share(case: Case) -> None:
    """The server behind the mount dies: offline, and nothing is a deletion; mounted again, what
    came meanwhile is taken."""
    share = nas(case)
    case.start()
    remote = share.back / "inbox/dub-es"
    data = case.content("half", 400_000)
    case.expect("dub-es/half.mp4", data)
    (remote / "half.mp4").write_bytes(data[:200_000])
    time.sleep(0.5)
    share.cut()
    case.said("inbox offline")
    unmount(share.front)
    meanwhile = case.film("meanwhile.mp4")
    case.put("dub-es/meanwhile.mp4", meanwhile, lambda: shutil.copy(meanwhile, remote))
    written = [path.name for path in case.house.root.iterdir()]
    assert not written, f"written below the missing mount: {written}"
    share.mount()
    with (remote / "half.mp4").open("ab") as file:
        file.write(data[200_000:])
    case.whole("dub-es/half.mp4")
    for one in case.expected.values():
        one.whole_at = time.time()  # nobody can see them before the share is back


@scenario(
    "sshfs cut off in the middle",
    needs=["sshfs", "sshd", "ssh-keygen", "setsid"],
    root=True,
    slow=True,
)
def cut_ssh(case: Case) -> None:
    """The connection dies while a copy is under way and leaves an empty folder that lists fine:
    that is no empty inbox."""
    back = other_side(case)
    port, key = ssh_server(case)
    options = (
        f"port={port},IdentityFile={key},StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,"
        f"LogLevel=ERROR"
    )

    def mount() -> subprocess.Popen[bytes]:
        made = case.process(
            ["sshfs", "-f", "-o", options, f"127.0.0.1:{back}", str(case.house.root)]
        )
        case.stack.callback(unmount, case.house.root)
        wait_for(
            "sshfs to mount", lambda: os.path.ismount(case.house.root) or made.poll() is not None
        )
        if made.poll() is not None:
            pytest.skip("sshfs cannot mount here")
        return made

    sshfs = mount()
    case.start()
    remote = back / "inbox/dub-es"
    data = case.content("half", MB)
    case.expect("dub-es/half.mp4", data)
    (remote / "half.mp4").write_bytes(data[: MB // 2])
    time.sleep(0.5)
    end(sshfs)
    case.said("inbox offline")
    unmount(case.house.root)
    time.sleep(1.0)
    (remote / "half.mp4").write_bytes(data)
    mount()
    case.whole("dub-es/half.mp4")


@scenario("tmpfs mounted, unmounted and mounted over at the root", root=True)
def tmpfs_at_the_root(case: Case) -> None:
    """Unmounted: the empty mount point is no empty inbox; mounted again with other files: those
    are taken, once."""
    inbox, disk = case.house.inbox, case.base / "disk"
    case.task.rmdir()
    disk.mkdir()
    mounted(case, disk, "mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk)
    (disk / "dub-es").mkdir()
    mounted(case, inbox, "mount", "--bind", disk, inbox)
    case.start()
    first = case.film("first.mp4")
    case.put("dub-es/first.mp4", first, lambda: shutil.copy(first, case.task))
    wait_for("the first claim", lambda: case.claimed("dub-es/first.mp4"))
    run("umount", "-l", inbox)
    case.said("inbox offline")
    second = case.film("second.mp4")
    case.expect("dub-es/second.mp4", second)
    shutil.copy(second, disk / "dub-es")
    assert list(inbox.iterdir()) == []
    mounted(case, inbox, "mount", "--bind", disk, inbox)
    case.whole("dub-es/second.mp4")
    third = case.film("third.mp4")
    wait_for("the second claim", lambda: case.claimed("dub-es/second.mp4"))
    case.put("dub-es/third.mp4", third, lambda: shutil.copy(third, case.task))


@scenario("the root renamed and recreated")
def renamed_root(case: Case) -> None:
    """The inbox is renamed away with a file in it and comes back, then is recreated: nothing is
    taken for a deletion."""
    case.start()
    inbox = case.house.inbox
    os.rename(inbox, case.away / "inbox")
    (case.away / "inbox/dub-es/early.mp4").write_bytes(case.content("early"))
    time.sleep(case.settle)
    case.expect("dub-es/early.mp4", case.content("early"))
    os.rename(case.away / "inbox", inbox)
    case.whole("dub-es/early.mp4")
    wait_for("the file from the renamed root", lambda: case.claimed("dub-es/early.mp4"))
    wait_for("its end", lambda: all(job["state"] == "published" for job in case.jobs()))
    os.rename(inbox, case.away / "old")
    case.task.mkdir(parents=True)
    anew = case.film("anew.mp4")
    case.put("dub-es/anew.mp4", anew, lambda: shutil.copy(anew, case.task))


@scenario("a small disk that fills up", needs=["mkfs.ext4"], root=True)
def full_disk(case: Case) -> None:
    """A copy that fails for want of space leaves half a file: not taken; when room is made and
    it is copied again, taken."""
    image, inbox = case.base / "disk.img", case.house.inbox
    with image.open("wb") as file:
        file.truncate(8 * MB)
    run("mkfs.ext4", "-q", "-F", image)
    case.task.rmdir()
    mounted(case, inbox, "mount", "-o", "loop", image, inbox)
    case.task.mkdir()
    case.start()
    filler, film = case.task / "filler.bin", case.film("film.mp4", 3 * MB)
    filler.write_bytes(os.urandom(4 * MB))
    assert run("cp", film, case.task, check=False).returncode != 0
    time.sleep(1.5 * case.settle)
    assert not case.claimed("dub-es/film.mp4")
    filler.unlink()
    case.put("dub-es/film.mp4", film, lambda: run("cp", film, case.task))
