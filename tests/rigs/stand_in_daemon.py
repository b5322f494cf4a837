#!/opt/nemowatch/bin/python
"""A small daemon in place of nemowatch: the modules of `service` around the calls to the system
that the real daemon makes.

    stand_in_daemon run --config FILE
        waits for its share, opens its state, watches, serves its socket, obeys signals
    stand_in_daemon facts SOCKET
        prints as JSON what the running one has seen, which it asks through the control socket
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sqlite3
import sys
import threading
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import structlog
from watchdog.events import FileClosedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import call
from nemowatch.service.logs import configure_logs, hide
from nemowatch.service.signals import install_signals
from nemowatch.service.systemd import Notifier

log = structlog.get_logger("nemowatch.stand_in")


class Seen(FileSystemEventHandler):
    """Every file that was closed after writing."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_closed(self, event: FileSystemEvent) -> None:
        name = os.path.basename(os.fsdecode(event.src_path))
        self.names.append(name)
        log.info("seen", file=name)


class StandIn:
    """The daemon; one object for the life of the process."""

    def __init__(self, config_path: Path) -> None:
        self.config_path = config_path
        self.config = tomllib.loads(config_path.read_text())
        self.state = Path(os.environ["STATE_DIRECTORY"])
        self.notifier = Notifier(os.environ)
        self.seen = Seen()
        self.ended = asyncio.Event()
        self.scans = 0
        self.token = self._credential()

    @property
    def word(self) -> str:
        """What the configuration says, to tell one from the next."""
        word: str = self.config["stand_in"]["word"]
        return word

    def _credential(self) -> str:
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        with suppress(OSError):
            token = (Path(folder) / "nemo_token").read_text().strip() if folder else ""
            hide(token)
            return token
        return ""

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        install_signals(
            loop,
            stop=self._stop,
            stop_now=lambda: os._exit(9),
            reload=self._reload,
            scan=self._scan,
        )
        journal = await asyncio.to_thread(self._open_state)
        server = ControlServer(self.state / "control.sock", {"facts": self._facts})
        await server.start()
        pulse = asyncio.create_task(self._pulse())
        while not Path(self.config["stand_in"]["gate"]).exists():
            await asyncio.sleep(0.05)
        self.notifier.ready()
        watching = asyncio.create_task(self._watch())
        await self.ended.wait()
        await self._drain()
        watching.cancel()
        pulse.cancel()
        await server.aclose()
        journal.close()
        await self.notifier.aclose()
        return 0

    def _open_state(self) -> sqlite3.Connection:
        journal = sqlite3.connect(self.state / "journal.db", check_same_thread=False)
        journal.execute("PRAGMA journal_mode=WAL")
        journal.execute("CREATE TABLE IF NOT EXISTS life (pid INTEGER) STRICT")
        with journal:
            journal.execute("INSERT INTO life VALUES (?)", (os.getpid(),))
        return journal

    async def _watch(self) -> None:
        inbox = Path(self.config["watch"][0]["root"]) / "inbox"
        while not inbox.is_dir():
            self.notifier.status("waiting for the share / жду папку / 等待共享文件夹")
            await asyncio.sleep(0.05)
        observer = Observer()
        observer.schedule(self.seen, str(inbox), recursive=True, event_filter=[FileClosedEvent])
        observer.start()
        self.notifier.status(f"2 settling, 1 uploading 43 %: промо 视频.mp4; {self.word}")
        try:
            await asyncio.Event().wait()
        finally:
            observer.stop()

    async def _pulse(self) -> None:
        while True:
            self.notifier.ping()
            await asyncio.sleep(self.notifier.ping_seconds or 1)

    def _stop(self) -> None:
        self.ended.set()

    async def _drain(self) -> None:
        seconds = float(self.config["service"]["drain"])
        self.notifier.stopping()
        self.notifier.status("draining: 1 paid turn under way")
        self.notifier.extend(seconds + 5)
        await asyncio.sleep(seconds)
        log.info("drained")

    def _reload(self) -> None:
        self.notifier.reloading()
        try:
            self.config = tomllib.loads(self.config_path.read_text())
            log.info("reloaded", word=self.word)
        except tomllib.TOMLDecodeError as exc:
            log.error("the new configuration is refused", why=str(exc))
        self.notifier.status(f"word: {self.word}")
        self.notifier.ready()

    def _scan(self) -> None:
        self.scans += 1

    async def _facts(self, args: dict[str, Any]) -> Any:
        status = dict(
            line.split(":\t", 1)
            for line in Path("/proc/self/status").read_text().splitlines()
            if ":\t" in line
        )
        return {
            "pid": os.getpid(),
            "uid": os.getuid(),
            "token_length": len(self.token),
            "credentials": (
                os.listdir(os.environ["CREDENTIALS_DIRECTORY"])
                if "CREDENTIALS_DIRECTORY" in os.environ
                else []
            ),
            "seen": self.seen.names,
            "scans": self.scans,
            "word": self.word,
            "threads": threading.active_count(),
            "capabilities": int(status["CapEff"], 16),
            "seccomp": int(status["Seccomp"]),
            "http": await self._fetch(),
            "mounts": "mountinfo" if Path("/proc/self/mountinfo").read_text() else "",
            "allowed": {
                path: os.access(path, os.W_OK)
                for path in ("/etc", "/usr", "/opt/nemowatch", "/home", "/root", "/srv")
            },
            "result": (
                await asyncio.to_thread(self._publish, args["publish"]) if "publish" in args else ""
            ),
            "lease": self._lease(args["lease"]) if "lease" in args else "",
        }

    async def _fetch(self) -> str:
        """Request a URL by host name from a server of our own, with httpx."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server, httpx.AsyncClient() as client:
            port = server.sockets[0].getsockname()[1]
            return (await client.get(f"http://localhost:{port}/")).text

    def _publish(self, folder: str) -> str:
        """Write a result as the outbox does: a part file, fsync, and a link that overwrites
        nothing."""
        part, result = Path(folder) / ".~nemowatch-1.part", Path(folder) / "result.mp4"
        with part.open("wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, result)
        part.unlink()
        return str(result)

    def _lease(self, path: str) -> str:
        with open(path, "rb") as file:
            try:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except OSError as exc:
                return type(exc).__name__
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return "granted"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["facts"]:
        socket, args = Path(arguments[1]), json.loads(arguments[2])
        print(json.dumps(call(socket, "facts", **args)))
        return 0
    configure_logs("info", "auto")
    try:
        daemon = StandIn(Path(arguments[arguments.index("--config") + 1]))
    except (OSError, tomllib.TOMLDecodeError) as exc:
        log.error("the configuration cannot be used", why=str(exc))
        return 2
    return asyncio.run(daemon.run())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
