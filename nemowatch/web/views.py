"""What the live page shows, as HTML: the content of status.html with buttons in it, a job with its
conversation, and the folders.

It renders on threads of its own, and the overview once for everybody, with a marker in place of the
word that each session's forms contain.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from nemowatch.clock import moment
from nemowatch.cures import Choice
from nemowatch.fs.names import plain
from nemowatch.i18n.language import chosen, filled, said
from nemowatch.model import State
from nemowatch.reporting import page, words
from nemowatch.reporting.page_model import Made, PageModel, Running, Waiting
from nemowatch.reporting.phrases import and_more
from nemowatch.reporting.timeline_words import said_changes, said_timeline
from nemowatch.web import commands
from nemowatch.web.commands import Button
from nemowatch.web.desk import Desk

#: The most jobs that are named below one row.
NAMED = 12
#: The labels of links to a job's own page.
LABELS: dict[type, str] = {Made: "Watch, change or make again: job"}
#: Stands for a session's word in what is rendered for all sessions.
MARKER = f"word-{secrets.token_hex(16)}"


def with_word(html: str, word: str) -> str:
    """What was rendered for all sessions, with the word of one."""
    return html.replace(MARKER, word)


@dataclass
class Overviews:
    """The content of the first page, rendered once for each state of what it shows."""

    desk: Desk
    threads: Executor
    seconds: float = 0  #: that the last rendering took
    _rendered: tuple[object, str, str] | None = None
    _rendering: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def content(self, *, signed: bool) -> tuple[str, str]:
        """(headline, HTML). `signed`: whether people sign in here."""
        async with self._rendering:
            news = self.desk.news()
            if self._rendered is None or self._rendered[0] != news:
                begun = self.desk.clock.monotonic()
                self._rendered = (news, *await self._render(signed=signed))
                self.seconds = self.desk.clock.monotonic() - begun
            return self._rendered[1:]

    async def _render(self, *, signed: bool) -> tuple[str, str]:
        model = await self.desk.page()
        controls = LiveControls(self.desk.site, model, signed=signed)
        loop = asyncio.get_running_loop()
        html = await loop.run_in_executor(self.threads, page.render_live, model, controls)
        return page.headline(model)[0], html


class LiveControls:
    """The buttons and links of the first page (`reporting.page.Live`)."""

    def __init__(self, site: str, model: PageModel, *, signed: bool) -> None:
        self._site = site
        self._paused = model.paused
        self._signed = signed
        self._links: dict[Path, str] = {}
        for row in model.finished.shown:
            for one in row.made:
                for number, path in enumerate(one.results):
                    self._links[path] = f"/file/{one.jobs[0]}/0/{number}"

    def head(self) -> str:
        """The installation's name, and the buttons that concern everything."""
        command = "nemowatch resume" if self._paused else "nemowatch pause"
        everything = commands.button_of(Choice(command))
        return _markup("head.html.j2", site=self._site, everything=everything, signed=self._signed)

    def choice(self, choice: Choice) -> str:
        """A command as a button; one that is not an order as people type it."""
        button = commands.button_of(choice)
        if button is None:
            return Markup('<span class="wide small"><code>{}</code> {}</span>').format(
                choice.typed, choice.effect
            )
        return _markup("choice.html.j2", one=button)

    def resume(self, paused: tuple[str, bytes]) -> str:
        """A button that ends the pause of a folder."""
        return _markup("choice.html.j2", one=commands.of_folder("resume", *paused))

    def tools(self, row: Any) -> str:
        """A row's jobs, and what can be done about them besides its cure."""
        if not row.jobs:
            return Markup("")
        return _markup(
            "tools.html.j2",
            shown=row.jobs[:NAMED],
            more=len(row.jobs[NAMED:]),
            buttons=_buttons(row),
            label=LABELS.get(type(row), "Job"),
        )

    def link(self, path: Path) -> str:
        """A link to a result; other files are on the job's own page."""
        return self._links.get(path, "")


def _buttons(row: Any) -> list[Button]:
    if isinstance(row, Running | Waiting):
        return [commands.cancel(row.jobs)]
    return []


def buttons_of(
    job: int,
    state: State,
    reason: str = "",
    code: str = "",
) -> list[Button]:
    """What can be done about a job."""
    if state is State.PUBLISHED:
        found = _of_choices(words.once_more([job]).choices)
        return [commands.revise(job), *found]
    found = _of_choices(words.about_job(job, state, reason, code).choices)
    if state not in (State.FAILED, State.REJECTED, State.CANCELLED, State.ATTENTION):
        found.append(commands.cancel((job,)))
    return found


def _of_choices(choices: Iterable[Choice]) -> list[Button]:
    buttons = map(commands.button_of, choices)
    return [button for button in buttons if button is not None]


def render(name: str, now_ms: int, **values: Any) -> str:
    """The content of one of our pages, without the shell around it."""
    return _markup(name, clock=lambda ms: said(moment(ms, now_ms)), **values)


def shell(title: str, content: str, *, script: bool = True) -> str:
    """A whole page with this content."""
    return template("shell.html.j2").render(
        title=title, content=Markup(content), script=script, language=chosen(), _=said
    )


def _markup(name: str, **values: Any) -> Markup:
    return Markup(template(name).render(word=MARKER, args=_args, plain=plain, **_WORDS, **values))


#: The functions with which templates make phrases.
_WORDS = {
    "_": said,
    "filled": filled,
    "and_more": and_more,
    "said_timeline": said_timeline,
    "said_changes": said_changes,
    "step_words": words.step_words,
}


def _args(button: Button) -> str:
    return json.dumps(button.args, sort_keys=True)


@cache
def template(name: str) -> Template:
    """A template of ours."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("nemowatch.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def shown_name(path: bytes) -> str:
    """The name of a file, for people."""
    return plain(os.path.basename(path))
