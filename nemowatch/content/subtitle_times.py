"""Times as subtitles write them."""

from __future__ import annotations


def subtitle_time(ms: int, mark: str) -> str:
    """Hours, minutes, seconds and milliseconds; `mark` precedes the milliseconds: a comma in
    SubRip, a full stop in WebVTT."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{rest:03d}"
