"""The base class of every section of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Section:
    """What all sections share: no unknown keys, no changes after reading, no values in texts of
    errors."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "hide_input_in_errors": True,
    }
