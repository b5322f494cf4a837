"""What the log says of an error that nobody catches, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

TOKEN = "nmv_usr_Zm9vYmFyLXBsYW50ZWQ"


@pytest.mark.parametrize("where", ["main", "thread", "finalizer"])
def test_what_nobody_catches_is_a_line_without_secrets(where: str) -> None:
    """An error that ends the process, a thread or a finalizer is logged like any other."""
    program = f"""
import sys, threading
from nemowatch.service.logs import configure_logs
configure_logs("info", "console", sys.stderr)
def fail(*_):
    raise RuntimeError("Bearer {TOKEN}")
class Last:
    __del__ = fail
if {where!r} == "main":
    fail()
elif {where!r} == "thread":
    t = threading.Thread(target=fail); t.start(); t.join()
else:
    Last()
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert ran.returncode == (1 if where == "main" else 0)
    assert len(ran.stderr.splitlines()) == 1
    assert "RuntimeError: Bearer [hidden]" in ran.stderr
    assert TOKEN not in ran.stderr
