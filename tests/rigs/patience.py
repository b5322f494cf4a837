"""How long tests wait."""

from __future__ import annotations

#: Seconds for anything that has to come: waiting costs nothing once it has, and what takes a
#: second may take half a minute on a machine that does much else.
PATIENCE = 60.0
