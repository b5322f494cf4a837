"""The children that read what people drop: whatever a file does to its reader, everything else
goes on."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.content import reading
from nemowatch.content.child import ChildLimits
from nemowatch.content.child_errors import ChildFailed, ChildFailure
from nemowatch.content.children import Answer, Children
from nemowatch.content.kinds import SniffResult
from nemowatch.errors import LocalPassing, OrderError, UnsafeContent
from nemowatch.model import MediaKind
from tests.rigs import bad_parsers
from tests.rigs.studio import wait_for
from tests.rigs.word_files import document, paragraph

MP4 = b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + b"\x00\x00\x00\x10moov" + b"\0" * 8


@pytest.fixture
def children() -> Iterator[Children]:
    """Children with short limits, ended with the test."""
    made = Children(ChildLimits(cpu=1, wall=4.0))
    yield made
    made.close()


@pytest.fixture
def own_children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    """The children of `reading`, fresh for this test."""
    made = Children()
    monkeypatch.setattr(reading, "CHILDREN", made)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    """An open file of five bytes."""
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    with path.open("rb") as opened:
        yield opened.fileno()


def ask(children: Children, parser: object, file: int, *arguments: object) -> object:
    name = getattr(parser, "__name__", "")
    return children.ask(f"{bad_parsers.__name__}:{name}", arguments, file, lambda: None)


def failure(children: Children, parser: object, file: int, *arguments: object) -> ChildFailure:
    with pytest.raises(ChildFailed) as told:
        ask(children, parser, file, *arguments)
    return told.value.failure


@pytest.mark.parametrize(
    ("parser", "expected"),
    [
        (bad_parsers.loop, {ChildFailure.COMPUTING, ChildFailure.SLOW}),
        (bad_parsers.eat, {ChildFailure.MEMORY}),
        (bad_parsers.odd, {ChildFailure.RAISED}),
        (bad_parsers.killed, {ChildFailure.KILLED}),
        (bad_parsers.garbage, {ChildFailure.GARBAGE}),
        (bad_parsers.foreign, {ChildFailure.GARBAGE, ChildFailure.KILLED}),
    ],
)
def test_a_bad_parser_is_a_failure_and_the_next_file_is_read(
    children: Children, file: int, parser: object, expected: set[ChildFailure]
) -> None:
    """It loops, eats memory, raises, is killed or sends nonsense: a word says which."""
    assert failure(children, parser, file) in expected
    assert ask(children, bad_parsers.size, file) == 5


def test_a_file_that_does_not_answer_is_no_fault_of_its_content(file: int) -> None:
    """A share may hang: the file waits, and nobody beats as if there were progress."""
    beats: list[int] = []
    children = Children(ChildLimits(cpu=1, wall=1.5))
    with pytest.raises(ChildFailed) as told:
        children.ask(f"{bad_parsers.__name__}:wait", (), file, lambda: beats.append(1))
    assert told.value.failure is ChildFailure.SILENT
    assert beats == []
    assert children.started == 1


def test_a_parser_that_stands_still_is_ended(file: int) -> None:
    """It has read the file and does not go on: tried once more, then given up, with signs of
    life meanwhile."""
    beats: list[int] = []
    children = Children(ChildLimits(cpu=1, wall=1.5))
    with pytest.raises(ChildFailed) as told:
        children.ask(f"{bad_parsers.__name__}:stop", (), file, lambda: beats.append(1))
    assert told.value.failure in (ChildFailure.SLOW, ChildFailure.SILENT)
    assert children.started <= 2
    assert beats


def test_a_child_that_somebody_kills_is_replaced_and_the_file_read(
    children: Children, file: int, tmp_path: Path
) -> None:
    """The kernel may need memory for something else: the file is not to blame."""
    assert ask(children, bad_parsers.killed_once, file, str(tmp_path / "mark")) == "read"
    assert children.started == 2


def test_the_child_reads_the_file_that_was_opened(
    children: Children, file: int, tmp_path: Path
) -> None:
    """By its descriptor: what somebody puts in its place meanwhile is not read."""
    (tmp_path / "file").rename(tmp_path / "away")
    (tmp_path / "file").write_bytes(b"other")
    assert ask(children, bad_parsers.opens, file) == b"hello"


def test_an_error_of_the_file_comes_back_with_its_number(children: Children, file: int) -> None:
    """So that a share that is away is told from a file that is bad."""
    with pytest.raises(OSError, match="Stale") as told:
        ask(children, bad_parsers.fails, file, errno.ESTALE)
    assert told.value.errno == errno.ESTALE
    assert children.started == 1


def test_a_thousand_files_cost_one_process(own_children: Children, tmp_path: Path) -> None:
    """However many files come: a child is kept while there is work."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(MP4)
    for _ in range(1_000):
        with path.open("rb") as opened:
            found = reading.sniff(opened.fileno(), b"clip.mp4", len(MP4))
        assert found.kind is MediaKind.VIDEO
    assert own_children.started == 1


