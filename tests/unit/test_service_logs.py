"""The log's lines: one per event, without secrets, in each of its forms."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from nemowatch import secrecy
from nemowatch.service.logs import configure_logs, hide
from nemowatch.service.redact import VALUE_LIMIT, clean, describe

TOKEN = "nmv_usr_Zm9vYmFyLXBsYW50ZWQ"


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """The process's logging as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    secrets = secrecy._secrets, secrecy._known
    configured = structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    secrecy._secrets, secrecy._known = secrets
    logging.captureWarnings(False)
    structlog.configure(**configured)


@pytest.fixture
def out() -> io.StringIO:
    """Where the lines go."""
    return io.StringIO()


def said(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_is_one_object_a_line(out: io.StringIO) -> None:
    """Time in UTC, level and event first, then what belongs to it."""
    configure_logs("info", "json", out)
    structlog.get_logger("nemowatch.engine").info("published", job=12, file=Path("/in/ö.mp4"))
    (line,) = said(out)
    assert line.pop("time").endswith("Z")
    assert line == {"level": "info", "event": "published", "job": 12, "file": "/in/ö.mp4"}
    assert list(line) == ["level", "event", "job", "file"]


def test_console_without_a_terminal_is_plain(out: io.StringIO) -> None:
    """No escape codes go into a file; values with spaces are quoted."""
    configure_logs("info", "auto", out)
    structlog.get_logger().warning("held", job=3, reason="slow render", file="a.mp4")
    assert out.getvalue().endswith(' warning  held job=3 reason="slow render" file=a.mp4\n')
    assert "\x1b" not in out.getvalue()


def test_a_terminal_gets_colours() -> None:
    """The form follows the stream."""
    parent, child = pty.openpty()
    try:
        with os.fdopen(child, "w") as terminal:
            configure_logs("info", "auto", terminal)
            structlog.get_logger().error("share offline")
            assert b"\x1b[31merror" in os.read(parent, 4096)
    finally:
        os.close(parent)


def test_under_the_journal_each_line_begins_with_its_priority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When JOURNAL_STREAM names the very stream, lines carry <N> and no time; journald adds its
    own."""
    ours, journal = socket.socketpair()
    with ours, journal, journal.makefile("r") as read, ours.makefile("w") as stream:
        info = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{info.st_dev}:{info.st_ino}")
        configure_logs("debug", "auto", stream)
        log = structlog.get_logger()
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        log.critical("e")
        assert [read.readline() for _ in range(5)] == [
            "<7>a\n",
            "<6>b\n",
            "<4>c\n",
            "<3>d\n",
            "<2>e\n",
        ]


def test_another_stream_than_the_journal_s_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch, out: io.StringIO
) -> None:
    """JOURNAL_STREAM is inherited by whatever a service starts; the stream decides."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")
    configure_logs("info", "auto", out)
    structlog.get_logger().info("b")
    assert "<6>" not in out.getvalue()


@pytest.mark.parametrize("format", ["console", "json"])
@pytest.mark.parametrize(
    "name",
    [
        "a\n<0>forged",
        "a\r\nb",
        "\x1b[2Jgone",
        "\x9b2J",
        "a\u2028b",
        "\u202egpm.exe",
        os.fsdecode(b"\xff\xfe.mp4"),
        b"\xff\n.mp4",
    ],
)
def test_a_file_name_cannot_break_or_forge_a_line(
    out: io.StringIO, format: str, name: str | bytes
) -> None:
    """Whatever a file is called, its event is one line that can be encoded and moves no cursor."""
    configure_logs("info", format, out)
    structlog.get_logger().info("claimed", file=name)
    structlog.get_logger().info(name if isinstance(name, str) else "x")
    logging.getLogger("other").error("seen %s", name)
    text = out.getvalue()
    text.encode("utf-8")
    assert len(text.splitlines()) == 3
    assert not set(text) & set("\x1b\x9b\u2028\u202e\r")


def test_bytes_that_are_not_utf8_are_readable(out: io.StringIO) -> None:
    r"""A foreign byte is shown as \xNN."""
    configure_logs("info", "console", out)
    structlog.get_logger().info("claimed", file=os.fsdecode(b"caf\xe9.mp4"))
    assert "file=caf\\xe9.mp4" in out.getvalue()


@pytest.mark.parametrize("format", ["console", "json"])
def test_secrets_never_reach_a_line(out: io.StringIO, format: str) -> None:
    """In the event, a field, a nested field, a field's name, a traceback, its cause, foreign
    loggers and their arguments."""
    configure_logs("debug", format, out)
    hide("a token of another kind/+")
    log = structlog.get_logger()
    log.info(f"token {TOKEN}")
    log.info(
        "call",
        headers={"Authorization": "Basic Zm9v", "X": f"Bearer {TOKEN}"},
        args=[TOKEN],
        other="a token of another kind/+",
    )
    log.info(
        "url",
        url="https://cdn.example/r.mp4?sig=PLANTED&e=1#PLANTED",
        quoted="x=a%20token%20of%20another%20kind%2F%2B",
    )
    log.info("proxy", url="http://me:PLANTED@proxy:3128/")
    log.info("fields", **{"refresh_token": "PLANTED", TOKEN: 1})
    logging.getLogger("httpx").warning(
        "HTTP Request: GET %s", httpx.URL("https://cdn.example/r.mp4?sig=PLANTED")
    )
    try:
        try:
            raise ValueError(f"bad header Bearer {TOKEN}")
        except ValueError as exc:
            raise RuntimeError("GET https://cdn.example/r.mp4?sig=PLANTED failed") from exc
    except RuntimeError:
        log.exception("call failed")
        logging.getLogger("foreign").exception("call failed")
    text = out.getvalue()
    assert len(text.splitlines()) == 8
    for secret in (TOKEN, "PLANTED", "Zm9v", "another kind", "another%20kind"):
        assert secret not in text
    assert "https://cdn.example/r.mp4?…" in text
    assert "RuntimeError" in text
    assert "ValueError" in text


