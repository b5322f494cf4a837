"""A web server that receives notifications in tests: it records each message and its own answer,
and can be told to refuse."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Receiver:
    """Listens on loopback as long as its `with` block lasts."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []  #: each {status, key, path, body}
        self.status = 204
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def taken(self, path: str = "/hook") -> list[dict[str, Any]]:
        """The messages accepted at a path, in order."""
        return [p["body"] for p in self.posts if p["status"] < 300 and p["path"] == path]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                post = {
                    "status": receiver.status,
                    "key": self.headers.get("Idempotency-Key"),
                    "path": self.path.partition("?")[0],
                    "body": json.loads(body),
                }
                receiver.posts.append(post)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
