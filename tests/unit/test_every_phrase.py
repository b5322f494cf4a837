"""No phrase that people on the share read is forgotten: pages and registries are rendered in a
language that has a translation of everything, and whatever is English there was never marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from gettext import NullTranslations
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest

from nemowatch.cures import NOTHING, Choice, start_again
from nemowatch.hold_reasons import HOLDS
from nemowatch.i18n import figures, language
from nemowatch.i18n.language import said
from nemowatch.i18n.pattern import NAMES, NUMBERS, OURS, WORDS, kind_of, pattern
from nemowatch.i18n.reader import Reader
from nemowatch.intake.scan.folder_instructions import CURES
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal.results import PublishedOutput
from nemowatch.model import OutputKind, State
from nemowatch.remote.connection_state import ConnectionPhase
from nemowatch.reporting import inbox_words, page, words
from nemowatch.reporting.conversation import ConversationTurn
from nemowatch.reporting.overall_progress import Figures
from nemowatch.reporting.overview import InboxStatus
from nemowatch.reporting.page_model import (
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
    Tip,
    Waiting,
)
from nemowatch.tasks.folder_description import what_to_order
from nemowatch.web import commands, views
from nemowatch.web.folders import _row
from nemowatch.web.results import shown_results

NOW = 1_795_000_000_000
PACKAGE = Path(str(files("nemowatch")))
TEMPLATES = sorted(PACKAGE.rglob("*.j2"))
MESSAGES = json.loads((PACKAGE / "i18n/locale/messages.json").read_text("utf-8"))
FILE, FOLDER, JOBS = "фильм.mp4".encode(), "папка".encode(), tuple(range(1, 40))
#: How a language writes its figures that has only the order of its dates.
FIGURES = figures.Figures(".", ",", ("{day}.{month}.{year}", "{day}.{month}."), {})
#: What is never translated, wherever it stands: names of files and programs, and units.
SAME_EVERYWHERE = re.compile(
    r"nemowatch|status\.html|How to use these folders\.txt|\w+\.(txt|mp4)|\b(MB|UTC|min)\b"
    r'|"dub-es"'
)
#: Fields in which a name stands, a code, or what a person or the cloud says: never translated. A
#: new field belongs here, or into `OURS`, `NAMES`, `NUMBERS` or `WORDS` of `i18n.pattern`.
OF_OTHERS = frozenset(
    {
        *("alone", "and", "answer_file", "around", "as_text", "attempt", "before", "best_seconds"),
        *("best_words", "came", "clip", "clip_name", "code", "connect_words", "credits_before"),
        *("directions", "either", "elsewhere", "ending", "enumerated", "error", "example"),
        *("examples", "expected", "first", "folders", "full", "garbled", "hours", "id", "in_share"),
        *("job", "job_id", "join", "known", "languages", "last_number", "link", "longest", "mark"),
        *("match", "max", "max_characters", "max_short", "meant", "most", "most_bytes"),
        *("most_characters", "most_files", "most_jobs", "most_marked", "most_parts", "most_terms"),
        *("named", "names", "near", "note_name", "number", "numbers", "offered_words", "other"),
        *("proposed", "registration", "reserved", "rest", "result_name", "sentence", "session_id"),
        *("several", "shown", "shown_state", "sign", "source", "spaced", "speaker", "start"),
        *("state_id", "status", "stem", "strerror", "strip", "suggestion", "target"),
        *("stands_for", "task", "texts", "track", "tracks", "url", "value", "whole", "word"),
    }
)


class Marked(NullTranslations):
    """A language in which our words have wide letters, and all of them are translated."""

    def gettext(self, message: str) -> str:
        return re.sub(r"\{\w+\}|[A-Za-z]", _wide, message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


def _wide(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) > 1:
        return text
    return chr(ord(text) + 0xFEE0)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A share in that language."""
    reader = Reader(Marked(), MESSAGES, figures=FIGURES)
    monkeypatch.setattr(language, "_load", lambda _: reader)
    language.choose("de")
    yield
    language.choose("en")


