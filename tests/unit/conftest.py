"""What tests of the older encodings share."""

from __future__ import annotations

from functools import cache

import pytest

from nemowatch.content import legacy

_READINGS = cache(legacy._readings)


@pytest.fixture
def readings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What bytes may say is worked out once, whatever languages are expected of them: it does not
    depend on these, and to ask chardet takes most of the time."""
    monkeypatch.setattr(legacy, "_readings", _READINGS)
