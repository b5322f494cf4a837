"""A cloud that does nothing, with as little work as asyncio allows: it counts the bytes of uploads
without looking at them, completes every turn and render at once, and sends results by sendfile.
Measurements use it so that the cloud is not what limits them.

`python -m tests.rigs.sink` serves on loopback until its standard input ends. `SinkProcess` starts
it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from nemowatch.sandbox.media import sample_video

#: Bytes received at once: many, so that the sink needs little of a core.
BUFFER = 1024 * 1024
OK = "200 OK"
#: A draft that can be rendered.
DRAFT = {"d": 2000, "t": [{"tt": 0, "sg": [{"m": {"name": "made"}}]}]}


class Cloud:
    """What the sink remembers, which is only what later answers depend on."""

    def __init__(self, result: Path | None, pending: bool) -> None:
        self.url = ""
        self.pending = pending  #: renders stay under way
        self.sessions = 1_000_000_000_000_000_000
        self.turned: set[str] = set()  #: sessions that had their turn
        self.calls: dict[str, int] = {}  #: by kind
        self.transfers: list[dict[str, Any]] = []  #: uploads and downloads, when and how large
        self.first_session = 0.0  #: when the first session after a reset was asked for
        self.sample = sample_video()
        self.result = result
        self.size = result.stat().st_size if result else len(self.sample)

    def counted(self, kind: str) -> None:
        """Count one more call of this kind."""
        if kind == "session":
            self.first_session = self.first_session or time.time()
        self.calls[kind] = self.calls.get(kind, 0) + 1

    def reset(self) -> None:
        """Start counting from zero."""
        self.calls, self.transfers, self.first_session = {}, [], 0.0

    def figures(self) -> dict[str, Any]:
        """The counts, and the CPU seconds of this process."""
        return {
            "calls": self.calls,
            "transfers": self.transfers,
            "first_session": self.first_session,
            "cpu": time.process_time(),
        }


class Connection(asyncio.BufferedProtocol):
    """One connection, kept open as long as its client wants."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.buffer = bytearray(BUFFER)
        self.view = memoryview(self.buffer)
        self.begin()

    def begin(self) -> None:
        """Wait for the head of the next request."""
        self.head = b""
        self.body = bytearray()
        self.left = 0  #: bytes of the body still to come
        self.answer: Callable[[], None] | None = None
        self.upload: dict[str, Any] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.view

    def buffer_updated(self, count: int) -> None:
        if self.answer is not None:
            self.more(self.view[:count])
            return
        self.head += bytes(self.view[:count])
        head, end, rest = self.head.partition(b"\r\n\r\n")
        if end:
            self.head = b""
            self.request(head.decode("latin-1"), rest)

    def request(self, text: str, rest: bytes) -> None:
        """Handle the head of a request."""
        first, *lines = text.split("\r\n")
        method, path, _ = first.split(" ", 2)
        fields = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        self.left = int(fields.get("content-length", "0"))
        if "expect" in fields:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        kind = kind_of(method, path)
        self.cloud.counted(kind)
        self.answer = partial(getattr(self, f"on_{kind}"), path)
        if kind == "upload":
            self.upload = {"kind": kind, "size": self.left, "began": time.time()}
        self.more(memoryview(rest))

    def more(self, data: memoryview) -> None:
        """Handle bytes of the body."""
        if self.upload is None:
            self.body += data
        self.left -= len(data)
        if self.left <= 0:
            assert self.answer is not None
            self.answer()

    def reply(self, value: Any, kind: str = "application/json", closing: bool = False) -> None:
        """Send an answer, and wait for the next request."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        length = "Connection: close" if closing else f"Content-Length: {len(body)}"
        head = f"HTTP/1.1 {OK}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
        self.transport.write(head.encode() + body)
        if closing:
            self.transport.close()
        self.begin()

    # -- the calls

    def on_session(self, _path: str) -> None:
        self.cloud.sessions += 1
        made = {"session_id": str(self.cloud.sessions), "task_id": "t"}
        self.reply({"code": 0, "data": made})

    def on_upload(self, path: str) -> None:
        assert self.upload is not None
        self.cloud.transfers.append(self.upload | {"ended": time.time()})
        file = {"filename": "clip.mp4", "file_type": "video", "cdn_url": "", "duration": 2.0}
        self.reply({"code": 0, "data": {"files": [file], "session_state_applied": True}})

    def on_turn(self, _path: str) -> None:
        self.cloud.turned.add(json.loads(self.body)["session_id"])
        event = {"content": {"parts": [{"text": "Done."}], "role": "model"}}
        self.reply(f"data: {json.dumps(event)}\n\n".encode(), "text/event-stream", closing=True)

    def on_state(self, path: str) -> None:
        session = path.split("/")[-2]
        state: dict[str, Any] = {"video_infos": [{"filename": "clip.mp4"}]}
        if session in self.cloud.turned:
            state["draft"] = DRAFT
        self.reply({"code": 0, "data": {"session_id": session, "state": state}})

    def on_credits(self, _path: str) -> None:
        balance = {"available": 1000000, "frozen": 0, "total": 1000000}
        self.reply({"code": 0, "data": balance})

    def on_render(self, _path: str) -> None:
        self.reply({"success": True, "data": {"id": json.loads(self.body)["id"]}})

    def on_poll(self, path: str) -> None:
        render = path.rsplit("/", 1)[1]
        if self.cloud.pending:
            self.reply({"taskId": render, "status": "processing", "progress": 5})
            return
        output = {"url": f"{self.cloud.url}/result/{render}.mp4", "size": self.cloud.size}
        self.reply({"taskId": render, "status": "completed", "progress": 100, "output": output})

    def on_result(self, _path: str) -> None:
        if self.cloud.result is None:
            self.reply(self.cloud.sample, "video/mp4")
            return
        task = asyncio.get_running_loop().create_task(self.send(self.cloud.result))
        self.sending = task  # kept, so that it is not collected

    async def send(self, path: Path) -> None:
        began = time.time()
        head = (
            f"HTTP/1.1 {OK}\r\nContent-Type: video/mp4\r\nContent-Length: {self.cloud.size}\r\n\r\n"
        )
        self.transport.write(head.encode())
        with path.open("rb") as file:
            await asyncio.get_running_loop().sendfile(self.transport, file)
        sent = {"kind": "result", "size": self.cloud.size, "began": began, "ended": time.time()}
        self.cloud.transfers.append(sent)
        self.begin()

    def on_figures(self, path: str) -> None:
        if "pending" in path:
            self.cloud.pending = path.endswith("yes")
        found = self.cloud.figures()
        if path.endswith("reset"):
            self.cloud.reset()
        self.reply(found)


#: How the path of a call begins.
KINDS = (
    ("/api/tasks/", "session"),
    ("/api/upload-video/", "upload"),
    ("/run_sse", "turn"),
    ("/api/state/", "state"),
    ("/api/credits/", "credits"),
    ("/api/render/", "poll"),
    ("/result/", "result"),
    ("/_sink/", "figures"),
)


def kind_of(method: str, path: str) -> str:
    """The kind of a call."""
    kind = next((kind for begin, kind in KINDS if path.startswith(begin)), "figures")
    if kind == "poll" and method == "POST":
        return "render"
    return kind


async def serve(cloud: Cloud) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(cloud), "127.0.0.1", 0, backlog=1024)
    cloud.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(f"listening on {cloud.url}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class SinkProcess:
    """The sink in a process of its own; a context manager."""

    def __init__(self, result: Path | None = None, pending: bool = False) -> None:
        command = [sys.executable, "-m", "tests.rigs.sink"]
        if result is not None:
            command.append(f"--result={result}")
        if pending:
            command.append("--pending")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip().rpartition(" ")[2]

    def figures(self, *, reset: bool = False) -> dict[str, Any]:
        """What the sink has counted since the last reset."""
        return self._call("reset" if reset else "figures")

    def set_pending(self, *, pending: bool) -> None:
        """Say whether renders stay unfinished from now on."""
        self._call("pending=yes" if pending else "pending=no")

    def _call(self, path: str) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_sink/{path}", timeout=30) as answer:
            return dict(json.load(answer))

    def ledger(self) -> dict[str, Any]:
        """The ledger that a cloud of `tests.rigs.studio` must have."""
        return self.figures()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--result", type=Path)
    parser.add_argument("--pending", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(Cloud(options.result, options.pending)))
    os._exit(0)


if __name__ == "__main__":
    main()
