"""Numbers, durations and dates of our texts, as another language writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nemowatch.i18n.dates import in_order, is_date
from nemowatch.i18n.pattern import NUMBER

#: A duration as `clock.lasted` and others say it: "40 min", "1.5 h".
_DURATION = re.compile(rf"({NUMBER.pattern}) (s|min|h)")


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes them."""

    decimal: str  #: the sign before fractions
    thousands: str
    dates: tuple[str, str]  #: a date, and one without its year
    #: by ours; languages of Latin letters use the same
    units: Mapping[str, str]

    def said(self, value: str) -> str:
        """The figure in this language; "" for what is none."""
        if NUMBER.fullmatch(value):
            return self.number(value)
        duration = _DURATION.fullmatch(value)
        if duration is not None:
            number, unit = duration.groups()
            return f"{self.number(number)} {self.units.get(unit, unit)}"
        return in_order(value, self.dates) if is_date(value) else ""

    def number(self, value: str) -> str:
        """A number with the signs of this language."""
        return value.translate({ord(","): self.thousands, ord("."): self.decimal})
