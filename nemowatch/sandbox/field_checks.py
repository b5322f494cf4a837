"""What a field of a request must look like."""

from __future__ import annotations

import uuid
from typing import Any


def is_filled(value: Any, kind: type) -> bool:
    """True for a value of this type that is not empty."""
    return isinstance(value, kind) and bool(value)


def is_uuid(text: str) -> bool:
    """True for a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