def test_short_texts_are_not_taken_for_secrets(out: io.StringIO) -> None:
    """An empty or tiny secret would garble every line."""
    configure_logs("info", "console", out)
    hide("")
    hide(" e \n")
    structlog.get_logger().info("settled here")
    assert "settled here" in out.getvalue()


def test_a_traceback_is_one_field_with_its_place(out: io.StringIO) -> None:
    """Where it happened and who called, innermost first."""
    configure_logs("info", "json", out)

    def inner() -> None:
        raise KeyError("boom")

    try:
        inner()
    except KeyError:
        structlog.get_logger().exception("tick failed")
    (line,) = said(out)
    assert line["level"] == "error"
    assert line["exception"].startswith("KeyError: 'boom' (test_service_logs.py:")
    assert " inner < test_service_logs.py:" in line["exception"]


def test_a_chain_that_bites_its_tail_is_described_once() -> None:
    """An exception that is its own cause ends the description."""
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert describe(one) == "ValueError: one <- ValueError: two"
    assert "a + KeyError: 'k'" in describe(ExceptionGroup("a", [KeyError("k")])).replace(
        " (1 sub-exception)", ""
    )


def test_libraries_do_not_chatter(out: io.StringIO) -> None:
    """httpx's requests, apscheduler's ticks and watchdog's table stay out; their errors come
    through."""
    configure_logs("info", "console", out)
    logging.getLogger("httpx").info("HTTP Request: GET")
    logging.getLogger("apscheduler.executors.default").info("Running job")
    logging.getLogger("watchdog.observers.inotify").warning("x" * 130_000)
    assert out.getvalue() == ""
    logging.getLogger("watchdog.observers.inotify").error("unable to rebuild watches")
    logging.getLogger("watchdog.observers.inotify").error(
        "queue_events() called when the thread is inactive"
    )
    logging.getLogger("watchdogs").warning("another")
    assert len(out.getvalue().splitlines()) == 2


def test_the_guard_still_hears_watchdog_s_overflow(out: io.StringIO) -> None:
    """Silence in the log is not silence at the logger."""
    configure_logs("error", "console", out)
    records: list[logging.LogRecord] = []
    guard = logging.Handler(logging.WARNING)
    guard.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("watchdog.observers.inotify_c")
    logger.addHandler(guard)
    logger.setLevel(logging.WARNING)
    try:
        logger.warning("Inotify queue overflowed")
    finally:
        logger.removeHandler(guard)
        logger.setLevel(logging.NOTSET)
    assert len(records) == 1
    assert out.getvalue() == ""


def test_the_level_can_change_while_running(out: io.StringIO) -> None:
    """A reload applies to loggers that exist, and lines are not doubled."""
    configure_logs("warning", "console", out)
    log = structlog.get_logger("nemowatch.x").bind(job=1)
    log.info("not said")
    configure_logs("info", "console", out)
    log.info("said")
    assert [line.split()[-2] for line in out.getvalue().splitlines()] == ["said"]


def test_a_closed_stream_harms_nothing(
    capsys: pytest.CaptureFixture[str], out: io.StringIO
) -> None:
    """A line that cannot be written never puts its arguments on standard error."""
    logging.getLogger().handlers.clear()  # the test runner's own raises what it cannot format
    configure_logs("info", "console", out)
    logging.getLogger("x").warning("%d", TOKEN)
    assert out.getvalue() == "a line of the logger x could not be written\n"
    out.close()
    structlog.get_logger().info("lost", token=TOKEN)
    assert capsys.readouterr().err == ""


def test_an_unprintable_object_is_still_a_line(out: io.StringIO) -> None:
    """An object whose text fails says so."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError

    configure_logs("info", "json", out)
    structlog.get_logger().info("seen", what=Broken())
    assert said(out)[0]["what"] == "<Broken, unprintable: ValueError>"


def test_a_huge_value_is_cut(out: io.StringIO) -> None:
    """No line grows without bound through one value."""
    configure_logs("info", "console", out)
    structlog.get_logger().info("seen", what="y" * 100_000)
    assert len(out.getvalue()) < VALUE_LIMIT + 200


@given(
    st.recursive(
        st.text() | st.binary() | st.integers() | st.none(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
        max_leaves=25,
    )
)
def test_any_value_becomes_plain_json_on_one_line(value: Any) -> None:
    """Whatever is logged can be written as one line of UTF-8."""
    text = json.dumps(clean(value), ensure_ascii=False)
    text.encode("utf-8")
    assert len(text.splitlines()) == 1


def test_a_long_list_is_cut() -> None:
    """A list of addresses becomes a thousand jobs; the line names the first ones and how many."""
    assert clean(list(range(1000)))[-2:] == [19, "and 980 more"]