def test_a_child_without_work_ends(file: int) -> None:
    """Nothing of it stays in memory; the next file starts another."""
    children = Children(idle=0.2)
    assert ask(children, bad_parsers.size, file) == 5
    wait_for("the child to end", lambda: repr(children) == "Children(0 idle, 1 started)")
    assert ask(children, bad_parsers.size, file) == 5
    assert children.started == 2
    children.close()


def test_a_child_gets_no_secret(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither token nor settings of the daemon's environment are in that of its children."""
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_x")
    monkeypatch.setenv("NEMOWATCH_WEB__PASSWORD", "correct horse")
    with Path("/proc/self/environ").open("rb") as opened:
        ask(children, bad_parsers.size, opened.fileno())
    tasks = Path("/proc/self/task").glob("*/children")
    pids = [pid for task in tasks for pid in task.read_text().split()]
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in pids]
    assert environments
    for secret in (b"nmv_usr_x", b"correct horse", b"NEMOWATCH_"):
        assert not any(secret in environment for environment in environments)


def test_texts_documents_and_links_come_through(own_children: Children, tmp_path: Path) -> None:
    """As the pure functions read them, in one child."""
    for name, data in [("a.txt", b"Words."), ("a.docx", document(paragraph("Words.")))]:
        (tmp_path / name).write_bytes(data)
        with (tmp_path / name).open("rb") as opened:
            assert reading.read_script(opened.fileno(), name) == "Words."

    (tmp_path / "a.urls.txt").write_bytes(b"https://example.org/a\n")
    with (tmp_path / "a.urls.txt").open("rb") as opened:
        assert reading.links_in(opened.fileno(), "a.urls.txt") == ("https://example.org/a",)

    (tmp_path / "b.txt").write_bytes(b"")
    with (tmp_path / "b.txt").open("rb") as opened, pytest.raises(OrderError, match="empty"):
        reading.read_text(opened.fileno())
    assert own_children.started == 1


