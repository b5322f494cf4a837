"""Files that come while the kernel's means are short: few watches, few instances, a queue of
sixteen events."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

from tests.rigs.shares import Case, scenario
from tests.rigs.studio import wait_for

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
_queue = threading.Lock()


def limited(name: str, value: int) -> list[str]:
    """A command prefix under which the user's own limit is that low; the machine's stays."""
    return [
        "unshare",
        "-U",
        "-r",
        "bash",
        "-c",
        f'echo {value} > /proc/sys/user/{name} && exec "$@"',
        "limited",
    ]


@scenario("20 inotify watches for 40 folders", needs=["unshare"], root=True)
def few_watches(case: Case) -> None:
    """Most folders cannot be watched: the inbox says so, scans more often, and takes every file."""
    for number in range(40):
        (case.task / f"folder {number}").mkdir()
    case.start(*limited("max_inotify_watches", 20))
    for number in range(40):
        where = f"dub-es/folder {number}/clip.mp4"
        case.expect(where, case.content(where))
        (case.house.inbox / where).write_bytes(case.content(where))
        case.whole(where)
    wait_for("all to be claimed", lambda: len(case.jobs()) == 40)


@scenario("no inotify instance at all", needs=["unshare"], root=True)
def no_instance(case: Case) -> None:
    """Nothing can be watched: the inbox is degraded, says why, and finds everything by looking."""
    case.start(*limited("max_inotify_instances", 0))
    case.said("degraded: instance limit")
    data = case.content("clip")
    case.expect("dub-es/clip.mp4", data)
    (case.task / "clip.mp4").write_bytes(data)
    case.whole("dub-es/clip.mp4")


@scenario("a queue of 16 events, overflowing", root=True, alone=True)
def short_queue(case: Case) -> None:
    """Sixty files in one moment while the daemon is stopped: most events are lost, no file is."""
    with _queue:
        before = QUEUE.read_text()
        QUEUE.write_text("16")
        try:
            case.start()
        finally:
            QUEUE.write_text(before)
    daemon = case.house.daemon
    assert daemon is not None
    daemon.send_signal(signal.SIGSTOP)
    try:
        for number in range(60):
            where = f"dub-es/clip {number}.mp4"
            case.expect(where, case.content(where))
            (case.house.inbox / where).write_bytes(case.content(where))
        time.sleep(0.1)
    finally:
        daemon.send_signal(signal.SIGCONT)
    for one in list(case.expected):
        case.whole(one)
