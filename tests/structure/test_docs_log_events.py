"""docs/operations.md explains every line that the log can hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.rigs import source_code

CHECKOUT = Path(__file__).resolve().parents[2]
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
#: Rooms whose lines are not the daemon's: the commands print, the sandbox is for tests.
OTHERS = ("cli/", "sandbox/")


@cache
def events() -> tuple[tuple[str, str], ...]:
    """(event, level) of every call of a logger; what is put in at run time as "…"."""
    return tuple(_said())


def _said() -> Iterator[tuple[str, str]]:
    for module, node in source_code.nodes():
        if module.startswith(OTHERS):
            continue
        if isinstance(node, ast.Call) and (found := _level(node.func)) and node.args:
            yield from ((event, found) for event in _texts(node.args[0]))


def _level(called: ast.expr) -> str:
    """The level when this is `log.info`, `holds_log.warning`, or `(log.warning if … else
    log.info)`."""
    if isinstance(called, ast.IfExp):
        return f"{_level(called.orelse)}, {_level(called.body)}"
    if (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id.endswith("log")
    ):
        return called.attr.replace("exception", "error") if called.attr in LEVELS else ""
    return ""


def _texts(said: ast.expr) -> list[str]:
    if isinstance(said, ast.Constant):
        return [str(said.value)]
    if isinstance(said, ast.IfExp):
        return [*_texts(said.body), *_texts(said.orelse)]
    if isinstance(said, ast.JoinedStr):
        return [
            "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in said.values
            )
        ]
    return []  # a variable: a state's name, which the table explains in rows of its own


def table() -> dict[str, str]:
    """Event -> the level column of its row."""
    text = (CHECKOUT / "docs/operations.md").read_text()
    part = text[text.index("<!-- log events: begin") : text.index("<!-- log events: end -->")]
    rows = [line.split(" | ") for line in part.splitlines() if line.startswith("| `")]
    return {event: row[1] for row in rows for event in re.findall(r"`([^`]+)`", row[0])}


def test_every_event_has_its_row_and_its_level() -> None:
    """An administrator finds whatever stands in the log."""
    known = table()
    missing = {event: level for event, level in events() if event not in known}
    assert missing == {}
    wrong = {
        (event, level)
        for event, level in events()
        if not set(level.split(", ")) <= set(re.split("[,/ ]+", known[event]))
    }
    assert wrong == set()


def test_no_row_is_about_what_is_never_said() -> None:
    """Rows of events go with the events; states have rows of their own."""
    said = {event for event, _ in events()}
    states = {"held (…)", "attention (…)", "failed", "rejected", "published", "cancelled"}
    assert table().keys() - said <= states | {"a line of the logger … could not be written"}


def test_every_hold_has_its_cure() -> None:
    """The tables of holds and of what needs a person are whole."""
    from nemowatch.model import AttentionReason, HoldReason

    text = (CHECKOUT / "docs/operations.md").read_text()
    for reason in (*HoldReason, *AttentionReason):
        assert re.search(rf"^\| `{re.escape(reason)}` \|.+\|.+\|$", text, re.MULTILINE), reason
