"""Why batches wait for approval, in the words that the journal stores. They stand apart from the
tables, so that what people read is made of them without SQLite."""

from __future__ import annotations

#: The cause of a batch after a journal was lost or restored: it is no longer known what was paid
#: for.
REBUILT = "rebuilt journal"
#: The cause of a batch of files whose results are in the outbox although this journal made none
#: of them.
ALREADY_MADE = "results already in the outbox"
#: The cause of a batch of one list of addresses.
LIST = "URL list"
#: The cause of a batch of one project with many parts.
PROJECT = "project"
#: The cause of a batch of the files that an inbox has when this host takes it over from another.
TAKEN_OVER = "take-over"
#: Causes of batches that hold only the files that they began with. What comes later is worked on;
#: otherwise anybody could stop an inbox with a list.
ALONE = frozenset({ALREADY_MADE, LIST, PROJECT})
