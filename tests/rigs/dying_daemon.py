"""A daemon that ends like a machine whose plug is pulled: SIGKILL right after the n-th commit of
its journal.

    python tests/rigs/dying_daemon.py N run --once --config FILE

A wrapper around the product, which knows nothing of it. With N = 0 it lives, and writes the
number of its commits to the file named by $COMMITS when it ends.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nemowatch.cli import main
from nemowatch.journal.database import Journal

done = 0
last = int(sys.argv.pop(1))
true_write: Callable[..., Any] = Journal.write_now


def write_then_perhaps_die(self: Journal, work: Callable[..., Any]) -> Any:
    global done  # noqa: PLW0603 - one process, one count
    result = true_write(self, work)
    done += 1
    if done == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return result


def tell() -> None:
    if "COMMITS" in os.environ:
        Path(os.environ["COMMITS"]).write_text(str(done))


Journal.write_now = write_then_perhaps_die  # type: ignore[method-assign]
atexit.register(tell)
sys.exit(main())
