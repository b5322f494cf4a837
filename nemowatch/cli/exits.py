"""Turns an error into text for a person and an exit code. It knows no command."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable

from nemowatch.cli.formatting import clean
from nemowatch.cli.typed_commands import in_full
from nemowatch.cures import typed_start
from nemowatch.errors import ConfigError, DaemonNeeded, NemowatchError, UsageError

OK, FAILED, USAGE, NEEDS_DAEMON = 0, 1, 2, 3
#: The errors of a standard output that takes no more.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
#: The exit code that a shell reports for a program that Ctrl-C has ended.
INTERRUPTED = 130


def guarded(call: Callable[[], int]) -> int:
    """Run a command; whatever it raises is printed on standard error, with what to do. Returns the
    exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        code = call()
        sys.stdout.flush()
    except NemowatchError as exc:
        return report(exc)
    except BrokenPipeError:
        _hush()
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as exc:
        if exc.errno not in FULL or exc.filename is not None:
            _report_unexpected(exc)
        else:
            _hush()
            why = os.strerror(exc.errno)
            _print_errors([f"nemowatch: the output could not be written: {why}."])
        return FAILED
    except Exception as exc:  # noqa: BLE001 - ours to explain, never a page of Python
        _report_unexpected(exc)
        return FAILED
    return code


def exit_code(exc: NemowatchError) -> int:
    """The exit code of an error (docs/behaviour.md section 4)."""
    if isinstance(exc, UsageError):
        return USAGE
    return NEEDS_DAEMON if isinstance(exc, DaemonNeeded) else FAILED


def report(exc: NemowatchError) -> int:
    """Print an error on standard error; returns its exit code."""
    if isinstance(exc, ConfigError):
        lines = [
            "nemowatch: the configuration cannot be used:",
            *(f"  {problem}" for problem in exc.problems),
        ]
    else:
        lines = [f"nemowatch: {exc.text}"]
    cure = f"Start it: {typed_start()}" if isinstance(exc, DaemonNeeded) else in_full(exc.cure)
    lines += [f"  {line}" for line in cure.splitlines()]
    _print_errors(lines)
    return exit_code(exc)


def _print_errors(lines: list[str]) -> None:
    """Print on standard error: folded at a terminal's width, or with a priority for systemd's
    journal, so that `journalctl -p warning` shows why a service did not start."""
    from nemowatch.cli.output import folded
    from nemowatch.service.journald import goes_to_journal, with_priority

    width = 0
    if sys.stderr.isatty():
        import shutil

        width = shutil.get_terminal_size().columns

    in_journal = goes_to_journal(sys.stderr, os.environ)
    for line in lines:
        for part in folded(clean(line), width):
            print(with_priority("error", part) if in_journal else part, file=sys.stderr)


def _report_unexpected(exc: Exception) -> None:
    import traceback

    from nemowatch.secrecy import redact

    where = traceback.extract_tb(exc.__traceback__)[-1]
    what = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    _print_errors(
        [
            redact(f"nemowatch: something is wrong in nemowatch itself: {what}"),
            f"  It happened at {where.filename}:{where.lineno}; please report that line.",
            "  The daemon's log: journalctl -u nemowatch, or the terminal in which it runs.",
        ]
    )


def _hush() -> None:
    """Drop further output, which nobody reads any more; otherwise Python complains about that when
    it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
