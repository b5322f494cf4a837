"""The log: one line per event, for journald, a terminal, or a JSON reader, on one stream.

Owns the configuration of structlog and of the standard library's logging, which is routed into the
same lines, and what is noise. Says nothing itself. `redact` decides what a line may not contain.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from nemowatch.secrecy import hide
from nemowatch.service.journald import goes_to_journal, with_priority
from nemowatch.service.redact import clean_field, clean_key, describe, is_clean, one_line

__all__ = ["configure_logs", "hide"]

#: What a terminal shows for a level: dim, none, yellow, red, bold red.
_COLOUR = {"debug": "2", "info": "0", "warning": "33", "error": "31", "critical": "1;31"}

#: Loggers of libraries that talk too much, and the level from which they are heard.
NOISE: Mapping[str, int] = {
    "httpx": logging.WARNING,  # a line per request, with its whole URL
    "httpcore": logging.WARNING,
    "apscheduler": logging.WARNING,  # a line per tick
    "asyncio": logging.WARNING,
}
#: watchdog warns with its whole watch table; the guard reports what it has to say. It is dropped
#: where lines are written and not at its logger, because the guard listens there for the overflow.
DEAF_TO = "watchdog"
#: The error that its threads report when an observer ends, at a stop or a repair, while they are at
#: work: no error of anybody's.
LAST_WORDS = "called when the thread is inactive"
#: A text that holds one of these is quoted.
_QUOTED = frozenset(' "=')
#: The number of each level, by structlog's name for it.
_LEVELS = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}
#: `json.dumps` would make an encoder for each value.
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def configure_logs(level: str, format: str, stream: TextIO | None = None) -> None:
    """Send every event of the process to `stream` (standard error). May be called again with other
    settings.

    `level`: debug, info, warning or error. `format`: auto, console or json (config `log`); auto
    is journald's form when the stream goes to the journal, else console, coloured on a terminal.
    """
    out = stream if stream is not None else sys.stderr
    handler = _Handler(out)
    lines = _Lines(handler, _renderer(format, out))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, lines.foreign],
        )
    )
    handler.addFilter(_heard)
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, least in NOISE.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    logging.captureWarnings(True)
    _gather_little()
    _configure_structlog(lines)
    _log_uncaught()


def _gather_little() -> None:
    """What no line says is not found out for each of them (the standard library's own switches)."""
    logging._srcfile = None  # where a line was said
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False


def _heard(record: logging.LogRecord) -> bool:
    """Whether a line is one for people."""
    if not (record.name + ".").startswith(DEAF_TO + "."):
        return True
    return record.levelno >= logging.ERROR and LAST_WORDS not in record.getMessage()


def _configure_structlog(lines: _Lines) -> None:
    """Our own lines go straight to the stream: by way of the standard library's records, which
    those of libraries take, each cost a third more."""
    structlog.configure(
        processors=[
            _is_heard_now,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            lines.own,
        ],
        logger_factory=lines.logger,
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        cache_logger_on_first_use=False,  # a reload changes the configuration of loggers that exist
    )


def _is_heard_now(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Leave out what is below the level of now."""
    if logging.getLogger().isEnabledFor(_LEVELS[method]):
        return event
    raise structlog.DropEvent


class _Handler(logging.StreamHandler[TextIO]):
    """Ours among the root logger's handlers."""

    def handleError(self, record: logging.LogRecord) -> None:
        """The standard library would print the message with its arguments and all frames,
        secrets included."""
        self.write(_unwritten(record.name))

    def write(self, line: str) -> None:
        """Write one line, unless the stream itself is broken."""
        assert self.lock is not None  # it has one from the beginning
        with self.lock, suppress(OSError, ValueError):
            self.stream.write(line + self.terminator)
            self.stream.flush()


class _Lines:
    """Makes the line of each event."""

    def __init__(self, handler: _Handler, render: structlog.typing.Processor) -> None:
        self._writer = _Writer(handler)
        self._render = render

    def foreign(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        """The line of an event of any logger. Raises what its parts raise."""
        line = self._render(logger, method, _tidy(_trace(event)))
        return str(line)

    def own(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        """The line of an event of ours. Never raises."""
        try:
            return self.foreign(logger, method, event)
        except Exception:  # noqa: BLE001 - whoever says something must not suffer for it
            return _unwritten("nemowatch")

    def logger(self, *_: Any) -> _Writer:
        """What structlog gives finished lines to."""
        return self._writer


class _Writer:
    """Writes finished lines of ours; structlog needs a method for each level."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler

    def _say(self, line: str) -> None:
        self._handler.write(line)

    debug = info = warning = error = critical = _say


def _unwritten(logger: str) -> str:
    return one_line(f"a line of the logger {logger} could not be written")


def _renderer(format: str, stream: TextIO) -> structlog.typing.Processor:
    if format == "json":
        return _json
    if format == "auto" and goes_to_journal(stream, os.environ):
        return _journal
    if stream.isatty() and "NO_COLOR" not in os.environ:
        return _coloured
    return _plain


def _trace(event: EventDict) -> EventDict:
    """Exceptions become one field of one line."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    exc = given[1] if isinstance(given, tuple) else given
    if isinstance(exc, BaseException):
        event["exception"] = describe(exc)
    return event


def _tidy(event: EventDict) -> EventDict:
    """Every field without secrets and on one line. The logger's name is said for foreign lines
    only."""
    if str(event.get("logger", "")).startswith("nemowatch"):
        del event["logger"]
    if is_clean(event):
        return event
    return {clean_key(key): clean_field(key, value) for key, value in event.items()}


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _json(_: WrappedLogger, __: str, event: EventDict) -> str:
    moment = _now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = {"time": moment, "level": event.pop("level", "info"), "event": event.pop("event", "")}
    return _as_json({**head, **event})


def _journal(_: WrappedLogger, __: str, event: EventDict) -> str:
    return with_priority(event.pop("level", "info"), _sentence(event))


def _plain(_: WrappedLogger, __: str, event: EventDict) -> str:
    return (
        f"{time.strftime('%Y-%m-%d %H:%M:%S')} {event.pop('level', 'info'):<8} {_sentence(event)}"
    )


def _coloured(_: WrappedLogger, __: str, event: EventDict) -> str:
    level = event.pop("level", "info")
    colour = _COLOUR.get(level, "0")
    return (
        f"\x1b[2m{_now().astimezone():%H:%M:%S}\x1b[0m \x1b[{colour}m{level:<8}\x1b[0m"
        f" {_sentence(event)}"
    )


def _sentence(event: EventDict) -> str:
    said = [str(event.pop("event", ""))]
    for key, value in event.items():
        if value not in ("", None):
            said.append(f"{key}={_value(value)}")
    return " ".join(said)


def _value(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, str) and value and not _QUOTED.intersection(value):
        return value
    return _as_json(value)


def _log_uncaught() -> None:
    """What Python would print by itself, with every frame and argument, becomes a line like any
    other."""
    log = structlog.get_logger("nemowatch")

    def of_process(kind: type[BaseException], exc: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("ended by an unexpected error", exc_info=(kind, exc, trace))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit and args.exc_value is not None:
            name = args.thread.name if args.thread else ""
            log.error("a thread ended by an unexpected error", thread=name, exc_info=args.exc_value)

    def of_nowhere(args: Any) -> None:
        log.error(
            "error while discarding an object", where=repr(args.object), exc_info=args.exc_value
        )

    sys.excepthook = of_process
    threading.excepthook = of_thread
    sys.unraisablehook = of_nowhere
