"""The tables of docs/troubleshooting.md and docs/conversation.md, made of the cures that notes,
page and commands give: `scripts/tables` writes them between their markers, and a test compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nemowatch.cures import JOB, Choice, Cure
from nemowatch.errors import remote
from nemowatch.hold_reasons import HOLDS
from nemowatch.intake.watch.health import HealthState
from nemowatch.reporting.inbox_words import INBOXES
from nemowatch.reporting.words import ATTENTION, IN_WORDS

#: What each question is about; what can be done about it comes from the cures.
QUESTIONS = {
    "unknown": "Nobody knows whether a paid turn happened.",
    "question": "The cloud asked something, or answered without making what was ordered.",
    "error": "The cloud reported an error, and nothing shows that it did any work.",
    "changed instructions": "A finished file was dropped again, and its prompt.txt has changed.",
    "lost session": "A result should be changed, and the cloud has lost the session it is from.",
    "review": "A text is ready to be read and corrected (`dub-es-review`).",
}

INBOX_WORDS = {
    HealthState.DEGRADED: "New files may be noticed late.",
    HealthState.OFFLINE: "The share is not there, or does not answer.",
    HealthState.HELD: "Another host, or another nemowatch, works on these folders.",
}


def tables() -> dict[str, str]:
    """Each table by the name that its markers have."""
    return {
        "holds": _table(("`held (…)`", "what it means", "what to do"), _holds()),
        "questions": _table(("the question is", "what it means", "what to do"), _questions()),
        "inboxes": _table(("an inbox is", "what it means", "what to do"), _inboxes()),
        "refusals": _table(("code", "what the cloud says", "what to do"), _refusals()),
    }


def answers() -> dict[str, str]:
    """What an answer to a question may say, with its name."""
    heads = ("you write", "what happens", "where the question is")
    return {"answers": _table(heads, _answers())}


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [_line(heads), "|---|---|---|\n"]
    lines += [_line(row) for row in rows]
    return "".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _holds() -> Iterator[tuple[str, str, str]]:
    for reason, hold in HOLDS.items():
        yield f"`{reason}`", hold.words, _what_to_do(hold.cure)


def _questions() -> Iterator[tuple[str, str, str]]:
    for reason, cure in ATTENTION.items():
        yield f"`{reason}`", QUESTIONS[reason], _what_to_do(cure)


def _answers() -> Iterator[tuple[str, str, str]]:
    found: dict[Choice, list[str]] = {}
    for reason, cure in ATTENTION.items():
        for answer in cure.answers:
            found.setdefault(answer, []).append(f"`{reason}`")
    for answer, reasons in sorted(found.items(), key=_by_answer):
        written = answer.command if answer.command == IN_WORDS else f"`{answer.command}`"
        yield written, answer.effect, ", ".join(reasons)


def _by_answer(row: tuple[Choice, list[str]]) -> str:
    return row[0].command


def _inboxes() -> Iterator[tuple[str, str, str]]:
    for state, words in INBOX_WORDS.items():
        yield f"`{state}`", words, _what_to_do(INBOXES[state])


def _refusals() -> Iterator[tuple[str, str, str]]:
    for error in vars(remote).values():
        if isinstance(error, type) and issubclass(error, remote.RemoteError) and error.cure:
            yield f"`{error.code}`", error().text, error.cure


def _what_to_do(cure: Cure) -> str:
    said = [cure.by_hand.replace("\n", " ")]
    said += [_choice(choice.command, choice.effect) for choice in cure.choices]
    return "<br>".join(filter(None, said))


def _choice(command: str, effect: str) -> str:
    shown = f"`{command.replace(JOB, 'JOB')}`"
    return f"{shown}: {effect}" if effect else shown
