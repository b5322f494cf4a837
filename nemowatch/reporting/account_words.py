"""What people read about the account and the connection to the cloud. Nothing here reads
anything."""

from __future__ import annotations

from nemowatch.clock import date_and_time
from nemowatch.cures import Cure
from nemowatch.remote.connection_state import ConnectionState
from nemowatch.reporting import words


def about_connection(connection: ConnectionState) -> Cure:
    """What a person can do about a cloud that does not accept us."""
    if connection.reason is not None:
        return words.about_hold(connection.reason).beyond(connection.text)
    return Cure(connection.cure or "Nothing to do: nemowatch keeps asking.")


def anonymous(link: str, ends_at: int = 0) -> str:
    """What people read about an anonymous account; `ends_at`: UTC ms, 0 when that is not known."""
    lasts = ""
    if ends_at:
        lasts = f" and lasts until {date_and_time(ends_at)}"
    if not link:
        return f"The account is anonymous{lasts}."
    return f"The account is anonymous{lasts}; register it to keep it:\n{link}"


def anonymous_in_short(link: str, ends_at: int) -> str:
    """The same as part of a line."""
    until = ""
    if ends_at:
        until = f" until {date_and_time(ends_at)}"
    return f"anonymous account{until}, register it at {link}"
