"""Which signal means what: TERM and INT drain (a second one stops at once), HUP reloads, USR1 asks
for a full scan.

Owns only the wiring, to the loop and around it; the engine knows what each request means. SIGIO is
not among them: the module that takes leases owns it (`fs.lease`).
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

Action = Callable[[], object]  #: called on the loop's thread; must return at once

#: Both ask for the same: INT comes from a terminal, TERM from systemd.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def without_loop() -> None:
    """Before the loop runs and after it has ended: TERM and INT end the process, with 0 as ever;
    HUP and USR1 mean nothing, for a start reads the configuration and scans anyway. Their
    defaults would be deaths that systemd takes for failures.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    for number in (signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(0)


def install_signals(
    loop: asyncio.AbstractEventLoop,
    *,
    stop: Action,
    stop_now: Action,
    reload: Action,
    scan: Action,
) -> Callable[[], None]:
    """Wire the signals of this process to `loop`; call it from the main thread. Returns what
    takes it all back."""
    asked = False

    def on_stop() -> None:
        nonlocal asked
        action, asked = (stop_now if asked else stop), True
        action()

    wiring: dict[signal.Signals, Action] = {
        **dict.fromkeys(STOP_SIGNALS, on_stop),
        signal.SIGHUP: reload,
        signal.SIGUSR1: scan,
    }
    for number, action in wiring.items():
        loop.add_signal_handler(number, action)

    def undo() -> None:
        for number in wiring:
            loop.remove_signal_handler(number)

    return undo
