"""Everything in one line, for systemd's STATUS: "2 settling, 1 uploading 43 %, 3 rendering; credits
120". Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter

from nemowatch.journal.spend import amount
from nemowatch.model import ENDED, State
from nemowatch.reporting import account_words
from nemowatch.reporting.overall_progress import rounded
from nemowatch.reporting.overview import Overview, Transfer

#: States that the line counts; held jobs are counted by their reasons.
COUNTED = tuple(state for state in State if state not in ENDED and state is not State.HELD)


def status_line(overview: Overview) -> str:
    """The line."""
    parts = ", ".join(_parts(overview))
    sentences = [parts or "idle"]
    if overview.figures.seconds_left:
        sentences.append(f"about {rounded(overview.figures.seconds_left)} left")
    if overview.credits.available is not None:
        sentences.append(f"credits {amount(overview.credits.available)}")
    sentences += _account(overview)
    sentences += _troubles(overview)
    return "; ".join(sentences)


def _parts(overview: Overview) -> Iterator[str]:
    """The state of the connection if it is not good, and everything of which there is at least
    one."""
    if not overview.snapshot.connection.ready:
        yield overview.snapshot.connection.words
    for count, what in _counts(overview):
        if count:
            yield f"{count:,} {what}"


def _counts(overview: Overview) -> Iterator[tuple[int, str]]:
    """How many there are of everything, with the words for it."""
    yield overview.snapshot.settling_count, "settling"

    progress = percents(overview.snapshot.transfers.values())
    for state in COUNTED:
        what = str(state)
        if state in progress:
            what = f"{state} {progress[state]} %"
        yield overview.counts.get(state, 0), what

    for reason, count in overview.held.items():
        yield count, f"held ({reason})"


def _account(overview: Overview) -> Iterator[str]:
    """Until when an anonymous account lasts, and where to register it."""
    snapshot = overview.snapshot
    if snapshot.registration:
        yield account_words.anonymous_in_short(snapshot.registration, snapshot.account_ends_at)


def _troubles(overview: Overview) -> list[str]:
    troubled = filter(attrgetter("troubled"), overview.snapshot.inboxes)
    found = [f"{inbox.root}: {inbox.state}" for inbox in troubled]
    if overview.snapshot.journal_full_at:
        found.append("the journal's disk is full")
    return found


def percents(transfers: Iterable[Transfer]) -> dict[str, int]:
    """The progress of all transfers under way together, in percent, by what they do."""
    done, total = Counter[str](), Counter[str]()
    for transfer in transfers:
        if transfer.total:
            done[transfer.what] += transfer.done
            total[transfer.what] += transfer.total

    return {what: 100 * done[what] // total[what] for what in total}
