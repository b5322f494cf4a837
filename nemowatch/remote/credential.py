"""The user's own token: where it comes from, and how it is read (docs/api.md section 1).

It is read at each call, so a replaced file counts at once. It is never replaced silently, and never
written anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path

from nemowatch.errors import TokenRefused
from nemowatch.remote.answers import is_token

#: systemd's LoadCredential name.
CREDENTIAL_NAME = "nemo_token"
#: Bytes of a token file that are read, at most.
_LONGEST_TOKEN_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Credential:
    """Where the user's own token comes from. It is read for each call, so a replaced file takes
    effect at once."""

    value: str = field(default="", repr=False)  #: from the environment; it comes first
    #: then these, in order: (path, whether it must exist)
    files: tuple[tuple[Path, bool], ...] = ()

    def read(self) -> str:
        """The current token, "" when the user supplied none. Raises TokenRefused for a file without
        one."""
        if self.value:
            return _checked(self.value, "NEMO_TOKEN")
        return next(filter(None, starmap(_read_file, self.files)), "")

    @property
    def is_at_hand(self) -> bool:
        """Whether reading it touches no disk."""
        return bool(self.value) or not self.files

    @property
    def expected(self) -> bool:
        """Whether the user intends to supply one, as far as that is known without reading."""
        required = dict(self.files).values()
        return bool(self.value) or any(required)

    def describe(self) -> str:
        """Its source, for people; never the token itself."""
        if self.value:
            return "NEMO_TOKEN"
        for path, required in self.files:
            if required or path.exists():
                return str(path)
        return "none supplied"

    @property
    def cure(self) -> str:
        """How a refused token is replaced: the environment and systemd's credentials are given at
        start, files are read again."""
        if self.value:
            return "Set NEMO_TOKEN to a valid token, and restart nemowatch."
        for path, required in self.files:
            if required:
                return "Write a valid token into that file; work then resumes by itself."
            if path.exists():
                return (
                    "Put a valid token where the credential nemo_token comes from, and restart"
                    " nemowatch."
                )
        return TokenRefused.cure


def supplied_token(env: Mapping[str, str], token_file: Path | None) -> Credential:
    """NEMO_TOKEN, then the file that NEMO_TOKEN_FILE names, the systemd credential `nemo_token`,
    and `token_file`. Reads nothing yet."""
    files: list[tuple[Path, bool]] = []
    named = env.get("NEMO_TOKEN_FILE", "").strip()
    if named:
        files.append((Path(named), True))
    folder = env.get("CREDENTIALS_DIRECTORY", "")
    if folder:
        files.append((Path(folder) / CREDENTIAL_NAME, False))
    if token_file is not None:
        files.append((token_file, True))
    return Credential(env.get("NEMO_TOKEN", "").strip(), tuple(files))


def _read_file(path: Path, required: bool) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_TOKEN_FILE)
    except FileNotFoundError:
        if not required:
            return ""
        cure = "Create it. Or change api.token_file (or NEMO_TOKEN_FILE), and restart nemowatch."
        raise TokenRefused(f"The token file {path} does not exist.", cure=cure) from None
    except OSError as exc:
        cure = "Give the user that runs nemowatch permission to read it."
        said = f"The token file {path} cannot be read: {exc.strerror}."
        raise TokenRefused(said, cure=cure) from None

    value = data.decode("utf-8-sig", "replace").strip()
    if not value:
        raise TokenRefused(f"The token file {path} is empty.", cure="Write the token into it.")
    return _checked(value, str(path))


def _checked(value: str, source: str) -> str:
    """`value`, if it is one printable word: anything else would break the header, and the error
    would quote it."""
    if is_token(value):
        return value
    raise TokenRefused(
        f"What {source} holds is not a token.", cure="It must be the token alone, on one line."
    )
