"""A sandbox in a process of its own, for the demo and for tests that are not asynchronous. This
side needs only the standard library; the process itself needs the extra `sandbox`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any, Self

START_LIMIT = 20.0  #: seconds until it must listen; a busy machine needs two
STOP_LIMIT = 5.0  #: seconds until it is killed
#: Seconds for which a refused control call is repeated: a fault may have closed the port.
DOWN_LIMIT = 15.0


class SandboxProcess:
    """Starts `python -m nemowatch.sandbox` and waits until it listens.

    Options are fields of `Settings` (`turn_seconds=1.0`). Raises RuntimeError when it does not
    start.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        faults: Iterable[str] = (),
        tokens: Iterable[str] = (),
        **settings: Any,
    ) -> None:
        words = ["-P", "-m", "nemowatch.sandbox", "--until-eof", "--port", str(port)]
        words += [f"--fault={fault}" for fault in faults]
        words += [f"--token={token}" for token in tokens]
        for name, value in settings.items():
            words.append(f"--{name.replace('_', '-')}={value}")
        self._process = self._started(words)
        self.url = self._wait()

    def _started(self, words: list[str]) -> subprocess.Popen[str]:
        """`python WORDS`, with pipes to it."""
        return subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _wait(self) -> str:
        stream = self._process.stdout
        assert stream is not None
        watch = threading.Timer(START_LIMIT, self._process.kill)
        watch.start()
        line = stream.readline()
        watch.cancel()
        url = line.strip().rpartition(" ")[2]
        if not url.startswith("http://"):
            self.stop()
            raise RuntimeError("the sandbox did not start")
        return url

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ledger(self) -> dict[str, Any]:
        """Everything that has happened so far."""
        return self._call("GET", "ledger")

    def fault(self, *rules: str | dict[str, Any]) -> None:
        """Set more fault rules, as lines or objects. Raises ValueError for one that does not
        exist."""
        self._call("POST", "faults", list(rules))

    def clear_faults(self) -> None:
        """Remove every fault."""
        self._call("DELETE", "faults")

    def set(self, **settings: Any) -> None:
        """Change settings. Raises ValueError for one that does not exist."""
        self._call("POST", "settings", settings)

    def credits(self, available: int) -> None:
        """Set every balance."""
        self._call("POST", "credits", {"available": available})

    def token(self, **change: Any) -> None:
        """revoke="…", restore="…" or accept=[…]; "*" means all."""
        self._call("POST", "token", change)

    def expire(self, session_id: str = "*") -> None:
        """Lose a session, or all of them."""
        self._call("POST", f"sessions/{session_id}/expire")

    def down(self, seconds: float) -> None:
        """Stop listening for `seconds` and reset open connections."""
        self._call("POST", "down", {"seconds": seconds})

    def _call(self, method: str, path: str, value: Any = None) -> dict[str, Any]:
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data, method=method)
        deadline = time.monotonic() + DOWN_LIMIT
        # a proxy from the environment must not see calls to loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while True:
            try:
                with opener.open(request, timeout=30) as answer:
                    return dict(json.load(answer))
            except urllib.error.HTTPError as problem:
                with problem:
                    raise ValueError(json.load(problem).get("error", "refused")) from None
            except (urllib.error.URLError, ConnectionError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """End the process; a second call changes nothing."""
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