class Read(HTMLParser):
    """Collects what a person reads on a page, or hears."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script", "code")
        for name, value in attrs:
            is_read = name in ("aria-label", "title", "placeholder")
            if is_read or name.startswith(("data-say", "data-sure")):
                self.texts.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script", "code")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def english_in(texts: Iterable[str]) -> list[str]:
    """Those of the texts in which words are left."""
    left = []
    for text in texts:
        if re.search("[A-Za-z]{2}", SAME_EVERYWHERE.sub("", text.strip())):
            left.append(" ".join(text.split()))
    return left


def everything() -> PageModel:
    """A page with something in each section, in each state, and more of it than it shows."""
    needs, holds, waits = [], [], []
    for reason, hold in HOLDS.items():
        holds.append(HoldLine(hold.words, words.about_hold(reason, 7), NOW))
        needs.append(Need(hold.words, words.about_hold(reason, 7), FILE, FOLDER, JOBS))
        waits.append(Waiting(FILE, FOLDER, words.waits_for(reason, ""), ("Spanish",), JOBS))
    for cure in words.ATTENTION.values():
        needs.append(Need("ж", cure.for_file("б").for_job(7), FILE, FOLDER, (7,)))
    parts = tuple(Part("Spanish", state, 10, words.tries(1, 0, ""), 1) for state in State)
    failed = []
    for text in words.ENDED_WORDS.values():
        failed.append(Failed(FILE, FOLDER, ("French",), NOW, text, words.try_again(JOBS), JOBS))
    turn = AskedAndSaid("б", "", "", (), Path("/о/й.txt"))
    made = Made("Spanish", NOW, (Path("/о/б.mp4"),), words.cost(98, about=True), turn, (3,))
    folders = []
    for state, cure in inbox_words.INBOXES.items():
        inbox = InboxStatus("и", "/и", "", reason="ж", health=state)
        folders.append(InboxLine("/и", False, inbox_words.inbox_state(inbox), cure, state))
    return PageModel(
        host="ж",
        now_ms=NOW,
        page=Path("/о/status.html"),
        needs=Listing(tuple(needs), total=4000),
        holds=tuple(holds),
        waiting=Listing(tuple(waits), total=4000),
        running=Listing((Running(FILE, FOLDER, parts * 3),), total=4000),
        finished=Listing((Finished(FILE, FOLDER, (made,)),), total=4000),
        failed=Listing(tuple(failed), total=4000),
        tips=Listing((Tip(FILE, FOLDER, "It was cancelled."),)),
        folders=tuple(folders),
        orders=tuple(what_to_order({"дубляж": "dub"})),
        credits=(CreditLine("Left", "9"), CreditLine("Keep this account", "register it")),
        ended=True,
        figures=Figures(187, 1_050, 12, 851, 2_350),
    )


def other_states(model: PageModel) -> Iterator[PageModel]:
    """The headlines that a page can have besides, and the page of a fresh inbox."""
    empty = PageModel(host="ж", now_ms=NOW, page=model.page, orders=model.orders)
    yield empty
    for state in HealthState:
        yield replace(empty, folders=(InboxLine("/и", False, "", NOTHING, state),))
    for link in ConnectionPhase:
        yield replace(empty, link=link)
    for section in ("needs", "holds", "waiting", "running", "finished", "failed"):
        yield replace(empty, **{section: getattr(model, section)})


def test_the_status_page_says_nothing_in_english(marked: None) -> None:
    """Whatever state things are in."""
    model = everything()
    for shown in (model, *other_states(model)):
        assert english_in(Read(page.render(shown)).texts) == []
    texts = [*words.STAGES.values(), *page.LINKS.values(), *(text for _, text in page.SOME)]
    assert english_in(map(said, texts)) == []


def test_the_live_page_says_nothing_in_english(marked: None) -> None:
    """The overview, a job with its conversation and its history, the folders, and the shell."""
    model = everything()
    html = page.render_live(model, views.LiveControls("ж", model, signed=True))
    html += views.shell("ж", "")
    html += str(views.render("login.html.j2", NOW, site="ж", wrong=True))
    rows = [_row("/и", "п".encode() * deep, paused=deep == 1) for deep in (0, 1)]
    inbox = SimpleNamespace(number=0, shown="/и", folders=rows, more=12)
    html += str(views.render("folders.html.j2", NOW, inboxes=[inbox]))
    for state in (State.HELD, State.ATTENTION, State.FAILED, State.PUBLISHED, State.RENDERING):
        html += job_page(state)
    assert english_in(Read(html).texts) == []


def job_page(state: State) -> str:
    """The page of a job in this state, which has been held for everything that there is."""
    steps = [(State.HELD, reason) for reason in HOLDS] + [(each, "") for each in State]
    steps += [(State.ATTENTION, reason) for reason in words.ATTENTION]
    reason = "question" if state is State.ATTENTION else "conflict"
    history = [
        SimpleNamespace(to_state=each, reason=why, at=NOW, error="It was cancelled.")
        for each, why in steps
    ]
    results = (PublishedOutput(OutputKind.VIDEO, "/о/б.mp4".encode(), 1_500_000, b"", NOW),)
    timeline = 'Timeline (1 track): 1. Video: "б" (0-9s)'
    turn = ConversationTurn(
        2, 2, 3, state, True, "б", "", timeline, ("removed: Track",), NOW, "", results, 9, True
    )
    html = views.render(
        "job.html.j2",
        NOW,
        file="б",
        folder=FOLDER,
        job=SimpleNamespace(id=3, target="Spanish"),
        kind="busy",
        stage=words.STAGES[state],
        why="It was cancelled.",
        buttons=views.buttons_of(3, state, reason),
        turns=[turn],
        results=[shown_results(turn)],
        history=history,
    )
    return str(html)


def test_a_template_has_no_words_of_its_own() -> None:
    """Each phrase of a page comes through `_` or `filled`, also one that no test renders."""
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        text = re.sub(r"<style>.*?</style>|\{#.*?#\}", "", text, flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
        labels = re.findall(r' (?:aria-label|title|placeholder|data-say-\w+)="([^"]*)"', text)
        bare = re.sub(r"<[^>]*>|data-key=", "\n", text).splitlines()
        assert english_in([*labels, *bare]) == [], path.name


def test_the_script_has_no_words_of_its_own() -> None:
    """What it says comes with the page, in `data-say-…`."""
    script = (PACKAGE / "web/static/live.js").read_text("utf-8").replace('"use strict"', "")
    code = re.sub(r"^\s*//.*$|/\*.*?\*/", "", script, flags=re.MULTILINE)
    strings = re.findall(r'"([^"\n]*)"|`([^`\n]*)`', code)
    sentences = [text for pair in strings for text in pair if re.search(r"[a-z]{2} [a-z]{2}", text)]
    assert sentences == []
    asked = set(re.findall(r"phrases\.say(\w+)", code))
    shell = (PACKAGE / "web/templates/shell.html.j2").read_text("utf-8")
    assert asked == {name.capitalize() for name in re.findall(r"data-say-(\w+)=", shell)}


def test_it_is_decided_of_each_field_whose_words_it_holds() -> None:
    """A field that nobody has thought of would leave words of ours in English within a translated
    sentence."""
    unknown = {}
    for one, many in MESSAGES:
        for text in filter(None, (one, many)):
            for field in pattern(text, one).fields:
                if kind_of(field) not in OURS | NAMES | NUMBERS | WORDS | OF_OTHERS:
                    unknown[field] = text
    assert unknown == {}


def test_each_cure_and_each_answer_is_found_again(marked: None) -> None:
    """Cures, what commands and answers do, and the words of holds, as the registries have them."""
    cures = [hold.cure for hold in HOLDS.values()]
    cures += [*words.ATTENTION.values(), *inbox_words.INBOXES.values(), words.UNKNOWN_HOLD]
    cures += [
        words.try_again([1]),
        words.try_again([1], rejected=True),
        words.once_more([1]),
        inbox_words.PAUSED_ALL,
    ]
    cures += [start_again(), inbox_words.PAUSE_FILE, words.history(3)]
    texts = [hold.words for hold in HOLDS.values()] + [hold.short for hold in HOLDS.values()]
    texts += [*inbox_words.BATCH_CAUSES.values(), *words.ENDED_WORDS.values()]
    for said_of_it in CURES.values():
        texts.append(said_of_it.format(name="ж"))
    for cure in cures:
        texts += cure.by_hand.splitlines()
        texts += [choice.effect for choice in (*cure.choices, *cure.answers)]
        texts += map(_asked, cure.choices)
    assert english_in(map(said, texts)) == []


def _asked(choice: Choice) -> str:
    button = commands.button_of(replace(choice, command=choice.command.replace("JOB", "7")))
    if button is None:
        return ""
    return "\n".join((button.label, button.effect, button.asks, button.sure))