def test_without_a_child_only_our_own_code_reads(
    own_children: Children, file: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First bytes and plain texts are read in this process; a document, which takes parsers of
    others, waits. Starting is not tried for each file."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert reading.sniff(file, b"a.txt", 5).finding is SniffResult.MEDIA
    assert reading.read_text(file) == "hello"
    for name in ("a.docx", "a.docx"):
        with pytest.raises(LocalPassing, match="no process can be started"):
            reading.read_script(file, name)
    with pytest.raises(LocalPassing, match="no process can be started"):
        reading.links_in(file, "a.webloc")
    assert own_children.started == 1


def test_a_broken_installation_refuses_no_file(
    own_children: Children, file: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that ends before it is ready says nothing about the file."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(LocalPassing, match="ended before it was ready"):
        reading.read_script(file, "a.docx")
    assert reading.sniff(file, b"a.txt", 5).finding is SniffResult.MEDIA


def test_a_document_that_kills_its_reader_is_refused_in_plain_words(
    own_children: Children, file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As unsafe, which is final: it goes to failed with this text."""
    monkeypatch.setattr(reading, "TEXT_TASK", f"{bad_parsers.__name__}:killed")
    with pytest.raises(UnsafeContent, match="cannot be read safely: the process that read it"):
        reading.read_script(file, "a.docx")
    assert own_children.started == 3  # two have died, the third can read


def test_where_every_file_ends_its_reader_none_is_refused(
    own_children: Children, file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which children fail (a filter of system calls, an odd Python) refuses no file:
    a document waits, and our own code reads the rest here."""
    own_children_ask = own_children.ask

    def broken(task: str, arguments: tuple[object, ...], fd: int, beat: object) -> object:
        return own_children_ask(f"{bad_parsers.__name__}:killed", arguments, fd, lambda: None)

    monkeypatch.setattr(own_children, "ask", broken)
    with pytest.raises(LocalPassing, match="fail on every file"):
        reading.read_script(file, "a.docx")
    assert reading.read_text(file) == "hello"


def ask_all(
    children: Children, parser: object, file: int, *arguments: tuple[object, ...]
) -> list[Answer]:
    task = f"{bad_parsers.__name__}:{getattr(parser, '__name__', '')}"
    return children.ask_ahead(task, [(one, file) for one in arguments], lambda: None)()


def test_files_asked_about_at_once_get_the_answers_that_each_would_get(
    children: Children, file: int
) -> None:
    """In their order, by one process, and an error where the file that has it is read."""
    answers = ask_all(children, bad_parsers.fails_at, file, (0,), (errno.ESTALE,), (2,))
    assert answers[2]() == answers[0]() == "read"
    with pytest.raises(OSError, match="Stale"):
        answers[1]()
    assert ask(children, bad_parsers.size, file) == 5
    assert children.started == 1


def test_a_file_that_kills_its_reader_takes_no_answer_from_those_behind_it(
    children: Children, file: int, tmp_path: Path
) -> None:
    """They are asked about again, each alone."""
    mark = str(tmp_path / "mark")
    answers = ask_all(children, bad_parsers.killed_once, file, (mark,), (mark,), (mark,))
    assert [answer() for answer in answers] == ["read"] * 3
    assert children.started == 2


def test_a_child_that_owes_an_answer_is_asked_nothing_else(children: Children, file: int) -> None:
    """Where one request cannot be sent, the answer to the one before it is nobody else's."""
    nobodys = 1_000_000  # a descriptor that is not open
    task = f"{bad_parsers.__name__}:fails_at"
    answers = children.ask_ahead(task, [((0,), file), ((2,), nobodys)], lambda: None)()
    assert ask(children, bad_parsers.size, file) == 5
    assert answers[0]() == "read"
    with pytest.raises(OSError, match="Bad file"):
        answers[1]()


def test_of_files_that_do_not_answer_the_first_is_not_waited_for_twice(file: int) -> None:
    """A share that hangs holds up its inbox no longer than when it is asked file by file."""
    children = Children(ChildLimits(cpu=1, wall=1.5))
    answers = ask_all(children, bad_parsers.wait, file, (), ())
    assert children.started == 1
    with pytest.raises(ChildFailed) as told:
        answers[0]()
    assert told.value.failure is ChildFailure.SILENT
    assert children.started == 1


def test_descriptors_are_closed(children: Children, file: int) -> None:
    """On both sides, whatever came of the file."""
    ask(children, bad_parsers.size, file)
    gc.collect()  # what earlier tests left open is not to be closed in between
    before = len(os.listdir("/proc/self/fd"))
    for parser in (bad_parsers.size, bad_parsers.odd, bad_parsers.killed, bad_parsers.size):
        try:
            ask(children, parser, file)
        except ChildFailed:
            continue
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_child_writes_no_compiled_module(
    children: Children, file: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that is longer than what it may write, half would be left for everybody."""
    names = "".join(f"def answer_{number}(*given): return given\n" for number in range(3000))
    (tmp_path / "long_module.py").write_text(f"{names}def answer(*given): return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert children.ask("long_module:answer", (), file, lambda: None) == 1
    assert not (tmp_path / "__pycache__").exists()
