"""Dates as `clock` says them in English, in the order of another language. Pure."""

from __future__ import annotations

import re

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    r"(?P<day>\d{1,2}) (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
    r"(?: (?P<year>\d{4}))?(?P<time>, \d\d:\d\d.{0,8})?"
)


def is_date(text: str) -> bool:
    """Whether a text is a date and nothing else."""
    return _DATE.fullmatch(text) is not None


def in_order(text: str, orders: tuple[str, str]) -> str:
    """A date as one of `orders` has it: with its year, without."""
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    month = _MONTHS.index(found["month"]) + 1
    order = orders[0] if found["year"] else orders[1]
    said = order.format(day=int(found["day"]), month=month, year=found["year"])
    return f"{said}{(found['time'] or '').replace(', ', ' ')}"
