"""The sandbox's media: the packaged sample, what an uploaded file is, and the result of a render.

Owns the arithmetic of MP4 boxes and the sample's bytes. It must not know sessions, requests or
sockets, and never calls ffmpeg: a result is the uploaded MP4 with one more box at its end, which
every player skips.
"""

from nemowatch.sandbox.media.boxes import (
    TopLevelBox,
    duration_of,
    is_mp4,
    kind_of,
    marker_box,
    top_boxes,
)
from nemowatch.sandbox.media.sample import sample_script, sample_video

__all__ = [
    "TopLevelBox",
    "duration_of",
    "is_mp4",
    "kind_of",
    "marker_box",
    "sample_script",
    "sample_video",
    "top_boxes",
]
