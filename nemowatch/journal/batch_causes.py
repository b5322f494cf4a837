"""Why batches wait for approval, as the journal has it. Words alone: what people read of them is
made of these without any table being known."""

from __future__ import annotations

#: The cause of a batch after a journal was lost or restored: what was paid for is not known any
#: more.
REBUILT = "rebuilt journal"
#: The cause of a batch of files whose results are in the outbox although this journal made none
#: of them.
ALREADY_MADE = "results already in the outbox"
#: The cause of a batch of one list of addresses.
LIST = "URL list"
#: The cause of a batch of one project with many parts.
PROJECT = "project"
#: Batches that hold the files that they began with, and no others: what comes after them is worked
#: on, or anybody could stop an inbox with a list.
ALONE = frozenset({ALREADY_MADE, LIST, PROJECT})
