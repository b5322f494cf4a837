"""The status page as HTML: one self-contained file that opens from the share, without a server,
a script or anything from outside. Pure, except that it reads its template.

jinja2 is imported when the first page is made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from nemowatch.clock import moment
from nemowatch.cures import Choice
from nemowatch.fs.names import plain
from nemowatch.i18n.language import chosen, message, said
from nemowatch.intake.watch.health import HealthState
from nemowatch.remote.connection_state import ConnectionPhase
from nemowatch.reporting.overall_progress import figures_line
from nemowatch.reporting.page_model import AskedAndSaid, PageModel
from nemowatch.reporting.paragraphs import shortened
from nemowatch.reporting.phrases import and_more, capital, counted
from nemowatch.reporting.words import STAGES

if TYPE_CHECKING:
    from jinja2 import Template

#: The most characters of a name: two lines on a phone.
NAME_SHOWN = 72
#: The most characters of what the agent said while it is folded.
GIST_SHOWN = 90
#: How many characters at the end of a name are kept.
ENDING_SHOWN = 20


#: The headline while the cloud has not accepted us.
LINKS = {
    ConnectionPhase.CONNECTING: "Connecting to the cloud",
    ConnectionPhase.NOT_READY: "The cloud is not ready",
}
#: The headline when this is the state of every folder.
ALL: Mapping[frozenset[HealthState | None], tuple[str, str]] = {
    frozenset({HealthState.OFFLINE}): ("The share is not there", "bad"),
    frozenset({HealthState.HELD}): ("Another host works on these folders", "wait"),
}
#: The headline when one of several folders has a problem, the worst first.
SOME = (
    (HealthState.OFFLINE, "One of the shares is not there"),
    (HealthState.HELD, "Another host works on one of these folders"),
    (HealthState.DEGRADED, "New files may be noticed late"),
)


class Live(Protocol):
    """Makes the parts of a page that can be clicked, as HTML."""

    def head(self) -> str:
        """What is below the headline."""

    def choice(self, choice: Choice) -> str:
        """A command as something to click."""

    def resume(self, paused: tuple[str, bytes]) -> str:
        """What ends the pause of a folder: its watch, and where it is in the inbox."""

    def tools(self, row: Any) -> str:
        """What can be done about a row besides its cure."""

    def link(self, path: Path) -> str:
        """The address of a result; "" when it has none."""


def render(model: PageModel) -> str:
    """The page as HTML."""
    return _template().render(_variables(model, None))


def render_live(model: PageModel, live: Live) -> str:
    """The same content without the page around it, and with what can be clicked."""
    template = _template()
    return "".join(template.blocks["content"](template.new_context(_variables(model, live))))


def style() -> str:
    """The style sheet of both."""
    template = _template()
    return "".join(template.blocks["style"](template.new_context({})))


def _variables(model: PageModel, live: Live | None) -> dict[str, Any]:
    return {
        "page": model,
        "live": live,
        "headline": headline(model),
        "figures": figures(model),
        "language": chosen(),
        "_": said,
        "number": lambda count: said(f"{count:,}"),
        "and_more": and_more,
        "capital": capital,
        "stages": STAGES,
        "plain": plain,
        "short": short,
        "gist": gist,
        "clock": lambda ms: said(moment(ms, model.now_ms)),
        "written": said(f"{_local(model.now_ms):%d %b %Y, %H:%M %Z}"),
        "iso": lambda ms: _utc(ms).isoformat(timespec="seconds"),
        "link": (lambda path: href(model.page, path)) if live is None else live.link,
        "safe": _safe,
    }


def headline(model: PageModel) -> tuple[str, str]:
    """The overall state in a few words, and its kind: "bad", "wait", "busy" or "calm"."""
    for state in (_unwatched, _trouble, _progress, _end):
        found = state(model)
        if found is not None:
            return found
    if model.finished.count:
        return "All done", "calm"
    return message("Ready"), "calm"


def figures(model: PageModel) -> str:
    """How far everything is, without what the headline says already; "" for nothing more."""
    said_above = model.running.count > 0 and headline(model) == _progress(model)
    return figures_line(model.figures, making=not said_above)


def _unwatched(model: PageModel) -> tuple[str, str] | None:
    """The headline when no folder is being watched."""
    if model.ended:
        return message("nemowatch is not running"), "wait"
    return ALL.get(frozenset(folder.state for folder in model.folders))


def _partly(model: PageModel) -> tuple[str, str] | None:
    """The headline when some of the folders have a problem."""
    for state, text in SOME:
        if any(folder.state is state for folder in model.folders):
            return text, "wait"
    return None


def _trouble(model: PageModel) -> tuple[str, str] | None:
    """The headline when something keeps work from going on."""
    needs = model.needs.count
    if needs:
        return counted(needs, "thing needs you", "things need you"), "bad"
    if model.stopped:
        if model.running.count:
            return "New work waits", "wait"
        return "Everything waits", "wait"
    return _partly(model)


def _progress(model: PageModel) -> tuple[str, str] | None:
    """The headline while something is being made, or waits."""
    running, waiting = model.running.count, model.waiting.count
    if running:
        return counted(running, "result is being made", "results are being made"), "busy"
    if model.link is not ConnectionPhase.READY:
        return LINKS[model.link], "wait"
    if waiting:
        return counted(waiting, "file waits", "files wait"), "busy"
    return None


def _end(model: PageModel) -> tuple[str, str] | None:
    """The headline when something has failed."""
    failed = model.failed.count
    if not failed:
        return None
    return counted(failed, "file failed", "files failed"), "wait"


def _safe(address: str) -> str:
    """The address, if the page may link to it; otherwise ""."""
    return address if address.startswith("https://") else ""


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def _local(ms: int) -> datetime:
    return _utc(ms).astimezone()


def short(name: bytes | str) -> str:
    """A name shortened to at most two lines on a phone; both of its ends are kept."""
    text = plain(name)
    if len(text) <= NAME_SHOWN:
        return text
    head = text[: NAME_SHOWN - ENDING_SHOWN - 4].rstrip()
    return f"{head} … {text[-ENDING_SHOWN:].lstrip()}"


def gist(words: AskedAndSaid) -> str:
    """The beginning of what the agent said, or else of what was asked, in one line."""
    text = words.said or f"{said('Asked:')} {words.asked}"
    return shortened(" ".join(text.split()), GIST_SHOWN)


def href(page: Path, target: Path) -> str:
    """The relative address of a file from the page, percent-encoded byte by byte: it works on the
    share wherever that is mounted."""
    return quote(os.fsencode(os.path.relpath(target, page.parent)))


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(
        files(__package__).joinpath("templates/status.html.j2").read_text("utf-8")
    )
