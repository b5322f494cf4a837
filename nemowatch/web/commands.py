"""Which order a command stands for: where a cure has people type a command, the live page shows a
button. Pure.

Owns the words on the buttons. Any other command is shown as it is.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import Any

from nemowatch.cures import Choice
from nemowatch.i18n.language import message


@dataclass(frozen=True, slots=True)
class Button:
    """An order, and the button for it."""

    order: str
    args: dict[str, Any]
    label: str
    effect: str = ""  #: what it does and what it costs
    asks: str = ""  #: what text has to be written first; "": none
    sure: str = ""  #: the question for confirmation; "": none


#: By the command's words without the jobs: the order, its further arguments, and its label.
_ORDERS: dict[tuple[str, ...], tuple[str, dict[str, Any], str]] = {
    ("retry",): ("retry", {}, "Try again"),
    ("cancel",): ("cancel", {}, message("Cancel")),
    ("again",): ("again", {"new_take": False}, "Deliver again"),
    ("again", "--new-take"): ("again", {"new_take": True}, "Make it again"),
    ("resolve", "--done"): ("resolve", {"how": "done"}, "It is done"),
    ("resolve", "--resend"): ("resolve", {"how": "resend"}, "Send again"),
    ("answer", "..."): ("answer", {}, message("Answer")),
    ("approve",): ("approve", {"watch": ""}, message("Approve")),
    ("resume",): ("resume", {}, "Resume everything"),
    ("pause",): ("pause", {}, "Pause everything"),
    ("take-over",): ("take-over", {}, "Take over"),
}
#: Orders about one inbox, where it is named.
_OF_INBOX = ("approve",)
#: Orders about one job, and about several.
_OF_ONE = ("resolve", "answer", "revise")
_OF_SEVERAL = ("retry", "cancel", "again")
#: What text has to be written before an order.
_ASKS = {"answer": "Your answer"}
#: The labels of orders about a whole inbox and about one folder of it.
_OF_FOLDER = {
    "pause": ("Pause this inbox", "Pause this folder"),
    "resume": ("Resume this inbox", "Resume this folder"),
}
#: What is asked before an order that cannot be undone, or costs again.
_SURE = {
    "Cancel": "Cancel this? What was paid stays paid.",
    "Make it again": "Have it made again? It costs again.",
    "Send again": "Send it again? It may be charged again.",
    "Take over": "Is nemowatch stopped on the other host? This one processes the folders from now"
    " on.",
}


def button_of(choice: Choice) -> Button | None:
    """The button for a command; None for a command that is not an order."""
    words = shlex.split(choice.command)
    if words[:1] != ["nemowatch"]:
        return None
    jobs = [int(word) for word in words if word.isascii() and word.isdigit()]
    rest, inbox = _apart(tuple(word for word in words[1:] if not word.isdigit()))
    if rest not in _ORDERS:
        return None
    order, more, label = _ORDERS[rest]
    args = {**more, **inbox, **_jobs(order, jobs)}
    effect = choice.effect
    if effect == label.lower():
        effect = ""
    said = choice.label or label
    return Button(order, args, said, effect, _ASKS.get(order, ""), _SURE.get(label, ""))


def _apart(words: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """An order's words, and the inbox that it names as its argument."""
    order, *rest = words or ("",)
    if order in _OF_INBOX and rest:
        return (order,), {"watch": rest[0]}
    return words, {}


def of_folder(order: str, watch: str, folder: bytes) -> Button:
    """The button that pauses or resumes a folder of an inbox; b"": all of it."""
    of_inbox, of_one = _OF_FOLDER[order]
    args = {"watch": watch, "folder": os.fsdecode(folder)}
    return Button(order, args, of_one if folder else of_inbox)


def cancel(jobs: tuple[int, ...]) -> Button:
    """The button that cancels these jobs."""
    args: dict[str, Any] = {"jobs": list(jobs)}
    if len(jobs) == 1:
        return Button("cancel", args, "Cancel", sure=_SURE["Cancel"])
    many = f"Cancel these {len(jobs):,}"
    return Button("cancel", args, many, sure=f"{many}? What was paid stays paid.")


def revise(job: int) -> Button:
    """The button that changes a result."""
    return Button(
        "revise",
        {"job": job},
        "Change it",
        "one more paid turn, and one more result",
        "What should be different",
    )


def _jobs(order: str, jobs: list[int]) -> dict[str, Any]:
    if order in _OF_ONE:
        return {"job": jobs[0]}
    if order in _OF_SEVERAL:
        return {"jobs": jobs}
    return {}
