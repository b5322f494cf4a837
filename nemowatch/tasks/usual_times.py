"""How long the cloud usually takes (docs/api.md section 2). This is only told to people who wait;
nothing is decided by it. Pure."""

from __future__ import annotations

from nemowatch.model import DEFAULT_SKILL

#: By skill, in the words of the product's own pages.
USUAL = {
    DEFAULT_SKILL: "30-90 seconds",
    "voiceover-generator": "20-40 seconds",
    "multilingual-video-dubbing": "1-3 minutes",
    "transcribe-video-to-text": "1-2 minutes",
}


def usual_time(skill: str) -> str:
    """How long a turn of this skill takes: "usually 1-3 minutes"; "" when that is unknown."""
    usual = USUAL.get(skill)
    if usual is None:
        return ""
    return f"usually {usual}"
