"""What every section of the configuration is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Section:
    """What all sections share: no unknown key, no change afterwards, no value in an error's
    text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "hide_input_in_errors": True,
    }
