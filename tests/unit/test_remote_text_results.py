"""A page or an envelope where a video should be is known by its first bytes, whatever type it
was sent under."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.remote.boxes import looks_like_text
from nemowatch.sandbox.media import sample_video


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"code": 0, "data": {"broken": ', True),
        (b' \r\n\xef\xbb\xbf{"a":1}', False),
        (b'\xef\xbb\xbf\n {"a":1}', True),
        (b"<!doctype html><h1>502</h1>", True),
        (b"<?xml version='1.0'?>", True),
        (b'[{"a": 1}]', True),
        (sample_video()[:100], False),
        (b"\x1aE\xdf\xa3webm", False),
        (b"RIFF....AVI ", False),
        (b"ID3\x04", False),
        (b"any other bytes that somebody may serve", False),
        (b"", False),
    ],
)
def test_text_is_known(tmp_path: Path, data: bytes, text: bool) -> None:
    """JSON, HTML and XML are text; containers, and whatever is not surely text, are not."""
    path = tmp_path / "part"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        assert looks_like_text(fd) is text
    finally:
        os.close(fd)
