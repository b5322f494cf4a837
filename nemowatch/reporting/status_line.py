"""Everything in one line, for systemd's STATUS: "2 settling, 1 uploading 43 %, 3 rendering; credits
120". Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nemowatch.journal.spend import amount
from nemowatch.model import ENDED, State
from nemowatch.reporting.overview import Overview, Transfer

#: States that the line counts by themselves; held jobs are counted by their reasons.
COUNTED = tuple(state for state in State if state not in ENDED and state is not State.HELD)


def status_line(overview: Overview) -> str:
    """The line."""
    parts = [*_settling(overview), *_working(overview), *_held(overview)]
    sentences = [", ".join(parts) or "idle"]
    if overview.credits.available is not None:
        sentences.append(f"credits {amount(overview.credits.available)}")
    sentences += _troubles(overview)
    return "; ".join(sentences)


def _settling(overview: Overview) -> list[str]:
    count = overview.published.settling_count
    return [f"{count} settling"] if count else []


def _working(overview: Overview) -> list[str]:
    progress = percents(overview.published.transfers.values())
    shown = {state: f" {percent} %" for state, percent in progress.items()}
    counts = {state: overview.counts.get(state, 0) for state in COUNTED}
    return [f"{n} {state}{shown.get(state, '')}" for state, n in counts.items() if n]


def _held(overview: Overview) -> list[str]:
    return [f"{count} held ({reason})" for reason, count in overview.held.items() if count]


def _troubles(overview: Overview) -> list[str]:
    found = [f"{one.root}: {one.state}" for one in overview.published.inboxes if one.troubled]
    if overview.published.journal_full_at:
        found.append("the journal's disk is full")
    return found


def percents(transfers: Iterable[Transfer]) -> dict[str, int]:
    """How far the transfers under way are, together, by what they do."""
    done, total = Counter[str](), Counter[str]()
    for transfer in transfers:
        if transfer.total:
            done[transfer.what] += transfer.done
            total[transfer.what] += transfer.total
    return {what: 100 * done[what] // total[what] for what in total}
