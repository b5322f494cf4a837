"""How long the cloud usually takes (docs/api.md section 2). This is only told to people who wait;
nothing is decided by it. Pure."""

from __future__ import annotations

from nemowatch.i18n.language import message
from nemowatch.model import DEFAULT_SKILL

#: By skill, in the words of the product's own pages.
USUAL = {
    DEFAULT_SKILL: message("usually 30-90 seconds"),
    "voiceover-generator": message("usually 20-40 seconds"),
    "multilingual-video-dubbing": message("usually 1-3 minutes"),
    "transcribe-video-to-text": message("usually 1-2 minutes"),
}


def usual_time(skill: str) -> str:
    """How long a turn of this skill takes: "usually 1-3 minutes"; "" when that is unknown."""
    return USUAL.get(skill, "")
