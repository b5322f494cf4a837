"""Active hours: `"22:00-06:00"` in the machine's local time, also across midnight. Pure; reads
no clock."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|\u2013)\s*(\d{1,2}):(\d{2})")
_DAY = 24 * 60  # minutes


def parse_hours(text: str) -> tuple[int, int]:
    """The first minute of the day and the one after the last; (0, 1440) for "" (always). Raises
    ValueError."""
    if not text.strip():
        return (0, _DAY)
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError('must look like "22:00-06:00"')

    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    is_of_a_day = start < _DAY and end <= _DAY
    if not is_of_a_day or max(minute, end_minute) > 59:
        raise ValueError("must be times of a day, from 00:00 to 24:00")
    if start == end:
        raise ValueError('must not begin when it ends; leave it empty ("") for always')
    return (start, end)


def is_active(hours: str, minute: int) -> bool:
    """Whether `minute` (of the local day, 0 to 1439) is within `hours`, whose end is excluded."""
    start, end = parse_hours(hours)
    if start > end:  # across midnight: everything except what is between the end and the start
        return not end <= minute < start
    return start <= minute < end
