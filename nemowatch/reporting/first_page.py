"""Writes what a new share shows before any daemon has run: the status page and the guide."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from nemowatch import __version__
from nemowatch.clock import SystemClock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.listing import names_below
from nemowatch.i18n.language import choose
from nemowatch.outbox.note_file import Wrote
from nemowatch.reporting.guide import NAME, guide
from nemowatch.reporting.guide_file import put_guide
from nemowatch.reporting.overview import NOT_RUNNING, DaemonSnapshot, InboxStatus, Overview
from nemowatch.reporting.page import render
from nemowatch.reporting.page_content import content
from nemowatch.reporting.page_file import write_page
from nemowatch.tasks.folder_description import what_to_order


def write_first(own: Sequence[Watch], config: Config) -> list[str]:
    """Write those of them that are missing for these watches, which share a page; returns the names
    of those that then exist. Raises LocalError."""
    choose(config.share.language)
    page = own[0].page
    found: list[str] = []
    if put_guide(page.parent, guide(own, config.own_names)) is not Wrote.FOREIGN:
        found.append(NAME)
    if not config.page.enabled:
        return found

    found.append(page.name)
    if page.name.encode() not in names_below(page.parent, b""):
        write_page(page, _first_page(own, config))
    return found


def _first_page(own: Sequence[Watch], config: Config) -> str:
    inboxes = [InboxStatus(each.name, str(each.workspace), NOT_RUNNING) for each in own]
    nobody = {"pid": None, "state": NOT_RUNNING, "since": None, "version": __version__}
    model = content(
        Overview(DaemonSnapshot(nobody, tuple(inboxes))),
        page=own[0].page,
        host=socket.gethostname(),
        version=__version__,
        now_ms=SystemClock().now_ms(),
        orders=what_to_order(config.own_names),
        stopped=True,
    )
    return render(model)
