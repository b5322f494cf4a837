"""Regular expressions meet texts that anybody wrote. Each one of the package is linear: it is tried
on texts that make the usual mistakes take minutes."""

from __future__ import annotations

import ast
import importlib
import multiprocessing
import pkgutil
import re
import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _parser  # samples of a pattern need its parts
from typing import Any

import nemowatch
from nemowatch.late_pattern import LatePattern

#: Seconds of CPU for one search; a linear one takes a few milliseconds, the costliest 60, and twice
#: that where the core is shared; a quadratic one takes a third of a second.
LIMIT = 0.2
LENGTH = 12_000  #: characters
#: What patterns repeat, and what often follows a repetition that is in vain.
PIECES = (
    *" \t\n\\\"'/.:;,-+_=#?!@%()[]{}<>*|aA1eé中\0\r",
    *("a.", "a ", " a", "1 ", "1.", "1-", "\r\n", "://", "a://", "http://", "a@", "\\a", '\\"'),
    *("[a]", "x=", "a-a ", "!?", '."', "''", "#a", "?=", "<a>", "nmv_a_", "bearer ", "(a"),
)
#: How a pattern that was compiled is used.
AT_START = {"match", "fullmatch"}
#: Whatever compiles or searches at once.
DIRECT = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
#: A character of each category that patterns name.
SAMPLES = {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a"}
FOLDER = Path(nemowatch.__file__).parent


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(nemowatch.__path__, "nemowatch."):
        if not found.name.endswith("__main__"):
            yield found.name


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, LatePattern):
        value = value.compiled
    if isinstance(value, re.Pattern):
        yield value
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from patterns_in(part)


def every_pattern() -> list[tuple[str, re.Pattern[Any], set[str]]]:
    """(where, pattern, names of the methods that are called on it anywhere); none of them: it is in
    a table. Each once, though other modules import it."""
    places: dict[re.Pattern[Any], str] = {}
    methods: dict[re.Pattern[Any], set[str]] = defaultdict(set)
    for name in modules():
        module = importlib.import_module(name)
        calls = methods_by_name(Path(str(module.__file__)))
        for key, value in vars(module).items():
            for pattern in patterns_in(value):
                places.setdefault(pattern, f"{name}.{key}")
                methods[pattern] |= calls[key]
    return [(where, pattern, methods[pattern]) for pattern, where in places.items()]


def methods_by_name(path: Path) -> dict[str, set[str]]:
    calls: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            calls[node.value.id].add(node.attr)
    return calls


def beginnings(elements: Iterable[Any]) -> list[str]:
    """What the parts of a parsed pattern match up to each of them, and nothing. Of alternatives
    those are gone into that repeat something."""
    said = ""
    found = [said]
    for element in elements:
        for part in alternatives(element):
            found += [said + beginning for beginning in beginnings(part)]
        said += sample([element])
        found.append(said)
    return list(dict.fromkeys(found))


def alternatives(element: Any) -> Iterator[Any]:
    """The alternatives in this part of a pattern that repeat something as often as you like."""
    kind, what = element
    name = str(kind)
    if name == "BRANCH":
        yield from filter(repeats, what[1])
    elif name == "SUBPATTERN" or name.endswith("REPEAT"):
        for inside in what[-1]:
            yield from alternatives(inside)


def repeats(elements: Any) -> bool:
    """Whether something in these parts of a pattern is repeated as often as you like."""
    return "MAXREPEAT" in repr(list(elements))


def sample(elements: Iterable[Any]) -> str:
    """A short text that these elements of a parsed pattern match, roughly."""
    said = ""
    for kind, what in elements:
        name = str(kind)
        if name == "LITERAL":
            said += chr(what)
        elif name == "IN":
            said += sample(what[:1])
        elif name == "RANGE":
            said += chr(what[0])
        elif name == "CATEGORY":
            said += SAMPLES.get(str(what), "x")
        elif name == "SUBPATTERN":
            said += sample(what[-1])
        elif name == "BRANCH":
            said += sample(what[1][0])
        elif name.endswith("REPEAT"):
            said += sample(what[2]) * max(what[0], 1)
        elif name in {"ANY", "NEGATE", "NOT_LITERAL"}:
            said += "x"
    return said


def hostile_texts(pattern: re.Pattern[Any]) -> Iterator[str]:
    for beginning in beginnings(_parser.parse(pattern.pattern)):
        for piece in (*PIECES, beginning or "x"):
            repeated = piece * (LENGTH // len(piece))
            yield f"{beginning}{repeated}\0"


def try_pattern(pattern: re.Pattern[Any], methods: set[str]) -> str:
    """What the pattern is slow on, "" for nothing."""
    names = methods & DIRECT or {"search"}
    uses = [getattr(pattern, name) for name in ("match", "fullmatch") if name in names]
    if names - AT_START:
        uses.append(pattern.search)
    for text in hostile_texts(pattern):
        given: Any = text
        if isinstance(pattern.pattern, bytes):
            given = text.encode("utf-8")
        for use in uses:
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
            try:
                use(given)
            except TimeoutError:
                return f"{text[:20]!r}…{text[-5:]!r}"
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def stop_search(*_: object) -> None:
    raise TimeoutError


def slow_ones(answer: Any) -> None:
    """In a process of its own: sends (where, on what) of each pattern that is slow."""
    signal.signal(signal.SIGVTALRM, stop_search)
    found = {}
    for where, pattern, methods in every_pattern():
        slow_on = try_pattern(pattern, methods)
        if slow_on:
            found[where] = slow_on
    answer.send(found)


def test_every_pattern_is_linear() -> None:
    """No text of 12,000 characters keeps a search busy for 0.2 seconds of CPU."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=slow_ones, args=(there,))
    child.start()
    there.close()
    try:
        assert here.recv() == {}
    finally:
        child.kill()
        child.join()


def test_patterns_are_named() -> None:
    """What is compiled in passing would escape the test above."""
    for path in sorted(FOLDER.rglob("*.py")):
        used = methods_by_name(path)["re"] & DIRECT
        assert not used, path
