"""How long tests wait."""

from __future__ import annotations

#: Seconds within which anything expected must have come. A wait ends as soon as it has, and what
#: takes a second may take half a minute on a machine that is busy with other things.
PATIENCE = 60.0
