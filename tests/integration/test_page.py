"""The status page: hostile names, long lists, links that work on the share, and no needless
writes."""

from __future__ import annotations

import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from nemowatch.cures import Cure
from nemowatch.errors import LocalFinal, LocalPassing
from nemowatch.intake.watch.health import HealthState
from nemowatch.model import State
from nemowatch.reporting.overall_progress import Figures
from nemowatch.reporting.page import headline, moment, render, short
from nemowatch.reporting.page_file import write_page
from nemowatch.reporting.page_model import (
    SHOWN,
    AskedAndSaid,
    CreditLine,
    Failed,
    Finished,
    HoldLine,
    InboxLine,
    Listing,
    Made,
    Need,
    PageModel,
    Part,
    Running,
    Waiting,
)

NOW = 1_795_000_000_000
EVIL = "<script>alert(1)</script>\u202egpj.exe".encode()
RAW = b"caf\xe9 #1?.mp4"


#: Three languages of one film, one of each kind.
PARTS = (
    Part("es", State.RENDERING, 43.4, "second try", 1),
    Part("fr", State.DOWNLOADED, job=2),
    Part("de", State.CLAIMED, job=3),
)
OFFLINE = HealthState.OFFLINE


def done(*made: Made) -> Finished:
    return Finished(RAW, b"dub-es", made)


def model(root: Path, **fields: object) -> PageModel:
    plain = PageModel(host="studio", now_ms=NOW, page=root / "status.html")
    return replace(plain, **fields)  # type: ignore[arg-type]


def busy(root: Path) -> PageModel:
    """A page with something in every section, and names that mean harm."""
    results = (
        root / "outbox/dub-es" / os.fsdecode(RAW),
        root / "outbox/dub-es" / os.fsdecode(EVIL.replace(b"/", b"")),
    )
    return model(
        root,
        version="0.1.0",
        needs=Listing(
            (Need("The cloud asks: which language?", Cure("Write it."), EVIL, b"dub-es"),)
        ),
        holds=(HoldLine("No credits are left.", Cure("Top up."), NOW - 3_600_000),),
        waiting=Listing((Waiting(RAW, b"dub-es", "still being copied (40 s)"),)),
        running=Listing((Running(EVIL, b"dub-es/clientA", PARTS),)),
        finished=Listing((done(Made("es", NOW, results, "98 credits")),)),
        failed=Listing(
            (Failed(EVIL, b"edit", (), NOW, "It is <b>cut</b> short.", Cure("Copy it again.")),)
        ),
        credits=(CreditLine("Left", "100"), CreditLine("Register", "free", "javascript:alert(1)")),
        folders=(
            InboxLine("/srv/in", True, "watching"),
            InboxLine("/srv/<i>", False, "offline since 12:10", Cure("Mount it."), OFFLINE),
        ),
    )


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.others: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in {"src", "href", "srcset", "action"} or name.startswith("on"):
                self.others.append(f"{tag} {name}")


def test_names_that_mean_harm_are_only_text(tmp_path: Path) -> None:
    """No script, no image, no foreign address, no turned reading direction, whatever the files
    are called."""
    html = render(busy(tmp_path))
    page = Reader(html)
    assert not {"script", "img", "link", "iframe", "b"} & set(page.tags)
    assert page.others == []
    assert not any(link.startswith(("javascript", "http")) for link in page.links)
    assert "\u202e" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert "caf\\xe9 #1?.mp4" in html


def test_each_list_is_found_from_the_head(tmp_path: Path) -> None:
    """On a phone forty rows stand between the head and what somebody looks for: each list that
    there is has a link, with how much is in it; a single one needs none."""
    html = render(busy(tmp_path))
    leading = [link.removeprefix("#") for link in Reader(html).links if link.startswith("#")]
    assert leading == ["needs", "made", "waiting", "failed", "done"]
    for name in leading:
        assert html.count(f'id="{name}"') == 1
    alone = render(model(tmp_path, finished=busy(tmp_path).finished))
    assert not [link for link in Reader(alone).links if link.startswith("#")]


def test_links_lead_to_the_results_from_where_the_page_stands(tmp_path: Path) -> None:
    """Relative and encoded byte by byte: decoded they name the files."""
    shown = busy(tmp_path)
    found = Reader(render(shown)).links
    links = [unquote_to_bytes(link) for link in found if not link.startswith("#")]
    assert links == [
        os.fsencode(path.relative_to(tmp_path)) for path in shown.finished.rows[0].made[0].results
    ]


def test_long_lists_are_cut_with_a_count(tmp_path: Path) -> None:
    """500 rows: the first few, and how many more; a total beyond the rows counts."""
    rows = tuple(Waiting(b"%d.mp4" % index, b"dub-es", "in line") for index in range(500))
    html = render(model(tmp_path, waiting=Listing(rows, total=1500)))
    assert f"{SHOWN - 1}.mp4" in html
    assert f"{SHOWN}.mp4" not in html
    assert f"and {1500 - SHOWN:,} more" in html
    assert len(html) < 40_000


def test_an_empty_page_says_how_to_begin(tmp_path: Path) -> None:
    """Who opens it first learns what to do, when it was written and where."""
    html = render(model(tmp_path))
    assert "Nothing here yet" in html
    assert "studio" in html


