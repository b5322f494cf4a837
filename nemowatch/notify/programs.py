"""Runs a program for one message: what it gets on standard input, how long it may take, and that
nothing of it keeps running when it takes longer.

It gets none of this process's secrets: only the variables that programs need to find their way.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from nemowatch.errors import os_reason
from nemowatch.notify.not_taken import NotTaken

#: Variables that a program gets; and beginnings of names.
NEEDED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
NEEDED_KINDS = (
    "LC_",
    "SSL_CERT_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "DBUS_",
    "XDG_",
)
#: Bytes of its complaints that are kept.
MOST_COMPLAINTS = 8192
#: Seconds in which what it has complained of arrives after its end.
LAST_WORDS = 0.5


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """What a program gets of this process's environment."""
    return {name: value for name, value in env.items() if _is_needed(name)}


def _is_needed(name: str) -> bool:
    return name in NEEDED or name.upper().startswith(NEEDED_KINDS)


async def run(
    command: Sequence[str],
    data: bytes,
    seconds: float,
    *,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run it with `data` on its standard input; `more`: further variables. Raises NotTaken unless
    it ends with 0 within `seconds`."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(os.environ) | dict(more),
            # a group of its own: it is ended together with whatever it has started
            start_new_session=True,
        )
    except OSError as exc:
        raise NotTaken(f"it cannot be started: {os_reason(exc)}") from exc
    complaints = asyncio.create_task(_complaints(process))
    try:
        async with asyncio.timeout(seconds):
            await _feed(process, data)
            code = await process.wait()
    except TimeoutError as exc:
        raise NotTaken(f"it took longer than {seconds:g} s and was ended") from exc
    finally:
        if process.returncode is None:
            _end_group(process.pid)
        said = await _last_words(complaints)
    if code:
        raise NotTaken(_how(code, said), code=code)


def module_environment() -> dict[str, str]:
    """What a module of ours needs besides, to be found where this process finds it."""
    folders = [folder or os.curdir for folder in sys.path]
    return {"PYTHONPATH": os.pathsep.join(folders)}


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # it does not have to read
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _complaints(process: asyncio.subprocess.Process) -> bytes:
    """The end of what it writes to standard error, however much that is."""
    assert process.stderr is not None
    kept = b""
    while piece := await process.stderr.read(4096):
        kept = (kept + piece)[-MOST_COMPLAINTS:]
    return kept


async def _last_words(complaints: asyncio.Task[bytes]) -> str:
    """The last line that it complained in; what it has left running may hold its pipe open."""
    done, _ = await asyncio.wait([complaints], timeout=LAST_WORDS)
    if not done:
        complaints.cancel()
        return ""
    lines = complaints.result().decode(errors="backslashreplace").strip().splitlines()
    return lines[-1] if lines else ""


def _end_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _how(code: int, said: str) -> str:
    how = f"it ended with {code}"
    if code < 0:
        how = f"signal {-code} ended it"
    if said:
        return f"{how}: {said}"
    return how
