"""The anonymous identity, kept in one file of the state folder (docs/api.md section 3)."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from nemowatch.errors import local_error
from nemowatch.fs.own_files import read_own
from nemowatch.fs.safe_open import translated
from nemowatch.remote import values

#: The file's name in the state folder.
STORE_NAME = "anonymous.json"


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The anonymous identity as stored."""

    client_id: str
    token: str = field(default="", repr=False)
    user_id: str = ""
    expires_at: int = 0  #: UTC ms


@dataclass(frozen=True, slots=True)
class Store:
    """The file with the anonymous identity, mode 0600: a lost token cannot be replaced for days."""

    path: Path

    def load(self) -> Anonymous:
        """What is stored, or a new client id when there is nothing readable."""
        try:
            document = values.parse(read_own(self.path))
        except FileNotFoundError:
            document = None
        except OSError as exc:
            raise local_error(exc, self.path) from None
        fields = values.table(document)
        client_id = values.text(fields.get("client_id"))
        if not client_id:
            return Anonymous(str(uuid.uuid4()))
        expires_at = int(values.number(fields.get("expires_at")))
        return Anonymous(
            client_id,
            values.text(fields.get("token")),
            values.text(fields.get("user_id")),
            expires_at,
        )

    def save(self, known: Anonymous) -> None:
        """Replace the file in one step; it is on disk when this returns. Raises LocalError."""
        fields = {
            "client_id": known.client_id,
            "token": known.token,
            "user_id": known.user_id,
            "expires_at": known.expires_at,
        }
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        with translated(self.path):
            self.path.parent.mkdir(
                parents=True,
                exist_ok=True,
                mode=0o700,
            )
            _replace(self.path, fresh, json.dumps(fields).encode())


def _replace(path: Path, fresh: Path, data: bytes) -> None:
    try:
        _write_synced(fresh, data)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    _sync_folder(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