def test_the_headline_names_what_matters_most(tmp_path: Path) -> None:
    """Nobody works before a person's turn, that before holds, holds before work, work before
    waiting."""
    full = busy(tmp_path)
    assert headline(replace(full, ended=True)) == ("nemowatch is not running", "wait")
    assert headline(full) == ("1 thing needs you", "bad")
    full = replace(full, needs=Listing())
    assert headline(full) == ("New work waits", "wait")
    full = replace(full, holds=())
    assert headline(full) == ("One of the shares is not there", "wait")
    full = replace(full, folders=())
    assert headline(full) == ("2 results are being made", "busy")
    full = replace(full, running=Listing())
    assert headline(full) == ("1 file waits", "busy")
    full = replace(full, waiting=Listing())
    assert headline(full) == ("1 file failed", "wait")
    assert headline(replace(full, failed=Listing())) == ("All done", "calm")
    assert headline(model(tmp_path)) == ("Ready", "calm")


def test_how_many_are_being_made_is_said_once(tmp_path: Path) -> None:
    """By the headline, else below it."""
    going_on = Figures(done=5, total=10, making=2, queued=3)
    full = replace(busy(tmp_path), figures=going_on, needs=Listing(), folders=())
    assert "5 of 10 done · 2 being made · 3 in the queue<" in render(full)
    full = replace(full, holds=())
    assert headline(full)[0] == "2 results are being made"
    assert ">5 of 10 done · 3 in the queue<" in render(full)
    assert 'class="figures"' not in render(replace(full, figures=Figures(making=2)))


@pytest.mark.parametrize(
    ("state", "one", "all_of_them"),
    [
        (OFFLINE, "One of the shares is not there", "The share is not there"),
        (HealthState.HELD, "Another host works on one", "Another host works on these"),
        (HealthState.DEGRADED, "New files may be noticed late", "New files may be noticed late"),
    ],
)
def test_the_headline_tells_troubles_of_folders_apart(
    tmp_path: Path, state: HealthState, one: str, all_of_them: str
) -> None:
    """A share that is away, another host and late news are three things, and none of them is a
    daemon that does not run."""
    well = InboxLine("/srv/in", True, "watching", state=HealthState.WATCHING)
    ill = InboxLine("/srv/b", False, "trouble", state=state)
    assert headline(model(tmp_path, folders=(well, ill)))[0].startswith(one)
    assert headline(model(tmp_path, folders=(ill,)))[0].startswith(all_of_them)


def test_a_file_is_one_row_with_its_languages(tmp_path: Path) -> None:
    """Only what something happens to has a bar; what is in the queue, or between two steps, has
    none; the subfolder is shown."""
    html = render(model(tmp_path, running=Listing((Running(RAW, b"dub-es/clientA", PARTS),))))
    assert html.count('class="name"') == 1
    assert html.count('class="chip"') == 3
    assert html.count('class="bar') == 1
    assert "dub-es/clientA" in html
    assert "Being made <span>2</span>" in html  # read aloud: two words


def test_what_was_asked_and_said_is_folded(tmp_path: Path) -> None:
    """A line shows how the agent's answer begins, or the order where it said nothing; the rest is
    unfolded without a script, and is only text."""
    said = AskedAndSaid(
        "Dub it & <b>well</b>.", "I did. " * 30, "Timeline (1 track): 1. Video", ("a", "b")
    )
    silent = AskedAndSaid("Make the voice slower.", "")
    rows = done(Made("es", NOW, words=said), Made("fr", NOW, words=silent), Made("de", NOW))
    html = render(model(tmp_path, finished=Listing((rows,))))
    assert html.count("<details") == 2
    assert f"<summary>{'I did. ' * 12}I did.…</summary>" in html
    assert "<summary>Asked: Make the voice slower.</summary>" in html
    assert "<dd>Dub it &amp; &lt;b&gt;well&lt;/b&gt;.</dd>" in html
    assert "<dd>Timeline (1 track): 1. Video</dd>" in html
    assert "<dd>a\nb</dd>" in html
    assert "finished without a word" in html


def test_long_names_keep_their_beginning_and_their_ending() -> None:
    """A name of 255 bytes does not push everything else off the page."""
    assert short(b"n" * 240 + b".pt-BR.mp4").endswith("n.pt-BR.mp4")
    assert len(short(b"n" * 255)) < 80
    assert short(b"promo.mp4") == "promo.mp4"


def test_times_carry_their_day_when_it_is_another() -> None:
    """Today the hour, else the day too."""
    assert len(moment(NOW, NOW)) == 5
    assert "," in moment(NOW - 40 * 3_600_000, NOW)
    assert moment(NOW - 400 * 86_400_000, NOW)[-4:].isdigit()


def test_a_page_that_says_nothing_new_is_not_written(tmp_path: Path) -> None:
    """Only its time differs: no write. Something new: one step, no part left behind."""
    first = model(tmp_path)
    path = first.page
    assert write_page(path, render(first))
    before = path.stat()
    assert not write_page(path, render(replace(first, now_ms=NOW + 90_000_000)))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_page(path, render(busy(tmp_path)))
    assert os.listdir(tmp_path) == ["status.html"]


def test_no_page_below_a_missing_root(tmp_path: Path) -> None:
    """A share that is away gets nothing."""
    with pytest.raises(LocalPassing):
        write_page(tmp_path / "share/status.html", "x")
    assert os.listdir(tmp_path) == []


def test_a_page_of_somebody_elses_stays(tmp_path: Path) -> None:
    """A file or a link of that name that is not ours is refused and left alone."""
    path = tmp_path / "status.html"
    path.write_text("<html>my site</html>")
    with pytest.raises(LocalFinal, match="is not nemowatch's"):
        write_page(path, render(model(tmp_path)))
    assert path.read_text() == "<html>my site</html>"
    path.rename(tmp_path / "site.html")
    path.symlink_to("site.html")
    with pytest.raises(LocalFinal):
        write_page(path, render(model(tmp_path)))
    assert path.is_symlink()
