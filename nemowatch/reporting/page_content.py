"""Turns an `Overview` into the rows of the status page. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from nemowatch.clock import date_and_time
from nemowatch.cures import start_again
from nemowatch.fs.names import note_name, plain
from nemowatch.i18n.language import message
from nemowatch.journal.jobs import ListedJob
from nemowatch.journal.spend import amount
from nemowatch.model import HoldReason
from nemowatch.reporting import inbox_words, page_files, page_waiting, words
from nemowatch.reporting.alike import MOST_NAMES, together
from nemowatch.reporting.conversation import ConversationTurn
from nemowatch.reporting.overall_progress import Figures
from nemowatch.reporting.overview import InboxStatus, Overview, Trouble
from nemowatch.reporting.page_files import name_of, where
from nemowatch.reporting.page_model import CreditLine, InboxLine, Listing, Need, PageModel, Tip
from nemowatch.reporting.phrases import and_more
from nemowatch.reporting.tipped_files import TippedFile
from nemowatch.tasks.folder_description import Orderable


def content(
    overview: Overview,
    *,
    page: Path,
    host: str,
    version: str,
    now_ms: int,
    turns: Mapping[int, ConversationTurn] = MappingProxyType({}),
    orders: Iterable[Orderable] = (),
    stopped: bool = False,
) -> PageModel:
    """The page's rows. `turns`: the turns of finished jobs, by number; `orders`: what can be
    ordered; `stopped`: no daemon is working from now on."""
    return PageModel(
        host=host,
        now_ms=now_ms,
        page=page,
        version=version,
        needs=Listing(tuple(_needs(overview))),
        holds=tuple(page_waiting.holds(overview)),
        waiting=page_waiting.waiting(overview),
        running=page_files.running(overview, now_ms),
        finished=page_files.finished(overview, turns),
        failed=page_files.failed(overview),
        credits=tuple(_credits(overview)),
        folders=tuple(map(_at_rest if stopped else _inbox, overview.snapshot.inboxes)),
        ended=stopped,
        paused=overview.paused,
        tips=Listing(tuple(map(_tip, overview.tips))),
        orders=tuple(orders),
        link=overview.snapshot.connection.link,
        figures=Figures() if stopped else overview.figures,
    )


# -- what needs a person ---------------------------------------------------------------


def _needs(overview: Overview) -> Iterable[Need]:
    for batch in overview.batches:
        where = plain(batch.watch) if len(overview.batches) > 1 else ""
        what = inbox_words.batch(batch.results, batch.row.cause, where)
        price = inbox_words.price(batch.credits, overview.credits.available)
        yield Need(f"{what} {price}".strip(), words.approve(batch.watch))
    yield from map(_asking, overview.asking)
    yield from map(_conflict, overview.held_for(HoldReason.CONFLICT))
    for alike in together(overview.snapshot.unsolved):
        yield _trouble(alike)


def _conflict(row: ListedJob) -> Need:
    what = words.hold_words(HoldReason.CONFLICT)
    cure = words.about_hold(HoldReason.CONFLICT, row.job.id)
    return Need(what, cure, name_of(row.path), where(row), (row.job.id,))


def _asking(row: ListedJob) -> Need:
    cure = words.about_job(row.job.id, row.job.state, row.job.reason)
    name = note_name(os.path.basename(row.path), "")
    cure = cure.for_file(plain(name))
    return Need(row.job.error_text, cure, name_of(row.path), where(row), (row.job.id,))


def _trouble(alike: list[Trouble]) -> Need:
    """One entry for all files of a folder that have the same trouble."""
    trouble = alike[0]
    cure = inbox_words.about_trouble(trouble)
    if not trouble.path:
        return Need(trouble.what, cure, folder=trouble.folder)

    inside = os.path.dirname(trouble.path)
    names = b", ".join(name_of(one.path) for one in alike[:MOST_NAMES])
    more = len(alike) - MOST_NAMES
    if more > 0:
        names += f" {and_more(more)}".encode()
    return Need(trouble.what, cure, names, inside)


# -- the rest --------------------------------------------------------------------------


def _tip(tip: TippedFile) -> Tip:
    return Tip(name_of(tip.path), os.path.dirname(tip.path), tip.text)


def _credits(overview: Overview) -> Iterable[CreditLine]:
    if overview.credits.available is not None:
        yield CreditLine(message("Left"), amount(overview.credits.available))
    if overview.snapshot.registration:
        yield CreditLine("Keep this account", "register it", overview.snapshot.registration)
        if overview.snapshot.account_ends_at:
            lasts = date_and_time(overview.snapshot.account_ends_at)
            yield CreditLine("The account is anonymous", f"it lasts until {lasts}")


def _at_rest(inbox: InboxStatus) -> InboxLine:
    return InboxLine(inbox.root, False, "nemowatch is not running", start_again())


def _inbox(inbox: InboxStatus) -> InboxLine:
    cure = inbox_words.about_inbox(inbox.health, inbox.cure)
    state = inbox_words.inbox_state(inbox)
    return InboxLine(inbox.root, inbox.good, state, cure, inbox.health)
