"""The packaged sample: a real MP4 of six seconds with sound, and a short script.
`scripts/make-sample` makes the MP4."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sample_video() -> bytes:
    """The MP4: H.264 and AAC, 6 s, 640x360, index first."""
    return files(__package__ or "nemowatch.sandbox.media").joinpath("sample.mp4").read_bytes()


@cache
def sample_script() -> str:
    """A script of fewer than sixty words, for the voiceover."""
    return (
        files(__package__ or "nemowatch.sandbox.media")
        .joinpath("sample.txt")
        .read_text(encoding="utf-8")
    )
