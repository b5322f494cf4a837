"""Errors about the journal: it cannot be opened, written or changed."""

from __future__ import annotations

from nemowatch.errors.base import NemowatchError


class JournalError(NemowatchError):
    """The journal cannot be used."""

    code = "journal"


class JournalLocked(JournalError):
    """Another nemowatch is using this state folder."""

    cure = "Stop the other one, or give this one a state_dir of its own."


class JournalCorrupt(JournalError):
    """The journal is damaged."""

    cure = (
        "Stop the daemon and put a backup in its place; or just start it: it sets a damaged journal"
        " aside, begins a new one, and has what may have been paid for wait for approval."
    )


class JournalTooNew(JournalError):
    """The journal was written by a newer nemowatch."""

    cure = "Install that version again, or restore the backup from before the upgrade."


class JournalReadOnly(JournalError):
    """The journal cannot be written: its folder or file is read-only for this user."""

    cure = "Give the user that runs nemowatch permission to write in the state folder."


class JournalFull(JournalError):
    """The disk that holds the journal is full.

    A running daemon waits and continues; a start, or a command, ends.
    """

    cure = "Free some space on it and try again; systemd restarts a service by itself."


class JournalOnNetwork(JournalError):
    """The journal lies on a network filesystem, where SQLite cannot keep it safe."""

    cure = "Set state_dir to a folder on a local disk."


class JournalRefused(JournalError):
    """The journal's own rules do not allow this change."""
