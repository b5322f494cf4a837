"""`nemowatch run`: the daemon in the foreground, or on a terminal a live view of it. Has the
configuration read, prepares the state folder, and starts the daemon."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from nemowatch.errors import NemowatchError

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext

#: Seconds for checking where the folders are: on disks that answer it takes milliseconds.
LAYOUT_SECONDS = 10.0
#: Packages that structlog and httpx import, most of them for a terminal, if they are installed, and
#: that the daemon never uses: that would be 7 MiB for months.
DECORATION = ("rich", "click", "pygments", "greenlet")


def _leave_out(packages: Iterable[str]) -> None:
    """Make importing these fail as if they were not installed, unless they are already imported."""
    for package in packages:
        # the import system's own sign for "cannot be imported"
        sys.modules.setdefault(package, cast(ModuleType, None))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collect no garbage meanwhile: imports leave hardly any, and looking through everything again
    and again takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _setting(config: Path | None) -> CommandContext:
    """As `find_context`, but a child process reads while this one imports what it needs. Raises
    ConfigError, ConfigUnread."""
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.child import find_apart
    from nemowatch.config.find import state_dir

    env = dict(os.environ)
    with find_apart(config, env) as reading:
        with _uncollected():
            importlib.import_module("nemowatch.service.daemon")
        path, read = reading.result()
    return CommandContext(lambda: read, path, state_dir(read, path, env), env, config is not None)


def start(*, once: bool = False, plain: bool = False, config: Path | None = None) -> int:
    """Run the daemon until it ends; returns its exit code. On a terminal it is shown live, unless
    the `plain` log is asked for. Raises ConfigError with every mistake at once."""
    if not plain and _on_a_terminal():
        from nemowatch.cli.live.command import run_live

        return run_live(once=once, config=config)
    return _become_daemon(once=once, config=config)


def _on_a_terminal() -> bool:
    """Whether there is a screen to draw on."""
    if not sys.stderr.isatty():
        return False
    from nemowatch.cli.output import has_screen

    return has_screen()


def _become_daemon(*, once: bool, config: Path | None) -> int:
    _leave_out(DECORATION)
    if not sys.warnoptions:
        # libraries' warnings to developers would be in the log, in lines that are not ours
        warnings.simplefilter("ignore")
    from nemowatch.service.signals import without_loop

    without_loop()  # what follows takes half a second to import
    context = _setting(config)
    from nemowatch.cli.context import prepare_state_dir
    from nemowatch.cli.deadline import within
    from nemowatch.config.layout import check_layout
    from nemowatch.service.daemon import run_daemon

    with suppress(TimeoutError):  # a share that hangs is left to its inbox
        within(LAYOUT_SECONDS, lambda: check_layout(context.config))
    prepare_state_dir(context.state_dir)
    try:
        return run_daemon(context.config, context.path, context.state_dir, context.env, once=once)
    except NemowatchError:
        raise
    except Exception as exc:
        # the daemon's own hook: into its log, with secrets hidden
        sys.excepthook(type(exc), exc, exc.__traceback__)
        raise
