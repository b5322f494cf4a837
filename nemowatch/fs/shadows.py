"""The file that macOS writes beside a file on a share (`._clip.mp4`): what is worth nothing once
its file is gone.

Anybody may give a file such a name. Only what its first bytes show to be AppleDouble is removed.
"""

from __future__ import annotations

import contextlib

from nemowatch.fs.exclusive_create import remove
from nemowatch.fs.safe_open import read_file

#: How every AppleDouble file begins (RFC 1740, appendix B).
_APPLE_DOUBLE = bytes.fromhex("00051607")


def shadow_name(name: str) -> str:
    """What the shadow of a file of this name is called."""
    return f"._{name}"


def remove_shadow(name: str, folder: int) -> None:
    """Remove the shadow of the file `name` of this folder, if it has one. Never raises: it is
    metadata, and not worth an error."""
    shadow = shadow_name(name)
    with contextlib.suppress(OSError):
        if read_file(shadow, folder, len(_APPLE_DOUBLE)) == _APPLE_DOUBLE:
            remove(shadow, folder)
