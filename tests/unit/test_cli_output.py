"""How the commands say things: nothing in a name reaches the terminal but text, and the status
fits its width."""

from __future__ import annotations

import io
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from nemowatch.cli import formatting
from nemowatch.cli.credits import by_day
from nemowatch.cli.deadline import within
from nemowatch.cli.output import folded
from nemowatch.cli.status.view import draw
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.spend import BalanceFall, Paid
from nemowatch.model import HoldReason
from nemowatch.reporting.overview import (
    CreditsSeen,
    DaemonSnapshot,
    InboxStatus,
    Overview,
    Settling,
)
from tests.rigs.rows import each_row


@given(st.binary())
def test_no_name_steers_the_terminal(raw: bytes) -> None:
    """Whatever bytes a name has, what is shown has no control character, no direction mark and
    no lone surrogate."""
    shown = formatting.name(raw)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    shown.encode("utf-8")


@each_row(
    [
        (b"caf\xe9.mp4", "caf\\xe9.mp4"),
        (b"a\x1b[2Jb", "a\\x1b[2Jb"),
        ("x\u202egpj.exe", "x\\u202egpj.exe"),
        ("映像.mp4", "映像.mp4"),
        ("\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}"),
        ("a\nb", "a\\x0ab"),
    ]
)
def test_names_as_people_see_them(raw: bytes | str, shown: str) -> None:
    """Letters of every script stay; bytes, escapes and direction marks are written out."""
    assert formatting.name(raw) == shown


def test_sizes_and_counts() -> None:
    """Sizes are of 1024, and one is not many."""
    assert [formatting.size(n) for n in (0, 1023, 1536, 5 * 1024**3)] == [
        "0 bytes",
        "1023 bytes",
        "1.5 KB",
        "5.0 GB",
    ]
    assert (formatting.plural(1, "job"), formatting.plural(2, "job")) == ("1 job", "2 jobs")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_status_fits_its_width(width: int) -> None:
    """Long names, many holds and many waiting files never make a line wider than the terminal."""
    hold = HoldRow(HoldReason.CREDITS, "The account has no credits left. " * 5, 1, None)
    settling = Settling("", "/srv/映像".encode() * 30, "still being copied", 0)
    snapshot = DaemonSnapshot(
        {"pid": 1, "state": "running", "since": "2026-11-21T00:00:00.000Z", "version": "0.1.0"},
        (InboxStatus("", "/srv/" + "long " * 40, "offline", "events", "the root is missing"),),
        settling=(settling,) * 40,
        settling_count=40,
    )
    overview = Overview(
        snapshot,
        counts={"rendering": 3},
        held={"credits": 3},
        holds=(hold,),
        credits=CreditsSeen(1.5, 0, 1.5, 0, anonymous=True, user_id="anon_1"),
    )
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(draw(overview, width))
    assert max(cell_len(line) for line in out.getvalue().splitlines()) <= width
    assert "and 28 more" in out.getvalue()


def test_credits_are_summed_by_local_day() -> None:
    """Each day has the falls of its balance; a turn around which no balance was read is counted,
    not guessed."""
    day = 86_400_000
    calls = [Paid(0, True), Paid(3 * day, True), Paid(3 * day, False)]
    days = by_day(
        calls, [BalanceFall(0, 100.0), BalanceFall(3 * day, 20.0), BalanceFall(3 * day, 30.0)]
    )
    assert [(d["credits"], d["turns"], d["unknown"]) for d in days] == [(100.0, 1, 0), (50.0, 2, 1)]


def test_a_disk_that_does_not_answer_is_left_behind() -> None:
    """A call that hangs ends in a TimeoutError; one that raises, raises."""
    never = threading.Event()
    try:
        with pytest.raises(TimeoutError):
            within(0.05, never.wait)
        with pytest.raises(ZeroDivisionError):
            within(5, lambda: 1 // 0)
        assert within(5, lambda: 7) == 7
    finally:
        never.set()


def test_wide_letters_are_broken_within_the_terminal() -> None:
    """A line of Chinese or Japanese, which has no spaces, goes on below its beginning; words of
    other letters, and paths, stay whole."""
    path = "/srv/inbox/" + "長い名前の動画" * 6 + ".mp4"
    for text in ("said     " + "我已经完成了这个视频。" * 9, "名前 интервью директора " * 6):
        lines = folded(f"      {text}", 80)
        assert len(lines) > 1
        assert max(map(cell_len, lines)) <= 80
        assert all(line.startswith(" " * 8) for line in lines[1:])
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert not any(line.rstrip().endswith("интер") for line in lines)
    assert folded(f"  source {path}", 80)[1].strip() == path
